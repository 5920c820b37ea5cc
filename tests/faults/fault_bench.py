"""A ministry with two boards, an installation with its baseline, and faults laid over them.

Commands run in the test's own process, from the command line down: nothing is left out but the
start of Python.
"""

import gc
import io
import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from tests.channels.peers import Receiver, receiving
from tests.support.installation import WATCHES, Done, Stage, bot, in_folder, source
from tests.support.site import Site
from tests.support.site_wire import Exchange, Fault, Response

FIRST = date(2025, 9, 1)
NEWS = ("Steel Quotas", "Fisheries")
_HERE = re.compile(r"https?://127\.0\.0\.1:\d+")
_SCHEMAS = re.compile(r"schema \d+, this one knows \d+")
ORIGIN = "https://english.motir.go.kr"

# What must not change by a fault: what is known, what is owed and was found, what is missing.
KEPT = (
    "SELECT id, title, date, body, category, withdrawn_at FROM releases ORDER BY id",
    "SELECT id, release_id, absences FROM listings ORDER BY id",
    "SELECT id, status FROM deliveries WHERE type != 'health' ORDER BY id",
    "SELECT id, watch FROM matches ORDER BY id",
    "SELECT id, field FROM revisions ORDER BY id",
)


class HereStage(Stage):
    """A stage whose commands run in this process."""

    def run(self, *args: str, stdin: str | None = None) -> Done:
        """Run a command to its end."""
        assert stdin is None
        out, err = io.StringIO(), io.StringIO()
        with in_folder(self.folder), redirect_stdout(out), redirect_stderr(err):
            try:
                code = main(args)
            finally:
                gc.enable()  # which a command turns off for its own good
        return Done(code, out.getvalue(), err.getvalue())


def stock(site: Site) -> None:
    """Let there be sixty releases, one a day on each of two boards in turn."""
    for number in range(60):
        board, name = (("fta", "FTA"), ("energy", "Energy"))[number % 2]
        site.publish(
            f"{name} – round {number} of Korea’s talks",
            FIRST + timedelta(days=number),
            category=f"{name} Matters",
            body=f"In round {number} the ministers spoke of tariffs and of Korea’s markets. " * 8,
            boards=["all-releases", board],
        )


def site_with_receiver() -> Iterator[tuple[Site, Receiver]]:
    """Serve a ministry, and a receiver of alerts."""
    with Site(moving_frame=False) as site, receiving(Receiver()) as receiver:
        stock(site)
        yield site, receiver


@dataclass
class Stand:
    """One case's installation; what is laid on it is taken away by `mend`."""

    site: Site
    receiver: Receiver
    stage: HereStage
    patch: pytest.MonkeyPatch
    undo: list[Callable[[], object]] = field(default_factory=list)

    def lay(self, fault: Fault) -> None:
        """Lay a fault over the listing alone."""
        self.site.misbehave(fault, path="/eng/15/")

    def alter(self, change: Callable[[str], str]) -> None:
        """Lay a change of the page's text over the listing."""

        def fault(exchange: Exchange) -> Response:
            body = change(exchange.response.body.decode())
            return Response(body.encode())

        self.lay(fault)

    def point(self, url: str, **more: object) -> None:
        """Let the config name another address."""
        before = self.stage.config.read_text()
        self.stage.configure(*parts(url, self.receiver, **more))
        self.undo.append(lambda: self.stage.config.write_text(before))

    def mend(self) -> None:
        """Take everything away."""
        self.site.behave()
        self.patch.undo()
        while self.undo:
            self.undo.pop()()

    def kept(self) -> list[list[tuple[Any, ...]]]:
        """Return all that a fault must leave as it is."""
        with closing(sqlite3.connect(self.stage.db)) as conn:
            return [conn.execute(sql).fetchall() for sql in KEPT]

    def told_titles(self) -> list[str]:
        """Return of which releases the receiver was told, besides what the operator is told."""
        bodies = [json.loads(body) for _, _, body in self.receiver.got]
        told = [one["data"]["items"] for one in bodies if one["type"] == "releases.matched"]
        return [item["release"]["title"] for items in told for item in items]

    def in_the_table(self, text: str) -> str:
        """Return a message as somebody who watches the ministry would read it."""
        there = _HERE.sub(ORIGIN, text).replace(f"{self.stage.folder}/", "")
        there = _SCHEMAS.sub("schema 9, this one knows 8", there)
        return " ".join(there.split())


def parts(url: str, receiver: Receiver, **more: object) -> Sequence[str]:
    """Return a config's parts, with limits that a test has time for."""
    fetch = "".join(f"{name} = {json.dumps(value)}\n" for name, value in more.items())
    return (f"max_bytes = 300000\n{fetch}", source("trade", url), WATCHES, bot(receiver.url))


def baseline(folder: Path, site: Site, receiver: Receiver) -> Path:
    """Return a database in which the baseline is, and every article."""
    stage = HereStage(folder, *parts(site.url(), receiver))
    assert stage.run("--once", "-q").code == 0
    with closing(sqlite3.connect(stage.db)) as conn:
        conn.execute("DELETE FROM waiting")
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return stage.db


@contextmanager
def standing(
    folder: Path, site: Site, receiver: Receiver, database: Path, patch: pytest.MonkeyPatch
) -> Iterator[Stand]:
    """Give a case its own installation after the baseline, and news that it would tell."""
    boards = {name: list(ids) for name, ids in site.boards.items()}
    stage = HereStage(folder, *parts(site.url(), receiver))
    shutil.copy(database, stage.db)
    receiver.got.clear()
    posts = [
        site.publish(
            title,
            FIRST + timedelta(days=60),
            category="FTA Matters",
            body=f"{title} were spoken of, and Korea’s markets. " * 9,
        )
        for title in NEWS
    ]
    stand = Stand(site=site, receiver=receiver, stage=stage, patch=patch)
    try:
        yield stand
    finally:
        stand.mend()
        for post in posts:
            del site.posts[post.article_id]
        site.boards.update(boards)
