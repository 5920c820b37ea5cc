"""Each source: name, connection, TLS, one request as a check makes it, and the page that comes."""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Self
from urllib.parse import urlsplit

from monitor import sources
from monitor.config.sections import USER_AGENT
from monitor.doctor import certificates
from monitor.doctor.finding import Ailment, Finding
from monitor.doctor.reaching import Place, Unreached, reach
from monitor.errors import FetchError, MonitorError, PageFault
from monitor.fetch.fetcher import Fetcher, Politeness
from monitor.health import judge
from monitor.http.answers import causes
from monitor.http.client import Client
from monitor.http.lean import httpx
from monitor.http.tls import context
from monitor.model.configured import FetchSettings, Secret, Source
from monitor.model.history import History
from monitor.model.scraped import Fetched, Page
from monitor.model.world import World
from monitor.text.counting import counted

_WRONG_BY = timedelta(minutes=2)  # a page may have lain in a cache on its way, but not for longer
_CA_FILE = "[fetch] ca_file"
_REFUSED = frozenset({401, 403, 406, 451})
_IN_TROUBLE = 500


Past = Callable[[str, Sequence[Page]], History]


class _Hearing(Client):
    """A client that remembers the last answer's status and headers, whatever comes of it."""

    heard: tuple[int, Mapping[str, str]] | None = None

    @contextmanager
    def request(
        self, method: str, url: str, *, headers: dict[str, str], content: bytes | None = None
    ) -> Iterator[httpx.Response]:
        """Send a request as a client does."""
        self.heard = None
        with super().request(method, url, headers=headers, content=content) as response:
            self.heard = response.status_code, response.headers
            yield response


class Listings:
    """Examines sources; a server that they share is reached once.

    `past` returns what is known of a source, by its name, held against pages of it.
    """

    def __init__(self, settings: FetchSettings, world: World, past: Past) -> None:
        self._settings, self._world, self._past = settings, world, past
        self._reached: dict[Place, Ailment | None] = {}
        self._lags: dict[str, timedelta] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "_client" in vars(self):
            self._client.close()

    def examine(self, source: Source) -> Iterator[Finding]:
        """Yield how page 1 of a source could be read and believed."""
        try:
            page = self._page(source)
        except Ailment as ailment:
            yield ailment.found("source", source.name)
            return
        newest = max((entry.date for entry in page.entries), default=None)
        shown = counted(len(page.entries), "entry", "entries")
        dated = ", as was accepted" if newest is None else f", the newest of {newest}"
        told = f"page 1 of {source.url} shows {shown}{dated}"
        yield Finding(about="source", name=source.name, standing="ok", text=told)

    def clock(self) -> Iterator[Finding]:
        """Yield whether this machine's clock agrees with those of the sites that answered."""
        if not self._lags:
            return
        host, lag = min(self._lags.items(), key=lambda one: abs(one[1]))
        if abs(lag) <= _WRONG_BY:
            yield Finding(about="clock", standing="ok", text=f"agrees with that of {host}")
            return
        by = timedelta(minutes=round(abs(lag) / timedelta(minutes=1)))
        yield Finding(
            about="clock",
            standing="wrong",
            text=f"this machine's clock is {by} {'behind' if lag > timedelta() else 'ahead of'}"
            f" that of {host}",
            remedy="set it, and have it kept right: timedatectl set-ntp true",
        )

    # -------------------------------------------------------------- one source

    def _page(self, source: Source) -> Page:
        self._reach_first(source)
        url = sources.page_url(source, 1)
        try:
            fetched = self._fetcher.get(url)
        except FetchError as error:
            raise self._unread(error, source) from error
        finally:
            self._compare_clocks(url)
        return self._believed(source, fetched)

    def _reach_first(self, source: Source) -> None:
        """Reach the proxy where there is one: what is wrong then is the proxy, and called so."""
        proxy = self._proxy()
        try:
            self._reach(self._place(proxy or source.url))
        except Ailment as ailment:
            if self._settings.proxy is None:
                raise
            raise _of_proxy(ailment, self._settings.proxy) from ailment

    def _believed(self, source: Source, fetched: Fetched) -> Page:
        try:
            page = sources.parse(source.kind, 1, fetched)
        except PageFault as fault:
            raise _unbelievable(fault.reason, fault.advice) from fault
        verdict = judge([page], self._past(source.name, [page]), self._world.now())
        if not verdict.credible:
            raise _unbelievable(verdict.reason, verdict.advice)
        return page

    def _proxy(self) -> str | None:
        if self._settings.proxy is None:
            return None
        try:
            return self._settings.proxy.reveal()
        except MonitorError as error:
            raise Ailment(
                str(error), "put it where [fetch] proxy says, or take that key out"
            ) from error

    def _place(self, url: str) -> Place:
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        return Place(parts.hostname or "", port, self._context() if is_tls else None, _CA_FILE)

    def _reach(self, place: Place) -> None:
        if place not in self._reached:
            self._reached[place] = None
            try:
                reach(place, self._settings.timeout)
            except Ailment as ailment:
                self._reached[place] = ailment
        known = self._reached[place]
        if known is not None:
            raise known

    def _context(self) -> ssl.SSLContext:
        return self._trust

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        try:
            return context(self._settings.ca_file)
        except MonitorError as error:
            raise Ailment(str(error), f"{_CA_FILE} must name a file in PEM form") from error

    @cached_property
    def _client(self) -> _Hearing:
        return _Hearing(
            user_agent=self._settings.user_agent,
            limit=self._settings.timeout,
            context=self._context,
            proxy=self._proxy(),
        )

    @cached_property
    def _fetcher(self) -> Fetcher:
        politeness = Politeness(self._settings.delay, self._world)
        return Fetcher(self._settings, self._client, politeness, self._world)

    def _compare_clocks(self, url: str) -> None:
        heard = self._client.heard
        if heard is None:
            return
        try:
            theirs = parsedate_to_datetime(heard[1].get("date", ""))
        except ValueError:
            return
        theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
        self._lags.setdefault(urlsplit(url).netloc, theirs - self._world.now())

    def _unread(self, error: FetchError, source: Source) -> Ailment:
        """Return what a page that could not be read means, by how far it came."""
        host = urlsplit(source.url).hostname or ""
        for cause in causes(error):
            if isinstance(cause, ssl.SSLError):  # behind a proxy, where it was not tried before
                return certificates.ailment(cause, host, _CA_FILE, lambda: None)
        status = None if self._client.heard is None else self._client.heard[0]
        return Ailment(error.reason, _remedy(status, self._settings))


def _of_proxy(ailment: Ailment, proxy: Secret) -> Ailment:
    if not isinstance(ailment, Unreached):  # what TLS needs is the same for all
        return Ailment(f"the proxy cannot be used: {ailment.text}", ailment.remedy)
    stated = "" if proxy.where.startswith("fetch.proxy ") else f" (that is, {proxy.where})"
    return Ailment(
        f"the proxy cannot be reached: {ailment.text}",
        f"see that [fetch] proxy{stated} has its name and port right, and that it runs; take the"
        " key out where the site can be reached without one",
    )


def _remedy(status: int | None, settings: FetchSettings) -> str:
    if status is None:
        return _THE_PROXY if settings.proxy is not None else _THE_WAY
    if status in _REFUSED:
        return _blocked(settings)
    if status >= _IN_TROUBLE:
        return "the site is in trouble; monitor goes on trying, so wait, unless it lasts for days"
    return _REMEDIES.get(status, "open the source's url in a browser; set url to where it leads")


_THE_PROXY = "see that the proxy lets this machine through to the site, and its password is right"
_THE_WAY = (
    "try it in a browser; where it is slow there too, raise [fetch] timeout; where it is not,"
    " something between here and there is in the way"
)
_REMEDIES = {
    429: "the site is asked too often from here: set a longer every, or wait an hour",
    404: "open the source's url in a browser: the listing has moved; set url to where it is",
    410: "open the source's url in a browser: the listing has moved; set url to where it is",
    407: "set [fetch] proxy with user name and password: http://user:password@proxy:3128",
}


def _blocked(settings: FetchSettings) -> str:
    whom = f"the site turns away this program, which calls itself “{settings.user_agent}”"
    if settings.user_agent == USER_AGENT:
        return f'{whom}: set [fetch] user_agent = "monitor (+mailto:you@example.com)", a contact'
    return f"{whom}: try another [fetch] user_agent with a contact in it, or ask the site's people"


def _unbelievable(reason: str, advice: str) -> Ailment:
    return Ailment(
        f"page 1 was read, and cannot be right: {reason}",
        advice or "open the source's url in a browser and compare",
    )
