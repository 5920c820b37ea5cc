"""Rewritten queries: a term left out, or relaxed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from monitor.query.ast import And, Node, Not, Or, SourceTerm, Term, build_and, build_or
from monitor.query.phrases import split_term

Leaf = Term | SourceTerm


class QueryLeaf(NamedTuple):
    """A term or source condition of a query; `is_excluded` if it is under a NOT."""

    leaf: Leaf
    is_excluded: bool


def list_leaves(node: Node) -> tuple[QueryLeaf, ...]:
    """Return the distinct terms and source conditions of a query, in order."""
    return tuple(dict.fromkeys(_iterate_leaves(node, is_excluded=False)))


def _iterate_leaves(node: Node, *, is_excluded: bool) -> Iterator[QueryLeaf]:
    match node:
        case And(nodes) | Or(nodes):
            for part in nodes:
                yield from _iterate_leaves(part, is_excluded=is_excluded)
        case Not(part):
            yield from _iterate_leaves(part, is_excluded=not is_excluded)
        case _:
            yield QueryLeaf(node, is_excluded)


def remove_leaf(node: Node, leaf: Leaf) -> Node | None:
    """Return the query without a term, at every occurrence, or None if nothing is left."""
    return replace_leaf(node, leaf, None)


def replace_leaf(node: Node, leaf: Leaf, replacement: Node | None) -> Node | None:
    """Return the query with a term replaced at every occurrence; a replacement of None removes it.

    Return None if nothing is left.
    """
    match node:
        case And(nodes):
            return (
                build_and(new_parts)
                if (new_parts := _replace_in_parts(nodes, leaf, replacement))
                else None
            )
        case Or(nodes):
            return (
                build_or(new_parts)
                if (new_parts := _replace_in_parts(nodes, leaf, replacement))
                else None
            )
        case Not(part):
            new_part = replace_leaf(part, leaf, replacement)
            return None if new_part is None else Not(new_part)
        case _:
            return replacement if node == leaf else node


def _replace_in_parts(nodes: tuple[Node, ...], leaf: Leaf, replacement: Node | None) -> list[Node]:
    new_parts = (replace_leaf(part, leaf, replacement) for part in nodes)
    return [part for part in new_parts if part is not None]


def relax_term(term: Term) -> Node | None:
    """Return a less strict form of a term, or None if there is none.

    A phrase becomes separate words; a single word is no longer limited to its field. Words that
    must be adjacent, as in Hangul, stay together.
    """
    term_parts = split_term(term)
    if (
        len(term_parts) > 1
        and not any(piece.is_joined for piece in term_parts)
        and not term.is_prefix
    ):
        from monitor.text.tokenize import TokenizedText  # noqa: PLC0415 - few queries need it

        words = dict.fromkeys(TokenizedText(term.text).surfaces)
        return build_and([Term(word, field=term.field) for word in words])
    return None if term.field is None else replace(term, field=None)
