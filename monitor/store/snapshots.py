"""Pages as they came, so that a parser's mistake found later loses nothing."""

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from monitor.model.scraped import Fetched
from monitor.times import from_iso, to_iso


class Kept(NamedTuple):
    """A page that was kept, without its body: that is under `hash`, which says if two are one."""

    id: int
    check_id: int | None
    source: str
    url: str
    fetched_at: datetime
    content_type: str | None
    hash: str


def keep(
    conn: sqlite3.Connection,
    source: str,
    check_id: int | None,
    pages: Iterable[Fetched],
    limit: datetime,
) -> None:
    """Keep raw pages, compressed, one body once; let go of those from before `limit`.

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
    _let_go(conn, source, limit)


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


def kept(conn: sqlite3.Connection, after: int = 0) -> Iterator[Kept]:
    """Yield the pages that were kept after the one with this id, in the order of time."""
    rows = conn.execute(
        "SELECT id, check_id, source, url, fetched_at, content_type, hash FROM snapshots"
        " WHERE id > ? ORDER BY fetched_at, id",
        (after,),
    )
    for id_, check_id, source, url, fetched_at, content_type, name in rows:
        yield Kept(id_, check_id, source, url, from_iso(fetched_at), content_type, name)


def fetched(conn: sqlite3.Connection, one: Kept) -> Fetched:
    """Return a page as it came."""
    (data,) = conn.execute("SELECT data FROM bodies WHERE hash = ?", (one.hash,)).fetchone()
    return Fetched(
        url=one.url,
        status=200,
        headers={} if one.content_type is None else {"content-type": one.content_type},
        body=zlib.decompress(data),
        fetched_at=one.fetched_at,
    )
