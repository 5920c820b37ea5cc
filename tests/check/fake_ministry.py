"""A ministry without a network: the site's own pages, handed over by a function that can fail."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from monitor.check.alerts import AlertRouter
from monitor.check.pagination import CheckOptions
from monitor.check.runner import CheckReport, check_source
from monitor.errors import FetchError
from monitor.models.check import FetchResponse
from monitor.models.config import Source
from monitor.store.database import Database
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site
from tests.support.site_wire import Request

Trap = Callable[[str], bytes | None]
"""Comes by every request with its target: does what it likes, or returns other bytes, or raises."""


class Line:
    """What a check fetches with."""

    def __init__(self, site: Site, world: FakeWorld) -> None:
        self.site, self._world = site, world
        self.asked: list[str] = []
        self.traps: dict[int, Trap] = {}
        self.articles: Trap | None = None

    def set(self, traps: Mapping[int, Trap] | None = None, *, articles: Trap | None = None) -> None:
        """Count requests from 0 again; lay traps at some, and one at every article."""
        self.asked, self.traps, self.articles = [], dict(traps or {}), articles

    def fetch(self, url: str, _: Mapping[str, str] | None = None) -> FetchResponse:
        """Return what the site has there."""
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}"
        trap = self.traps.get(len(self.asked), self.articles if "/view" in target else None)
        self.asked.append(target)
        body = None if trap is None else trap(target)
        answer = self.site.answer(Request("GET", target, {}, 0.0))
        if body is None and answer.status != 200:
            raise FetchError(f"{answer.status}", is_transient=False, is_gone=answer.status == 404)
        return FetchResponse(
            url=url,
            status=200,
            headers={"content-type": "text/html; charset=UTF-8"},
            body=_content(answer.body) if body is None else body,
            fetched_at=self._world.moment,
        )

    def check(self, source: Source, desk: AlertRouter, db: Database, **wish: bool) -> CheckReport:
        """Check a source of this site; `wish`: sweep=True, accept=True."""
        return check_source(
            source,
            lambda: desk,
            fetch_page=self.fetch,
            db=db,
            clock=self._world.world,
            options=CheckOptions(**wish),
        )


def _content(body: bytes) -> bytes:
    """Return a page without the menus around it: they take most of the time, and test nothing."""
    start, end = body.index(b"<main"), body.index(b"</main>")
    return b"<html><body>" + body[start:end] + b"</main></body></html>"


def deaf(_: str) -> bytes:
    """Break off the connection."""
    raise FetchError("the connection broke off", is_transient=True)
