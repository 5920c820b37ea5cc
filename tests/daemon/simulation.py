"""A simulated year: a real store and the daemon's real decisions, with time and trouble injected.

The site is the tests' own ministry, asked without a wire; channels are a dict of what came through.
Whatever happens to the clock, the site, a channel or the process is drawn from one seeded source
of chance, and counted.
"""

import json
import random
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from monitor import channels as transports
from monitor.check.alerts import AlertRouter
from monitor.check.runner import check_source
from monitor.daemon import daemon
from monitor.daemon.daemon import DueWork
from monitor.delivery.dispatcher import Dispatcher
from monitor.errors import DeliveryError, FetchError
from monitor.models.check import FetchResponse
from monitor.models.config import Channel, Secret, Source, Watch, WebhookChannel
from monitor.models.notification import Delivery
from monitor.store import database, deliveries
from monitor.store.database import Database, open_database
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site
from tests.support.site_wire import Request

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2025, 1, 1, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Crash(BaseException):
    """The process is gone, at this very statement."""


class Fragile(sqlite3.Connection):
    """A connection on which the process may die."""

    fuse: ClassVar["Fuse"]

    def execute(self, *args: Any) -> sqlite3.Cursor:
        """Execute a statement, if the process lives to see it."""
        self.fuse.burn()
        return super().execute(*args)


class Kept(Database):
    """A store that stays open when its user is done with it."""

    def close(self) -> None:
        """Leave it open: who kills the process closes it."""


@dataclass
class Fuse:
    """How many more points (statements, and either side of a sending) the process lives for."""

    left: int | None = None

    def burn(self) -> None:
        """Come by a point."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Crash


class Came(NamedTuple):
    """A message that came through to a channel."""

    id: str
    at: datetime
    body: Any

    @property
    def titles(self) -> list[str]:
        """The titles of the releases that it tells of."""
        return [item["release"]["title"] for item in self.body["data"]["items"]]


def channel(name: str, send: str, *, send_empty: bool = False) -> Channel:
    """Return a channel whose messages a program can read."""
    address = Secret("nowhere", lambda: "http://127.0.0.1/")
    return WebhookChannel(name=name, send=send, send_empty=send_empty, url=address)


CHANNELS = (
    channel("now", "immediately"),
    channel("hours", "hourly"),
    channel("days", "daily at 02:30", send_empty=True),  # which clock changes leave out, or repeat
    channel("weeks", "weekly on mon,thu at 08:00", send_empty=True),
)
WATCHES = (
    Watch(name="steel", any=("steel",)),
    Watch(name="gulf", any=("UAE",), to=("now", "days")),
)
WORDS: Mapping[str, tuple[str, ...]] = {
    "Steel quotas": ("now", "hours", "days", "weeks"),
    "The UAE and we": ("now", "days"),
    "Steel for the UAE": ("now", "hours", "days", "weeks"),
    "Fisheries": (),
}


class Year:
    """A simulated installation, and a ministry that publishes."""

    def __init__(self, folder: Path, site: Site, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.path, self.site = folder / "monitor.db", site
        self.chance, self.faults = random.Random(seed), Counter[str]()
        self.clock, self.fuse = FakeWorld(START), Fuse()
        self.world = self.clock.world
        self.down: dict[str, datetime] = {}
        self.came: dict[str, list[Came]] = defaultdict(list)
        self.excused: set[str] = set()
        self.last = ""
        self.db: Kept | None = None
        self.wanted: dict[str, set[str]] = defaultdict(set)
        self.sources = (
            Source(name="fta", kind="motir", url=site.url("fta"), every=6 * HOUR),
            Source(name="all", kind="motir", url=site.url("all-releases"), every=10 * HOUR),
            Source(
                name="energy", kind="motir", url=site.url("energy"), cron="30 2 * * *", every=None
            ),
        )
        Fragile.fuse = self.fuse
        patch.setattr(
            database,
            "connect_read_write",
            lambda path, **_: sqlite3.connect(
                path, isolation_level=None, check_same_thread=False, factory=Fragile
            ),
        )
        patch.setattr(transports, "send", self._send)
        patch.setattr(daemon, "MAX_SEND_INTERVAL", DAY)  # nobody else is at work here
        self.start()

    def start(self) -> None:
        """Start the process anew: nothing is remembered but what stands in the store."""
        if self.db is not None:
            self.db.conn.close()
        self.db = None
        self.desk = AlertRouter(WATCHES, CHANNELS, lambda: ZONE)
        self.agenda = DueWork(self.open_db, lambda: ZONE)
        self.post = Dispatcher(
            channels=CHANNELS,
            open_db=self.open_db,
            clock=self.world,
            out=StringIO(),
            get_zone=lambda: ZONE,
        )

    def open_db(self) -> Database:
        """Open the store; one connection serves a process for as long as it lives."""
        if self.db is None:
            self.db = Kept(self.path, open_database(self.path).conn)
            # Power failures are not what is simulated here.
            self.db.conn.execute("PRAGMA synchronous = OFF")
        return self.db

    # -------------------------------------------------------------- the world outside

    def fetch(self, url: str, _: Mapping[str, str] | None) -> FetchResponse:
        """Ask the ministry, unless it is deaf."""
        now = self.clock.moment
        if now < self.down.get("site", now):
            raise FetchError("the server refused the connection", is_transient=True)
        target = url.removeprefix(self.site.origin)
        response = self.site.answer(Request("GET", target, {}, 0.0))
        if response.status != 200:
            raise FetchError(f"the server answered {response.status}", is_transient=False)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return FetchResponse(
            url=url, status=200, headers=headers, body=response.body, fetched_at=now
        )

    def _send(self, to: Channel, delivery: Delivery, *, now: datetime, out: object) -> None:
        del out
        self.fuse.burn()
        if now < self.down.get(to.name, now):
            raise DeliveryError("no answer in time")
        self.came[to.name].append(Came(delivery.id, now, json.loads(delivery.payload)))
        self.last = delivery.id
        self.fuse.burn()

    def publish(self) -> None:
        """Let the ministry publish something, on one board or several."""
        subject = self.chance.choice(list(WORDS))
        title = f"{subject}, part {len(self.site.posts) + 1}"
        boards = self.chance.choice((["fta"], ["fta", "all-releases"], ["energy", "all-releases"]))
        day = self.clock.moment.date() - timedelta(days=self.chance.choice((0, 0, 0, 2)))
        at = self.chance.choice((0, 0, 0, 1))
        self.site.publish(title, day, body="As was said.", boards=boards, at=at)
        for name in WORDS[subject]:
            self.wanted[name].add(title)

    # -------------------------------------------------------------- trouble

    def trouble(self) -> None:
        """Draw what goes wrong now, if anything."""
        for kind, likely, happen in (
            ("site is deaf", 0.04, self._deaf),
            ("channel is down", 0.08, self._channel_down),
            ("process is killed", 0.2, self._killed),
            ("machine is off", 0.02, self._off),
            ("clock is set", 0.04, self._clock),
            ("clock is weeks ahead", 0.005, self._far_ahead),
        ):
            if self.chance.random() < likely:
                self.faults[kind] += 1
                happen()

    def _deaf(self) -> None:
        self.down["site"] = self.clock.moment + self.chance.random() * 2 * DAY

    def _channel_down(self) -> None:
        name = self.chance.choice(CHANNELS).name
        days = self.chance.choice((0.1, 0.1, 1, 4))
        self.down[name] = self.clock.moment + self.chance.random() * days * DAY

    def _killed(self) -> None:
        self.fuse.left = int(self.chance.expovariate(1 / 25))

    def _off(self) -> None:
        self.clock.pass_time(self.chance.random() * 4 * DAY)

    def _clock(self) -> None:
        hours = self.chance.choice((1, 1, 3, 40))
        self.clock.pass_time(self.chance.uniform(-hours, hours) * HOUR)

    def _far_ahead(self) -> None:
        """Let the clock be wrong by weeks for a while: what it puts off must not wait for it."""
        self.clock.pass_time(20 * DAY)
        for _ in range(self.chance.randint(1, 4)):
            self.step()
        self.clock.pass_time(-20 * DAY)

    # -------------------------------------------------------------- the process

    def step(self) -> None:
        """Sleep until something is due, and do it; a crash is followed by a new start."""
        try:
            self._sleep()
            self._work()
        except Crash:
            self.excused.add(self.last)
            self.clock.pass_time(self.chance.random() * HOUR)
            self.start()

    def _sleep(self) -> None:
        now = self.clock.moment
        times = [*self.agenda.find_check_times(self.sources, now).values()]
        times += [self.agenda.find_send_time(one, now) for one in CHANNELS]
        # What is due and was not done is held by a process that died: its lease ends some time.
        self.clock.pass_time(max(min(times) - now, timedelta(minutes=1)))

    def _work(self) -> None:
        for source in self.agenda.find_due_sources(self.sources, self.clock.moment):
            with self.open_db() as db:
                check_source(
                    source, lambda: self.desk, fetch_page=self.fetch, db=db, clock=self.world
                )
        for one in CHANNELS:
            replace(self.post, channels=(one,)).send_due()

    def settle(self) -> None:
        """Let all trouble end, send again what was given up, and wait until nothing is owed."""
        self.down.clear()
        self.fuse.left = None
        with self.open_db() as db, db.begin_write() as conn:
            given_up = [one.id for one in deliveries.iter_deliveries(conn, status="given-up")]
            self.faults["given up, and sent again by hand"] += len(given_up)
            deliveries.requeue_messages(conn, given_up, self.clock.moment)
        end = self.clock.moment + 9 * DAY
        while self.clock.moment < end:
            self.step()
