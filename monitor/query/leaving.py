"""What a query would be with one of its terms left out, or meant less strictly."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from monitor.query.nodes import And, Node, Not, Or, Source, Term, conjunction, disjunction
from monitor.query.terms import parts

Leaf = Term | Source


class Wanted(NamedTuple):
    """A term or listing of a query, and whether it is looked for or left out (under a NOT)."""

    leaf: Leaf
    is_excluded: bool


def leaves(node: Node) -> tuple[Wanted, ...]:
    """Return the terms and listings of a query in order, each once."""
    return tuple(dict.fromkeys(_leaves(node, is_excluded=False)))


def _leaves(node: Node, *, is_excluded: bool) -> Iterator[Wanted]:
    match node:
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _leaves(part, is_excluded=is_excluded)
        case Not(part):
            yield from _leaves(part, is_excluded=not is_excluded)
        case _:
            yield Wanted(node, is_excluded)


def without(node: Node, leaf: Leaf) -> Node | None:
    """Return a query without a term, wherever it stands; None if nothing is left of it."""
    return exchanged(node, leaf, None)


def exchanged(node: Node, leaf: Leaf, other: Node | None) -> Node | None:
    """Return a query with something else, or nothing, where a term stands."""
    match node:
        case And(nodes):
            return conjunction(kept) if (kept := _exchanged(nodes, leaf, other)) else None
        case Or(nodes):
            return disjunction(kept) if (kept := _exchanged(nodes, leaf, other)) else None
        case Not(part):
            changed = exchanged(part, leaf, other)
            return None if changed is None else Not(changed)
        case _:
            return other if node == leaf else node


def _exchanged(nodes: tuple[Node, ...], leaf: Leaf, other: Node | None) -> list[Node]:
    changed = (exchanged(part, leaf, other) for part in nodes)
    return [part for part in changed if part is not None]


def looser(term: Term) -> Node | None:
    """Return what a term would be if it asked less: words apart, or in any field; None if it can't.

    Words that have to touch, as in Hangul, stay together.
    """
    pieces = parts(term)
    if len(pieces) > 1 and not any(piece.joined for piece in pieces) and not term.prefix:
        from monitor.text.tokens import Tokens  # noqa: PLC0415 - few queries are looked at so

        words = dict.fromkeys(Tokens(term.text).surfaces)
        return conjunction([Term(word, field=term.field) for word in words])
    return None if term.field is None else replace(term, field=None)
