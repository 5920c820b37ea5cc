"""Opening the store to read it, where it cannot be written to as well.

A colleague's account, a read-only disk, a copy put away: SQLite wants to write beside a database in
WAL mode even to read it. It does without where the files of whoever writes to it are there to be
read; or where nobody does, which is then taken for granted (https://sqlite.org/wal.html, "Read-Only
Databases").
"""

import sqlite3
from pathlib import Path

from monitor.errors import StoreError, is_forbidden
from monitor.store.database import (
    Database,
    in_words,
    is_current,
    kind_of,
    open_database,
    opened,
)

_BUSY_SECONDS = 5.0
_UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


def open_to_read(path: Path) -> Database:
    """Open the store for a command that only reads; StoreError says what is wrong.

    What writes to it all the same is told that it cannot.
    """
    try:
        return open_database(path)
    except StoreError as error:
        if not _is_unwritable(error.__cause__) or not path.is_file():
            raise
    with in_words(path):
        return Database(path, _as_it_is(path))


def _is_unwritable(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return is_forbidden(error)
    return kind_of(error) in _UNWRITABLE


def _as_it_is(path: Path) -> sqlite3.Connection:
    try:
        return _current(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if not _is_unwritable(error):
            raise
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"{path}: what was written last is still in {log.name}, which cannot be used without"
            " writing here; let its owner run: monitor status"
        )
    return _current(path, "immutable=1")


def _current(path: Path, how: str) -> sqlite3.Connection:
    conn = opened(path, how, _BUSY_SECONDS)
    try:
        _refuse_older(conn, path)
    except BaseException:
        conn.close()
        raise
    return conn


def _refuse_older(conn: sqlite3.Connection, path: Path) -> None:
    if not is_current(conn, path):
        raise StoreError(
            f"{path}: made by an older monitor, and cannot be brought up to date without writing"
            " here; let its owner run: monitor status"
        )
