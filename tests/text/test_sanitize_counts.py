"""Counts in words."""

import pytest

from monitor.text.sanitize import pluralize


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 pages"), (1, "1 page"), (2, "2 pages"), (1200, "1,200 pages")],
)
def test_one_is_told_from_many(count: int, told: str) -> None:
    """Thousands are set apart."""
    assert pluralize(count, "page") == told


def test_some_words_have_a_plural_of_their_own() -> None:
    """Which is given; it may be a whole clause."""
    assert pluralize(1, "entry", "entries") == "1 entry"
    assert pluralize(3, "message is pending", "messages are pending") == "3 messages are pending"
