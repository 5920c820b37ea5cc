"""When something is due: waits between attempts, checks of a source, periods of a digest.

No clock is read here: every moment is an argument, and chance is a number between 0 and 1. What is
due follows from what was last done, as the store remembers it, never from what a process has
counted: so it is the same after a crash, a night's sleep, or in another process.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from monitor.model.configured import Channel, Source

# From 5 s to 12 h, about three days in all, as Standard Webhooks recommends for deliveries.
_WAITS = tuple(
    timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, *[43200] * 5)
)
MAX_ATTEMPTS = len(_WAITS) + 1
_JITTER = 0.2
_LONGEST_ASKED = timedelta(days=1)  # who asks for years has made a mistake, and would get nothing

# The site is often deaf for minutes; ten tries with waits from 2.5 s got through (listing.md).
_FIRST_FETCH_WAIT = 2.5
_FETCH_GROWTH = 1.5

# Sources with one interval drift apart by up to this much a check, and never come early.
_SPREAD = timedelta(seconds=30)
_SPREAD_SHARE = 20


def next_attempt(
    attempt: int, now: datetime, chance: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Return when to send again after failed attempt number `attempt`; None: give up.

    `retry_after` is what the receiver asked for: never earlier than that, up to a day.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    ours = now + _jittered(_WAITS[attempt - 1], chance)
    return max(ours, asked_for(now, retry_after) or ours)


def asked_for(now: datetime, retry_after: timedelta | None) -> datetime | None:
    """Return until when a receiver asked to be left alone, a day at most; None: it did not."""
    return None if retry_after is None else now + min(retry_after, _LONGEST_ASKED)


def fetch_wait(attempt: int, chance: float) -> timedelta:
    """Return the wait after failed fetch number `attempt` (from 1): 2.5 s, growing by half."""
    seconds = _FIRST_FETCH_WAIT * _FETCH_GROWTH ** (attempt - 1)
    return _jittered(timedelta(seconds=seconds), chance)


def _jittered(wait: timedelta, chance: float) -> timedelta:
    return wait * (1 + _JITTER * (2 * chance - 1))


# ------------------------------------------------------------------ checks


def next_check(source: "Source", last: datetime | None, now: datetime, zone: tzinfo) -> datetime:
    """Return when a source is to be checked, `last` being when a check of it last began.

    A moment that has passed means now, once, however many were missed. A `last` that lies ahead
    was written by a clock that ran ahead: it does not count.
    """
    if last is None or last > now:
        return now
    if source.every is not None:
        return last + source.every + _spread(source.name, last, source.every)
    due = next_time(source.cron or "* * * * *", last, zone)
    return due + _spread(source.name, last, due - last)


def _spread(name: str, last: datetime, interval: timedelta) -> timedelta:
    """Return a small delay, by chance as far as anybody can see, and yet the same whoever asks."""
    digest = blake2b(f"{name} {last.isoformat()}".encode(), digest_size=4).digest()
    share = int.from_bytes(digest, "big") / 2**32
    return min(interval / _SPREAD_SHARE, _SPREAD) * share


# ------------------------------------------------------------------ digests


class Period(NamedTuple):
    """What a digest covers: after `since`, up to and with `until`, when it is due."""

    since: datetime
    until: datetime


Periods = Callable[[datetime], Period]
"""From a moment to the period of a channel's digest in which it lies."""


def cron_of(send: str) -> str | None:
    """Return a channel's `send` as a cron expression, None for "immediately".

    `send` is as the config spells it: hourly, daily at 08:00, weekly on mon,thu at 08:00, cron ….
    """
    match send.split(" "):
        case ["immediately"]:
            return None
        case ["hourly"]:
            return "0 * * * *"
        case ["daily", "at", at]:
            return f"{_minute_and_hour(at)} * * *"
        case ["weekly", "on", days, "at", at]:
            return f"{_minute_and_hour(at)} * * {days}"
        case ["cron", *fields]:
            return " ".join(fields)
        case _:
            raise ValueError(send)


def _minute_and_hour(at: str) -> str:
    hour, minute = at.split(":")
    return f"{int(minute)} {int(hour)}"


def periods_of(channel: "Channel", zone: Callable[[], tzinfo]) -> Periods | None:
    """Return what gives the period of a channel's digest; None where it sends immediately."""
    cron = cron_of(channel.send)
    if cron is None:
        return None
    return lambda moment: period(cron, moment, zone())


def period(cron: str, now: datetime, zone: tzinfo) -> Period:
    """Return the period of a digest in which `now` lies."""
    until = next_time(cron, now - timedelta(microseconds=1), zone)
    return Period(previous_time(cron, until, zone), until)


def next_time(cron: str, after: datetime, zone: tzinfo) -> datetime:
    """Return the first time of a cron expression after a moment, in UTC.

    A time that a clock change leaves out comes right after the gap, one that it repeats comes
    once; times every hour or oftener go by what has truly passed.
    """
    return next(time for time in _times(cron, after, zone, back=False) if time > after)


def previous_time(cron: str, before: datetime, zone: tzinfo) -> datetime:
    """Return the last time of a cron expression before a moment, in UTC."""
    return next(time for time in _times(cron, before, zone, back=True) if time < before)


def _times(cron: str, start: datetime, zone: tzinfo, *, back: bool) -> Iterator[datetime]:
    from cronsim import CronSim  # noqa: PLC0415 - most runs have nothing by the clock

    return (time.astimezone(UTC) for time in CronSim(cron, start.astimezone(zone), reverse=back))
