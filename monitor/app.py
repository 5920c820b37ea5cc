"""The composition root: it wires clock, store, network and channels for one config."""

import os
import random  # noqa: TID251 - the composition root
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, TextIO
from urllib.parse import urlsplit

from monitor.check.pagination import CheckOptions
from monitor.check.runner import CheckReport, check_source
from monitor.clock import Clock, find_timezone
from monitor.delivery.dispatcher import Dispatcher
from monitor.errors import StoreError
from monitor.http.client import HttpClient
from monitor.http.fetcher import HostThrottle, PageFetcher, RetryingFetcher, limit_attempts
from monitor.http.tls import create_tls_context
from monitor.incidents import tracker
from monitor.models.check import FetchResponse
from monitor.models.config import Config, FetchSettings, IncidentRecipients, Source
from monitor.parallel import run_in_threads
from monitor.store import outbox
from monitor.store.database import Database, open_database

if TYPE_CHECKING:
    from monitor.check.alerts import AlertRouter
    from monitor.check.backfill import BackfillTarget, ProgressCallback
    from monitor.models.check import BackfillResult


def create_system_clock() -> Clock:
    """Return the clock and randomness of this machine."""
    return Clock(
        now=lambda: datetime.now(UTC),  # noqa: TID251 - the composition root
        monotonic=time.monotonic,
        sleep=time.sleep,
        random=random.random,
        new_id=lambda: f"msg_{os.urandom(12).hex()}",
    )


class App:
    """The parts of the monitor, wired together for one config. Terminal channels print to `out`."""

    def __init__(self, config: Config, clock: Clock, out: TextIO) -> None:
        self._config, self._clock, self._out = config, clock, out
        self._fetcher_factory = _FetcherFactory(config.fetch, clock)
        self._lock = threading.Lock()
        self._has_opened = False

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return self._clock.now()

    def open_db(self) -> Database:
        """Open the store; each thread opens its own connection.

        A missing database is created once only. If the file vanishes later, this raises StoreError
        instead of creating an empty database, where every release would be part of a new baseline.
        """
        path = self._config.store_path
        try:
            db = open_database(path, self._config.retention, create=not self._has_opened)
        except StoreError as error:
            if not self._has_opened or path.exists():
                raise
            raise StoreError(
                f"{path}: the database is gone; put it back, or restart monitor to begin a new one"
            ) from error
        self._has_opened = True
        return db

    def count_pending(self) -> int:
        """Return the number of pending messages, due or not."""
        with self.open_db() as db, db.begin_read() as conn:
            return outbox.count_by_status(conn).get("owed", 0)

    def get_router(self) -> "AlertRouter":
        """Return the router with the compiled watches; it is created once."""
        with self._lock:
            return self._router

    @cached_property
    def _router(self) -> "AlertRouter":
        from monitor.check.alerts import AlertRouter  # noqa: PLC0415 - most checks match nothing

        return AlertRouter(self._config.watches, self._config.channels, self.get_zone)

    @property
    def dispatcher(self) -> Dispatcher:
        """The dispatcher of due messages."""
        return Dispatcher(
            channels=self._config.channels,
            open_db=self.open_db,
            clock=self._clock,
            out=self._out,
            get_zone=self.get_zone,
            incident_recipients=self.incident_recipients,
        )

    @property
    def incident_recipients(self) -> IncidentRecipients:
        """The recipients of health messages."""
        health = self._config.health
        all_channels = tuple(channel.name for channel in self._config.channels)
        channels = all_channels if health.to is None else health.to
        return IncidentRecipients(
            channels=channels, failure_threshold=health.after, get_zone=self.get_zone
        )

    def get_zone(self) -> tzinfo:
        """Return the time zone of the config."""
        return find_timezone(self._config.timezone)

    @cached_property
    def sources_by_host(self) -> dict[str, list[Source]]:
        """The sources, grouped by host."""
        return _group_by_host(self._config.sources)

    def check_sources(
        self,
        sources: Sequence[Source],
        on_report: Callable[[CheckReport], None] = lambda _: None,
        *,
        sweep: bool = False,
        accept: bool = False,
    ) -> list[CheckReport]:
        """Check sources, several hosts in parallel; return reports in the order of `sources`.

        The sources of one host are checked one after the other. `on_report` gets each report as
        soon as it is ready. A report holds the errors of its source; StoreError is raised. `sweep`
        reads the newest pages even if they are known. `accept` ingests pages even if validation
        finds them suspect.
        """
        reports: dict[str, CheckReport] = {}
        recipients, clock = self.incident_recipients, self._clock
        with self.open_db() as db:
            tracker.close_obsolete_incidents(db, self._config.sources, self._config.channels, clock)

        def check_host(host_sources: Iterable[Source]) -> None:
            with self._fetcher_factory.open_fetcher() as fetcher, self.open_db() as db:
                # One retry budget for a host, so that a dead host does not use it once per source.
                fetch_page = RetryingFetcher(fetcher, self._config.fetch, self._clock)
                # Articles can wait for the next check; alerts must not wait for articles.
                fetch_article = RetryingFetcher(
                    fetcher, limit_attempts(self._config.fetch), self._clock
                )
                for source in host_sources:
                    log_lines = tracker.update_source_incidents(
                        source, recipients, db, clock
                    )  # left by a crash
                    report = check_source(
                        source,
                        self.get_router,
                        fetch_page=fetch_page,
                        fetch_article=fetch_article,
                        db=db,
                        clock=clock,
                        options=CheckOptions(sweep=sweep, accept=accept),
                    )
                    log_lines += tracker.update_source_incidents(source, recipients, db, clock)
                    report = replace(report, log_lines=log_lines)
                    reports[source.name] = report
                    on_report(report)

        run_in_threads(
            check_host, list(_group_by_host(sources).values()), self._config.fetch.concurrency
        )
        return [reports[source.name] for source in sources]

    def backfill_source(
        self, source: Source, target: "BackfillTarget", on_progress: "ProgressCallback"
    ) -> "BackfillResult":
        """Backfill a listing. Raises StoreError; the result holds all other errors."""
        from monitor import sources as sources_module  # noqa: PLC0415 - only backfills need these
        from monitor.check.backfill import backfill_source  # noqa: PLC0415

        settings, clock = self._config.fetch, self._clock
        with self._fetcher_factory.open_fetcher() as fetcher, self.open_db() as db:
            fetch_article = RetryingFetcher(fetcher, limit_attempts(settings), clock)

            def fetch_url(url: str, validators: Mapping[str, str] | None) -> FetchResponse:
                # A backfill has no time limit: each page gets the retry budget of a check.
                is_article = sources_module.get_page_number(source.kind, url) is None
                retrying_fetcher = (
                    fetch_article if is_article else RetryingFetcher(fetcher, settings, clock)
                )
                return retrying_fetcher(url, validators)

            return backfill_source(
                source,
                target,
                self.get_router(),
                fetch_page=fetch_url,
                db=db,
                clock=clock,
                on_progress=on_progress,
            )


class _FetcherFactory:
    """Creates fetchers, one per thread, that share a throttle and a TLS context."""

    def __init__(self, settings: FetchSettings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._throttle = HostThrottle(settings.delay, clock)
        self._lock = threading.Lock()
        self._tls_context: ssl.SSLContext | None = None

    @contextmanager
    def open_fetcher(self) -> Iterator[PageFetcher]:
        """Open a fetcher and close it at the end of the `with` block."""
        proxy = self._settings.proxy
        client = HttpClient(
            user_agent=self._settings.user_agent,
            limit=self._settings.timeout,
            context=self._get_tls_context,
            proxy=None if proxy is None else proxy.reveal(),
        )
        fetcher = PageFetcher(self._settings, client, self._throttle, self._clock)
        try:
            yield fetcher
        finally:
            fetcher.close()

    def _get_tls_context(self) -> ssl.SSLContext:
        with self._lock:
            if self._tls_context is None:
                self._tls_context = create_tls_context(self._settings.ca_file)
            return self._tls_context


def _group_by_host(sources: Iterable[Source]) -> dict[str, list[Source]]:
    groups = defaultdict(list)
    for source in sources:
        groups[urlsplit(source.url).netloc].append(source)
    return groups
