"""What the store knows of a watch, which it knows by name alone."""

import json
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
    """Let what one watch has found, and was told for it, be the other's; return how many matches.

    Where both have found a release by the same query, the match of the new name stays: one tells
    enough. A message that was tried once goes out as it was made, under the old name.
    """
    moved = conn.execute("UPDATE OR IGNORE matches SET watch = ? WHERE watch = ?", (new, old))
    left = conn.execute("DELETE FROM matches WHERE watch = ?", (old,))
    _rename_told(conn, old, new)
    return moved.rowcount + left.rowcount


def _rename_told(conn: sqlite3.Connection, old: str, new: str) -> None:
    """Let messages name the watch as it is called now: it decides who hears of what comes next."""
    told = conn.execute(
        "SELECT delivery_id, position, watches FROM items"
        " WHERE EXISTS (SELECT 1 FROM json_each(watches) WHERE value = ?)",
        (old,),
    ).fetchall()
    for delivery, position, names in told:
        renamed = dict.fromkeys(new if name == old else name for name in json.loads(names))
        conn.execute(
            "UPDATE items SET watches = ? WHERE delivery_id = ? AND position = ?",
            (json.dumps(list(renamed)), delivery, position),
        )
