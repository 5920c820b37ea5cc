"""What pages look like, in a few numbers."""

from datetime import date

import pytest

from monitor.health.shape import article_ids, garbled_in, shape_of
from monitor.model.history import Shape
from tests.health.histories import entry, listed, pages


def test_pages_are_counted() -> None:
    """Entries of all pages, and of the first apart."""
    shown = pages(
        (entry(1000, body="Ten signs."), entry(998, title="한미 회담", body="")),
        (entry(999, title="Canada\ufffds", category=None, body="Four", board="7"),),
    )
    assert shape_of(shown) == Shape(
        first=2,
        entries=3,
        texts=2,
        letters=14,
        labelled=2,
        eastern=1,
        garbled=1,
        categories=frozenset({"Trade"}),
        boards=frozenset({"2", "7"}),
        highest_id=1000,
        newest=date(2025, 12, 1),
        oldest=date(2025, 11, 29),
    )


def test_an_empty_page_has_a_shape_too() -> None:
    """With nothing in it."""
    shape = shape_of(pages(()))
    assert (shape.entries, shape.highest_id, shape.newest, shape.oldest) == (0, None, None, None)


@pytest.mark.parametrize(
    ("article_id", "numbers"),
    [
        ("2650", [2650]),
        ("9" * 18, [10**18 - 1]),
        ("1" + "0" * 18, []),  # more than SQLite holds
        ("", []),
        ("-5", []),
        ("²", []),
        ("EATCL2650", []),
    ],
)
def test_article_ids_count_if_they_are_numbers(article_id: str, numbers: list[int]) -> None:
    """That can be kept."""
    assert list(article_ids([entry(1, article_id=article_id)])) == numbers


@pytest.mark.parametrize(
    ("title", "eastern"),
    [
        ("한미 회담", 1),
        ("Korea-EU", 0),
        ("한미 FTA", 0),  # two letters of five
        ("한미 EU", 0),  # half is not most
        ("한미 회 EU 2025!", 1),  # digits and marks are no letters
        ("日韓会談", 1),
        ("カナダ", 1),
    ],
)
def test_a_title_is_eastern_if_most_of_its_letters_are(title: str, eastern: int) -> None:
    """Hangul, Han or Kana."""
    assert shape_of(pages(listed(1, 1, title=title))).eastern == eastern


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Canada\ufffds steel", "Canada\ufffds steel"),
        ("A" * 30 + "\ufffd" + "B" * 30, "A" * 20 + "\ufffd" + "B" * 19),
        ("Canada’s café", None),
        ("Ã¿", "Ã¿"),
        ("ê°€", "ê°€"),
        ("ê°", None),
    ],
)
def test_the_first_broken_place_is_shown(text: str, place: str | None) -> None:
    """With twenty characters on either side, whether in the title or the text."""
    assert garbled_in(entry(1, title=text, body="")) == place
    assert garbled_in(entry(1, title="", body=text)) == place
