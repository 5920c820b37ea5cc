"""An installation within the test's own process: its database, and all that works on it."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.check import Report, check
from monitor.check.backfilling import backfill
from monitor.check.desk import Desk
from monitor.check.distance import Target
from monitor.check.reading import Fetch
from monitor.check.replaying import replay
from monitor.model.configured import Source, TerminalChannel, Watch
from monitor.model.replayed import Replay
from monitor.model.reported import BackfillResult
from monitor.sources import textform
from monitor.store import archive
from monitor.store.database import open_database
from tests.site import Site
from tests.worlds import FakeWorld

WATCHES = (
    Watch(name="steel", any=("steel",)),
    Watch(name="title", query="title:quotas"),
    Watch(name="trade alone", any=("talks",), sources=("trade",)),
)
EVERYTHING = Target()

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
    fetch: Fetch
    fake: FakeWorld
    boards: tuple[str, ...] = ("fta",)

    def __post_init__(self) -> None:
        self.desk = Desk(WATCHES, (TerminalChannel(name="terminal"),))
        self.sources = [
            Source(
                name="trade" if board == "fta" else board, kind="motir", url=self.site.url(board)
            )
            for board in self.boards
        ]

    def check(self) -> list[Report]:
        """Check all sources."""
        with open_database(self.path) as db:
            return [
                check(one, lambda: self.desk, fetch=self.fetch, db=db, world=self.fake.world)
                for one in self.sources
            ]

    def backfill(self, target: Target = EVERYTHING) -> BackfillResult:
        """Walk back through the first source."""
        with open_database(self.path) as db:
            return backfill(
                self.sources[0],
                target,
                self.desk,
                fetch=self.fetch,
                db=db,
                world=self.fake.world,
                tell=lambda _: None,
            )

    def replay(self, *, apply: bool = True) -> Replay:
        """Replay all sources."""
        with open_database(self.path) as db:
            return replay(
                self.sources,
                self.desk,
                apply=apply,
                db=db,
                world=self.fake.world,
                tell=lambda _: None,
            )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database something."""
        with sqlite3.connect(self.path) as conn:
            found = conn.execute(sql).fetchall()
        conn.close()
        return found

    def contents(self) -> dict[str, object]:
        """Return all that does not tell when and how it came."""
        with open_database(self.path) as db, db.reading() as conn:
            text = "".join(textform.write(archive.in_listing_order(conn)))
        return {name: self.rows(sql) for name, sql in CONTENTS.items()} | {"text": text}

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all rows of all tables."""
        names = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
        return {
            name: sorted(self.rows(f"SELECT * FROM {name}"), key=repr)
            for (name,) in names
            if not name.startswith("releases_fts_")
        }
