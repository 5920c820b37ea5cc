"""What is wrong with the database, its folder and its disk."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.models.check import CheckResult
from monitor.store import checks, messages, readonly
from monitor.store.database import open_database
from tests.doctor.examined_setup import LONG_AGO, examined, sick, told
from tests.store.samples import message, stored_release
from tests.support.installation import source

NOWHERE = source("trade", "http://127.0.0.1:9/x")


def wrong(folder: Path, *parts: str) -> tuple[str, str]:
    """Return the text and the remedy of what is wrong with the database."""
    findings = [one for one in examined(folder, NOWHERE, *parts) if one.about != "source"]
    found = sick(findings)
    assert found.about == "database"
    return found.text, found.remedy


def made(folder: Path) -> Path:
    """Make a database and return its path."""
    path = folder / "monitor.db"
    with open_database(path) as db, db.begin_write() as conn:
        result = CheckResult(name="trade", status="ok", started_at=LONG_AGO, seconds=1.0)
        checks.record_check(conn, result)
    return path


def test_one_that_is_well_is_left_as_it_is(tmp_path: Path) -> None:
    """Not a byte of it changes, and nothing stays beside it."""
    path = made(tmp_path)
    before = path.read_bytes()
    ((standing, text, _),) = told(examined(tmp_path, NOWHERE), "database")
    assert (standing, text) == ("ok", f"{path}: sound, 0.2 MB")
    assert path.read_bytes() == before


def test_none_yet_is_no_trouble_and_none_is_made(tmp_path: Path) -> None:
    """The first check makes it."""
    ((standing, text, _),) = told(examined(tmp_path, NOWHERE), "database")
    assert standing == "ok"
    assert text.endswith("monitor.db: not there yet; the first check makes it")
    assert not (tmp_path / "monitor.db").exists()


def damaged(path: Path) -> None:
    """Spoil pages in the middle."""
    with path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 8)


def renamed_index(path: Path) -> None:
    """Let an index and its table disagree."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA writable_schema = ON")
        conn.execute("DELETE FROM sqlite_schema WHERE name = 'checks_by_source'")


def newer(path: Path) -> None:
    """Let a later program have written it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA user_version = 999")


def foreign(path: Path) -> None:
    """Let it be another program's."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA application_id = 7")


@pytest.mark.parametrize(
    ("spoil", "text", "remedy"),
    [
        (damaged, "damaged", "restore a backup"),
        (renamed_index, "damaged", "restore a backup"),
        (newer, "made by a newer monitor", "update monitor"),
        (foreign, "another program's database", "choose another path"),
        (lambda path: path.write_bytes(b"What is this?" * 999), "not a SQLite database", "another"),
    ],
)
def test_a_file_that_cannot_be_used(
    tmp_path: Path, spoil: Callable[[Path], None], text: str, remedy: str
) -> None:
    """Each in words, with what to do."""
    path = made(tmp_path)
    spoil(path)
    said, advice = wrong(tmp_path)
    assert text in said
    assert remedy in advice


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_one_that_another_program_keeps_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, mode: str
) -> None:
    """Told, and not called sound: a check would wait half a minute for it, and fail."""
    monkeypatch.setattr(readonly, "_INSPECT_TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr(readonly, "_LOCK_TIMEOUT_SECONDS", 0.1)
    path = made(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute(f"PRAGMA journal_mode = {mode}")
        conn.execute(f"BEGIN {how}")
        said, advice = wrong(tmp_path)
    assert said.startswith(f"{path}: another program keeps it locked")
    assert f"fuser -v {path}" in advice
    assert [one[0] for one in told(examined(tmp_path, NOWHERE), "database")] == ["ok"]


def test_what_a_killed_program_left_behind_is_left_as_it_is(tmp_path: Path) -> None:
    """Its log is the next run's to work off."""
    path = made(tmp_path)
    with open_database(path) as db:
        with db.begin_write() as conn:
            conn.execute("INSERT INTO notes VALUES ('a', 'b')")
        left = {name: (tmp_path / name).read_bytes() for name in ("monitor.db", "monitor.db-wal")}
    for name, content in left.items():
        (tmp_path / name).write_bytes(content)
    ((standing, text, _),) = told(examined(tmp_path, NOWHERE), "database")
    assert (standing, ": sound, " in text) == ("ok", True)
    assert {name: (tmp_path / name).read_bytes() for name in left} == left


def test_an_older_one_is_brought_up_to_date_by_the_next_run(tmp_path: Path) -> None:
    """Not by the doctor."""
    path = made(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA user_version = 1")
    ((standing, text, _),) = told(examined(tmp_path, NOWHERE), "database")
    assert standing == "ok"
    assert "brought up to date by the next run" in text


def test_without_its_log_it_is_said(tmp_path: Path) -> None:
    """Somebody may have switched it off."""
    path = made(tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    ((_, text, _),) = told(examined(tmp_path, NOWHERE), "database")
    assert "without its write-ahead log" in text


@pytest.mark.parametrize(
    ("store", "text", "remedy"),
    [
        ("no/where/monitor.db", "the folder for the database does not exist", "mkdir -p"),
        # Where nobody may write, not even root, for whom rights are none.
        ("/proc/monitor.db", "/proc: nothing can be written there", "let the user who runs"),
    ],
)
def test_a_folder_that_cannot_be_used(tmp_path: Path, store: str, text: str, remedy: str) -> None:
    """SQLite has to write beside the database."""
    said, advice = wrong(tmp_path, f'[store]\npath = "{store}"')
    assert text in said
    assert remedy in advice


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told before it is quite full."""
    path = made(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=49_000_000))
    said, advice = wrong(tmp_path)
    assert said == f"only 49 MB are free on the disk of {tmp_path}"
    assert "make room" in advice
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=60_000_000))
    assert [standing for standing, _, _ in told(examined(tmp_path, NOWHERE), "database")] == ["ok"]
    with path.open("r+b") as file:
        file.truncate(70_000_000)
    ((standing, text, _), *_) = told(examined(tmp_path, NOWHERE), "database")
    assert standing == "warning"
    assert "less than the database takes" in text


def test_a_file_that_others_can_read(tmp_path: Path) -> None:
    """What people wait for is nobody else's business."""
    path = made(tmp_path)
    path.chmod(0o644)
    _, (standing, text, remedy) = told(examined(tmp_path, NOWHERE), "database")
    assert (standing, remedy) == ("warning", f"run: chmod 600 {path}")
    assert "others can read" in text


def test_checks_that_are_still_to_come_tell_of_a_clock_that_was_wrong(tmp_path: Path) -> None:
    """Then or now."""
    made(tmp_path)
    before = datetime(2019, 1, 1, tzinfo=UTC)
    ((standing, text, _),) = told(examined(tmp_path, NOWHERE, now=before), "clock")
    assert standing == "wrong"
    assert "2020-01-01T00:00:00.000Z, which is still to come" in text


def test_messages_to_a_channel_that_is_no_more_are_told_with_two_ways_out(tmp_path: Path) -> None:
    """`status` sends people here: to have them sent after all, or to be rid of them."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as conn:
        one = message(stored_release(conn), channel="old")
        messages.enqueue_release_message(conn, one, due_at=LONG_AGO, check_id=None)
    findings = [one for one in examined(tmp_path, NOWHERE) if one.about != "source"]
    ((standing, text, remedy),) = told(findings, "channel", "old")
    assert (standing, text) == ("wrong", "it has pending messages, but the config no longer has it")
    assert remedy == (
        'put it back under this name to have them sent; with kind = "terminal" they are printed'
        " once, and done with"
    )
