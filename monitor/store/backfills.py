"""How far back a listing has been read without a hole, so that a walk can stop and go on.

A page's number does not name a place for long: new releases push everything down, withdrawn ones
pull it up. So what is kept is a rank: all that the listing shows from its top down to there has
been taken in. The rank is the middle one of the last page that was finished; entries that the site
has moved out of their order stand at its ends, and do not mislead.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.scraped import Entry
from monitor.store.rows import key
from monitor.times import from_iso_if, to_iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Down to `rank` a listing is known; `page` is where that was, `complete_at` when it ended."""

    page: int
    per_page: int
    rank: float
    complete_at: datetime | None


def proven(conn: sqlite3.Connection, source: str, url: str) -> Proven | None:
    """Return how far the listing at `url` has been walked back; None where no walk began."""
    row = conn.execute(
        "SELECT page, per_page, rank, complete_at FROM backfills WHERE source = ? AND url = ?",
        (source, url),
    ).fetchone()
    if row is None:
        return None
    page, per_page, rank, complete_at = row
    return Proven(
        page=page,
        per_page=per_page,
        rank=rank,
        complete_at=from_iso_if(complete_at),
    )


def finished(
    conn: sqlite3.Connection, source: str, url: str, page: int, entries: Sequence[Entry]
) -> None:
    """Note that a page is done, and with it everything above. A walk never loses ground by this."""
    ranks = sorted(_ranks(conn, source, entries))
    if not ranks:
        return
    conn.execute(
        "INSERT INTO backfills (source, url, page, per_page, rank) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (source) DO UPDATE SET url = excluded.url, page = excluded.page,"
        " rank = excluded.rank, complete_at = NULL,"
        " per_page = iif(url = excluded.url, max(per_page, excluded.per_page), excluded.per_page)"
        " WHERE url != excluded.url OR excluded.rank < rank",
        (source, url, page, len(entries), ranks[len(ranks) // 2]),
    )


def complete(conn: sqlite3.Connection, source: str, now: datetime) -> None:
    """Note that below the last page that was finished there is nothing more."""
    conn.execute(
        "UPDATE backfills SET complete_at = ? WHERE source = ?",
        (to_iso(now), source),
    )


def above(conn: sqlite3.Connection, source: str, rank: float) -> int:
    """Return how many entries the listing is thought to show down to `rank`."""
    row = conn.execute(
        "SELECT count(*) FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND l.rank >= ? AND r.withdrawn_at IS NULL",
        (source, rank),
    ).fetchone()
    return int(row[0])


def touches(conn: sqlite3.Connection, source: str, rank: float, entries: Iterable[Entry]) -> bool:
    """Tell whether a page holds anything at or above `rank`, so that no hole lies between."""
    return any(found >= rank for found in _ranks(conn, source, entries))


def _ranks(conn: sqlite3.Connection, source: str, entries: Iterable[Entry]) -> list[float]:
    sql = (
        "SELECT max(l.rank) FROM identities AS i JOIN listings AS l USING (release_id)"
        " WHERE i.key = ? AND i.date = ? AND l.source = ?"
    )
    found = (conn.execute(sql, (*key(entry), source)).fetchone()[0] for entry in entries)
    return [float(rank) for rank in found if rank is not None]


def newest(conn: sqlite3.Connection, source: str) -> tuple[date | None, int]:
    """Return the newest date and the highest article id that a listing has shown (0: none)."""
    day, article_id = conn.execute(
        "SELECT max(r.date), max(CAST(l.article_id AS INTEGER)) FROM listings AS l"
        " JOIN releases AS r ON r.id = l.release_id WHERE l.source = ?",
        (source,),
    ).fetchone()
    return None if day is None else date.fromisoformat(day), article_id or 0
