"""An installation within the test's own process: its database, and all that works on it."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.check.alerts import AlertRouter
from monitor.check.backfill import BackfillTarget, backfill_source
from monitor.check.pagination import FetchPage
from monitor.check.replay import replay_pages
from monitor.check.runner import CheckReport, check_source
from monitor.formats import text_listing
from monitor.models.check import BackfillResult
from monitor.models.config import Source, TerminalChannel, Watch
from monitor.models.report import ReplayResult
from monitor.store import releases
from monitor.store.database import open_database
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site

WATCHES = (
    Watch(name="steel", any=("steel",)),
    Watch(name="title", query="title:quotas"),
    Watch(name="trade alone", any=("talks",), sources=("trade",)),
)
EVERYTHING = BackfillTarget()

# Not compared: ids, origins, times; nor revisions and matches of texts that came and went while
# the parser was broken.
CONTENTS = {
    "releases": "SELECT title, date, category, body, url, article_id, board, source, spellings"
    " FROM releases ORDER BY title, date",
    "identities": "SELECT i.key, i.date, r.title, r.date FROM identities AS i"
    " JOIN releases AS r ON r.id = i.release_id ORDER BY 1, 2",
    "listings": "SELECT r.title, r.date, l.source, l.site, l.board, l.article_id, l.url, l.look"
    " FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
    " ORDER BY l.source, l.rank DESC",
    "attachments": "SELECT r.title, a.name, a.kind, a.url, a.gone_at IS NULL FROM attachments AS a"
    " JOIN releases AS r ON r.id = a.release_id ORDER BY r.title, r.date, a.url",
    "found": "SELECT r.title FROM releases_fts AS f JOIN releases AS r ON r.id = f.rowid"
    " WHERE releases_fts MATCH 'steel' ORDER BY r.title, r.date",
}


@dataclass
class House:
    """One installation: its database and all that works on it."""

    path: Path
    site: Site
    fetch: FetchPage
    fake: FakeWorld
    boards: tuple[str, ...] = ("fta",)

    def __post_init__(self) -> None:
        self.desk = AlertRouter(WATCHES, (TerminalChannel(name="terminal"),))
        self.sources = [
            Source(
                name="trade" if board == "fta" else board, kind="motir", url=self.site.url(board)
            )
            for board in self.boards
        ]

    def check(self) -> list[CheckReport]:
        """Check all sources."""
        with open_database(self.path) as db:
            return [
                check_source(
                    one, lambda: self.desk, fetch_page=self.fetch, db=db, clock=self.fake.world
                )
                for one in self.sources
            ]

    def backfill(self, target: BackfillTarget = EVERYTHING) -> BackfillResult:
        """Walk back through the first source."""
        with open_database(self.path) as db:
            return backfill_source(
                self.sources[0],
                target,
                self.desk,
                fetch_page=self.fetch,
                db=db,
                clock=self.fake.world,
                on_progress=lambda _: None,
            )

    def replay(self, *, apply: bool = True) -> ReplayResult:
        """Replay all sources."""
        with open_database(self.path) as db:
            return replay_pages(
                self.sources,
                self.desk,
                apply=apply,
                db=db,
                clock=self.fake.world,
                on_progress=lambda _: None,
            )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database something."""
        with sqlite3.connect(self.path) as conn:
            found = conn.execute(sql).fetchall()
        conn.close()
        return found

    def contents(self) -> dict[str, object]:
        """Return all that does not tell when and how it came."""
        with open_database(self.path) as db, db.begin_read() as conn:
            text = "".join(text_listing.write_entries(releases.iter_in_listing_order(conn)))
        return {name: self.rows(sql) for name, sql in CONTENTS.items()} | {"text": text}

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows of all tables."""
        names = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
        return {
            name: sorted(self.rows(f"SELECT * FROM {name}"), key=repr)
            for (name,) in names
            if not name.startswith("releases_fts_")
        }
