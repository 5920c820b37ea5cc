"""When something is due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.schedule import MAX_ATTEMPTS, fetch_wait, next_attempt

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
CHANCES = st.floats(0, 1, exclude_max=True)


def test_waits_grow_from_seconds_to_half_a_day_over_about_three_days() -> None:
    """The waits between deliveries are those of the contract: 5 s to 12 h, about 3 days."""
    waits = [
        at - NOW
        for attempt in range(1, MAX_ATTEMPTS)
        if (at := next_attempt(attempt, NOW, 0.5)) is not None
    ]
    assert waits[0] == timedelta(seconds=5)
    assert waits[-1] == timedelta(hours=12)
    assert waits == sorted(waits)
    assert timedelta(days=2.5) < sum(waits, timedelta()) < timedelta(days=3.5)


def test_after_the_last_attempt_it_is_given_up() -> None:
    """There is no attempt after the last one, whatever the receiver asks for."""
    assert next_attempt(MAX_ATTEMPTS, NOW, 0.5) is None
    assert next_attempt(MAX_ATTEMPTS, NOW, 0.5, timedelta(hours=1)) is None


@given(attempt=st.integers(1, MAX_ATTEMPTS - 1), chance=CHANCES)
def test_jitter_stays_within_a_fifth(attempt: int, chance: float) -> None:
    """Chance moves an attempt by a fifth of its wait at the most."""
    middle, moved = next_attempt(attempt, NOW, 0.5), next_attempt(attempt, NOW, chance)
    assert middle is not None
    assert moved is not None
    assert abs(moved - middle) <= (middle - NOW) / 5 + timedelta(microseconds=1)


def test_chance_lengthens_a_wait() -> None:
    """Nought is the shortest, nearly one the longest."""
    assert fetch_wait(1, 0) == timedelta(seconds=2)
    assert fetch_wait(1, 1) == timedelta(seconds=3)


@given(
    attempt=st.integers(1, MAX_ATTEMPTS - 1),
    chance=CHANCES,
    asked=st.timedeltas(timedelta(), timedelta(days=2)),
)
def test_retry_after_is_honoured(attempt: int, chance: float, asked: timedelta) -> None:
    """Nothing is sent before the time that the receiver asked for."""
    at = next_attempt(attempt, NOW, chance, asked)
    assert at is not None
    assert at >= NOW + asked


def test_fetches_are_tried_again_as_the_site_needs() -> None:
    """Ten attempts spread over some three minutes, the first wait being 2.5 s."""
    waits = [fetch_wait(attempt, 0.5) for attempt in range(1, 10)]
    assert waits[0] == timedelta(seconds=2.5)
    assert timedelta(minutes=2) < sum(waits, timedelta()) < timedelta(minutes=5)
