"""However long a query is, the index is asked no more than it can answer quickly."""

import re

import pytest

from monitor.query.ast import And, Node, Not, Or, Term
from monitor.query.fts_query import build_lower_bound, build_upper_bound
from monitor.query.parser import parse


def _ways(expression: str) -> list[list[str]]:
    """Return the ways to spell each part of an expression."""
    return [part.split(" OR ") for part in expression.split(" AND ")]


@pytest.mark.parametrize(
    ("query", "more"),
    [
        ('"quotas tariffs vessels machines battalions"', "chemicals"),
        ('"quotas tariffs vessels machines battalions"~9', "chemicals"),
        ('"US quotas EU tariffs UK vessels AI machines UAE battalions"', "UN chemicals"),
    ],
)
def test_a_phrase_is_spelled_in_up_to_thirty_two_ways(query: str, more: str) -> None:
    """With another plural there would be more: then each of its words is asked for by itself."""
    node, longer = parse(query), parse(query.replace("battalions", f"battalions {more}"))
    assert max(map(len, _ways(build_upper_bound(node)))) == 32
    assert max(map(len, _ways(build_upper_bound(longer)))) < 32
    claimed = build_lower_bound(node)
    assert claimed is not None
    assert max(map(len, _ways(claimed))) == 32
    assert build_lower_bound(longer) is None


def _wide(kind: type[And | Or], width: int) -> Node:
    return kind(tuple(Term(f"w{number}") for number in range(width)))


def _deep(levels: int, first: int) -> Node:
    """Return AND and OR inside each other."""
    node: Node = Term(f"w{levels}")
    for level in range(levels, 0, -1):
        node = (And, Or)[(level + first) % 2]((Term(f"w{level - 1}"), node))
    return node


def _words(expression: str | None) -> int:
    return len(set(re.findall(r"\bw\d+", expression or "")))


@pytest.mark.parametrize(
    ("node", "possible", "sure"),
    [
        (_wide(Or, 128), 128, 128),
        (_wide(Or, 129), 0, 128),
        (Or((Term("w999"), _wide(Or, 129))), 0, 129),
        (_wide(And, 16), 16, 16),
        (_wide(And, 17), 16, 0),
        (And((Term("w999"), *(Not(Term(f"w{number}")) for number in range(17)))), 17, 0),
        (_deep(8, 0), 9, 9),
        (_deep(8, 1), 9, 9),
        (_deep(9, 0), 8, 7),
        (_deep(9, 1), 7, 8),
        (Not(_deep(7, 0)), 8, 8),
        (Not(_deep(7, 1)), 8, 8),
    ],
)
def test_wide_and_deep_queries_are_asked_for_in_part(node: Node, possible: int, sure: int) -> None:
    """So many of their words; what is let through is more then, and what is sure is less."""
    assert (_words(build_upper_bound(node)), _words(build_lower_bound(node))) == (possible, sure)


@pytest.mark.parametrize(("depth", "words"), [(7, 1), (8, 1), (9, 0)])
def test_eight_nots_are_looked_into(depth: int, words: int) -> None:
    """Deeper ones say nothing."""
    node: Node = Term("w0")
    for _ in range(depth):
        node = Not(node)
    assert (_words(build_upper_bound(node)), _words(build_lower_bound(node))) == (words, words)
