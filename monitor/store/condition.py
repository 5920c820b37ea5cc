"""What condition a database file is in: looked at, and not touched."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.model.history import History
from monitor.model.scraped import Page
from monitor.store import history, tallies
from monitor.store.database import in_words, is_current, kind_of, opened
from monitor.store.transactions import transaction
from monitor.times import from_iso

_BUSY_SECONDS = 5.0
_LOCK_SECONDS = 2.0  # no transaction of ours takes so long, but for the first one after an update


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a look at the file found.

    `is_current`: it has today's schema. `is_wal`: it is read while it is written. `damage` is what
    SQLite's own check says first, empty where it finds nothing. `is_locked`: another program keeps
    all others from writing. `last_check_at` is when, by the clock of then, the last check began.
    """

    is_current: bool
    is_wal: bool
    damage: str
    is_locked: bool
    last_check_at: datetime | None


def condition(path: Path) -> Condition:
    """Look at the database at `path`, which is there; StoreError where it cannot be used.

    SQLite's quick check reads all of it: a second for some hundred megabytes.
    """
    with _looking(path) as conn:
        current = is_current(conn, path)
        (mode,) = conn.execute("PRAGMA journal_mode").fetchone()
        (said,) = conn.execute("PRAGMA quick_check(1)").fetchone()
        return Condition(
            is_current=current,
            is_wal=mode == "wal",
            damage="" if said == "ok" else str(said),
            is_locked=said == "ok" and _is_locked(path),
            last_check_at=_last_check(conn) if current else None,
        )


def remembered(path: Path, source: str, pages: Sequence[Page]) -> History:
    """Return what is known of a listing, held against pages of it; nothing where none can tell."""
    if path.exists():
        with suppress(StoreError), _looking(path) as conn:
            if is_current(conn, path):
                return history.read(conn, source, pages)
    return History()


def addressed(path: Path) -> set[str]:
    """Return the channels to which messages wait, none where it cannot tell."""
    if path.exists():
        with suppress(StoreError), _looking(path) as conn:
            if is_current(conn, path):
                return tallies.addressed(conn)
    return set()


def is_shut(error: StoreError) -> bool:
    """Tell whether another program's lock is why a look at the file failed."""
    return _is_busy(error.__cause__)


def _is_locked(path: Path) -> bool:
    """Try to begin to write, and leave it at that.

    The file must be open for reading meanwhile: who closes it last would tidy its log away.
    """
    try:
        with (
            closing(opened(path, "mode=rw", _LOCK_SECONDS)) as conn,
            transaction(conn, "BEGIN IMMEDIATE"),
        ):
            return False
    except sqlite3.OperationalError as error:
        if _is_busy(error):
            return True
        raise


def _is_busy(error: BaseException | None) -> bool:
    return kind_of(error) == sqlite3.SQLITE_BUSY


@contextmanager
def _looking(path: Path) -> Iterator[sqlite3.Connection]:
    with in_words(path), closing(opened(path, "mode=ro", _BUSY_SECONDS)) as conn:
        yield conn


def _last_check(conn: sqlite3.Connection) -> datetime | None:
    row = conn.execute("SELECT started_at FROM checks ORDER BY id DESC LIMIT 1").fetchone()
    return None if row is None else from_iso(row[0])
