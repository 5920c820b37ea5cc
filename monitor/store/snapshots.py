"""Pages as they came, so that a parser's mistake found later loses nothing."""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.model.scraped import Fetched
from monitor.times import to_iso

KEEP = timedelta(days=400)


def keep(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    pages: Iterable[Fetched],
    now: datetime,
) -> None:
    """Keep raw pages, compressed, one body once; let go of those older than KEEP.

    Pages that were read together have one `check_id`; None is a page read by itself.
    """
    for page in pages:
        name = hashlib.sha256(page.body).hexdigest()
        found = conn.execute("SELECT 1 FROM bodies WHERE hash = ?", (name,)).fetchone()
        if found is None:
            conn.execute("INSERT INTO bodies VALUES (?, ?)", (name, zlib.compress(page.body, 6)))
        conn.execute(
            "INSERT INTO snapshots (check_id, source, url, fetched_at, content_type, hash)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                check_id,
                source,
                page.url,
                to_iso(page.fetched_at),
                page.headers.get("content-type"),
                name,
            ),
        )
    _let_go(conn, source, now - KEEP)


def _let_go(conn: sqlite3.Connection, source: str, limit: datetime) -> None:
    gone = conn.execute(
        "DELETE FROM snapshots WHERE source = ? AND fetched_at < ? RETURNING hash",
        (source, to_iso(limit)),
    ).fetchall()
    conn.executemany(
        "DELETE FROM bodies WHERE hash = ?1 AND NOT EXISTS"
        " (SELECT 1 FROM snapshots WHERE hash = ?1)",
        gone,
    )
