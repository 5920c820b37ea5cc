"""`monitor backup`, and how long pages stay."""

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.database import open_database
from tests.support.installation import WATCHES, Stage, source
from tests.support.site import Site, site_fixture

_ = site_fixture


@pytest.fixture
def stage(tmp_path: Path, site: Site) -> Stage:
    """Return an installation that has read one release; its pages are kept for a day."""
    site.publish("Steel", date(2025, 12, 1))
    stage = Stage(tmp_path, source("trade", site.url()), WATCHES, "[store]\nkeep = 1")
    stage.once()
    return stage


def test_a_backup_is_a_whole_database_of_its_own(stage: Stage) -> None:
    """Made while another process is writing, for its owner alone; and never over another file."""
    with closing(sqlite3.connect(stage.db, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        busy.execute("DELETE FROM releases")
        done = stage.run("backup", "copy.db")
        busy.execute("ROLLBACK")
    copy = stage.folder / "copy.db"
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("copied 1 release to copy.db (")
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not [*stage.folder.glob("copy.db-*")]
    before = copy.read_bytes()
    again = stage.run("backup", "copy.db", "--json")
    assert again.code == 2
    assert "copy.db already exists and was not changed" in again.err
    assert copy.read_bytes() == before

    stage.configure(source("trade", "http://h/"), WATCHES, '[store]\npath = "copy.db"')
    (release,) = stage.run("releases", "--json").json
    assert release["title"] == "Steel"
    told = stage.run("backup", "second.db", "--json").json
    size = (stage.folder / "second.db").stat().st_size
    assert told == {"file": "second.db", "bytes": size, "releases": 1}


def test_a_backup_needs_a_database_and_a_place(stage: Stage) -> None:
    """Where either is missing nothing is left behind."""
    done = stage.run("backup", "no/such/folder.db")
    assert done.code == 2
    assert done.err == "monitor: no/such/folder.db cannot be written: No such file or directory\n"
    stage.db.unlink()
    done = stage.run("backup", "copy.db")
    assert done.code == 2
    assert "is not there yet; make it with: monitor --once" in done.err
    assert not (stage.folder / "copy.db").exists()
    assert not stage.db.exists()


def test_a_copy_of_a_damaged_database_is_not_kept(stage: Stage, tmp_path: Path) -> None:
    """It would pass for a backup until the day it is needed."""
    with closing(sqlite3.connect(stage.db)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = conn.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'releases'"
        ).fetchone()
        (size,) = conn.execute("PRAGMA page_size").fetchone()
    with stage.db.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    with open_database(stage.db) as db, pytest.raises(StoreError, match="the database is damaged"):
        db.copy_to(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_pages_stay_as_long_as_the_config_says(stage: Stage, site: Site) -> None:
    """And go when others come."""
    stage.settle()
    with closing(sqlite3.connect(stage.db)) as conn, conn:
        conn.execute("UPDATE snapshots SET fetched_at = '2020-01-01T00:00:00.000Z'")
    site.publish("Aluminium", date(2025, 12, 2))
    stage.once()
    assert stage.rows("SELECT count(*) FROM snapshots WHERE fetched_at < '2021'") == [(0,)]
    assert stage.rows("SELECT count(*) > 0 FROM snapshots") == [(1,)]
