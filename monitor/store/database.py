"""Opening the database and holding transactions; SQLite's own errors leave here as sentences."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from monitor.errors import StoreError
from monitor.store.transactions import afterwards, transaction
from monitor.store.version import APPLICATION_ID, VERSION

KEEP = timedelta(days=400)
_BUSY_SECONDS = 30.0
_NORMAL = 1


class Database:
    """An open store. Use `reading` and `writing`; nothing is read or written outside them.

    `keep` is how long raw pages stay in it.
    """

    def __init__(self, path: Path, conn: sqlite3.Connection, keep: timedelta = KEEP) -> None:
        self.path, self.conn, self.keep = path, conn, keep

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Hold one consistent view of the store."""
        with in_words(self.path), transaction(self.conn, "BEGIN"):
            yield self.conn

    @contextmanager
    def writing(self, *, lightly: bool = False) -> Iterator[sqlite3.Connection]:
        """Write all or nothing. Starts IMMEDIATE, so that what is read here stays true.

        `lightly`: the disk is not waited for, and loss of power may undo it: for what can be
        learnt again. What is written after it in full makes it last too.
        """
        with (
            in_words(self.path),
            self._waiting_for_the_disk(not lightly),
            transaction(self.conn, "BEGIN IMMEDIATE"),
        ):
            yield self.conn
            self.conn.execute("COMMIT")

    @contextmanager
    def _waiting_for_the_disk(self, waits: bool) -> Iterator[None]:  # noqa: FBT001
        if waits:
            yield
            return
        (before,) = self.conn.execute("PRAGMA synchronous").fetchone()
        self.conn.execute(f"PRAGMA synchronous = {min(before, _NORMAL)}")
        with afterwards(lambda: self.conn.execute(f"PRAGMA synchronous = {before}")):
            yield

    @contextmanager
    def trying(self) -> Iterator[sqlite3.Connection]:
        """Write as in `writing`, to see what would come of it; nothing of it stays."""
        with in_words(self.path), transaction(self.conn, "BEGIN IMMEDIATE"):
            yield self.conn

    def copy(self, target: Path) -> None:
        """Copy the store as it is at one moment, whoever writes to it meanwhile.

        FileExistsError where there is something at `target`, OSError where it cannot be made. The
        copy is its owner's alone, and found whole; StoreError where it is not, and it is gone.
        """
        target.touch(mode=0o600, exist_ok=False)
        try:
            with closing(sqlite3.connect(target)) as copy, self.reading() as conn:
                with in_words(target):
                    conn.backup(copy)
                self._refuse_damaged(copy)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _refuse_damaged(self, copy: sqlite3.Connection) -> None:
        if not _is_whole(copy):
            raise StoreError(f"{self.path}: {_DAMAGED}")

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        self.conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(path: Path, keep: timedelta = KEEP, *, make: bool = True) -> Database:
    """Open the store, making or migrating it where needed; StoreError says what is wrong.

    Raw pages older than `keep` go when others come. `make`: also where there is no file.
    """
    with in_words(path):
        conn = connect(path, make=make)
        try:
            if not is_current(conn, path):
                from monitor.store.schema import migrate  # noqa: PLC0415 - sqlite-utils is slow

                migrate(conn, path)
            conn.execute("PRAGMA foreign_keys = ON")
            conn.execute("PRAGMA synchronous = FULL")
        except BaseException:
            conn.close()
            raise
    return Database(path, conn, keep)


def connect(path: Path, *, make: bool = True) -> sqlite3.Connection:
    """Open the file, making it where it is not there if `make`; for the owner's eyes alone."""
    if make:
        _make(path)
    return opened(path, "mode=rw")


def opened(path: Path, how: str, patience: float = _BUSY_SECONDS) -> sqlite3.Connection:
    """Open a file that is there, for any thread; `how` is what its URI asks of SQLite.

    `patience` is for how many seconds another program's lock is waited for.
    """
    address = f"{path.absolute().as_uri()}?{how}"
    return sqlite3.connect(
        address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )


def _make(path: Path) -> None:
    if not path.parent.is_dir():
        raise StoreError(f"{path}: the folder for the database does not exist; make it first")
    try:
        path.touch(mode=0o600)  # what people wait for is nobody else's business
    except OSError as error:
        raise StoreError(
            f"{path}: the database cannot be opened for writing ({error.strerror}); "
            "check the folder and its rights"
        ) from error


def _is_whole(conn: sqlite3.Connection) -> bool:
    try:
        found: tuple[str] = conn.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError:
        return False
    return found == ("ok",)


def is_current(conn: sqlite3.Connection, path: Path) -> bool:
    """Tell whether this is today's schema; StoreError where it is none of ours, or a later one."""
    mark, version, is_empty = _marks(conn)
    if mark != APPLICATION_ID:
        if not is_empty:
            raise StoreError(f"{path}: this is another program's database; choose another path")
        return False
    if version > VERSION:
        raise StoreError(
            f"{path}: made by a newer monitor (schema {version}, this one knows {VERSION}); "
            "update monitor, or point [store] path elsewhere"
        )
    return version == VERSION


def _marks(conn: sqlite3.Connection) -> tuple[int, int, bool]:
    """Return whose file this is, its schema's version, and whether there is nothing in it.

    All of one moment: another process may be making the schema right now.
    """
    with transaction(conn, "BEGIN"):
        (mark,) = conn.execute("PRAGMA application_id").fetchone()
        (version,) = conn.execute("PRAGMA user_version").fetchone()
        found = conn.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    return mark, version, found is None


_DAMAGED = "the database is damaged; move it away and restore a backup"
_FULL = "the disk is full; nothing was lost, make room and run again"
_WORDS = (
    (sqlite3.SQLITE_FULL, _FULL),
    (sqlite3.SQLITE_IOERR_SHMSIZE, _FULL),  # no room for the index of the write-ahead log
    (sqlite3.SQLITE_CORRUPT, _DAMAGED),
    (sqlite3.SQLITE_NOTADB, "this is not a SQLite database; choose another path"),
    (sqlite3.SQLITE_READONLY, "the database or its folder cannot be written to; check its rights"),
    (sqlite3.SQLITE_CANTOPEN, "the database cannot be opened; check the folder and its rights"),
    (sqlite3.SQLITE_PERM, "the database cannot be opened; check its rights"),
    (sqlite3.SQLITE_BUSY, "another program has kept the database locked; try again"),
    (sqlite3.SQLITE_IOERR, "reading or writing the disk failed; check the disk and its room"),
)


def kind_of(error: BaseException | None) -> int:
    """Return the primary result code of SQLite (sqlite.org/rescode.html), else none of those."""
    return int(getattr(error, "sqlite_errorcode", -1)) & 0xFF


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Tell SQLite's own errors as a StoreError with a sentence."""
    try:
        yield
    except sqlite3.Error as error:
        code, known = getattr(error, "sqlite_errorcode", -1), dict(_WORDS)
        words = known.get(code) or known.get(kind_of(error)) or f"the database said “{error}”"
        raise StoreError(f"{path}: {words}") from error
