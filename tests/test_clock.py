"""Dates as people say them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import DATE_FORMS, parse_day_range

TODAY = date(2025, 12, 3)  # a Wednesday


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("2025-11-03", "2025-11-03", "2025-11-03"),
        ("2025-11-3", "2025-11-03", "2025-11-03"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("today", "2025-12-03", "2025-12-03"),
        (" Today ", "2025-12-03", "2025-12-03"),
        ("now", "2025-12-03", "2025-12-03"),
        ("yesterday", "2025-12-02", "2025-12-02"),
        ("monday", "2025-12-01", "2025-12-01"),
        ("Mon", "2025-12-01", "2025-12-01"),
        ("wednesday", "2025-12-03", "2025-12-03"),
        ("last wednesday", "2025-11-26", "2025-11-26"),
        ("last monday", "2025-12-01", "2025-12-01"),
        ("tues", "2025-12-02", "2025-12-02"),
        ("thurs", "2025-11-27", "2025-11-27"),
        ("friday", "2025-11-28", "2025-11-28"),
        ("sat", "2025-11-29", "2025-11-29"),
        ("sunday", "2025-11-30", "2025-11-30"),
        ("this week", "2025-12-01", "2025-12-07"),
        ("last  week", "2025-11-24", "2025-11-30"),
        ("this month", "2025-12-01", "2025-12-31"),
        ("last month", "2025-11-01", "2025-11-30"),
        ("this year", "2025-01-01", "2025-12-31"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("3 days ago", "2025-11-30", "2025-11-30"),
        ("1 day ago", "2025-12-02", "2025-12-02"),
        ("a week ago", "2025-11-26", "2025-11-26"),
        ("2 weeks", "2025-11-19", "2025-11-19"),
        ("last 2 weeks", "2025-11-19", "2025-11-19"),
        ("the past 2 months", "2025-10-03", "2025-10-03"),
        ("a year", "2024-12-03", "2024-12-03"),
    ],
)
def test_what_people_say(said: str, first: str, last: str) -> None:
    """Each is a span from its first day to its last."""
    assert parse_day_range(said, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("today", "said", "day"),
    [
        ("2025-12-31", "1 month ago", "2025-11-30"),
        ("2025-03-31", "1 month", "2025-02-28"),
        ("2024-02-29", "1 year ago", "2023-02-28"),
        ("2025-01-15", "2 months ago", "2024-11-15"),
    ],
)
def test_a_month_may_lack_the_day(today: str, said: str, day: str) -> None:
    """Then it is the last one that it has."""
    assert parse_day_range(said, date.fromisoformat(today)) == (date.fromisoformat(day),) * 2


@pytest.mark.parametrize("today", ["2025-01-01", "2025-01-31"])
def test_the_month_before_january_is_december(today: str) -> None:
    """Of the year before."""
    assert parse_day_range("last month", date.fromisoformat(today)) == (
        date(2024, 12, 1),
        date(2024, 12, 31),
    )


@pytest.mark.parametrize(
    "said",
    ["", "soon", "2025-02-30", "2025-13", "0000", "20251103", "3 days from now", "mo", "last",
     "99999 years ago", "next week", "tomorrow", "-1 days ago", "²-1"],
)  # fmt: skip
def test_what_is_no_date(said: str) -> None:
    """Is none; nothing is guessed."""
    assert parse_day_range(said, TODAY) is None


@given(st.dates(min_value=date(2, 1, 1)), st.integers(1, 300))
def test_spans_are_in_order_and_lie_no_further_ahead_than_their_period(
    today: date, count: int
) -> None:
    """Whatever day it is said on."""
    for said in ("today", "sunday", "last week", "last month", f"{count} days ago"):
        found = parse_day_range(said, today)
        if found is None:  # before the first day that there is
            assert today.year <= 2
            continue
        assert found.first <= found.last <= today
    week = parse_day_range("this week", today)
    assert week is None or (week.first.weekday(), week.last - week.first) == (0, timedelta(days=6))


def test_what_can_be_said_is_told_in_forms_that_work() -> None:
    """The advice does not lie."""
    told = DATE_FORMS.replace("a day (", "").replace("a month (", "").replace("a year (", "")
    for said in told.replace(")", "").replace(" or ", ", ").split(", "):
        assert parse_day_range(said, TODAY) is not None, said
