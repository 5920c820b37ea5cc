"""What a slip of the finger makes of a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.suggestions import generate_edits, generate_transpositions


@pytest.mark.parametrize(
    ("word", "others"),
    [("TQR", ["QTR", "TRQ"]), ("ab", ["ba"]), ("aab", ["aba"]), ("a", []), ("", [])],
)
def test_neighbours_change_places(word: str, others: list[str]) -> None:
    """Not where that changes nothing."""
    assert list(generate_transpositions(word)) == others


@given(st.text("abcz", min_size=1, max_size=6), st.data())
def test_one_letter_can_be_missing_added_or_another(word: str, data: st.DataObject) -> None:
    """Whichever it was; and the word itself is no slip of itself by another letter."""
    at = data.draw(st.integers(0, len(word) - 1))
    others = set(generate_edits(word))
    assert word[:at] + word[at + 1 :] in others
    assert f"{word[:at]}q{word[at:]}" in others
    assert f"{word[:at]}q{word[at + 1 :]}" in others
    assert word not in others
    assert all(abs(len(other) - len(word)) <= 1 for other in others)


def test_capitals_stay_capitals() -> None:
    """They find only capitals."""
    assert all(other.isupper() for other in generate_edits("TQ"))
    assert "TQR" in generate_edits("TQ")
