"""Watches as the config has them, plain keywords and all, made into one query."""

from collections.abc import Sequence

from monitor.model.configured import Watch
from monitor.query.leaves import keyword
from monitor.query.nodes import Node, Not, Source, conjunction, disjunction
from monitor.query.printing import unparse
from monitor.query.syntax import parse


def keywords(
    any: tuple[str, ...] = (),  # noqa: A002 # the name that the key has in the config
    all: tuple[str, ...] = (),  # noqa: A002
    none: tuple[str, ...] = (),
) -> Node:
    """Return the query that plain keywords are; a mistake is a QueryError with its place."""
    parts = _keywords(any, all, none)
    if not parts:
        raise ValueError("a query needs at least one keyword")
    return conjunction(parts)


def of(watch: Watch) -> Node:
    """Return all that `watch` asks for: its query and its keywords together."""
    parts = _keywords(watch.any, watch.all, watch.none)
    return conjunction(parts if watch.query is None else [parse(watch.query), *parts])


def asked(watch: Watch) -> str:
    """Return all that `watch` asks for, its listings too, as one query written out.

    Watches that ask for the same in the same order have the same.
    """
    return unparse(narrowed(of(watch), watch.sources))


def narrowed(query: Node, sources: Sequence[str] | None) -> Node:
    """Return the query that looks only at what some sources show, or at all."""
    if not sources:
        return query
    return conjunction([disjunction([*map(Source, sources)]), query])


def _keywords(any_: tuple[str, ...], all_: tuple[str, ...], none: tuple[str, ...]) -> list[Node]:
    parts: list[Node] = [keyword(text) for text in all_]
    if any_:
        parts.append(disjunction([keyword(text) for text in any_]))
    return parts + [Not(keyword(text)) for text in none]
