"""Check of the watches' queries against the watch language.

It is separate because it takes a tenth of a one-shot run. Callers can skip it if the same file
passed the check before.
"""

from collections.abc import Collection, Iterable, Iterator

from monitor.config.errors import suggest_nearest
from monitor.config.tables import SectionReader
from monitor.errors import QueryError
from monitor.models.config import Watch
from monitor.query import build_watch_query
from monitor.query.ast import Node, SourceTerm
from monitor.query.lint import lint_query
from monitor.query.rewrite import list_leaves


def check_watch_queries(
    watches: Iterable[Watch], sections: Iterable[SectionReader], source_names: Collection[str]
) -> Iterator[str]:
    """Report every invalid query and keyword as a problem at its key.

    Yield warnings about valid queries that may not do what the user intends. `source_names` are
    the names of the config's sources.
    """
    for watch, section in zip(watches, sections, strict=True):
        if watch.query or watch.any or watch.all or watch.none:
            for warning in _check_watch_query(watch, section, source_names):
                yield f"watch {watch.name}: {warning}"


def _check_watch_query(
    watch: Watch, section: SectionReader, source_names: Collection[str]
) -> Iterator[str]:
    try:
        query = build_watch_query(watch)
        yield from lint_query(watch.query or "")
        yield from _find_unknown_sources(query, source_names)
    except QueryError as error:
        marked_query = "\n    ".join(error.underline_mistake().splitlines())
        section.add_problem(
            f"{error.message}\n    {marked_query}", *_locate_query(watch, error.query)
        )


def _find_unknown_sources(query: Node, source_names: Collection[str]) -> Iterator[str]:
    """Yield a warning for each source in a query that the config lacks: it never has releases."""
    known_names = {name.casefold() for name in source_names}
    for term, _ in list_leaves(query):
        if isinstance(term, SourceTerm) and term.name.casefold() not in known_names:
            yield (
                f"source:{term.name} is no source of this "
                f"config{suggest_nearest(term.name, source_names)}"
            )


def _locate_query(watch: Watch, query_text: str) -> tuple[str | int, ...]:
    if query_text == watch.query:
        return ("query",)
    for key, keywords in (("any", watch.any), ("all", watch.all), ("none", watch.none)):
        if query_text in keywords:
            return key, keywords.index(query_text)
    return ()
