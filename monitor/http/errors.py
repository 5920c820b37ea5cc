"""Interpretation of Retry-After headers and HTTP errors, for fetching and for posting."""

import re
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

_MAX_SECONDS = 10**9  # thirty years; a longer wait is not a serious value


def parse_retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Return the wait from a Retry-After header (RFC 9110, 10.2.3); None if missing or invalid."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return timedelta(seconds=int(value)) if len(value) < len(str(_MAX_SECONDS)) else None
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - now, timedelta(0))


def exception_chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes, from the error down to the root cause."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def describe_error(error: Exception) -> str:
    """Return the reason why an HTTP request failed, without the URL."""
    chain = list(exception_chain(error))
    for cause in chain:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate could not be verified: {cause.verify_message}"
        if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
            return "no answer in time"
    for cause in chain:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    return f"the conversation broke off ({type(error).__name__})"


def redact_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a server's text with every part of the secret URLs replaced by `…`."""
    parts = {part for secret in secrets for part in re.findall(r"[^/?&=#:@,\s]{4,}", secret)}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "…").replace(unquote(part), "…")
    return text


ADVICE_WAIT = "this mostly passes by itself: the next check tries again"
_FIRST_SERVER_ERROR = 500
ADVICE_COMPARE = "open the source's url in a browser, and compare"
ADVICE_MOVED = "open the source's url in a browser: if the listing has moved, change the url"
_ADVICE_BLOCKED = (
    "if a browser gets in, check less often ([[source]] every, [fetch] delay) and let [fetch]"
    " user_agent say how to reach you"
)
_ADVICE_TOO_OFTEN = "check less often: raise [[source]] every, or [fetch] delay"
_ADVICE_BY_STATUS = {
    401: _ADVICE_BLOCKED,
    403: _ADVICE_BLOCKED,
    404: ADVICE_MOVED,
    410: ADVICE_MOVED,
    429: _ADVICE_TOO_OFTEN,
}

ADVICE_BY_CERTIFICATE_ERROR = {
    "expired": "the site has to renew it; if it is good in a browser, look at this machine's clock",
    "mismatch": "look at the source's url: it may name the site in another way",
    "issuer": "if a browser trusts it, the site leaves out a certificate: save that one and give it"
    " as [fetch] ca_file",
    "self": "if you trust it, save the site's certificate and give it as [fetch] ca_file",
}


def advise_on_status(status: int) -> str:
    """Return advice for a response with this status."""
    if status >= _FIRST_SERVER_ERROR:
        return ADVICE_WAIT
    return _ADVICE_BY_STATUS.get(status, ADVICE_COMPARE)


def advise_on_certificate(openssl_message: str) -> str:
    """Return advice for a certificate error, chosen by the message of OpenSSL."""
    folded = openssl_message.casefold()
    return next(
        (advice for word, advice in ADVICE_BY_CERTIFICATE_ERROR.items() if word in folded),
        ADVICE_COMPARE,
    )
