"""The query language of watches and searches.

ast           the nodes of a parsed query
lexer         a query cut into tokens, and nodes written back as a query (`to_query`)
parser        `parse`: a query as nodes; a mistake raises QueryError with its position
rewrite       a query with a term left out or relaxed
lint          valid queries that may not mean what their writer intends
inflection    the forms of a word: singular, plural, possessive
phrases       the tokens of a term, and the positions where they match
matcher       `find_hits`, `WatchMatcher`: where a release matches; the only place that decides
snippet       the part of a release that shows best why it matched
fts_query     a query for the full-text index that never misses a match
fts_document  a release as the full-text index stores it
"""

from collections.abc import Sequence

from monitor.models.config import Watch
from monitor.query.ast import Node, Not, SourceTerm, build_and, build_or
from monitor.query.lexer import to_query
from monitor.query.parser import parse, parse_keyword


def build_keyword_query(
    any: tuple[str, ...] = (),  # noqa: A002 # named like the config key
    all: tuple[str, ...] = (),  # noqa: A002
    none: tuple[str, ...] = (),
) -> Node:
    """Return the query for plain keywords.

    Raise QueryError, with the position, if a keyword is invalid, and ValueError without keywords.
    """
    nodes = _parse_keywords(any, all, none)
    if not nodes:
        raise ValueError("a query needs at least one keyword")
    return build_and(nodes)


def build_watch_query(watch: Watch) -> Node:
    """Return the query of `watch`: its `query` and its keywords combined."""
    nodes = _parse_keywords(watch.any, watch.all, watch.none)
    return build_and(nodes if watch.query is None else [parse(watch.query), *nodes])


def format_watch_query(watch: Watch) -> str:
    """Return the query of `watch` as text, including its sources.

    Two watches with the same conditions in the same order have the same text.
    """
    return to_query(restrict_to_sources(build_watch_query(watch), watch.sources))


def restrict_to_sources(query: Node, sources: Sequence[str] | None) -> Node:
    """Return `query` limited to releases listed by any of `sources`; no sources means no limit."""
    if not sources:
        return query
    return build_and([build_or([*map(SourceTerm, sources)]), query])


def _parse_keywords(
    any_words: tuple[str, ...], all_words: tuple[str, ...], excluded_words: tuple[str, ...]
) -> list[Node]:
    nodes: list[Node] = [parse_keyword(text) for text in all_words]
    if any_words:
        nodes.append(build_or([parse_keyword(text) for text in any_words]))
    return nodes + [Not(parse_keyword(text)) for text in excluded_words]
