"""Can what was read be believed?"""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.health import NO_HISTORY, judge
from monitor.model.scraped import Entry, Page

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)


def page(*days: date, number: int = 1) -> Page:
    """Return a page with an entry a day."""
    entries = tuple(
        Entry(title=f"Title {i}", date=day, category=None, body="", url=None)
        for i, day in enumerate(days)
    )
    return Page(number=number, entries=entries)


def test_an_ordinary_page_is_believed() -> None:
    """Entries of today, of yesterday and of a few days ahead are nothing special."""
    today = NOW.date()
    verdict = judge(
        [page(today + timedelta(days=3), today, today - timedelta(days=1))], NO_HISTORY, NOW
    )
    assert verdict.credible


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([page()], "no entries"),
        ([page(date(2205, 12, 1))], "dated 2205-12-01, far in the future"),
        ([page(date(2025, 12, 1)), page(date(2026, 3, 1), number=2)], "far in the future"),
    ],
)
def test_a_page_that_cannot_be_right_is_told_with_reason_and_advice(
    pages: list[Page], reason: str
) -> None:
    """Each rule says what is wrong and what to do."""
    verdict = judge(pages, NO_HISTORY, NOW)
    assert not verdict.credible
    assert reason in verdict.reason
    assert verdict.advice


def test_the_limit_is_a_month_ahead() -> None:
    """Thirty days ahead are believed, thirty-one are not."""
    assert judge([page(NOW.date() + timedelta(days=30))], NO_HISTORY, NOW).credible
    assert judge([page(NOW.date() + timedelta(days=31))], NO_HISTORY, NOW).credible is False
    assert judge([page()], NO_HISTORY, NOW).credible is False


def test_a_page_past_the_end_is_no_fault() -> None:
    """Only page 1 must hold entries."""
    assert judge([page(date(2025, 12, 1)), page(number=2)], NO_HISTORY, NOW).credible
