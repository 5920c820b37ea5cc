"""What the store knows of a watch, which it knows by name alone."""

import sqlite3

from monitor.model.stored import Release
from monitor.model.told import Snippet
from monitor.store.rows import RELEASE_COLUMNS, release_from, snippet_from


def latest(conn: sqlite3.Connection, watch: str, limit: int) -> list[tuple[Release, Snippet]]:
    """Return the newest releases that a watch has found, with what it last found in each."""
    rows = conn.execute(
        f"SELECT {RELEASE_COLUMNS}, m.snippet FROM matches AS m"
        " JOIN releases AS r ON r.id = m.release_id WHERE m.id IN"
        " (SELECT max(id) FROM matches WHERE watch = ? GROUP BY release_id)"
        " ORDER BY r.date DESC, r.id DESC LIMIT ?",
        (watch, limit),
    )
    return [(release_from(row), snippet_from(snippet)) for *row, snippet in rows]


def rename(conn: sqlite3.Connection, old: str, new: str) -> int:
    """Let what one watch has found be the other's; return how many matches that were.

    Where both have found a release by the same query, the match of the new name stays: one tells
    enough. Messages that are already owed keep the name under which they are.
    """
    moved = conn.execute("UPDATE OR IGNORE matches SET watch = ? WHERE watch = ?", (new, old))
    left = conn.execute("DELETE FROM matches WHERE watch = ?", (old,))
    return moved.rowcount + left.rowcount
