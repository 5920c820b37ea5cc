"""The SQLite database: opening it, its transactions, and its errors as readable messages."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from monitor.errors import StoreError
from monitor.store.transactions import APPLICATION_ID, SCHEMA_VERSION, run_finally, transaction

DEFAULT_RETENTION = timedelta(days=400)
_BUSY_TIMEOUT_SECONDS = 30.0
_SYNCHRONOUS_NORMAL = 1


class Database:
    """An open database. Read and write it only in `begin_read` and `begin_write`.

    `retention` is how long raw pages are kept.
    """

    def __init__(
        self, path: Path, conn: sqlite3.Connection, retention: timedelta = DEFAULT_RETENTION
    ) -> None:
        self.path, self.conn, self.retention = path, conn, retention

    @contextmanager
    def begin_read(self) -> Iterator[sqlite3.Connection]:
        """Begin a transaction that sees one consistent state of the database."""
        with translate_errors(self.path), transaction(self.conn, "BEGIN"):
            yield self.conn

    @contextmanager
    def begin_write(self, *, skip_sync: bool = False) -> Iterator[sqlite3.Connection]:
        """Begin a transaction that commits everything or nothing.

        It starts IMMEDIATE, so no other process can change the data that is read in it.

        With `skip_sync` the commit does not wait for the disk, and a power failure may undo it. Use
        this only for data that can be obtained again. The next full commit makes it durable as
        well.
        """
        with (
            translate_errors(self.path),
            self._set_sync_mode(not skip_sync),
            transaction(self.conn, "BEGIN IMMEDIATE"),
        ):
            yield self.conn
            self.conn.execute("COMMIT")

    @contextmanager
    def _set_sync_mode(self, is_full_sync: bool) -> Iterator[None]:  # noqa: FBT001
        if is_full_sync:
            yield
            return
        (previous_mode,) = self.conn.execute("PRAGMA synchronous").fetchone()
        self.conn.execute(f"PRAGMA synchronous = {min(previous_mode, _SYNCHRONOUS_NORMAL)}")
        with run_finally(lambda: self.conn.execute(f"PRAGMA synchronous = {previous_mode}")):
            yield

    @contextmanager
    def begin_dry_run(self) -> Iterator[sqlite3.Connection]:
        """Begin a transaction as `begin_write` does, to see its results; nothing is committed."""
        with translate_errors(self.path), transaction(self.conn, "BEGIN IMMEDIATE"):
            yield self.conn

    def copy_to(self, target: Path) -> None:
        """Copy the database as it is at one moment, even while other processes write to it.

        Only the owner may read the copy, and it is checked for damage. Raises FileExistsError if
        `target` exists, OSError if it cannot be created, and StoreError if the copy is damaged. A
        failed copy is deleted.
        """
        target.touch(mode=0o600, exist_ok=False)
        try:
            with closing(sqlite3.connect(target)) as copy_conn, self.begin_read() as conn:
                with translate_errors(target):
                    conn.backup(copy_conn)
                self._reject_damaged_copy(copy_conn)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _reject_damaged_copy(self, copy_conn: sqlite3.Connection) -> None:
        if not _is_intact(copy_conn):
            raise StoreError(f"{self.path}: {_DAMAGED_MESSAGE}")

    def close(self) -> None:
        """Close the file; uncommitted changes are lost."""
        self.conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(
    path: Path, retention: timedelta = DEFAULT_RETENTION, *, create: bool = True
) -> Database:
    """Open the database, creating or migrating it if needed.

    Raw pages older than `retention` are deleted when new ones are stored. If `create`, a missing
    file is created. Raises StoreError if the database cannot be used.
    """
    with translate_errors(path):
        conn = connect_read_write(path, create=create)
        try:
            if not has_current_schema(conn, path):
                from monitor.store.schema import migrate_database  # noqa: PLC0415 - sqlite-utils is slow

                migrate_database(conn, path)
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA synchronous = FULL")
        except BaseException:
            conn.close()
            raise
    return Database(path, conn, retention)


def connect_read_write(path: Path, *, create: bool = True) -> sqlite3.Connection:
    """Open the file for reading and writing.

    If `create`, a missing file is created, and only its owner may read it.
    """
    if create:
        _create_file(path)
    return connect_with_uri(path, "mode=rw")


def connect_with_uri(
    path: Path, uri_query: str, timeout_seconds: float = _BUSY_TIMEOUT_SECONDS
) -> sqlite3.Connection:
    """Open an existing file; any thread may use the connection.

    `uri_query` is the query part of the SQLite URI. `timeout_seconds` is how long to wait for
    another program's lock.
    """
    uri = f"{path.absolute().as_uri()}?{uri_query}"
    return sqlite3.connect(
        uri, uri=True, timeout=timeout_seconds, isolation_level=None, check_same_thread=False
    )


def _create_file(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreError(f"{path}: the folder for the database does not exist; make it first")
    try:
        path.touch(mode=0o600)  # the watchlist is private to the owner
    except OSError as error:
        raise StoreError(
            f"{path}: the database cannot be opened for writing ({error.strerror}); "
            "check the folder and its rights"
        ) from error


def _is_intact(conn: sqlite3.Connection) -> bool:
    try:
        check_result: tuple[str] = conn.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError:
        return False
    return check_result == ("ok",)


def has_current_schema(conn: sqlite3.Connection, path: Path) -> bool:
    """Return whether the database has the current schema.

    Raises StoreError if the file belongs to another program or has a newer schema.
    """
    application_id, version, is_empty = _read_header(conn)
    if application_id != APPLICATION_ID:
        if not is_empty:
            raise StoreError(f"{path}: this is another program's database; choose another path")
        return False
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path}: made by a newer monitor (schema {version}, this one knows {SCHEMA_VERSION}); "
            "update monitor, or point [store] path elsewhere"
        )
    return version == SCHEMA_VERSION


def _read_header(conn: sqlite3.Connection) -> tuple[int, int, bool]:
    """Return the application id, the schema version, and whether the database is empty.

    All are read in one transaction, because another process may be creating the schema right now.
    """
    with transaction(conn, "BEGIN"):
        (application_id,) = conn.execute("PRAGMA application_id").fetchone()
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        first_object = conn.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    return application_id, version, first_object is None


_DAMAGED_MESSAGE = "the database is damaged; move it away and restore a backup"
_DISK_FULL_MESSAGE = "the disk is full; nothing was lost, make room and run again"
_ERROR_MESSAGES = (
    (sqlite3.SQLITE_FULL, _DISK_FULL_MESSAGE),
    (sqlite3.SQLITE_IOERR_SHMSIZE, _DISK_FULL_MESSAGE),  # no room for the write-ahead log's index
    (sqlite3.SQLITE_CORRUPT, _DAMAGED_MESSAGE),
    (sqlite3.SQLITE_NOTADB, "this is not a SQLite database; choose another path"),
    (sqlite3.SQLITE_READONLY, "the database or its folder cannot be written to; check its rights"),
    (sqlite3.SQLITE_CANTOPEN, "the database cannot be opened; check the folder and its rights"),
    (sqlite3.SQLITE_PERM, "the database cannot be opened; check its rights"),
    (sqlite3.SQLITE_BUSY, "another program has kept the database locked; try again"),
    (sqlite3.SQLITE_IOERR, "reading or writing the disk failed; check the disk and its room"),
)


def get_result_code(error: BaseException | None) -> int:
    """Return SQLite's primary result code (sqlite.org/rescode.html), or 255 for other errors."""
    return int(getattr(error, "sqlite_errorcode", -1)) & 0xFF


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's own errors as a StoreError with a readable message."""
    try:
        yield
    except sqlite3.Error as error:
        code, messages = getattr(error, "sqlite_errorcode", -1), dict(_ERROR_MESSAGES)
        message = (
            messages.get(code)
            or messages.get(get_result_code(error))
            or f"the database said “{error}”"
        )
        raise StoreError(f"{path}: {message}") from error


def get_meta(conn: sqlite3.Connection, name: str) -> str | None:
    """Return a stored value, or None if there is none of that name."""
    row = conn.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(conn: sqlite3.Connection, name: str, value: str) -> None:
    """Store a value, replacing an older one of that name."""
    conn.execute("INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)", (name, value))


def delete_meta(conn: sqlite3.Connection, name: str) -> None:
    """Delete a stored value, if there is one of that name."""
    conn.execute("DELETE FROM notes WHERE name = ?", (name,))
