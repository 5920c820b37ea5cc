"""An archive of 2,700 releases: its size, and replaying it; see tests/benchmark.py."""

import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.app import create_system_clock
from monitor.check.alerts import AlertRouter
from monitor.check.replay import replay_pages
from monitor.check.runner import check_source
from monitor.config.loader import load_config_file
from monitor.models.check import FetchResponse
from monitor.store import snapshots
from monitor.store.database import open_database
from tests.benchmark.__main__ import Row, against, process, published, timed
from tests.support.installation import WATCHES, Stage, source
from tests.support.site import Site
from tests.support.site_wire import Request

_MOST = 25 / 6  # the whole database, in sizes of its texts


def archive(runs: int) -> list[Row]:
    """An archive of 2,700 full releases that was walked back: its size, and replaying it."""
    count = 2700
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        published(site, count, date(2018, 1, 1))
        stage = Stage(Path(folder), source("trade", site.url()), WATCHES)
        seconds = process(
            sys.executable,
            "-m",
            "monitor",
            "--config",
            str(stage.config),
            "backfill",
            "--all",
            "-q",
        )
        assert stage.rows("SELECT count(*) FROM releases") == [(count,)]
        read_articles(stage, site, count)
        return [
            Row("backfill of 270 pages (process)", f"{seconds:.1f} s", "", "", "no goal", met=True),
            *database_size(stage, count),
            *replaying(stage, runs),
        ]


def read_articles(stage: Stage, site: Site, count: int) -> None:
    """Let one check read all article pages, of which it would read a few."""
    config, world = load_config_file(stage.config, {}), create_system_clock()

    def fetch(url: str, _: object) -> FetchResponse:
        parts = urlsplit(url)
        answer = site.answer(Request("GET", f"{parts.path}?{parts.query}", {}, 0.0))
        headers = {"content-type": "text/html; charset=UTF-8"}
        return FetchResponse(
            url=url, status=200, headers=headers, body=answer.body, fetched_at=world.now()
        )

    desk = AlertRouter(config.watches, ())
    with (
        open_database(stage.db) as db,
        patch("monitor.check.runner._QUEUED_ARTICLES_PER_CHECK", count),
    ):
        check_source(config.sources[0], lambda: desk, fetch_page=fetch, db=db, clock=world)
    assert stage.rows("SELECT count(*) FROM waiting") == [(0,)]


def database_size(stage: Stage, count: int) -> list[Row]:
    """Bytes per release, with and without raw pages, against the bare texts."""
    whole = stage.db.stat().st_size
    ((texts,),) = stage.rows("SELECT sum(length(CAST(title || body AS BLOB))) FROM releases")
    bare = stage.folder / "bare.db"
    with closing(sqlite3.connect(stage.db, isolation_level=None)) as conn:
        conn.execute("VACUUM INTO ?", (str(bare),))
    with closing(sqlite3.connect(bare, isolation_level=None)) as conn:
        conn.execute("DELETE FROM snapshots")
        conn.execute("DELETE FROM bodies")
        conn.execute("VACUUM")
    return [
        Row(
            f"database, {count:,} full releases, {name}",
            f"{size / 1e6:.1f} MB",
            f"{texts / 1e6:.1f} MB",
            f"{size / texts:.2f}",
            f"{goal}; {size / count:,.0f} bytes a release",
            met=size <= texts * _MOST,
        )
        for name, size, goal in (
            ("with raw pages", whole, f"25 MB for texts of 6: {_MOST:.2f} ×"),
            ("without", bare.stat().st_size, "the floor is the texts alone"),
        )
    ]


def replaying(stage: Stage, runs: int) -> list[Row]:
    """All kept pages parsed again and held against the store."""
    config = load_config_file(stage.config, {})
    desk, world = AlertRouter(config.watches, ()), create_system_clock()
    with open_database(stage.db) as db, db.begin_read() as conn:
        bodies = [snapshots.load_page(conn, one).body for one in snapshots.iter_snapshots(conn)]

    def bare() -> None:
        for body in bodies:
            page = LexborHTMLParser(body)
            for item in (*page.css("div.board-list li"), *page.css("div.board-detail")):
                for what in ("strong.title", "span.cont, div.detail-cont", "span.date"):
                    found = item.css_first(what)
                    assert found is not None
                    found.text()

    with open_database(stage.db) as db:

        def ours() -> None:
            done = replay_pages(
                config.sources, desk, apply=False, db=db, clock=world, on_progress=lambda _: None
            )
            assert (done.page_count, done.added, done.corrected) == (len(bodies), (), ())

        row = against("", lambda: timed(ours), lambda: timed(bare), min(runs, 9), 2.5)
    ours_, bare_ = (len(bodies) * 1000 / float(cell.split()[0]) for cell in (row.figure, row.floor))
    return [
        row._replace(
            what=f"replay of {len(bodies)} pages",
            figure=f"{ours_:,.0f} pages/s",
            floor=f"{bare_:,.0f} pages/s",
        )
    ]
