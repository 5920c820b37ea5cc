"""Working days in Korea."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.silence import count_workdays_between, is_workday, skip_workdays

DAYS = st.dates(date(2010, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        "2015-02-19",  # Seollal, in the first year that is known
        "2024-10-09",  # Hangul Day apart from Chuseok
        "2024-03-01",  # Independence Movement Day
        "2025-01-01",  # New Year
        "2025-01-28",  # the day before Seollal
        "2025-01-30",  # the day after it
        "2025-03-03",  # for a Saturday, 1 March
        "2025-05-01",  # Labour Day
        "2025-05-05",  # Children's Day and Buddha's Birthday at once
        "2025-06-06",  # Memorial Day
        "2025-08-15",  # Liberation Day
        "2025-10-03",  # the long Chuseok of 2025, from here ...
        "2025-10-06",
        "2025-10-07",
        "2025-10-08",
        "2025-10-09",  # ... to Hangul Day
        "2025-12-25",  # Christmas
        "2025-11-29",  # a Saturday
        "2025-11-30",  # a Sunday
        "2026-02-16",
        "2026-02-18",
        "2026-05-05",  # Children's Day alone
        "2026-05-25",  # for Buddha's Birthday on a Sunday
        "2026-07-17",  # Constitution Day
        "2026-09-24",
    ],
)
def test_holidays_and_weekends_are_no_working_days(day: str) -> None:
    """As Korea's calendars show them."""
    assert not is_workday(date.fromisoformat(day))


@pytest.mark.parametrize(
    "day", ["2025-01-02", "2025-01-31", "2025-10-02", "2025-10-10", "2025-12-24", "2026-02-19"]
)
def test_other_days_are(day: str) -> None:
    """Also those next to a feast."""
    assert is_workday(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        ("2025-12-01", "2025-12-01", 0),
        ("2025-12-01", "2025-12-02", 0),
        ("2025-12-01", "2025-12-04", 2),
        ("2025-12-05", "2025-12-08", 0),  # over a weekend
        ("2025-10-02", "2025-10-10", 0),  # over Chuseok
        ("2025-12-04", "2025-12-01", 0),
    ],
)
def test_what_lies_between_is_counted(first: str, last: str, count: int) -> None:
    """Without the two days themselves."""
    assert count_workdays_between(date.fromisoformat(first), date.fromisoformat(last)) == count


@given(DAYS, st.integers(0, 30))
def test_the_day_after_so_many_working_days_has_them_before_it(day: date, number: int) -> None:
    """And is the first that has."""
    found = skip_workdays(day, number)
    assert count_workdays_between(day, found) == number
    assert found == day + timedelta(days=1) or count_workdays_between(
        day, found - timedelta(days=1)
    ) == max(number - 1, 0)


@given(DAYS)
def test_a_year_has_about_as_many_working_days_as_it_should(day: date) -> None:
    """Whatever is in the table: no year loses a month."""
    days = count_workdays_between(date(day.year, 1, 1), date(day.year, 12, 31))
    assert 238 <= days <= 258
