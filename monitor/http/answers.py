"""What an answer's headers and a failed conversation say, to those who fetch or post."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = 10**9  # seconds, thirty years: more is not meant


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return the wait that a Retry-After header asks for (RFC 9110, 10.2.3), None if none."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=int(value)) if len(value) < len(str(_LONGEST)) else None
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - now, timedelta(0))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what led to it, the last first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
