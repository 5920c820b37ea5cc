"""Examination of each source: name lookup, connection, TLS, a request as in a check, and page 1."""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Self
from urllib.parse import urlsplit

from monitor import sources
from monitor.clock import Clock
from monitor.config.sections import DEFAULT_USER_AGENT
from monitor.doctor import network
from monitor.doctor.findings import Finding, ProbeFailedError
from monitor.doctor.network import ServerAddress, UnreachableError, check_connection
from monitor.errors import FetchError, InvalidPageError, MonitorError
from monitor.http.client import HttpClient, httpx
from monitor.http.errors import exception_chain
from monitor.http.fetcher import HostThrottle, PageFetcher
from monitor.http.tls import create_tls_context
from monitor.models.check import FetchResponse, ListingHistory, ListingPage
from monitor.models.config import FetchSettings, Secret, Source
from monitor.text.sanitize import pluralize
from monitor.validation import validate

_MAX_CLOCK_LAG = timedelta(minutes=2)  # a cache on the way may delay a page by this much
_CA_FILE_SETTING = "[fetch] ca_file"
_BLOCKED_STATUSES = frozenset({401, 403, 406, 451})
_FIRST_SERVER_ERROR = 500


HistoryLoader = Callable[[str, Sequence[ListingPage]], ListingHistory]


class _RecordingClient(HttpClient):
    """An HTTP client that keeps the status and headers of the last response, even on failure."""

    last_answer: tuple[int, Mapping[str, str]] | None = None

    @contextmanager
    def request(
        self, method: str, url: str, *, headers: dict[str, str], content: bytes | None = None
    ) -> Iterator[httpx.Response]:
        """Send a request and yield its open response, as HttpClient does."""
        self.last_answer = None
        with super().request(method, url, headers=headers, content=content) as response:
            self.last_answer = response.status_code, response.headers
            yield response


class SourceExaminer:
    """Examiner of sources; it connects only once to a server that several sources share.

    `load_history` returns the history of a source, by name, for comparison with its pages.
    """

    def __init__(self, settings: FetchSettings, clock: Clock, load_history: HistoryLoader) -> None:
        self._settings, self._clock, self._load_history = settings, clock, load_history
        self._connection_failures: dict[ServerAddress, ProbeFailedError | None] = {}
        self._lags: dict[str, timedelta] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "_client" in vars(self):
            self._client.close()

    def examine_source(self, source: Source) -> Iterator[Finding]:
        """Yield a finding on whether page 1 of a source can be fetched and validated."""
        try:
            page = self._load_page(source)
        except ProbeFailedError as failure:
            yield failure.to_finding("source", source.name)
            return
        newest = max((entry.date for entry in page.entries), default=None)
        entry_count = pluralize(len(page.entries), "entry", "entries")
        newest_note = ", as was accepted" if newest is None else f", the newest of {newest}"
        summary = f"page 1 of {source.url} shows {entry_count}{newest_note}"
        yield Finding(about="source", name=source.name, severity="ok", text=summary)

    def examine_clock(self) -> Iterator[Finding]:
        """Yield a finding on whether this machine's clock agrees with those of the sites."""
        if not self._lags:
            return
        host, lag = min(self._lags.items(), key=lambda item: abs(item[1]))
        if abs(lag) <= _MAX_CLOCK_LAG:
            yield Finding(about="clock", severity="ok", text=f"agrees with that of {host}")
            return
        difference = timedelta(minutes=round(abs(lag) / timedelta(minutes=1)))
        yield Finding(
            about="clock",
            severity="wrong",
            text=f"this machine's clock is {difference} "
            f"{'behind' if lag > timedelta() else 'ahead of'}"
            f" that of {host}",
            remedy="set it, and have it kept right: timedatectl set-ntp true",
        )

    # -------------------------------------------------------------- one source

    def _load_page(self, source: Source) -> ListingPage:
        self._check_first_hop(source)
        url = sources.build_page_url(source, 1)
        try:
            fetched = self._fetcher.fetch_page(url)
        except FetchError as error:
            raise self._diagnose_fetch_error(error, source) from error
        finally:
            self._record_clock_lag(url)
        return self._validate_page(source, fetched)

    def _check_first_hop(self, source: Source) -> None:
        """Connect to the proxy if there is one, else to the site; report a proxy error as such."""
        proxy = self._get_proxy_url()
        try:
            self._check_server(self._build_server_address(proxy or source.url))
        except ProbeFailedError as failure:
            if self._settings.proxy is None:
                raise
            raise _blame_proxy(failure, self._settings.proxy) from failure

    def _validate_page(self, source: Source, fetched: FetchResponse) -> ListingPage:
        try:
            page = sources.parse_listing(source.kind, 1, fetched)
        except InvalidPageError as fault:
            raise _build_invalid_page_error(fault.reason, fault.advice) from fault
        validation = validate([page], self._load_history(source.name, [page]), self._clock.now())
        if not validation.is_valid:
            raise _build_invalid_page_error(validation.reason, validation.advice)
        return page

    def _get_proxy_url(self) -> str | None:
        if self._settings.proxy is None:
            return None
        try:
            return self._settings.proxy.reveal()
        except MonitorError as error:
            raise ProbeFailedError(
                str(error), "put it where [fetch] proxy says, or take that key out"
            ) from error

    def _build_server_address(self, url: str) -> ServerAddress:
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        return ServerAddress(
            parts.hostname or "",
            port,
            self._get_tls_context() if is_tls else None,
            _CA_FILE_SETTING,
        )

    def _check_server(self, server: ServerAddress) -> None:
        if server not in self._connection_failures:
            self._connection_failures[server] = None
            try:
                check_connection(server, self._settings.timeout)
            except ProbeFailedError as failure:
                self._connection_failures[server] = failure
        known_failure = self._connection_failures[server]
        if known_failure is not None:
            raise known_failure

    def _get_tls_context(self) -> ssl.SSLContext:
        return self._tls_context

    @cached_property
    def _tls_context(self) -> ssl.SSLContext:
        try:
            return create_tls_context(self._settings.ca_file)
        except MonitorError as error:
            raise ProbeFailedError(
                str(error), f"{_CA_FILE_SETTING} must name a file in PEM form"
            ) from error

    @cached_property
    def _client(self) -> _RecordingClient:
        return _RecordingClient(
            user_agent=self._settings.user_agent,
            limit=self._settings.timeout,
            context=self._get_tls_context,
            proxy=self._get_proxy_url(),
        )

    @cached_property
    def _fetcher(self) -> PageFetcher:
        throttle = HostThrottle(self._settings.delay, self._clock)
        return PageFetcher(self._settings, self._client, throttle, self._clock)

    def _record_clock_lag(self, url: str) -> None:
        answer = self._client.last_answer
        if answer is None:
            return
        try:
            server_time = parsedate_to_datetime(answer[1].get("date", ""))
        except ValueError:
            return
        server_time = server_time if server_time.tzinfo else server_time.replace(tzinfo=UTC)
        self._lags.setdefault(urlsplit(url).netloc, server_time - self._clock.now())

    def _diagnose_fetch_error(self, error: FetchError, source: Source) -> ProbeFailedError:
        """Return the error for a page that could not be fetched, by how far the request got."""
        host = urlsplit(source.url).hostname or ""
        for cause in exception_chain(error):
            if isinstance(cause, ssl.SSLError):  # via a proxy, TLS is not checked before
                return network.diagnose_tls_error(cause, host, _CA_FILE_SETTING, lambda: None)
        status = None if self._client.last_answer is None else self._client.last_answer[0]
        return ProbeFailedError(error.reason, _choose_remedy(status, self._settings))


def _blame_proxy(failure: ProbeFailedError, proxy: Secret) -> ProbeFailedError:
    if not isinstance(failure, UnreachableError):  # a TLS error has the same remedy for a proxy
        return ProbeFailedError(f"the proxy cannot be used: {failure.text}", failure.remedy)
    proxy_location = (
        "" if proxy.location.startswith("fetch.proxy ") else f" (that is, {proxy.location})"
    )
    return ProbeFailedError(
        f"the proxy cannot be reached: {failure.text}",
        f"see that [fetch] proxy{proxy_location} has its name and port right, and that it "
        f"runs; take the"
        " key out where the site can be reached without one",
    )


def _choose_remedy(status: int | None, settings: FetchSettings) -> str:
    if status is None:
        return _PROXY_REMEDY if settings.proxy is not None else _NETWORK_REMEDY
    if status in _BLOCKED_STATUSES:
        return _advise_on_block(settings)
    if status >= _FIRST_SERVER_ERROR:
        return "the site has a problem; monitor keeps trying, so wait, unless it lasts for days"
    return _REMEDIES_BY_STATUS.get(
        status, "open the source's url in a browser; set url to where it leads"
    )


_PROXY_REMEDY = (
    "see that the proxy lets this machine through to the site, and its password is right"
)
_NETWORK_REMEDY = (
    "try it in a browser; where it is slow there too, raise [fetch] timeout; where it is not,"
    " something between here and there is in the way"
)
_REMEDIES_BY_STATUS = {
    429: "this machine sends the site too many requests: set a longer every, or wait an hour",
    404: "open the source's url in a browser: the listing has moved; set url to where it is",
    410: "open the source's url in a browser: the listing has moved; set url to where it is",
    407: "set [fetch] proxy with user name and password: http://user:password@proxy:3128",
}


def _advise_on_block(settings: FetchSettings) -> str:
    refusal = f"the site turns away this program, which calls itself “{settings.user_agent}”"
    if settings.user_agent == DEFAULT_USER_AGENT:
        return f'{refusal}: set [fetch] user_agent = "monitor (+mailto:you@example.com)", a contact'
    return (
        f"{refusal}: try another [fetch] user_agent with a contact in it, or ask the site's people"
    )


def _build_invalid_page_error(reason: str, advice: str) -> ProbeFailedError:
    return ProbeFailedError(
        f"page 1 was read, and cannot be right: {reason}",
        advice or "open the source's url in a browser and compare",
    )
