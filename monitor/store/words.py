"""The archive's own index, `words`: which release holds which word, newest first.

SQLite's own full-text index, `releases_fts`, cuts text by rules that are not ours and goes by the
number of a release. This one holds the words as the watch language sees them, and its rowids rise
with the date: a search that reads it backwards meets the newest release first, and stops when it
has enough.

FTS5 keeps no texts here, so it could not be told what to forget. A release that has changed is
given a place anew instead, and its former one is left out (`indexed`); when most places are such,
the index is made anew. Triggers note in `unindexed` what has changed, whoever changed it. Until
`catch_up` has indexed such a release, a search reads it itself: nothing is ever missed.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import date

from monitor.errors import StoreError
from monitor.query.spelled import spelled
from monitor.store.database import Database

_BITS = 20  # a day has room for a million places
_AT_ONCE = 1000
_MANY = 500  # releases: more take a while, which is told
_WASTE = 1000  # places that nothing stands at any more: with fewer, it is not worth the time


def places(first: date, last: date) -> tuple[int, int]:
    """Return the first and the last place (rowid in `words`) of what is from these days."""
    return first.toordinal() << _BITS, ((last.toordinal() + 1) << _BITS) - 1


def bring_up_to_date(db: Database, tell: Callable[[int], None] = lambda _: None) -> None:
    """Index all that has changed; `tell` hears how many where that takes a while.

    A disk that is full, or a database that another program keeps locked, is no trouble here:
    searches find the same, only slower.
    """
    with suppress(StoreError):
        with db.reading() as conn:
            count = int(conn.execute("SELECT count(*) FROM unindexed").fetchone()[0])
        if count > _MANY:
            tell(count)
        while count > 0:
            with db.writing() as conn:
                count = catch_up(conn)


def catch_up(conn: sqlite3.Connection, limit: int = _AT_ONCE) -> int:
    """Index releases that have changed, `limit` at most; return how many that were."""
    _make_anew_if_wasted(conn)
    rows = conn.execute(
        "SELECT u.release_id, r.date, r.title, r.body, r.category, (SELECT"
        " json_group_array(DISTINCT source) FROM listings WHERE release_id = u.release_id)"
        " FROM unindexed AS u LEFT JOIN releases AS r ON r.id = u.release_id"
        " ORDER BY u.release_id LIMIT ?",
        (limit,),
    ).fetchall()
    for number, day, title, body, category, sources in rows:
        conn.execute("UPDATE indexed SET release_id = NULL WHERE release_id = ?", (number,))
        if day is not None:
            place = _new_place(conn, date.fromisoformat(day))
            columns = spelled(title, body, category or "", json.loads(sources))
            conn.execute("INSERT INTO indexed VALUES (?, ?)", (place, number))
            conn.execute(
                "INSERT INTO words (rowid, title, body, category, sources) VALUES (?, ?, ?, ?, ?)",
                (place, *columns),
            )
        conn.execute("DELETE FROM unindexed WHERE release_id = ?", (number,))
    return len(rows)


def _new_place(conn: sqlite3.Connection, day: date) -> int:
    """Return a place that nothing has stood at, behind all others of that day."""
    first, last = places(day, day)
    (taken,) = conn.execute(
        "SELECT max(place) FROM indexed WHERE place BETWEEN ? AND ?", (first, last)
    ).fetchone()
    return first if taken is None else int(taken) + 1


def _make_anew_if_wasted(conn: sqlite3.Connection) -> None:
    (wasted,) = conn.execute("SELECT count(*) FROM indexed WHERE release_id IS NULL").fetchone()
    if wasted < _WASTE:
        return
    (used,) = conn.execute("SELECT count(release_id) FROM indexed").fetchone()
    if wasted > used:
        conn.execute("INSERT INTO words (words) VALUES ('delete-all')")
        conn.execute("DELETE FROM indexed")
        conn.execute("INSERT OR IGNORE INTO unindexed SELECT id FROM releases")
