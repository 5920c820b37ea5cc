"""When silence is longer than a listing has ever known."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.silence import (
    SEOUL,
    QuietPeriod,
    count_silent_days,
    estimate_quiet_period,
    is_workday,
)

DAY = timedelta(days=1)
NOON = datetime(2025, 12, 1, 3, tzinfo=UTC)


def workdays(last: date, count: int, every: int = 1) -> list[date]:
    """Return working days up to `last`, every so many of them."""
    days: list[date] = []
    while len(days) < count * every:
        days += [last] if is_workday(last) else []
        last -= DAY
    return days[::every]


def at(day: str, hour: int = 0) -> datetime:
    """Return a moment of a day in Seoul."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), SEOUL) + hour * DAY / 24


@pytest.mark.parametrize(
    "days",
    [
        [],
        [date(2025, 12, 1)],
        workdays(date(2025, 12, 1), 19, every=5),  # too few
        workdays(date(2025, 12, 1), 30),  # too short a time
        workdays(date(2026, 12, 1), 200, every=1)[:150],  # of days to come nothing is known
    ],
)
def test_of_what_is_hardly_known_nothing_is_said(days: list[date]) -> None:
    """At least twenty days with releases, over two months."""
    assert estimate_quiet_period(days, NOON) is None


@pytest.mark.parametrize(
    ("count", "span", "is_enough"), [(20, 60, True), (19, 60, False), (20, 59, False)]
)
def test_twenty_days_over_sixty_are_enough(count: int, span: int, *, is_enough: bool) -> None:
    """From the first to the last, however they lie between."""
    first = date(2025, 10, 2)
    days = [first + n * DAY for n in (*range(1, count - 1), 0, span)]
    assert (estimate_quiet_period(days, NOON) is not None) is is_enough


def test_a_day_begins_when_it_does_in_seoul() -> None:
    """What is dated tomorrow in Europe may be of today."""
    days = workdays(date(2025, 12, 2), 100)
    evening, midnight = datetime(2025, 12, 1, 14, tzinfo=UTC), datetime(2025, 12, 1, 15, tzinfo=UTC)
    before, after = estimate_quiet_period(days, evening), estimate_quiet_period(days, midnight)
    assert before is not None
    assert after is not None
    assert (before.last_day, after.last_day) == (date(2025, 12, 1), date(2025, 12, 2))
    assert count_silent_days(date(2025, 11, 27), evening) == 1
    assert count_silent_days(date(2025, 11, 27), midnight) == 2


def test_a_listing_that_speaks_every_working_day_is_missed_after_some() -> None:
    """Never a working day without a release in a year: the fifth ends the patience."""
    found = estimate_quiet_period(workdays(date(2025, 12, 1), 240), NOON)
    assert found == QuietPeriod(
        first_day=date(2024, 12, 9),
        last_day=date(2025, 12, 1),
        release_days=240,
        longest_gap=0,
        alert_at=at("2025-12-09"),
    )
    assert count_silent_days(found.last_day, at("2025-12-09")) == 5


def test_three_working_days_more_are_the_least() -> None:
    """However long a listing has been known: an election and a bridging day are no silence."""
    found = estimate_quiet_period(workdays(date(2025, 12, 1), 2000), NOON)
    assert found is not None
    assert (found.longest_gap, found.alert_at) == (0, at("2025-12-06"))


def test_what_is_rare_is_waited_for() -> None:
    """A release every two weeks: a month and a half is nothing strange, half a year is."""
    found = estimate_quiet_period(workdays(date(2025, 12, 1), 60, every=10), NOON)
    assert found is not None
    assert found.longest_gap == 9
    assert at("2026-02-01") < found.alert_at < at("2026-06-01")


def test_weekends_and_feasts_do_not_count() -> None:
    """Friday to Monday is no gap, nor is a whole Chuseok."""
    days = workdays(date(2025, 10, 2), 100)
    found = estimate_quiet_period(days, at("2025-10-10"))
    assert found is not None
    assert (found.longest_gap, found.alert_at > at("2025-10-13")) == (0, True)


def test_what_lies_ahead_is_no_sign_of_life() -> None:
    """An entry dated next year must not keep the listing alive until then."""
    days = workdays(date(2025, 12, 1), 100)
    assert estimate_quiet_period([*days, date(2026, 12, 1)], NOON) == estimate_quiet_period(
        days, NOON
    )


def test_a_hole_in_the_archive_is_no_silence() -> None:
    """Releases of long ago were imported: the years between are not known, and teach nothing."""
    days = workdays(date(2025, 12, 1), 100)
    whole, holed = (
        estimate_quiet_period(days, NOON),
        estimate_quiet_period([*days, *workdays(date(2019, 5, 3), 30)], NOON),
    )
    assert whole is not None
    assert holed is not None
    assert holed.longest_gap == whole.longest_gap
    assert holed.alert_at <= whole.alert_at + 3 * DAY


def broken_off(*gaps: int) -> list[date]:
    """Return working days of which so many are left out, once each, with ten between."""
    days = workdays(date(2025, 12, 1), 200)
    for number, gap in enumerate(gaps, 1):
        del days[10 * number : 10 * number + gap]
    return days


@pytest.mark.parametrize(
    ("gaps", "longest"),
    [
        ((5,), 5),
        ((5, 3), 5),
        ((20, 3), 20),
        ((21, 3), 3),
        ((6, 24), 24),
        ((6, 25), 6),
        ((25, 25), 25),
    ],
)
def test_a_silence_counts_if_it_is_not_out_of_all_proportion(
    gaps: tuple[int, ...], longest: int
) -> None:
    """Up to twenty working days, or up to four times the longest one beside it."""
    found = estimate_quiet_period(broken_off(*gaps), NOON)
    assert found is not None
    assert found.longest_gap == longest


@given(st.sets(st.dates(date(2024, 1, 1), date(2026, 6, 1)), min_size=20), st.randoms())
def test_order_and_repetition_make_no_difference(days: set[date], chance: random.Random) -> None:
    """And the limit lies after the last release, further than the longest gap known."""
    shuffled = [*days, *days]
    chance.shuffle(shuffled)
    found = estimate_quiet_period(days, NOON)
    assert estimate_quiet_period(shuffled, NOON) == found
    if found is not None:
        assert count_silent_days(found.last_day, found.alert_at) > found.longest_gap


# ------------------------------------------------------------------ a healthy listing


def published(chance: random.Random, rate: float, first: date, last: date) -> Iterator[date]:
    """Yield days with releases, by chance on working days; seldom one on a Saturday.

    The office is closed over the feasts, and now and then bridges a day.
    """
    day = first
    while day <= last:
        odds = rate if is_workday(day) else rate / 30 if day.weekday() == 5 else 0.0
        if day.month in (1, 2, 9, 10) and not is_workday(day - DAY):
            odds /= 2
        if chance.random() < odds:
            yield day
        day += DAY


@pytest.mark.parametrize("rate", [0.9, 0.5, 0.25, 0.1])
@pytest.mark.parametrize("start", [date(2024, 9, 1), date(2026, 8, 20)])
def test_400_healthy_days_raise_no_alarm(rate: float, start: date) -> None:
    """With weekends and feasts, at any pace; asked at the end of each day without a release."""
    for seed in range(3):
        chance = random.Random(f"{seed} {rate} {start}")
        before = list(published(chance, rate, start - 400 * DAY, start))
        known, days = before[-60:], set(published(chance, rate, start, start + 400 * DAY))
        for n in range(400):
            today = start + n * DAY
            if today in days:
                known.append(today)
                continue
            night = at(today.isoformat(), 24)
            found = estimate_quiet_period(known, night)
            assert found is None or night < found.alert_at, (seed, today, found)


def test_a_listing_that_has_ended_is_noticed() -> None:
    """Within a month where it spoke every other day."""
    for seed in range(10):
        chance = random.Random(seed)
        days = list(published(chance, 0.5, date(2025, 1, 1), date(2025, 11, 20)))
        found = estimate_quiet_period(days, NOON)
        assert found is not None
        assert found.alert_at <= at("2025-12-20"), (seed, found)
