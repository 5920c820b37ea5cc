"""A real fetcher for tests, in a world whose waits cost nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from monitor.http.client import HttpClient
from monitor.http.fetcher import HostThrottle, PageFetcher
from monitor.http.tls import create_tls_context
from monitor.models.config import FetchSettings
from tests.support.fake_clock import FakeWorld


def settings(**changes: object) -> FetchSettings:
    """Return settings fit for a site on loopback."""
    return FetchSettings(
        **{  # type: ignore[arg-type]
            "user_agent": "monitor-test (+mailto:test@example.org)",
            "timeout": timedelta(seconds=5),
            "delay": timedelta(),
            **changes,
        }
    )


@contextmanager
def fetcher(
    chosen: FetchSettings | None = None,
    fake: FakeWorld | None = None,
    ca_file: Path | None = None,
    proxy: str | None = None,
) -> Iterator[PageFetcher]:
    """Hold a fetcher open."""
    chosen, world = chosen or settings(), (fake or FakeWorld()).world
    client = HttpClient(
        user_agent=chosen.user_agent,
        limit=chosen.timeout,
        context=lambda: create_tls_context(ca_file),
        proxy=proxy,
    )
    made = PageFetcher(chosen, client, HostThrottle(chosen.delay, world), world)
    try:
        yield made
    finally:
        made.close()
