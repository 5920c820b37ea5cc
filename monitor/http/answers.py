"""What an answer's headers and a failed conversation say, to those who fetch or post."""

import re
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

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


def reason(error: Exception) -> str:
    """Return why a conversation over HTTP came to nothing, without the address."""
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate could not be verified: {cause.verify_message}"
        if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
            return "no answer in time"
    for cause in chain:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    return f"the conversation broke off ({type(error).__name__})"


def without(words: str, secrets: Iterable[str]) -> str:
    """Return a receiver's words with every part of the secret addresses in them taken out."""
    parts = {part for secret in secrets for part in re.findall(r"[^/?&=#:@,\s]{4,}", secret)}
    for part in sorted(parts, key=len, reverse=True):
        words = words.replace(part, "…").replace(unquote(part), "…")
    return words
