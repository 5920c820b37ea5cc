"""The stretch that shows why a release was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models.notification import Document, Hit
from monitor.query.ast import Node
from monitor.query.matcher import find_hits
from monitor.query.parser import parse
from monitor.query.snippet import extract_snippet
from tests.query.reference_model import Written, documents, nodes

LONG = " ".join(["word"] * 40)


def _shown(query: str, document: Document, width: int = 40) -> str:
    hits = find_hits(parse(query), document)
    assert hits is not None
    return extract_snippet(document, hits, width).highlight_hits("[", "]")


@pytest.mark.parametrize(
    ("query", "text", "shown"),
    [
        # all of it
        ("steel", "Some steel here.", "Some [steel] here."),
        ("steel here", "Some steel here.", "Some [steel] [here]."),
        # cut, in whole words
        ("steel", f"steel {LONG}", "[steel] word word word word word word word …"),
        ("steel", f"{LONG} steel", "… word word word word word word word [steel]"),
        ("steel", f"{LONG} steel {LONG}", "… word word [steel] word word word word …"),
        # the best of several places
        ("a b", f"a {LONG} b a {LONG}", "… word word [b] [a] word word word word word …"),
        ("a", f"a {LONG} a a {LONG}", "… word word [a] [a] word word word word word …"),
        ("a", f"a {LONG} a {LONG}", "[a] word word word word word word word …"),
        # nothing to mark
        ("-a", f"b {LONG}", "b word word word word word word word …"),
        ("-a", "", ""),
        # marks that meet or overlap
        ('"steel quota" "quota on"', "steel quota on it", "[steel quota on] it"),
        ("철 강", "철강", "[철][강]"),
        # layout
        ("steel", "Some\nsteel\there", "Some [steel] here"),
        ("steel-quota", " \n\nSome  steel\n\nquota  \n\n", "Some [steel quota]"),
        # no spaces, and hits longer than there is room
        (
            "철",
            "가" * 40 + "철" + "나" * 40,
            f"… {'가' * 13}[철]{'나' * 26} …",
        ),
        ('"a b"', f"a {'. ' * 50} b c", "[a . . . . . . . . . . . . . . . . . . .] …"),
    ],
)
def test_the_text_is_shown_around_its_hits(query: str, text: str, shown: str) -> None:
    """Words stay whole, what is cut is seen to be, and every hit in the stretch is marked."""
    assert _shown(query, Document(title="", text=text)) == shown


def test_the_title_or_category_is_shown_where_only_it_was_hit() -> None:
    """Whole, however long; but the text shows better if there is a hit in it."""
    document = Document(title=f"steel {LONG}", text="quota of it", category="FTA/Trade")
    assert _shown("steel", document) == f"[steel] {LONG}"
    assert _shown("steel quota", document) == "[quota] of it"
    assert _shown("steel category:fta", document) == f"[steel] {LONG}"
    assert _shown("category:trade", document) == "FTA/[Trade]"
    hits = find_hits(parse("category:trade"), document)
    assert hits is not None
    assert extract_snippet(document, hits).field == "category"


@given(nodes, documents, st.integers(10, 60))
def test_marks_are_of_hits(node: Node, written: Written, width: int) -> None:
    """Marks lie inside, in order, apart, and on what was found; the stretch is not too long."""
    hits = find_hits(node, written.document) or ()
    shown = extract_snippet(written.document, hits, width)
    places = [0, *(at for mark in shown.marks for at in mark), len(shown.text)]
    assert places == sorted(places)
    assert bool(shown.marks) == bool(hits)
    if shown.field == "text":
        assert len(shown.text) <= width + 4
    original = " ".join(getattr(written.document, shown.field).split())
    for start, end in shown.marks:
        assert start < end
        assert " ".join(shown.text[start:end].split()) in original


def test_a_thousand_hits_take_no_time() -> None:
    """A text that is nothing but hits is shown from its beginning."""
    hits = [Hit(field="text", start=at, end=at + 1, term="a") for at in range(0, 20_000, 2)]
    shown = extract_snippet(Document(title="", text="a " * 10_000), hits)
    assert shown.marks[0] == (0, 1)
    assert len(shown.marks) == 80
