"""Compute due times: retries of deliveries, checks of a source, periods of a digest.

These functions read no clock: each moment is an argument, and randomness is a number between 0 and
1. A due time depends on the last action in the store, never on a counter in a process, so it is the
same after a crash, after a night's sleep, or in another process.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from monitor.models.config import Channel, Source

# From 5 s to 12 h, about three days in total, as Standard Webhooks recommends for deliveries.
_RETRY_WAITS = tuple(
    timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, *[43200] * 5)
)
MAX_ATTEMPTS = len(_RETRY_WAITS) + 1
_JITTER_FRACTION = 0.2
_MAX_RETRY_AFTER = timedelta(days=1)  # a longer wait is a mistake; the message would be lost

# The site is often unreachable for minutes; ten attempts from 2.5 s on succeed (listing.md).
_FIRST_FETCH_WAIT_SECONDS = 2.5
_FETCH_GROWTH = 1.5

# The largest delay that spreads sources with the same interval; no check comes early.
_MAX_SPREAD = timedelta(seconds=30)
_SPREAD_DIVISOR = 20


def find_next_attempt(
    attempt: int, now: datetime, random_fraction: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Return when to send again after failed attempt number `attempt`, None to give up.

    `retry_after` is the wait that the receiver asked for: the result is not earlier, up to a day.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    planned = now + _add_jitter(_RETRY_WAITS[attempt - 1], random_fraction)
    return max(planned, cap_retry_after(now, retry_after) or planned)


def cap_retry_after(now: datetime, retry_after: timedelta | None) -> datetime | None:
    """Return when the wait that a receiver asked for ends, at most a day from now, or None."""
    return None if retry_after is None else now + min(retry_after, _MAX_RETRY_AFTER)


def compute_fetch_wait(attempt: int, random_fraction: float) -> timedelta:
    """Return the wait after failed fetch number `attempt` (from 1): 2.5 s, growing by half."""
    seconds = _FIRST_FETCH_WAIT_SECONDS * _FETCH_GROWTH ** (attempt - 1)
    return _add_jitter(timedelta(seconds=seconds), random_fraction)


def _add_jitter(wait: timedelta, random_fraction: float) -> timedelta:
    return wait * (1 + _JITTER_FRACTION * (2 * random_fraction - 1))


# ------------------------------------------------------------------ checks


def find_next_check(
    source: "Source", last_check: datetime | None, now: datetime, zone: tzinfo
) -> datetime:
    """Return when to check a source whose last check began at `last_check`.

    A due time in the past means now, once, however many checks were missed. A `last_check` in the
    future was written by a wrong clock and is ignored.
    """
    if last_check is None or last_check > now:
        return now
    if source.every is not None:
        return last_check + source.every + _compute_spread(source.name, last_check, source.every)
    scheduled = find_next_time(source.cron or "* * * * *", last_check, zone)
    return scheduled + _compute_spread(source.name, last_check, scheduled - last_check)


def _compute_spread(name: str, last_check: datetime, interval: timedelta) -> timedelta:
    """Return a small pseudo-random delay that is the same in every process."""
    digest = blake2b(f"{name} {last_check.isoformat()}".encode(), digest_size=4).digest()
    fraction = int.from_bytes(digest, "big") / 2**32
    return min(interval / _SPREAD_DIVISOR, _MAX_SPREAD) * fraction


# ------------------------------------------------------------------ digests


class DigestPeriod(NamedTuple):
    """The period of a digest: after `since`, up to and including `until`, when it is due."""

    since: datetime
    until: datetime


PeriodFinder = Callable[[datetime], DigestPeriod]
"""Find the digest period of a channel that contains a moment."""


def convert_to_cron(send: str) -> str | None:
    """Return a channel's `send` as a cron expression, None for "immediately".

    `send` has the form of the config: hourly, daily at 08:00, weekly on mon,thu at 08:00, or cron
    …. Raise ValueError for any other form.
    """
    match send.split(" "):
        case ["immediately"]:
            return None
        case ["hourly"]:
            return "0 * * * *"
        case ["daily", "at", at]:
            return f"{_format_cron_time(at)} * * *"
        case ["weekly", "on", days, "at", at]:
            return f"{_format_cron_time(at)} * * {days}"
        case ["cron", *fields]:
            return " ".join(fields)
        case _:
            raise ValueError(send)


def _format_cron_time(at: str) -> str:
    hour, minute = at.split(":")
    return f"{int(minute)} {int(hour)}"


def make_period_finder(channel: "Channel", zone: Callable[[], tzinfo]) -> PeriodFinder | None:
    """Return a function that finds a channel's digest periods, None if it sends immediately."""
    cron = convert_to_cron(channel.send)
    if cron is None:
        return None
    return lambda moment: find_period(cron, moment, zone())


def find_period(cron: str, now: datetime, zone: tzinfo) -> DigestPeriod:
    """Return the period of a digest that contains `now`."""
    until = find_next_time(cron, now - timedelta(microseconds=1), zone)
    return DigestPeriod(find_previous_time(cron, until, zone), until)


def find_next_time(cron: str, after: datetime, zone: tzinfo) -> datetime:
    """Return the first time of a cron expression after a moment, in UTC.

    A time that a clock change skips is moved to right after the gap; a repeated time occurs once.
    Times every hour or more often follow the elapsed time.
    """
    return next(
        moment for moment in _iterate_times(cron, after, zone, back=False) if moment > after
    )


def find_previous_time(cron: str, before: datetime, zone: tzinfo) -> datetime:
    """Return the last time of a cron expression before a moment, in UTC."""
    return next(
        moment for moment in _iterate_times(cron, before, zone, back=True) if moment < before
    )


def _iterate_times(cron: str, start: datetime, zone: tzinfo, *, back: bool) -> Iterator[datetime]:
    from cronsim import CronSim  # noqa: PLC0415 - most runs have no cron schedule

    return (
        moment.astimezone(UTC) for moment in CronSim(cron, start.astimezone(zone), reverse=back)
    )
