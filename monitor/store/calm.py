"""Whether there is nothing that the operator may have to be told of a source: one quick look.

Every check asks this, and mostly it is all that is asked.
"""

import sqlite3
from datetime import datetime, timedelta

from monitor.times import to_iso

_YEAR = timedelta(days=366)  # what is further off was written by a clock that ran ahead


def quiet_note(source: str) -> str:
    """Return the name of the note that says until when a source may be silent."""
    return f"may be silent until, {source}"


def is_calm(conn: sqlite3.Connection, source: str, now: datetime) -> bool:
    """Tell whether a source was read well, nothing is wrong with it, and it may be silent yet."""
    (calm,) = conn.execute(
        "SELECT NOT EXISTS (SELECT 1 FROM incidents WHERE about = 'source' AND name = :name"
        " AND ended_at IS NULL) AND coalesce((SELECT status IN ('ok', 'not-modified')"
        " AND EXISTS (SELECT 1 FROM notes WHERE name = :note AND value > :now AND value < :ahead)"
        " FROM checks WHERE source = :name ORDER BY id DESC LIMIT 1), 1)",
        {
            "name": source,
            "note": quiet_note(source),
            "now": to_iso(now),
            "ahead": to_iso(now + _YEAR),
        },
    ).fetchone()
    return bool(calm)


def has_open(conn: sqlite3.Connection) -> bool:
    """Tell whether anything at all is in trouble."""
    sql = "SELECT 1 FROM incidents WHERE ended_at IS NULL LIMIT 1"
    return conn.execute(sql).fetchone() is not None
