"""Small things that one run leaves for the next."""

import sqlite3


def read(conn: sqlite3.Connection, name: str) -> str | None:
    """Return a note, None where there is none."""
    row = conn.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def write(conn: sqlite3.Connection, name: str, value: str) -> None:
    """Leave a note, in place of an older one of that name."""
    conn.execute("INSERT OR REPLACE INTO notes (name, value) VALUES (?, ?)", (name, value))


def drop(conn: sqlite3.Connection, name: str) -> None:
    """Take a note away."""
    conn.execute("DELETE FROM notes WHERE name = ?", (name,))
