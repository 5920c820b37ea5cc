"""Counts in words."""

import pytest

from monitor.text.counting import counted


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 pages"), (1, "1 page"), (2, "2 pages"), (1200, "1,200 pages")],
)
def test_one_is_told_from_many(count: int, told: str) -> None:
    """Thousands are set apart."""
    assert counted(count, "page") == told


def test_some_words_have_a_plural_of_their_own() -> None:
    """Which is given; it may be a whole clause."""
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(3, "message waits", "messages wait") == "3 messages wait"
