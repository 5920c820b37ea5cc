"""What is seen at a glance is what the matcher would say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models.notification import Document
from monitor.query.ast import Field, Term
from monitor.query.fts_document import quick_match
from monitor.query.matcher import find_hits
from monitor.query.parser import parse

WORDS = (
    "battery batteries Battery BAT bats bat’tery ba't o'bat bat.tery B.A.T. 1,bat 12bat bat12"
    " _bat x-bat (bat) –bat “bat” café…bat ba\u0301t ſbat bat\x1btery 한국 한 국"
)
PIECES = st.lists(st.sampled_from(WORDS.split()), max_size=4)
TERMS = st.one_of(
    st.builds(
        Term,
        st.sampled_from(["ba", "bat", "batt", "battery", "bater"]),
        st.sampled_from([None, "title", "text"]),
        is_prefix=st.just(value=True),
    ),
    st.builds(Term, st.sampled_from(["한국", "한", "bat"])),
)


def joined(pieces: list[str], gap: str) -> str:
    """Return a text of these pieces."""
    return gap.join(pieces)


TEXTS = st.builds(joined, PIECES, st.sampled_from([" ", "", ".", "-", "\n"]))


@given(term=TERMS, title=TEXTS, text=TEXTS)
def test_what_is_seen_is_what_the_matcher_says(term: Term, title: str, text: str) -> None:
    """Of beginnings and of Hangul, in whatever stands around them."""
    document = Document(title=title, text=text)
    seen = quick_match(term, document)
    assert seen in {None, find_hits(term, document) is not None}


@pytest.mark.parametrize(
    ("query", "text", "seen"),
    [
        ("battery*", "A battery", True),
        ("battery*", "Battery-powered", True),
        ("battery*", "Korea’s batteries – and “more”", False),
        ("battery*", "(battery)", None),
        ("battery*", "“EVs” – not·so — Korea’s batteries", False),
        ("battery*", "bat'tery", None),
        ("battery*", "bat`tery", None),
        ("battery*", "bat.tery", None),
        ("battery*", "bat,tery", None),
        ("battery*", "한국 batteries", None),
        ("москв*", "москва", None),
        ("한국", "대한국민", True),
        ("한국", "한 국", False),
        ("한국", "한\u200b국", None),
        ("ﾊﾝ", "ハン", None),
        ("5한", "5한국", None),
        ("한5", "대한5", None),
        ("한국*", "대한국", None),
        ("battery", "battery", None),
        ("b", "battery", None),
        ("b*", "cab", None),
        ("US*", "US", None),
        ("644*", "644", None),
    ],
)
def test_what_is_seen_at_a_glance(query: str, text: str, seen: bool | None) -> None:
    """The usual; what is not is left to the matcher."""
    node = parse(query)
    assert isinstance(node, Term)
    assert quick_match(node, Document(title="Steel", text=text)) is seen


@pytest.mark.parametrize(("field", "seen"), [(None, True), ("text", False), ("category", None)])
def test_only_the_field_that_is_meant_is_looked_at(field: Field | None, seen: bool | None) -> None:
    """The category is the matcher's alone."""
    term = Term("bat", field, is_prefix=True)
    assert quick_match(term, Document(title="bats", text="steel", category="bats")) is seen
