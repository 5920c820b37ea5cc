"""The real parts, put together: clock and chance, the store, the network, a round of work."""

import os
import random  # noqa: TID251 - this is the edge
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

from monitor.check import Report, Wish, alarm, check
from monitor.deliver import Post
from monitor.errors import StoreError
from monitor.fetch.fetcher import Fetcher, Politeness
from monitor.fetch.patience import Patience, brief
from monitor.http.client import Client
from monitor.http.tls import context
from monitor.model.configured import Config, FetchSettings, Source
from monitor.model.operator import Operator
from monitor.model.scraped import Fetched
from monitor.model.world import World
from monitor.store import outbox
from monitor.store.database import Database, open_database
from monitor.threads import all_at_once
from monitor.zones import zone_named

if TYPE_CHECKING:
    from monitor.check.desk import Desk
    from monitor.check.distance import Target, Tell
    from monitor.model.reported import BackfillResult


def real_world() -> World:
    """Return the world as it is."""
    return World(
        now=lambda: datetime.now(UTC),  # noqa: TID251 - the edge
        monotonic=time.monotonic,
        wait=time.sleep,
        chance=random.random,
        new_id=lambda: f"msg_{os.urandom(12).hex()}",
    )


class Works:
    """The whole machine for one config. `out` is where terminal channels print."""

    def __init__(self, config: Config, world: World, out: TextIO) -> None:
        self._config, self._world, self._out = config, world, out
        self._fetchers = _Fetchers(config.fetch, world)
        self._lock = threading.Lock()
        self._has_opened = False

    def now(self) -> datetime:
        """Return the moment, aware, in UTC."""
        return self._world.now()

    def open_db(self) -> Database:
        """Open the store; each thread opens its own.

        Where there is none it is made, but once: a database that vanishes while this works is not
        to be followed by an empty one, in which nothing is news.
        """
        path = self._config.store_path
        try:
            db = open_database(path, self._config.keep, make=not self._has_opened)
        except StoreError as error:
            if not self._has_opened or path.exists():
                raise
            raise StoreError(
                f"{path}: the database is gone; put it back, or restart monitor to begin a new one"
            ) from error
        self._has_opened = True
        return db

    def waiting(self) -> int:
        """Return how many messages are owed, due or not."""
        with self.open_db() as db, db.reading() as conn:
            return outbox.counts(conn).get("owed", 0)

    def desk(self) -> "Desk":
        """Return the watches, ready to match; made once."""
        with self._lock:
            return self._desk

    @cached_property
    def _desk(self) -> "Desk":
        from monitor.check.desk import Desk  # noqa: PLC0415 - most checks find nothing to match

        return Desk(self._config.watches, self._config.channels, self.zone)

    @property
    def post(self) -> Post:
        """What sends."""
        return Post(
            channels=self._config.channels,
            open_db=self.open_db,
            world=self._world,
            out=self._out,
            zone=self.zone,
            operator=self.operator,
        )

    @property
    def operator(self) -> Operator:
        """Who is told of trouble."""
        health = self._config.health
        every = tuple(channel.name for channel in self._config.channels)
        channels = every if health.to is None else health.to
        return Operator(channels=channels, after=health.after, zone=self.zone)

    def zone(self) -> tzinfo:
        """Return the time zone in which the config tells times."""
        return zone_named(self._config.timezone)

    @cached_property
    def hosts(self) -> dict[str, list[Source]]:
        """The sources by the host that they are read from."""
        return _by_host(self._config.sources)

    def check(
        self,
        sources: Sequence[Source],
        tell: Callable[[Report], None] = lambda _: None,
        *,
        sweep: bool = False,
        accept: bool = False,
    ) -> list[Report]:
        """Check sources, several hosts at a time, one host's one after the other; in their order.

        Each report also goes to `tell` as soon as it is there. What goes wrong with a source is in
        its report. StoreError goes through. `sweep`: read the newest pages of each whatever is
        known of them. `accept`: take in what is read though it looks wrong.
        """
        reports: dict[str, Report] = {}
        operator, world = self.operator, self._world
        with self.open_db() as db:
            alarm.forget_gone(db, self._config.sources, self._config.channels, world)

        def work(group: Iterable[Source]) -> None:
            with self._fetchers.fetcher() as fetcher, self.open_db() as db:
                # One patience for all of a host: a dead one must not cost its budget many times.
                fetch = Patience(fetcher, self._config.fetch, self._world)
                # Articles can wait for the next check, and alerts not for articles.
                glance = Patience(fetcher, brief(self._config.fetch), self._world)
                for source in group:
                    told = alarm.look(source, operator, db, world)  # what a crash left untold
                    report = check(
                        source,
                        self.desk,
                        fetch=fetch,
                        glance=glance,
                        db=db,
                        world=world,
                        wish=Wish(sweep=sweep, accept=accept),
                    )
                    told += alarm.look(source, operator, db, world)
                    report = replace(report, told=told)
                    reports[source.name] = report
                    tell(report)

        all_at_once(work, list(_by_host(sources).values()), self._config.fetch.concurrency)
        return [reports[source.name] for source in sources]

    def backfill(self, source: Source, target: "Target", tell: "Tell") -> "BackfillResult":
        """Walk back through a listing. StoreError goes through; other trouble is in the result."""
        from monitor import sources  # noqa: PLC0415 - no check needs these
        from monitor.check.backfilling import backfill  # noqa: PLC0415

        settings, world = self._config.fetch, self._world
        with self._fetchers.fetcher() as fetcher, self.open_db() as db:
            glance = Patience(fetcher, brief(settings), world)

            def fetch(url: str, validators: Mapping[str, str] | None) -> Fetched:
                # A walk takes as long as it takes: each page of it has the patience of a check.
                is_article = sources.page_number(source.kind, url) is None
                patience = glance if is_article else Patience(fetcher, settings, world)
                return patience(url, validators)

            return backfill(source, target, self.desk(), fetch=fetch, db=db, world=world, tell=tell)


class _Fetchers:
    """Makes fetchers, one a thread, that share their politeness and one TLS context."""

    def __init__(self, settings: FetchSettings, world: World) -> None:
        self._settings, self._world = settings, world
        self._politeness = Politeness(settings.delay, world)
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    @contextmanager
    def fetcher(self) -> Iterator[Fetcher]:
        """Hold a fetcher open."""
        proxy = self._settings.proxy
        client = Client(
            user_agent=self._settings.user_agent,
            limit=self._settings.timeout,
            context=self._shared_context,
            proxy=None if proxy is None else proxy.reveal(),
        )
        fetcher = Fetcher(self._settings, client, self._politeness, self._world)
        try:
            yield fetcher
        finally:
            fetcher.close()

    def _shared_context(self) -> ssl.SSLContext:
        with self._lock:
            if self._context is None:
                self._context = context(self._settings.ca_file)
            return self._context


def _by_host(sources: Iterable[Source]) -> dict[str, list[Source]]:
    groups = defaultdict(list)
    for source in sources:
        groups[urlsplit(source.url).netloc].append(source)
    return groups
