"""When something is due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.schedule import (
    MAX_ATTEMPTS,
    DigestPeriod,
    compute_fetch_wait,
    convert_to_cron,
    find_next_attempt,
    find_next_check,
    find_next_time,
    find_period,
    find_previous_time,
    make_period_finder,
)
from monitor.models.config import Source, TerminalChannel

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
BERLIN, SEOUL, NEW_YORK = map(ZoneInfo, ("Europe/Berlin", "Asia/Seoul", "America/New_York"))
CHANCES = st.floats(0, 1, exclude_max=True)


def test_waits_grow_from_seconds_to_half_a_day_over_about_three_days() -> None:
    """The waits between deliveries are those of the contract: 5 s to 12 h, about 3 days."""
    waits = [
        at - NOW
        for attempt in range(1, MAX_ATTEMPTS)
        if (at := find_next_attempt(attempt, NOW, 0.5)) is not None
    ]
    hours = (1, 2, 4, 8, 12, 12, 12, 12, 12)
    assert waits == [
        *(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800)),
        *(timedelta(hours=one) for one in hours),
    ]
    assert timedelta(days=2.5) < sum(waits, timedelta()) < timedelta(days=3.5)


def test_after_the_last_attempt_it_is_given_up() -> None:
    """There is no attempt after the last one, whatever the receiver asks for."""
    assert find_next_attempt(MAX_ATTEMPTS, NOW, 0.5) is None
    assert find_next_attempt(MAX_ATTEMPTS, NOW, 0.5, timedelta(hours=1)) is None


@given(attempt=st.integers(1, MAX_ATTEMPTS - 1), chance=CHANCES)
def test_jitter_stays_within_a_fifth(attempt: int, chance: float) -> None:
    """Chance moves an attempt by a fifth of its wait at the most."""
    middle, moved = find_next_attempt(attempt, NOW, 0.5), find_next_attempt(attempt, NOW, chance)
    assert middle is not None
    assert moved is not None
    assert abs(moved - middle) <= (middle - NOW) / 5 + timedelta(microseconds=1)


def test_chance_lengthens_a_wait() -> None:
    """Nought is the shortest, nearly one the longest."""
    assert compute_fetch_wait(1, 0) == timedelta(seconds=2)
    assert compute_fetch_wait(1, 1) == timedelta(seconds=3)


@given(
    attempt=st.integers(1, MAX_ATTEMPTS - 1),
    chance=CHANCES,
    asked=st.timedeltas(timedelta(), timedelta(days=1)),
)
def test_retry_after_is_honoured(attempt: int, chance: float, asked: timedelta) -> None:
    """Nothing is sent before the time that the receiver asked for."""
    at = find_next_attempt(attempt, NOW, chance, asked)
    assert at is not None
    assert at >= NOW + asked


def test_nobody_is_waited_for_longer_than_a_day() -> None:
    """A receiver that asks for three years would never be sent anything again."""
    assert find_next_attempt(1, NOW, 0.5, timedelta(days=1157)) == NOW + timedelta(days=1)


def test_fetches_are_tried_again_as_the_site_needs() -> None:
    """Ten attempts spread over some three minutes, the first wait being 2.5 s."""
    waits = [compute_fetch_wait(attempt, 0.5) for attempt in range(1, 10)]
    assert waits[0] == timedelta(seconds=2.5)
    assert timedelta(minutes=2) < sum(waits, timedelta()) < timedelta(minutes=5)


# ------------------------------------------------------------------ checks


def trade(**more: object) -> Source:
    """Return a source."""
    return Source(name="trade", kind="motir", url="https://example.com", **more)  # type: ignore[arg-type]


def test_a_source_never_checked_is_due() -> None:
    """At once, whatever its schedule."""
    for source in (trade(), trade(every=None, cron="0 3 * * *")):
        assert find_next_check(source, None, NOW, UTC) == NOW


@pytest.mark.parametrize("every", [timedelta(seconds=1), timedelta(minutes=30), timedelta(days=2)])
def test_a_source_comes_again_after_its_interval_and_a_little(every: timedelta) -> None:
    """Never before it, and at most a twentieth or half a minute later."""
    due = find_next_check(trade(every=every), NOW, NOW, UTC)
    assert every <= due - NOW <= every + min(every / 20, timedelta(seconds=30))


def test_sources_of_one_interval_drift_apart_and_whoever_asks_gets_the_same() -> None:
    """So that a thousand of them do not fire together, nor a daemon and another disagree."""
    sources = [
        Source(name=f"s{number}", kind="motir", url="https://example.com") for number in range(50)
    ]
    dues = [find_next_check(source, NOW, NOW, UTC) for source in sources]
    assert len(set(dues)) > 45
    assert min(dues) < NOW + timedelta(minutes=30, seconds=5)
    assert max(dues) > NOW + timedelta(minutes=30, seconds=25)
    assert dues == [
        find_next_check(source, NOW, NOW + timedelta(minutes=1), UTC) for source in sources
    ]
    by_the_clock = [replace(source, every=None, cron="0 * * * *") for source in sources]
    assert len({find_next_check(source, NOW, NOW, UTC) for source in by_the_clock}) > 45


def test_what_was_missed_is_due_once_and_now() -> None:
    """A machine that slept for a week has one check to make up for, not hundreds."""
    last = NOW - timedelta(days=7)
    for source in (trade(), trade(every=None, cron="*/20 8-19 * * mon-fri")):
        assert find_next_check(source, last, NOW, UTC) <= NOW
        assert find_next_check(source, NOW, NOW, UTC) > NOW


def test_a_check_by_a_clock_that_ran_ahead_does_not_put_the_next_one_off() -> None:
    """Else a clock set to next year and back would blind us for a year."""
    assert find_next_check(trade(), NOW + timedelta(days=365), NOW, UTC) == NOW


@pytest.mark.parametrize(
    ("cron", "last", "zone", "due"),
    [
        ("*/20 8-19 * * mon-fri", "2025-12-01T19:45+09:00", SEOUL, "2025-12-02T08:00+09:00"),
        ("*/20 8-19 * * mon-fri", "2025-12-05T19:45+09:00", SEOUL, "2025-12-08T08:00+09:00"),
        ("30 2 * * *", "2025-03-29T12:00+01:00", BERLIN, "2025-03-30T03:00+02:00"),
    ],
)
def test_a_source_by_the_clock(cron: str, last: str, zone: ZoneInfo, due: str) -> None:
    """Cron expressions are read in the config's time zone; a small spread is added."""
    begun = datetime.fromisoformat(last)
    found = find_next_check(trade(every=None, cron=cron), begun, begun, zone)
    wanted = datetime.fromisoformat(due)
    assert wanted <= found <= wanted + timedelta(seconds=30)


# ------------------------------------------------------------------ digests


@pytest.mark.parametrize(
    ("send", "cron"),
    [
        ("immediately", None),
        ("hourly", "0 * * * *"),
        ("daily at 08:00", "0 8 * * *"),
        ("daily at 23:59", "59 23 * * *"),
        ("weekly on mon at 08:05", "5 8 * * mon"),
        ("weekly on mon,thu at 08:05", "5 8 * * mon,thu"),
        ("cron */20 8-19 * * mon-fri", "*/20 8-19 * * mon-fri"),
    ],
)
def test_every_way_to_send_is_a_cron_expression(send: str, cron: str | None) -> None:
    """Or none, where messages leave immediately."""
    assert convert_to_cron(send) == cron
    channel = TerminalChannel(name="t", send=send)
    assert (make_period_finder(channel, lambda: UTC) is None) == (cron is None)


def test_another_way_to_send_is_refused() -> None:
    """The config lets none through."""
    with pytest.raises(ValueError, match="whenever"):
        convert_to_cron("whenever")


@pytest.mark.parametrize(
    ("cron", "zone", "start", "times"),
    [
        # spring: 02:30 does not exist on the 30th, and comes right after the gap
        (
            "30 2 * * *",
            BERLIN,
            "2025-03-28T12:00+01:00",
            ["2025-03-29T02:30+01:00", "2025-03-30T03:00+02:00", "2025-03-31T02:30+02:00"],
        ),
        # autumn: 02:30 exists twice on the 26th, and comes once
        (
            "30 2 * * *",
            BERLIN,
            "2025-10-25T12:00+02:00",
            ["2025-10-26T02:30+02:00", "2025-10-27T02:30+01:00"],
        ),
        # asked between the two: it has been
        ("30 2 * * *", BERLIN, "2025-10-26T02:45+02:00", ["2025-10-27T02:30+01:00"]),
        ("30 2 * * *", BERLIN, "2025-10-26T02:10+01:00", ["2025-10-27T02:30+01:00"]),
        # every hour means every hour that passes
        (
            "0 * * * *",
            BERLIN,
            "2025-10-26T01:30+02:00",
            ["2025-10-26T02:00+02:00", "2025-10-26T02:00+01:00", "2025-10-26T03:00+01:00"],
        ),
        (
            "0 * * * *",
            BERLIN,
            "2025-03-30T01:30+01:00",
            ["2025-03-30T03:00+02:00", "2025-03-30T04:00+02:00"],
        ),
        ("0 8 * * *", SEOUL, "2025-12-01T08:00+09:00", ["2025-12-02T08:00+09:00"]),
        ("0 8 29 2 *", UTC, "2025-12-01T08:00Z", ["2028-02-29T08:00Z"]),
    ],
)
def test_times_over_clock_changes(cron: str, zone: ZoneInfo, start: str, times: list[str]) -> None:
    """What a clock change leaves out comes after the gap; what it repeats comes once."""
    at = datetime.fromisoformat(start)
    for time in times:
        at = find_next_time(cron, at, zone)
        assert at == datetime.fromisoformat(time)


CRONS = st.sampled_from(
    ["0 * * * *", "30 2 * * *", "0 3 * * mon", "0 0 1 * *", "*/20 8-19 * * mon-fri", "0 8 * * *"]
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from([BERLIN, SEOUL, NEW_YORK, ZoneInfo("Australia/Lord_Howe")])


@given(cron=CRONS, moment=MOMENTS, zone=ZONES)
def test_periods_cover_all_time_with_no_gap_and_no_overlap(
    cron: str, moment: datetime, zone: ZoneInfo
) -> None:
    """Every moment lies in one period, and the next begins where it ends."""
    covers = find_period(cron, moment, zone)
    assert covers.since < moment <= covers.until
    assert find_period(cron, covers.until, zone) == covers
    following = find_period(cron, covers.until + timedelta(milliseconds=1), zone)
    assert following.since == covers.until
    assert find_previous_time(cron, following.until, zone) == covers.until
    assert find_period(cron, covers.since, zone).until == covers.since


def test_a_period_ends_with_its_last_moment() -> None:
    """What is found at eight sharp is in the digest of eight o'clock."""
    eight = datetime(2025, 12, 2, 8, tzinfo=SEOUL)
    assert find_period("0 8 * * *", eight, SEOUL) == DigestPeriod(eight - timedelta(days=1), eight)
    next_moment = eight + timedelta(microseconds=1)
    assert find_period("0 8 * * *", next_moment, SEOUL) == DigestPeriod(
        eight, eight + timedelta(days=1)
    )


def test_a_channel_s_periods_are_those_of_its_zone() -> None:
    """The zone is asked for when a period is, as the machine's may change."""
    zones = iter((SEOUL, UTC))
    periods = make_period_finder(
        TerminalChannel(name="t", send="daily at 08:00"), lambda: next(zones)
    )
    assert periods is not None
    for hour in (-1, 8):  # eight o'clock in Seoul is an hour before midnight in UTC
        until = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(hours=hour)
        assert periods(until) == DigestPeriod(until - timedelta(days=1), until)
