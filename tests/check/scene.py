"""A ministry, a store and channels in one process, with a clock that tests move."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from monitor.check.alerts import AlertRouter
from monitor.check.replay import replay_pages
from monitor.check.runner import CheckReport
from monitor.models.config import Source, TerminalChannel, Watch
from monitor.models.report import ReplayResult
from monitor.store.database import Database, open_database
from tests.check.fake_ministry import Line
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site

DAY = date(2025, 12, 1)
STEEL = Watch(name="steel", any=("steel",))


class Scene:
    """What a test of checks needs; `check` is one of the listing "trade", on the board fta."""

    def __init__(self, site: Site, db: Database) -> None:
        self.site, self.db, self.world = site, db, FakeWorld()
        self.line = Line(site, self.world)
        self.source = Source(name="trade", kind="motir", url=site.url())
        self.watches: Sequence[Watch] = (STEEL,)
        self.channels: tuple[str, ...] = ("bot",)

    def begin(self, count: int = 12) -> None:
        """Let so many releases be known, none about steel, their articles read."""
        for number in range(count):
            self.site.publish(
                f"Round {number}", DAY - timedelta(days=count - number), body="Talks."
            )
        self.check()
        self.settle()

    def check(self, source: Source | None = None, **wish: bool) -> CheckReport:
        """Check once, a minute after the last time."""
        self.world.pass_time(timedelta(minutes=1))
        channels = [TerminalChannel(name=name) for name in self.channels]
        desk = AlertRouter(self.watches, channels)
        return self.line.check(source or self.source, desk, self.db, **wish)

    def replay(self) -> ReplayResult:
        """Read all that is kept again, and take it in."""
        desk = AlertRouter(self.watches, [TerminalChannel(name=name) for name in self.channels])
        return replay_pages(
            [self.source],
            desk,
            apply=True,
            db=self.db,
            clock=self.world.world,
            on_progress=lambda _: None,
        )

    def settle(self) -> None:
        """Check until no article waits."""
        while self.rows("SELECT 1 FROM waiting WHERE due_at <= ?", self.now):
            self.check()

    @property
    def now(self) -> str:
        """The time, as the store writes it."""
        return self.world.moment.strftime("%Y-%m-%dT%H:%M:%S.999Z")

    def pages(self) -> list[int]:
        """Return which pages of the listing were asked for since the line was last set."""
        return [int(one.rpartition("=")[2]) for one in self.line.asked if "/topics/" in one]

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the store something."""
        with self.db.begin_read() as conn:
            return conn.execute(sql, values).fetchall()

    def told(self) -> list[tuple[str, str, str, list[str]]]:
        """Return (channel, event, title, watches) of all that was ever owed, in order."""
        rows = self.rows(
            "SELECT d.channel, i.event, r.title, i.watches FROM deliveries AS d"
            " JOIN items AS i ON i.delivery_id = d.id JOIN releases AS r ON r.id = i.release_id"
            " ORDER BY d.created_at, d.id, i.position"
        )
        return [(*row, json.loads(watches)) for *row, watches in rows]


@contextmanager
def staged(folder: Path, *, cut: int = 500) -> Iterator[Scene]:
    """Give a scene with a site that cuts its texts."""
    with Site(cut=cut) as site, open_database(folder / "monitor.db") as db:
        yield Scene(site, db)
