"""Putting right what a parser read wrongly. That is no revision: the ministry changed nothing."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from monitor.decide import look
from monitor.model.scraped import Entry
from monitor.times import to_iso


class Shown(NamedTuple):
    """An entry of a listing as it was shown: `look` is the fingerprint of all that is in it."""

    source: str
    board: str
    article_id: str
    look: str


def shown(conn: sqlite3.Connection, release_id: int | None = None) -> dict[Shown, int]:
    """Return which release each entry leads to (or: which lead to this one), as shown last."""
    rows = conn.execute(
        "SELECT source, board, article_id, look, release_id FROM listings"
        " WHERE ?1 IS NULL OR release_id = ?1",
        (release_id,),
    )
    return {Shown(*row): release_id for *row, release_id in rows}


def is_revised_since(
    conn: sqlite3.Connection, release_id: int, field: str, at: datetime, check_id: int | None
) -> bool:
    """Tell whether a field was changed by something later than a page read `at`, in that check."""
    row = conn.execute(
        "SELECT 1 FROM revisions WHERE release_id = ? AND field = ? AND seen_at > ?"
        " AND (check_id IS NULL OR check_id IS NOT ?)",
        (release_id, field, to_iso(at), check_id),
    ).fetchone()
    return row is not None


def correct(
    conn: sqlite3.Connection, release_id: int, changes: Mapping[str, tuple[str, str]]
) -> None:
    """Set fields of a release: `changes` maps field → (before, after)."""
    for field, (_, after) in changes.items():
        conn.execute(f"UPDATE releases SET {field} = ? WHERE id = ?", (after, release_id))


def look_again(conn: sqlite3.Connection, source: str, release_id: int, entry: Entry) -> None:
    """Note how an entry looks to today's parser, so that the next check does not call it edited."""
    conn.execute(
        "UPDATE listings SET look = ? WHERE release_id = ? AND source = ? AND board = ?"
        " AND article_id = ?",
        (look(entry), release_id, source, entry.board, entry.article_id),
    )


def forget_name(conn: sqlite3.Connection, release_id: int, key: str, day: str) -> None:
    """Let a title and date that were misread no longer lead to a release."""
    conn.execute(
        "DELETE FROM identities WHERE key = ? AND date = ? AND release_id = ?",
        (key, day, release_id),
    )
