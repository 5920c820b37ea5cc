"""What pages look like, in a few numbers."""

from datetime import date

import pytest

from monitor.models.check import PageProfile
from monitor.validation.profiles import find_garbled_text, parse_article_ids, profile_pages
from tests.validation.histories import entry, listed, pages


def test_pages_are_counted() -> None:
    """Entries of all pages, and of the first apart."""
    shown = pages(
        (entry(1000, body="Ten signs."), entry(998, title="한미 회담", body="")),
        (entry(999, title="Canada\ufffds", category=None, body="Four", board="7"),),
    )
    assert profile_pages(shown) == PageProfile(
        first_page_entries=2,
        entry_count=3,
        with_text=2,
        text_chars=14,
        with_category=2,
        cjk_titles=1,
        garbled_entries=1,
        categories=frozenset({"Trade"}),
        boards=frozenset({"2", "7"}),
        max_article_id=1000,
        newest_date=date(2025, 12, 1),
        oldest_date=date(2025, 11, 29),
    )


def test_an_empty_page_has_a_shape_too() -> None:
    """With nothing in it."""
    shape = profile_pages(pages(()))
    assert (shape.entry_count, shape.max_article_id, shape.newest_date, shape.oldest_date) == (
        0,
        None,
        None,
        None,
    )


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
    assert list(parse_article_ids([entry(1, article_id=article_id)])) == numbers


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
    assert profile_pages(pages(listed(1, 1, title=title))).cjk_titles == eastern


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
    assert find_garbled_text(entry(1, title=text, body="")) == place
    assert find_garbled_text(entry(1, title="", body=text)) == place
