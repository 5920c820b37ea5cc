"""Queries with a term left out, exchanged, or meant less strictly."""

import pytest
from hypothesis import given

from monitor.domain.explanation import explain_terms
from monitor.models.notification import Document, Hit
from monitor.models.report import TermResult
from monitor.query.ast import Node, SourceTerm, Term
from monitor.query.lexer import to_query
from monitor.query.matcher import matches_document
from monitor.query.parser import parse
from monitor.query.rewrite import list_leaves, relax_term, remove_leaf, replace_leaf
from tests.query.reference_model import Written, documents, nodes


@pytest.mark.parametrize(
    ("query", "leaf", "rest"),
    [
        ("steel quota", "quota", "steel"),
        ("steel OR quota", "steel", "quota"),
        ("steel NOT quota", "quota", "steel"),
        ("(steel OR TRQ) quota", "steel", "TRQ quota"),
        ("(steel OR TRQ) NOT (TRQ scrap)", "TRQ", "steel NOT scrap"),
        ("steel", "steel", None),
        ("NOT steel", "steel", None),
        ("steel", "quota", "steel"),
        ("source:trade steel", "source:trade", "steel"),
        ("steel steel", "steel", None),
        ("(steel OR steel) quota", "steel", "quota"),
        ("(steel steel) OR quota", "steel", "quota"),
        ("NOT (steel steel)", "steel", None),
    ],
)
def test_a_term_is_left_out_wherever_it_stands(query: str, leaf: str, rest: str | None) -> None:
    """And nothing is left of a query that was nothing else."""
    left = parse(leaf)
    assert isinstance(left, Term | SourceTerm)
    found = remove_leaf(parse(query), left)
    assert (None if found is None else to_query(found)) == rest


@pytest.mark.parametrize(
    ("query", "leaf", "other", "changed"),
    [
        ("steel", "steel", "TRQ", "TRQ"),
        ("steel quota", "steel", "TRQ", "TRQ quota"),
        ("steel OR quota", "quota", "TRQ", "steel OR TRQ"),
        ("steel NOT quota", "quota", "source:trade", "steel NOT source:trade"),
        ("(steel OR tin) NOT (steel scrap)", "steel", "TRQ", "(TRQ OR tin) NOT (TRQ scrap)"),
        ("title:steel steel", "steel", "TRQ", "title:steel TRQ"),
    ],
)
def test_a_term_is_exchanged_wherever_it_stands(
    query: str, leaf: str, other: str, changed: str
) -> None:
    """And nothing else is; a term of one field is another term."""
    old = parse(leaf)
    assert isinstance(old, Term)
    assert replace_leaf(parse(query), old, parse(other)) == parse(changed)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("steel", ["steel"]),
        ("NOT steel", ["not steel"]),
        ("(steel OR TRQ) -quota steel", ["steel", "TRQ", "not quota"]),
        ("steel NOT (quota NOT (tin OR scrap))", ["steel", "not quota", "tin", "scrap"]),
        ("steel -steel", ["steel", "not steel"]),
        ("-source:trade title:steel", ["not source:trade", "title:steel"]),
    ],
)
def test_terms_come_in_order_and_are_looked_for_or_left_out(query: str, told: list[str]) -> None:
    """Each once of either; what a NOT leaves out of what is left out is looked for."""
    found = list_leaves(parse(query))
    assert [f"{'not ' * excluded}{to_query(leaf)}" for leaf, excluded in found] == told


@pytest.mark.parametrize(
    ("term", "less"),
    [
        ('"steel quota"', "steel quota"),
        ('title:"steel quota"', "title:steel title:quota"),
        ('"steel quota"~3', "steel quota"),
        ("title:steel", "steel"),
        ("category:steel*", "steel*"),
        ("title:Korea-semi*", "Korea-semi*"),
        ("Korea-semi*", None),
        ("steel", None),
        ("반도체", None),
        ('"the 반도체"', None),
    ],
)
def test_a_term_can_ask_less(term: str, less: str | None) -> None:
    """Words apart, or in any field; what is one word of Hangul stays one."""
    node = parse(term)
    assert isinstance(node, Term)
    found = relax_term(node)
    assert (None if found is None else to_query(found)) == less


@given(node=nodes, written=documents)
def test_terms_are_known_by_what_is_looked_for(node: Node, written: Written) -> None:
    """A query fails for some term, or for none; and what is to blame is lacking or left out."""
    document = written.document
    terms = explain_terms(node, document)
    assert [one.term for one in terms] == [to_query(leaf) for leaf, _ in list_leaves(node)]
    blamed = [one for one in terms if one.caused_failure]
    assert bool(blamed) == (not matches_document(node, document))
    by_term = {one.term: one for one in terms}
    assert all(
        by_term[to_query(leaf)].is_found == matches_document(leaf, document)
        for leaf, _ in list_leaves(node)
    )


@pytest.mark.parametrize(
    ("query", "found", "blamed"),
    [
        ("steel", ["steel"], []),
        ("quota", [], ["quota"]),
        ("steel quota TRQ", ["steel"], ["quota", "TRQ"]),
        ("steel OR quota", ["steel"], []),
        ("quota OR TRQ", [], ["quota", "TRQ"]),
        ("-steel", ["steel"], ["steel"]),
        ("-quota", [], []),
        ("tin -steel", ["steel", "tin"], ["steel"]),
        ("-(steel tin)", ["steel", "tin"], ["steel", "tin"]),
        ("-(steel OR quota)", ["steel"], ["steel"]),
        ("-(steel -quota)", ["steel"], ["steel", "quota"]),
        ("NOT NOT quota", [], ["quota"]),
        ("(steel OR quota) TRQ", ["steel"], ["TRQ"]),
        ("source:trade source:energy", ["source:trade"], ["source:energy"]),
    ],
)
def test_a_query_fails_for_what_is_lacking_or_left_out(
    query: str, found: list[str], blamed: list[str]
) -> None:
    """And for nothing that would not have helped."""
    terms = explain_terms(
        parse(query), Document(title="", text="tin and steel", sources=("trade",))
    )
    assert {one.term for one in terms if one.is_found} == set(found)
    assert [one.term for one in terms if one.caused_failure] == blamed


def test_a_reason_tells_where_the_term_is() -> None:
    """With whether the query looks for it."""
    document = Document(title="Steel", text="On steel", category="Trade")
    assert explain_terms(parse("steel -tin"), document) == (
        TermResult(
            term="steel",
            is_excluded=False,
            is_found=True,
            caused_failure=False,
            hits=(
                Hit(field="title", start=0, end=5, term="steel"),
                Hit(field="text", start=3, end=8, term="steel"),
            ),
        ),
        TermResult(term="tin", is_excluded=True, is_found=False, caused_failure=False),
    )


@given(node=nodes)
def test_exchanging_a_term_for_itself_changes_nothing(node: Node) -> None:
    """In whatever it stands."""
    for leaf, _ in list_leaves(node):
        assert replace_leaf(node, leaf, leaf) == node


@pytest.mark.parametrize(
    ("query", "text", "instead"),
    [
        ("US", "us", "us"),
        ("US", "tell us, and Us too", "us"),
        ("US*", "uses", "uses"),
        ("US", "U.S. and us", ""),
        ("TRQ", "quota", ""),
        ('"US tariff"', "us tariffs", "us tariffs"),
        ("us", "them", ""),
        ("category:US", "us", ""),
        ("source:us", "us", ""),
    ],
)
def test_small_letters_are_pointed_out(query: str, text: str, instead: str) -> None:
    """Where a word of two to four capitals finds only capitals."""
    (one,) = explain_terms(parse(query), Document(title="", text=text))
    assert one.lowercase_form == instead


def test_small_letters_are_pointed_out_in_any_field() -> None:
    """As they stand there."""
    document = Document(title="For Us", text="they use it", category="IT and us")
    for query, instead in (("US", "Us"), ("title:US", "Us"), ("category:US", "us"), ("IT", "it")):
        (one,) = explain_terms(parse(query), document)
        assert one.lowercase_form == instead
