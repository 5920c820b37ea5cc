"""Opening the database to read it, even where it cannot be written.

Examples are another user's account, a read-only disk and an archived copy. SQLite needs files
beside a database in WAL mode, even to read it. It can read without write access if the files of a
writing process exist and are readable. Otherwise the database must be opened as immutable, on the
assumption that nobody writes to it (https://sqlite.org/wal.html, "Read-Only Databases").
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.clock import from_iso
from monitor.errors import StoreError, is_permission_error
from monitor.models.check import ListingHistory, ListingPage
from monitor.store import page_history, statistics
from monitor.store.database import (
    Database,
    connect_with_uri,
    get_result_code,
    has_current_schema,
    open_database,
    translate_errors,
)
from monitor.store.transactions import transaction

_READ_TIMEOUT_SECONDS = 5.0
_UNWRITABLE_CODES = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


def open_read_only(path: Path) -> Database:
    """Open the database for a command that only reads.

    If the file cannot be written, an attempt to write raises StoreError. So does a database that
    cannot be used.
    """
    try:
        return open_database(path)
    except StoreError as error:
        if not _is_write_refusal(error.__cause__) or not path.is_file():
            raise
    with translate_errors(path):
        return Database(path, _connect_read_only(path))


def _is_write_refusal(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return is_permission_error(error)
    return get_result_code(error) in _UNWRITABLE_CODES


def _connect_read_only(path: Path) -> sqlite3.Connection:
    try:
        return _connect_current(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if not _is_write_refusal(error):
            raise
    wal_file = path.with_name(f"{path.name}-wal")
    if wal_file.exists() and wal_file.stat().st_size:
        raise StoreError(
            f"{path}: the latest changes are still in {wal_file.name}, which cannot be "
            f"used without"
            " writing here; let its owner run: monitor status"
        )
    return _connect_current(path, "immutable=1")


def _connect_current(path: Path, uri_query: str) -> sqlite3.Connection:
    conn = connect_with_uri(path, uri_query, _READ_TIMEOUT_SECONDS)
    try:
        _reject_older_schema(conn, path)
    except BaseException:
        conn.close()
        raise
    return conn


def _reject_older_schema(conn: sqlite3.Connection, path: Path) -> None:
    if not has_current_schema(conn, path):
        raise StoreError(
            f"{path}: made by an older monitor, and cannot be brought up to date without writing"
            " here; let its owner run: monitor status"
        )


_INSPECT_TIMEOUT_SECONDS = 5.0
_LOCK_TIMEOUT_SECONDS = 2.0  # longer than any transaction of ours, except the first after an update


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseCondition:
    """The result of inspecting a database file.

    `is_schema_current`: it has the current schema. `is_wal`: it can be read during writes. `damage`
    is the first finding of SQLite's own check, empty if there is none. `is_locked`: another
    program's lock prevents all writing. `last_check_at` is when the last check began, by the clock
    of that time.
    """

    is_schema_current: bool
    is_wal: bool
    damage: str
    is_locked: bool
    last_check_at: datetime | None


def inspect_database(path: Path) -> DatabaseCondition:
    """Inspect the existing database at `path`.

    SQLite's quick check reads the whole file, which takes about a second for some hundred
    megabytes. Raises StoreError if the database cannot be used.
    """
    with _open_for_inspection(path) as conn:
        is_schema_current = has_current_schema(conn, path)
        (journal_mode,) = conn.execute("PRAGMA journal_mode").fetchone()
        (check_result,) = conn.execute("PRAGMA quick_check(1)").fetchone()
        return DatabaseCondition(
            is_schema_current=is_schema_current,
            is_wal=journal_mode == "wal",
            damage="" if check_result == "ok" else str(check_result),
            is_locked=check_result == "ok" and _is_locked(path),
            last_check_at=_find_last_check_time(conn) if is_schema_current else None,
        )


def load_listing_history(path: Path, source: str, pages: Sequence[ListingPage]) -> ListingHistory:
    """Return a listing's history, compared with `pages`; an empty one if it cannot be read."""
    if path.exists():
        with suppress(StoreError), _open_for_inspection(path) as conn:
            if has_current_schema(conn, path):
                return page_history.load_history(conn, source, pages)
    return ListingHistory()


def find_pending_channels(path: Path) -> set[str]:
    """Return the channels with pending messages; an empty set if they cannot be read."""
    if path.exists():
        with suppress(StoreError), _open_for_inspection(path) as conn:
            if has_current_schema(conn, path):
                return statistics.find_channels_with_pending(conn)
    return set()


def is_lock_error(error: StoreError) -> bool:
    """Return whether an inspection failed because of another program's lock."""
    return _is_busy_error(error.__cause__)


def _is_locked(path: Path) -> bool:
    """Return whether another program's lock prevents writing.

    This begins a write transaction and rolls it back. Another connection must have the file open
    meanwhile: the last one to close would remove the write-ahead log.
    """
    try:
        with (
            closing(connect_with_uri(path, "mode=rw", _LOCK_TIMEOUT_SECONDS)) as conn,
            transaction(conn, "BEGIN IMMEDIATE"),
        ):
            return False
    except sqlite3.OperationalError as error:
        if _is_busy_error(error):
            return True
        raise


def _is_busy_error(error: BaseException | None) -> bool:
    return get_result_code(error) == sqlite3.SQLITE_BUSY


@contextmanager
def _open_for_inspection(path: Path) -> Iterator[sqlite3.Connection]:
    with (
        translate_errors(path),
        closing(connect_with_uri(path, "mode=ro", _INSPECT_TIMEOUT_SECONDS)) as conn,
    ):
        yield conn


def _find_last_check_time(conn: sqlite3.Connection) -> datetime | None:
    row = conn.execute("SELECT started_at FROM checks ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else from_iso(row[0])
