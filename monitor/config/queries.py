"""The watches' queries, held against the watch language.

Apart from the rest, as it costs a tenth of a one-shot run: whoever knows that this very file was
found right before can leave it out.
"""

from collections.abc import Iterable, Iterator

from monitor.config.table import Table
from monitor.errors import QueryError
from monitor.model.configured import Watch
from monitor.query.keywords import of
from monitor.query.remarks import remarks


def understand(watches: Iterable[Watch], tables: Iterable[Table]) -> Iterator[str]:
    """Note every query and keyword that the watch language does not know, at its key.

    Yield what of a right one may not mean what its writer thinks.
    """
    for watch, table in zip(watches, tables, strict=True):
        if watch.query or watch.any or watch.all or watch.none:
            yield from _understand(watch, table)


def _understand(found: Watch, table: Table) -> Iterator[str]:
    try:
        of(found)
        for remark in remarks(found.query or ""):
            yield f"watch {found.name}: {remark}"
    except QueryError as error:
        pointed = "\n    ".join(error.pointed().splitlines())
        table.wrong(f"{error.message}\n    {pointed}", *_place(found, error.query))


def _place(found: Watch, text: str) -> tuple[str | int, ...]:
    if text == found.query:
        return ("query",)
    for key, words in (("any", found.any), ("all", found.all), ("none", found.none)):
        if text in words:
            return key, words.index(text)
    return ()
