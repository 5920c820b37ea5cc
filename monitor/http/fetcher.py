"""Fetching of a URL, once: limits, redirects, conditional requests and readable errors."""

import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urljoin, urlsplit

from monitor.clock import Clock
from monitor.domain.schedule import compute_fetch_wait
from monitor.errors import FetchError
from monitor.http import errors
from monitor.http.client import HttpClient, httpx
from monitor.http.errors import (
    ADVICE_COMPARE,
    ADVICE_MOVED,
    ADVICE_WAIT,
    exception_chain,
    parse_retry_after,
)
from monitor.models.check import FetchResponse
from monitor.models.config import FetchSettings

_MAX_REDIRECTS = 3
_REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_TEMPORARY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_GONE_STATUSES = frozenset({404, 410})
_OK, _NOT_MODIFIED = 200, 304


class HostThrottle:
    """Throttle for requests to a host: one at a time, `delay` between them. Shared by threads."""

    def __init__(self, delay: timedelta, clock: Clock) -> None:
        self._delay, self._clock = delay.total_seconds(), clock
        self._lock = threading.Lock()
        self._host_locks: dict[str, threading.Lock] = {}
        self._last_request_at: dict[str, float] = {}

    @contextmanager
    def hold_slot(self, host: str) -> Iterator[None]:
        """Wait until a request to this host is allowed, and hold the slot during it."""
        with self._lock:
            host_lock = self._host_locks.setdefault(host, threading.Lock())
        with host_lock:
            pause = (
                self._last_request_at.get(host, -self._delay)
                + self._delay
                - self._clock.monotonic()
            )
            if self._delay and pause > 0:
                self._clock.sleep(pause)
            try:
                yield
            finally:
                self._last_request_at[host] = self._clock.monotonic()


class PageFetcher:
    """Fetcher of pages for a single thread; close it after use."""

    def __init__(
        self, settings: FetchSettings, client: HttpClient, throttle: HostThrottle, clock: Clock
    ) -> None:
        self._settings, self._client = settings, client
        self._throttle, self._clock = throttle, clock

    def fetch_page(self, url: str, validators: Mapping[str, str] | None = None) -> FetchResponse:
        """Fetch the page at `url`, with status 200, or 304 if `validators` were given.

        `validators` are conditional request headers (RFC 9110, section 13). Redirects are followed
        within the host, but never from https to http. Raises FetchError.
        """
        current_url = url
        for _ in range(_MAX_REDIRECTS + 1):
            result = self._send_request(current_url, validators or {})
            if isinstance(result, FetchResponse):
                return result
            current_url = _resolve_redirect(current_url, result)
        reason = f"more than {_MAX_REDIRECTS} redirects in a row"
        raise FetchError(reason, advice=ADVICE_MOVED, is_transient=False)

    def _send_request(self, url: str, validators: Mapping[str, str]) -> FetchResponse | str:
        """Return the fetched page, or the Location of a redirect."""
        headers = {"accept": "text/html,*/*;q=0.5", **validators}
        with (
            self._throttle.hold_slot(urlsplit(url).netloc),
            _translate_http_errors(self._settings),
            self._client.request("GET", url, headers=headers) as response,
        ):
            if response.status_code in _REDIRECT_STATUSES and "location" in response.headers:
                return response.headers["location"]
            return self._build_fetched(url, response, is_conditional=bool(validators))

    def _build_fetched(
        self, url: str, response: httpx.Response, *, is_conditional: bool
    ) -> FetchResponse:
        status = response.status_code
        now = self._clock.now()
        if status == _NOT_MODIFIED and is_conditional:
            body = b""
        elif status == _OK:
            encoding = response.headers.get("content-encoding", "")
            body = read_body(response.iter_raw(), encoding, self._settings.max_bytes)
        else:
            raise _build_status_error(response, now)
        return FetchResponse(
            url=url,
            status=status,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            fetched_at=now,
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def _resolve_redirect(url: str, location: str) -> str:
    try:
        target = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(target)
        _get_origin(new)
    except ValueError as error:
        raise FetchError(
            "redirected to an invalid address", advice=ADVICE_MOVED, is_transient=False
        ) from error
    if old.scheme == "https" and new.scheme == "http":
        raise FetchError(
            "redirected from https to http, which is not followed",
            advice=ADVICE_MOVED,
            is_transient=False,
        )
    if new.scheme not in _DEFAULT_PORTS or _get_origin(new) not in (
        _get_origin(old),
        (old.hostname, 443),
    ):
        raise FetchError(
            f"redirected to another host ({new.netloc or location[:60]})",
            advice="if the listing has moved there, change the source's url",
            is_transient=False,
        )
    return target


_DEFAULT_PORTS = {"http": 80, "https": 443}


def _get_origin(url: SplitResult) -> tuple[str | None, int | None]:
    return url.hostname, url.port or _DEFAULT_PORTS.get(url.scheme)


def _build_status_error(response: httpx.Response, now: datetime) -> FetchError:
    status = response.status_code
    phrase = httpx.codes.get_reason_phrase(status)
    return FetchError(
        f"the server answered {status} {phrase}".rstrip(),
        advice=errors.advise_on_status(status),
        is_transient=status in _TEMPORARY_STATUSES,
        retry_after=parse_retry_after(response.headers.get("retry-after"), now),
        is_gone=status in _GONE_STATUSES,
    )


@contextmanager
def _translate_http_errors(settings: FetchSettings) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        seconds = f"{settings.timeout.total_seconds():g} s"
        raise FetchError(
            f"no complete answer within {seconds}",
            advice=f"{ADVICE_WAIT}; [fetch] timeout gives it longer",
            is_transient=True,
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _build_fetch_error(error) from error


def _build_fetch_error(error: Exception) -> FetchError:
    chain = tuple(exception_chain(error))
    for cause in chain:
        fetch_error = _build_error_from_cause(cause)
        if fetch_error is not None:
            return fetch_error
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return FetchError(
            "the address is not one that can be fetched",
            advice="change the source's url",
            is_transient=False,
        )
    if isinstance(error, httpx.ProxyError):
        return FetchError(
            "the proxy refused the connection", advice="look at [fetch] proxy", is_transient=True
        )
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return FetchError("the TLS handshake failed", advice=ADVICE_WAIT, is_transient=True)
    return FetchError(
        "the connection broke off before the answer was complete",
        advice=ADVICE_WAIT,
        is_transient=True,
    )


def _build_error_from_cause(cause: BaseException) -> FetchError | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(
            f"the server's certificate cannot be verified ({cause.verify_message.rstrip('.')})",
            advice=errors.advise_on_certificate(cause.verify_message),
            is_transient=False,
        )
    if isinstance(cause, socket.gaierror):
        is_temporary = cause.errno == socket.EAI_AGAIN
        return FetchError(
            "the host's name cannot be looked up (DNS)",
            advice="look at the source's url, and at this machine's network",
            is_transient=is_temporary,
        )
    if isinstance(cause, ConnectionRefusedError):
        return FetchError(
            "the server refused the connection", advice=ADVICE_WAIT, is_transient=True
        )
    return None


_GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS


def read_body(chunks: Iterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """Return the decoded body; raise FetchError past `max_bytes` or for another encoding.

    `encoding` is the Content-Encoding of `chunks`: identity or gzip.
    """
    content_coding = encoding.strip().lower()
    if content_coding in ("", "identity"):
        return _read_plain_body(chunks, max_bytes)
    if content_coding in ("gzip", "x-gzip"):
        return _read_gzip_body(chunks, max_bytes)
    raise FetchError(
        f"the server answered in the encoding “{content_coding[:40]}”, though only gzip was "
        f"offered",
        advice=ADVICE_COMPARE,
        is_transient=False,
    )


def _read_plain_body(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise _build_too_large_error(max_bytes)
    return bytes(body)


def _read_gzip_body(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    body = bytearray()
    decompressor = zlib.decompressobj(_GZIP_WINDOW_BITS)
    try:
        for chunk in chunks:
            # One byte past the limit is enough to detect an oversized body.
            body += decompressor.decompress(chunk, max_bytes + 1 - len(body))
            if len(body) > max_bytes:
                raise _build_too_large_error(max_bytes)
    except zlib.error as error:
        raise FetchError(
            "the answer's gzip encoding is broken", advice=ADVICE_WAIT, is_transient=True
        ) from error
    if not decompressor.eof:
        raise FetchError(
            "the answer ended before it was complete", advice=ADVICE_WAIT, is_transient=True
        )
    return bytes(body)


def _build_too_large_error(max_bytes: int) -> FetchError:
    return FetchError(
        f"the answer is larger than {max_bytes:,} bytes ([fetch] max_bytes)",
        advice=ADVICE_COMPARE,
        is_transient=False,
    )


_log = logging.getLogger(__name__)
_SHORT_RETRY_ATTEMPTS = 3  # attempts


class RetryingFetcher:
    """Fetcher for a check; all its attempts and waits share a single time budget."""

    def __init__(self, fetcher: PageFetcher, settings: FetchSettings, clock: Clock) -> None:
        self._fetcher, self._max_attempts, self._clock = fetcher, settings.attempts, clock
        self._deadline = clock.monotonic() + settings.budget.total_seconds()

    def __call__(self, url: str, validators: Mapping[str, str] | None = None) -> FetchResponse:
        """Fetch the page at `url`; raise FetchError when another retry is useless or too late."""
        attempt = 1
        while True:
            try:
                return self._fetcher.fetch_page(url, validators)
            except FetchError as error:
                wait = self._get_retry_wait(attempt, error)
                if wait is None:
                    raise _add_attempt_count(error, attempt) from error
                reason = error.reason
            _log.info("%s: %s; again in %.1f s", url, reason, wait.total_seconds())
            self._clock.sleep(wait.total_seconds())
            attempt += 1

    def _get_retry_wait(self, attempt: int, error: FetchError) -> timedelta | None:
        if not error.is_transient or attempt >= self._max_attempts:
            return None
        wait = max(
            compute_fetch_wait(attempt, self._clock.random()), error.retry_after or timedelta()
        )
        seconds_left = self._deadline - self._clock.monotonic()
        return wait if wait.total_seconds() < seconds_left else None


def limit_attempts(settings: FetchSettings) -> FetchSettings:
    """Return settings with few attempts, for pages that a later check can fetch instead."""
    return replace(settings, attempts=min(settings.attempts, _SHORT_RETRY_ATTEMPTS))


def _add_attempt_count(error: FetchError, attempts: int) -> FetchError:
    if attempts == 1:
        return error
    return FetchError(
        f"{error.reason} ({attempts} attempts)",
        advice=error.advice,
        is_transient=error.is_transient,
        retry_after=error.retry_after,
        is_gone=error.is_gone,
    )
