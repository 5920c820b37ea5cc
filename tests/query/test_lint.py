"""What a right query may not mean as it was thought."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.query.ast import Or, Term
from monitor.query.lexer import to_query
from monitor.query.lint import lint_query
from monitor.query.parser import parse
from tests.query.reference_model import nodes


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("UAE or Qatar", ["or"]),
        ("UAE Or (Qatar)", ["Or"]),
        ('"a b" or title:c', ["or"]),
        ('"a" or "b"', ["or"]),
        ("(a b) and -c", ["and"]),
        ("a or NOT b", ["or"]),
        ('not "b"', ["not"]),
        ("steel not scrap", ["not"]),
        ("not scrap", ["not"]),
        ("Not (scrap)", ["Not"]),
        ("steel NEAR quota", ["NEAR"]),
        ("steel NEAR/5 quota", ["NEAR/5"]),
        ("steel w/5 quota", ["w/5"]),
        ("steel /5 quota", ["/5"]),
        ("steel WITHIN/5 quota", ["WITHIN/5"]),
        ("a or b and c or d", ["or", "and", "or"]),
        # the word itself, or the operator
        ('UAE "or" Qatar', []),
        ("UAE OR Qatar NOT c AND d", []),
        ("or", []),
        ("or UAE", []),
        ("UAE or", []),
        ("why not", []),
        ("near term", []),
        ("steel near quota", []),
        ("steel w/o quota", []),
        ("NEAR/5 quota", []),
        ("andes ore knot", []),
        ("(or)", []),
    ],
)
def test_words_that_look_like_operators_are_told(query: str, words: list[str]) -> None:
    """Where an operator could stand."""
    assert [one[1 : one.index("”")] for one in lint_query(query)] == words


@pytest.mark.parametrize(
    ("query", "advice"),
    [
        ("a or b", "write OR for one or the other"),
        ("a and b", "leave it out, as words next to each other must all be there"),
        ("a not b", "write NOT to exclude a word"),
        ("a NEAR b", 'write "steel quota"~5 for words near each other'),
    ],
)
def test_it_is_said_what_to_write(query: str, advice: str) -> None:
    """For the operator, and for the word."""
    (told,) = lint_query(query)
    word = query.split(" ")[1]
    assert told == (
        f"“{word}” is searched for as a word: {advice}, or put it in quotes for the word itself"
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("'steel quota' OR TRQ", "'steel quota'"),
        ("title:‘steel import quota’, a", "‘steel import quota’,"),
        ("«steel quota»", "«steel quota»"),
        ("「철강 쿼터」", "「철강 쿼터」"),
        ("'a 'b c'", "'b c'"),
        # a phrase, no phrase at all, or apostrophes
        ('"steel quota"', ""),
        ("\"'steel quota'\"", ""),
        ("'steel' workers' quota", ""),
        ("members' quota", ""),
        ("'tis Korea's quota", ""),
        ("'steel OR quota'", ""),
    ],
)
def test_a_phrase_between_other_quotes_is_told(query: str, words: str) -> None:
    """Its words are searched for one by one."""
    told = f"{words} is searched for as single words: put a phrase in double quotes"
    assert list(lint_query(query)) == ([told] if words else [])


@pytest.mark.parametrize("query", ["a ＯＲ b", "a ＯR b"])
def test_operators_in_full_width_are_operators(query: str) -> None:
    """Letters of a Korean keyboard make no difference."""
    assert parse(query) == Or((Term("a"), Term("b")))
    assert list(lint_query(query)) == []
    assert parse(to_query(Term("ＯＲ"))) == Term("ＯＲ")
    with pytest.raises(QueryError, match="ＡＮＤ has nothing after it"):
        parse("a ＡＮＤ")


@given(nodes)
def test_a_query_that_is_written_out_says_what_it_means(node: object) -> None:
    """Only of a word that is one of these by itself there is something to say."""
    told = to_query(node)  # type: ignore[arg-type]
    looks = {"or", "and", "not"} & set(told.casefold().split())
    assert looks or "NEAR" in told or not list(lint_query(told))


@given(st.text("aorndtNOT ()-\"'’/5", max_size=12))
def test_whatever_can_be_read_can_be_remarked_on(query: str) -> None:
    """No right query ends in an error here."""
    try:
        parse(query)
    except QueryError:
        return
    list(lint_query(query))
