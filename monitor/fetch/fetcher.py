"""One address, read once: limits, redirects, conditional requests, and errors in words."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import SplitResult, urljoin, urlsplit

from monitor.errors import FetchError
from monitor.fetch import advice
from monitor.fetch.advice import MOVED, TRIED_AGAIN
from monitor.fetch.unpack import unpacked
from monitor.http.answers import causes, retry_after
from monitor.http.client import Client
from monitor.http.lean import httpx
from monitor.model.configured import FetchSettings
from monitor.model.scraped import Fetched
from monitor.model.world import World

_MAX_REDIRECTS = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_GONE = frozenset({404, 410})
_OK, _NOT_MODIFIED = 200, 304


class Politeness:
    """Keeps requests to one host apart: one at a time, `delay` between them. Shared by threads."""

    def __init__(self, delay: timedelta, world: World) -> None:
        self._delay, self._world = delay.total_seconds(), world
        self._lock = threading.Lock()
        self._hosts: dict[str, threading.Lock] = {}
        self._last: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for this host's turn and hold it."""
        with self._lock:
            gate = self._hosts.setdefault(host, threading.Lock())
        with gate:
            pause = self._last.get(host, -self._delay) + self._delay - self._world.monotonic()
            if self._delay and pause > 0:
                self._world.wait(pause)
            try:
                yield
            finally:
                self._last[host] = self._world.monotonic()


class Fetcher:
    """Reads addresses for one thread. Close it."""

    def __init__(
        self, settings: FetchSettings, client: Client, politeness: Politeness, world: World
    ) -> None:
        self._settings, self._client = settings, client
        self._politeness, self._world = politeness, world

    def get(self, url: str, validators: Mapping[str, str] | None = None) -> Fetched:
        """Return what stands at `url`: status 200, or 304 where `validators` were given.

        `validators` are conditional request headers (RFC 9110, 13). Redirects are followed within
        the host and never from https to http. Raises FetchError.
        """
        here = url
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._ask(here, validators or {})
            if isinstance(answer, Fetched):
                return answer
            here = _redirected(here, answer)
        reason = f"more than {_MAX_REDIRECTS} redirects in a row"
        raise FetchError(reason, advice=MOVED, passing=False)

    def _ask(self, url: str, validators: Mapping[str, str]) -> Fetched | str:
        """Return the answer, or the Location of a redirect."""
        headers = {"accept": "text/html,*/*;q=0.5", **validators}
        with (
            self._politeness.turn(urlsplit(url).netloc),
            _in_words(self._settings),
            self._client.request("GET", url, headers=headers) as response,
        ):
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return response.headers["location"]
            return self._taken(url, response, conditional=bool(validators))

    def _taken(self, url: str, response: httpx.Response, *, conditional: bool) -> Fetched:
        status = response.status_code
        now = self._world.now()
        if status == _NOT_MODIFIED and conditional:
            body = b""
        elif status == _OK:
            encoding = response.headers.get("content-encoding", "")
            body = unpacked(response.iter_raw(), encoding, self._settings.max_bytes)
        else:
            raise _refused(response, now)
        return Fetched(
            url=url,
            status=status,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            fetched_at=now,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _redirected(url: str, location: str) -> str:
    try:
        there = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(there)
        _place(new)
    except ValueError as error:
        raise FetchError(
            "redirected to what is not an address", advice=MOVED, passing=False
        ) from error
    if old.scheme == "https" and new.scheme == "http":
        raise FetchError(
            "redirected from https to http, which is not followed", advice=MOVED, passing=False
        )
    if new.scheme not in _PORTS or _place(new) not in (_place(old), (old.hostname, 443)):
        raise FetchError(
            f"redirected to another host ({new.netloc or location[:60]})",
            advice="if the listing has moved there, change the source's url",
            passing=False,
        )
    return there


_PORTS = {"http": 80, "https": 443}


def _place(url: SplitResult) -> tuple[str | None, int | None]:
    return url.hostname, url.port or _PORTS.get(url.scheme)


def _refused(response: httpx.Response, now: datetime) -> FetchError:
    status = response.status_code
    phrase = httpx.codes.get_reason_phrase(status)
    return FetchError(
        f"the server answered {status} {phrase}".rstrip(),
        advice=advice.of_status(status),
        passing=status in _PASSING,
        retry_after=retry_after(response.headers.get("retry-after"), now),
        gone=status in _GONE,
    )


@contextmanager
def _in_words(settings: FetchSettings) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        seconds = f"{settings.timeout.total_seconds():g} s"
        raise FetchError(
            f"no complete answer within {seconds}",
            advice=f"{TRIED_AGAIN}; [fetch] timeout gives it longer",
            passing=True,
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _told(error) from error


def _told(error: Exception) -> FetchError:
    chain = tuple(causes(error))
    for cause in chain:
        told = _cause_told(cause)
        if told is not None:
            return told
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return FetchError(
            "the address is not one that can be fetched",
            advice="change the source's url",
            passing=False,
        )
    if isinstance(error, httpx.ProxyError):
        return FetchError(
            "the proxy refused the connection", advice="look at [fetch] proxy", passing=True
        )
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return FetchError("the TLS handshake failed", advice=TRIED_AGAIN, passing=True)
    return FetchError(
        "the connection broke off before the answer was complete", advice=TRIED_AGAIN, passing=True
    )


def _cause_told(cause: BaseException) -> FetchError | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FetchError(
            f"the server's certificate cannot be verified ({cause.verify_message.rstrip('.')})",
            advice=advice.of_certificate(cause.verify_message),
            passing=False,
        )
    if isinstance(cause, socket.gaierror):
        passing = cause.errno == socket.EAI_AGAIN
        return FetchError(
            "the host's name cannot be looked up (DNS)",
            advice="look at the source's url, and at this machine's network",
            passing=passing,
        )
    if isinstance(cause, ConnectionRefusedError):
        return FetchError("the server refused the connection", advice=TRIED_AGAIN, passing=True)
    return None
