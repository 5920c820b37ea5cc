"""Opening the database, transactions, and trouble told in words."""

import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import zlib
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import StoreError
from monitor.models.check import FetchResponse
from monitor.store import database, schema, snapshots
from monitor.store.database import Database, has_current_schema, open_database, translate_errors
from monitor.store.transactions import SCHEMA_VERSION

NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)


def columns(path: Path, table: str) -> list[str]:
    """Return a table's columns, as a stranger sees them."""
    with sqlite3.connect(path) as conn:
        names = [row[1] for row in conn.execute(f"PRAGMA table_info({table})")]
    conn.close()
    return names


def test_a_new_database_has_the_tables_that_others_rely_on(tmp_path: Path) -> None:
    """Names of tables and columns are a promise to those who read with other tools."""
    path = tmp_path / "monitor.db"
    open_database(path).close()
    promised = {"id", "title", "date", "category", "body", "url", "article_id"}
    promised |= {"first_seen_at", "withdrawn_at"}
    assert promised <= set(columns(path, "releases"))
    for table in ("revisions", "listings", "attachments", "checks", "matches", "deliveries"):
        assert columns(path, table), table
    assert columns(path, "snapshots")
    assert columns(path, "releases_fts")


def test_tables_are_strict_and_the_journal_is_a_log(tmp_path: Path) -> None:
    """STRICT tables, WAL, foreign keys, full sync: nothing sloppy gets in, nothing gets lost."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_read() as conn:
        sloppy = conn.execute(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict"
            " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_fts_%'"
            " AND name != '_sqlite_migrations'"
        ).fetchall()
        assert sloppy == []
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert conn.execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_can_be_learnt_again_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """It is written like anything else; what comes after it waits for the disk as ever."""
    with open_database(tmp_path / "monitor.db") as db:
        with db.begin_write(skip_sync=True) as conn:
            conn.execute("INSERT INTO notes VALUES ('a', 'b')")
            assert conn.execute("PRAGMA synchronous").fetchone() == (1,)
        with db.begin_write() as conn:
            assert conn.execute("PRAGMA synchronous").fetchone() == (2,)
            assert conn.execute("SELECT * FROM notes").fetchall() == [("a", "b")]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """What people wait for is nobody else's business; the log beside it included."""
    path = tmp_path / "monitor.db"
    old = os.umask(0)
    try:
        with open_database(path):
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert set(modes.values()) == {0o600}, modes


def test_a_write_is_whole_or_not_at_all(tmp_path: Path) -> None:
    """An error inside a transaction takes back all of it."""
    with open_database(tmp_path / "monitor.db") as db:
        with pytest.raises(ZeroDivisionError), db.begin_write() as conn:
            conn.execute("INSERT INTO sources (name) VALUES ('trade')")
            print(1 / 0)
        with db.begin_read() as conn:
            assert conn.execute("SELECT count(*) FROM sources").fetchone() == (0,)


def test_an_up_to_date_database_is_opened_without_sqlite_utils(tmp_path: Path) -> None:
    """A one-shot run every few minutes does not pay for what only migrations need."""
    path = tmp_path / "monitor.db"
    open_database(path).close()
    code = (
        "import sys; from pathlib import Path; from monitor.store.database import open_database;"
        f"open_database(Path({str(path)!r})); print('sqlite_utils' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def _open(path: str, barrier: "multiprocessing.synchronize.Barrier") -> None:
    barrier.wait()
    open_database(Path(path)).close()


def test_processes_that_start_together_on_a_new_file_get_along(tmp_path: Path) -> None:
    """The schema is made once, and nobody fails over it."""
    # Forked from one that has imported what they need, they are at the file at the same moment.
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["monitor.store.schema", "pytest"])
    for round_ in range(3):
        barrier = server.Barrier(4)
        path = tmp_path / f"{round_}.db"
        starters = [server.Process(target=_open, args=(str(path), barrier)) for _ in range(4)]
        for one in starters:
            one.start()
        for one in starters:
            one.join()
        assert [one.exitcode for one in starters] == [0] * 4


# ------------------------------------------------------------------ trouble


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """And left as it is."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE theirs (a)")
    conn.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="another program's database"):
        open_database(path)
    assert path.read_bytes() == before


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    """An old program would not know what it means."""
    path = tmp_path / "monitor.db"
    open_database(path).close()
    with sqlite3.connect(path) as conn:
        conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    conn.close()
    with pytest.raises(StoreError, match="made by a newer monitor"):
        open_database(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"This is a letter, not a database.\n" * 40, "not a SQLite database")],
)
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """And left as it is."""
    path = tmp_path / "monitor.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=words):
        open_database(path)
    assert path.read_bytes() == content


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    """With what to do about it."""
    path = tmp_path / "monitor.db"
    with open_database(path) as db, db.begin_write() as conn:
        conn.executemany(
            "INSERT INTO bodies (hash, data) VALUES (?, zeroblob(3000))",
            [(str(i),) for i in range(99)],
        )
    data = bytearray(path.read_bytes())
    data[4096 * 3 :] = b"\xff" * (len(data) - 4096 * 3)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), open_database(path) as db:
        with db.begin_read() as conn:
            conn.execute("SELECT * FROM bodies ORDER BY hash").fetchall()
            conn.execute("PRAGMA integrity_check").fetchall()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """It is not made in silence: it may be a disk that is not mounted."""
    with pytest.raises(StoreError, match="the folder for the database does not exist"):
        open_database(tmp_path / "nowhere" / "monitor.db")


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    """A folder is no database."""
    with pytest.raises(StoreError, match=r"cannot be opened|not a SQLite"):
        open_database(tmp_path)


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """What was there before is there after."""
    path = tmp_path / "monitor.db"
    with open_database(path) as db, db.begin_write() as conn:
        conn.execute("INSERT INTO sources (name) VALUES ('trade')")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with open_database(path) as db:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        try:
            with pytest.raises(StoreError, match="disk"), db.begin_write() as conn:
                conn.executemany(
                    "INSERT INTO bodies VALUES (?, zeroblob(10000), NULL)",
                    [(str(i),) for i in range(99)],
                )
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with open_database(path) as db, db.begin_read() as conn:
        assert conn.execute("SELECT name FROM sources").fetchall() == [("trade",)]
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class Stuck(sqlite3.Connection):
    """A connection that cannot take anything back."""

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        """Fail at every ROLLBACK."""
        if sql == "ROLLBACK":
            raise sqlite3.OperationalError("the rollback failed")
        return super().execute(sql, *args)


def full(code: int = sqlite3.SQLITE_FULL) -> sqlite3.OperationalError:
    """Return SQLite's error on a full disk."""
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = code
    return error


def test_no_room_for_the_index_of_the_log_is_a_full_disk(tmp_path: Path) -> None:
    """That is how SQLite meets one when it opens the file."""
    with pytest.raises(StoreError, match="the disk is full"), translate_errors(tmp_path):
        raise full(sqlite3.SQLITE_IOERR_SHMSIZE)


@pytest.mark.parametrize("how", ["reading", "writing", "lightly", "trying"])
def test_a_rollback_that_fails_does_not_hide_what_went_wrong_before(
    tmp_path: Path, how: str
) -> None:
    """And is told by itself where nothing did."""
    path = tmp_path / "monitor.db"
    open_database(path).close()

    def held(db: Database) -> AbstractContextManager[sqlite3.Connection]:
        ways = {"reading": db.begin_read, "writing": db.begin_write, "trying": db.begin_dry_run}
        return db.begin_write(skip_sync=True) if how == "lightly" else ways[how]()

    with closing(sqlite3.connect(path, isolation_level=None, factory=Stuck)) as conn:
        with pytest.raises(StoreError, match="the disk is full"), held(Database(path, conn)):
            raise full()
    if how in ("reading", "trying"):
        with closing(sqlite3.connect(path, isolation_level=None, factory=Stuck)) as conn:
            with pytest.raises(StoreError, match="the rollback failed"), held(Database(path, conn)):
                pass


def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    """What it holds stays; what has an article that was never read waits for it."""
    path = tmp_path / "monitor.db"
    with open_database(path) as db:
        conn = db.conn
        for statement in (
            "DROP TABLE waiting",
            "ALTER TABLE sources DROP COLUMN swept_at",
            "ALTER TABLE listings DROP COLUMN absences",
            "ALTER TABLE listings DROP COLUMN absent_since",
            "DELETE FROM _sqlite_migrations WHERE name = 'sweeps_and_articles'",
            "PRAGMA user_version = 1",
        ):
            conn.execute(statement)
        conn.executemany(
            "INSERT INTO releases (title, date, body, url, article_id, source, origin,"
            " first_seen_at) VALUES ('A', '2025-12-01', '', ?, ?, 'trade', 'news', 'now')",
            [("https://h/1", "1"), (None, "")],
        )
    with open_database(path) as db, db.begin_read() as conn:
        assert conn.execute("SELECT * FROM waiting").fetchall() == [(1, "now", 0)]
        assert conn.execute("SELECT count(*) FROM releases").fetchone() == (2,)
    assert {"absences", "absent_since"} <= set(columns(path, "listings"))


def test_pages_of_an_older_database_are_still_there(tmp_path: Path) -> None:
    """Their table is made anew, with room for article pages."""
    path = tmp_path / "monitor.db"
    page = FetchResponse(
        url="https://h/?pageIndex=1", status=200, headers={}, body=b"<html>", fetched_at=NOW
    )
    with open_database(path) as db:
        for statement in (
            "DROP INDEX snapshots_by_release",
            "ALTER TABLE snapshots DROP COLUMN release_id",
            "DROP TABLE bodies",
            """CREATE TABLE bodies (hash TEXT PRIMARY KEY, data BLOB NOT NULL)
                STRICT, WITHOUT ROWID""",
            "DELETE FROM _sqlite_migrations WHERE name = 'article_pages'",
            "PRAGMA user_version = 4",
            (
                "INSERT INTO snapshots (source, url, fetched_at, hash) VALUES"
                " ('trade', 'https://h/?pageIndex=1', '2025-12-01T09:00:00.000Z', 'abc')"
            ),
        ):
            db.conn.execute("PRAGMA foreign_keys = OFF")
            db.conn.execute(statement)
        db.conn.execute("INSERT INTO bodies VALUES ('abc', ?)", (zlib.compress(b"<html>"),))
    with open_database(path) as db, db.begin_read() as conn:
        assert [snapshots.load_page(conn, one) for one in snapshots.iter_snapshots(conn)] == [page]
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_matches_of_an_older_database_are_still_there(tmp_path: Path) -> None:
    """By which query they were found is not known of them."""
    path = tmp_path / "monitor.db"
    with open_database(path) as db:
        for statement in (
            "DROP INDEX matches_once",
            "ALTER TABLE matches DROP COLUMN query",
            "CREATE UNIQUE INDEX matches_once ON matches (release_id, watch) WHERE event = 'new'",
            "DELETE FROM _sqlite_migrations WHERE name = 'queries_of_matches'",
            "PRAGMA user_version = 10",
            """INSERT INTO releases (id, title, date, body, article_id, source, origin,
                first_seen_at) VALUES (1, 'A', '2025-12-01', '', '', 'trade', 'news', 'now')""",
            """INSERT INTO matches (release_id, watch, event, origin, matched_at, hits, snippet)
                VALUES (1, 'steel', 'new', 'news', 'now', '[]', '{}')""",
        ):
            db.conn.execute(statement)
    with open_database(path) as db, db.begin_read() as conn:
        rows = conn.execute("SELECT release_id, watch, query FROM matches").fetchall()
        assert rows == [(1, "steel", None)]


def test_an_older_database_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is whole, and readable by its owner alone."""
    path = tmp_path / "monitor.db"
    with open_database(path) as db, db.begin_write() as conn:
        conn.execute("INSERT INTO sources (name) VALUES ('trade')")
    for module in (database, schema):
        monkeypatch.setattr(module, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    open_database(path).close()
    copy = tmp_path / f"monitor.db.schema-{SCHEMA_VERSION}.backup"
    assert copy.stat().st_mode & 0o777 == 0o600
    conn = sqlite3.connect(copy)
    assert conn.execute("SELECT name FROM sources").fetchall() == [("trade",)]
    assert conn.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    conn.close()


def test_the_full_text_index_is_written_only_for_changed_texts(tmp_path: Path) -> None:
    """Not because an article was read; and it follows each change of what it holds."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as conn:

        def found(word: str) -> list[int]:
            rows = conn.execute(
                "SELECT rowid FROM releases_fts WHERE releases_fts MATCH ?", (word,)
            )
            return [number for (number,) in rows]

        def segments() -> list[tuple[bytes]]:
            return conn.execute("SELECT block FROM releases_fts_data WHERE id = 10").fetchall()

        conn.execute(
            "INSERT INTO releases (title, date, body, source, origin, first_seen_at)"
            " VALUES ('Steel', '2025-12-01', 'quota', 'trade', 'news', 'now')"
        )
        assert found("steel quota") == [1]
        before = segments()
        conn.execute("UPDATE releases SET article_read_at = 'now', body = 'quota'")
        assert (found("steel quota"), segments()) == ([1], before)
        for field in ("title", "body", "category"):
            conn.execute(f"UPDATE releases SET {field} = 'tariff'")
            assert found(f"{field} : tariff") == [1]
        assert found("steel OR quota") == []
        conn.execute("INSERT INTO releases_fts (releases_fts) VALUES ('integrity-check')")


class NoRoom(sqlite3.Connection):
    """A connection to a database on a full disk: whatever is read ends the transaction."""

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        """Roll back, as SQLite does by itself, and fail."""
        if sql.startswith("PRAGMA application_id"):
            self.rollback()
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(sql, *args)


def test_what_ends_a_transaction_is_what_is_told(tmp_path: Path) -> None:
    """Where SQLite has rolled back by itself, doing so once more would hide why."""
    path = tmp_path / "monitor.db"
    conn = sqlite3.connect(path, isolation_level=None, factory=NoRoom)
    with closing(conn), pytest.raises(StoreError, match="the disk is full"), translate_errors(path):
        has_current_schema(conn, path)
