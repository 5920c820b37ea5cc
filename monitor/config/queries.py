"""The watches' queries, held against the watch language.

Apart from the rest, as it costs a tenth of a one-shot run: whoever knows that this very file was
found right before can leave it out.
"""

from collections.abc import Collection, Iterable, Iterator

from monitor.config.table import Table
from monitor.config.wrong import near
from monitor.errors import QueryError
from monitor.model.configured import Watch
from monitor.query.keywords import of
from monitor.query.leaving import leaves
from monitor.query.nodes import Node, Source
from monitor.query.remarks import remarks


def understand(
    watches: Iterable[Watch], tables: Iterable[Table], sources: Collection[str]
) -> Iterator[str]:
    """Note every query and keyword that the watch language does not know, at its key.

    Yield what of a right one may not mean what its writer thinks; `sources` are those of the
    config, by name.
    """
    for watch, table in zip(watches, tables, strict=True):
        if watch.query or watch.any or watch.all or watch.none:
            for remark in _understand(watch, table, sources):
                yield f"watch {watch.name}: {remark}"


def _understand(found: Watch, table: Table, sources: Collection[str]) -> Iterator[str]:
    try:
        query = of(found)
        yield from remarks(found.query or "")
        yield from _unknown(query, sources)
    except QueryError as error:
        pointed = "\n    ".join(error.pointed().splitlines())
        table.wrong(f"{error.message}\n    {pointed}", *_place(found, error.query))


def _unknown(query: Node, sources: Collection[str]) -> Iterator[str]:
    """Yield which listings a query asks for that nobody reads: nothing new comes from there."""
    known = {name.casefold() for name in sources}
    for leaf, _ in leaves(query):
        if isinstance(leaf, Source) and leaf.name.casefold() not in known:
            yield f"source:{leaf.name} is no source of this config{near(leaf.name, sources)}"


def _place(found: Watch, text: str) -> tuple[str | int, ...]:
    if text == found.query:
        return ("query",)
    for key, words in (("any", found.any), ("all", found.all), ("none", found.none)):
        if text in words:
            return key, words.index(text)
    return ()
