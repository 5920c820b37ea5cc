"""Opening the store where it cannot be written to; tests/cli/test_read_only.py does it for real."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import readonly
from monitor.store.database import open_database
from monitor.store.readonly import open_read_only


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a store whose last writer has left."""
    path = tmp_path / "monitor.db"
    open_database(path).close()
    return path


def refused(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let nobody write."""

    def fail(path: Path) -> None:
        raise StoreError(f"{path}: no") from error

    monkeypatch.setattr(readonly, "open_database", fail)


def test_who_may_write_opens_it_as_ever(tmp_path: Path) -> None:
    """A command that only reads makes a new one, too."""
    with open_read_only(tmp_path / "monitor.db") as db, db.begin_write() as conn:
        conn.execute("INSERT INTO notes VALUES ('a', 'b')")


@pytest.mark.parametrize("error", [PermissionError(13, "no"), OSError(30, "read-only")])
def test_who_may_not_write_reads_it_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    """And cannot write."""
    refused(monkeypatch, error)
    with open_read_only(path) as db:
        with db.begin_read() as conn:
            assert conn.execute("SELECT count(*) FROM releases").fetchone() == (0,)
        with pytest.raises(StoreError, match="cannot be written to"), db.begin_write() as conn:
            conn.execute("INSERT INTO notes VALUES ('a', 'b')")


@pytest.mark.parametrize("error", [OSError(28, "full"), sqlite3.DatabaseError("damaged")])
def test_other_trouble_is_told(
    path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It would be no other for who only reads."""
    refused(monkeypatch, error)
    with pytest.raises(StoreError, match=r"monitor\.db: no"):
        open_read_only(path)


def test_where_there_is_none_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to be read as it is."""
    refused(monkeypatch, PermissionError(13, "no"))
    with pytest.raises(StoreError, match=r"monitor\.db: no"):
        open_read_only(tmp_path / "monitor.db")


def test_one_that_is_not_ours_or_damaged_is_told_in_words(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As to who may write."""
    refused(monkeypatch, PermissionError(13, "no"))
    path.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StoreError, match="not a SQLite database"):
        open_read_only(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as conn, conn:
        conn.execute("CREATE TABLE other (a)")
    with pytest.raises(StoreError, match="another program's database"):
        open_read_only(path)
