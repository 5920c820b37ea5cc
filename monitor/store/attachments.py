"""The files that articles offer, those that are gone among them."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from monitor.model.articles import Attachment
from monitor.times import to_iso


def keep(
    conn: sqlite3.Connection, release_id: int, attachments: Sequence[Attachment], now: datetime
) -> tuple[str, str]:
    """Keep what an article offers now; return what it offered before and now, a name a line.

    A file is what its name says it is: nothing is known of how long its address lasts.
    """
    before = "\n".join(names(conn, release_id))
    urls = [attachment.url for attachment in attachments]
    marks = ", ".join("?" * len(urls))
    conn.execute(
        "UPDATE attachments SET gone_at = ? WHERE release_id = ? AND gone_at IS NULL"
        f" AND url NOT IN ({marks})",
        (to_iso(now), release_id, *urls),
    )
    conn.executemany(
        "INSERT INTO attachments (release_id, name, kind, url, first_seen_at)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (release_id, url) DO UPDATE SET"
        " name = excluded.name, kind = excluded.kind, gone_at = NULL",
        [(release_id, one.name, one.kind, one.url, to_iso(now)) for one in attachments],
    )
    return before, "\n".join(names(conn, release_id))


def keep_gone(
    conn: sqlite3.Connection,
    release_id: int,
    attachments: Sequence[Attachment],
    seen_at: datetime,
    gone_at: datetime,
) -> None:
    """Keep files that an article offered once, and no longer does, unless they are kept."""
    conn.executemany(
        "INSERT OR IGNORE INTO attachments (release_id, name, kind, url, first_seen_at, gone_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (release_id, one.name, one.kind, one.url, to_iso(seen_at), to_iso(gone_at))
            for one in attachments
        ],
    )


def names(conn: sqlite3.Connection, release_id: int) -> list[str]:
    """Return the names of the files that an article offered when it was last read."""
    rows = conn.execute(
        "SELECT name FROM attachments WHERE release_id = ? AND gone_at IS NULL ORDER BY name, id",
        (release_id,),
    )
    return [name for (name,) in rows]
