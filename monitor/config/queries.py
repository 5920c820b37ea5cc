"""The watches' queries, held against the watch language.

Apart from the rest, as it costs a tenth of a one-shot run: whoever knows that this very file was
found right before can leave it out.
"""

from collections.abc import Iterable

from monitor.config.table import Table
from monitor.errors import QueryError
from monitor.model.configured import Watch
from monitor.query.keywords import of


def understand(watches: Iterable[Watch], tables: Iterable[Table]) -> None:
    """Note every query and keyword that the watch language does not know, at its key."""
    for watch, table in zip(watches, tables, strict=True):
        if watch.query or watch.any or watch.all or watch.none:
            _understand(watch, table)


def _understand(found: Watch, table: Table) -> None:
    try:
        of(found)
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
