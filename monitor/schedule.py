"""When something is due: the waits between attempts, and the moment a message may leave.

No clock is read here: every moment is an argument, and chance is a number between 0 and 1.
"""

from datetime import datetime, timedelta

# From 5 s to 12 h, about three days in all, as Standard Webhooks recommends for deliveries.
_WAITS = tuple(
    timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, *[43200] * 5)
)
MAX_ATTEMPTS = len(_WAITS) + 1
_JITTER = 0.2

# The site is often deaf for minutes; ten tries with waits from 2.5 s got through (listing.md).
_FIRST_FETCH_WAIT = 2.5
_FETCH_GROWTH = 1.5


def next_attempt(
    attempt: int, now: datetime, chance: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Return when to send again after failed attempt number `attempt`; None: give up.

    `retry_after` is what the receiver asked for: never earlier than that.
    """
    if attempt >= MAX_ATTEMPTS:
        return None
    wait = _jittered(_WAITS[attempt - 1], chance)
    return now + max(wait, retry_after or timedelta())


def fetch_wait(attempt: int, chance: float) -> timedelta:
    """Return the wait after failed fetch number `attempt` (from 1): 2.5 s, growing by half."""
    seconds = _FIRST_FETCH_WAIT * _FETCH_GROWTH ** (attempt - 1)
    return _jittered(timedelta(seconds=seconds), chance)


def _jittered(wait: timedelta, chance: float) -> timedelta:
    return wait * (1 + _JITTER * (2 * chance - 1))


def due_at(send: str, now: datetime) -> datetime:
    """Return when a message owed at `now` may leave, by the channel's `send`."""
    if send != "immediately":
        raise ValueError(send)
    return now
