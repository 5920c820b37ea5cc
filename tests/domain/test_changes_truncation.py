"""Texts that boards cut, and whose article a page is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.domain.changes import is_article_of, is_truncation_of
from monitor.models.check import Article

DAY = date(2025, 12, 1)
LONG = "word " * 90


@pytest.mark.parametrize(
    ("shown", "whole", "expected"),
    [
        ("Of steel.", "Of steel.", True),
        ("Of  “steel”.", 'Of "steel".', True),  # another spelling of the marks
        ("of us", "of US", False),  # capitals count
        (LONG + "bilateral AI po", LONG + "bilateral AI policy", True),  # as in the seed
        (LONG, LONG.replace(" ", "\n") + "more", True),  # paragraphs
        (LONG + "Cafe", LONG + "Cafe\u0301 au lait", True),  # cut between a letter and its accent
        (LONG + "of AI and", LONG + "of ai and more", False),
        (LONG + "one", LONG + "other", False),
        ("word " * 50, "word " * 50 + "more", False),  # too short for any cut
        (LONG + "more", LONG, False),
        ("", "", True),
    ],
)
def test_a_text_shows_another(shown: str, whole: str, *, expected: bool) -> None:
    """It is the same, or its beginning where a board may have cut it."""
    assert is_truncation_of(shown, whole) is expected


ARTICLE = Article(
    title="Steel–talks", date=DAY, body=LONG + "the end", article_id="7", board="2", attachments=()
)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        (ARTICLE, True),
        (replace(ARTICLE, title="STEEL-Talks", body="Quite another."), True),
        (replace(ARTICLE, title="Retitled"), True),  # its text goes on from what is listed
        (replace(ARTICLE, date=DAY + timedelta(days=1)), True),
        (replace(ARTICLE, title="Retitled", body=LONG[:-20]), False),
        (replace(ARTICLE, title="Retitled", body="Quite another."), False),
        (replace(ARTICLE, article_id="8"), False),
        (replace(ARTICLE, article_id=""), True),  # a page that does not say
    ],
)
def test_an_article_fits_its_release(article: Article, *, expected: bool) -> None:
    """By its number, and its title and date or its text."""
    fitting = is_article_of(article, title="Steel-talks", day=DAY, body=LONG, article_id="7")
    assert fitting is expected


def test_where_nothing_is_listed_the_title_must_fit() -> None:
    """An empty text is the beginning of everything."""
    article = replace(ARTICLE, title="Retitled")
    assert not is_article_of(article, title="Steel-talks", day=DAY, body="", article_id="7")
