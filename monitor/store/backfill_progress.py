"""Progress of a backfill: how far back a listing has been read without a gap.

Page numbers shift: new releases push entries down, withdrawn releases pull them up. So the progress
is stored as a rank: everything that the listing shows from its top down to this rank has been
ingested. It is the median rank of the last finished page. Entries that the site moved out of order
have extreme ranks and do not affect the median.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.clock import from_iso_or_none, to_iso
from monitor.models.check import Entry
from monitor.store.rows import get_identity_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillProgress:
    """Progress of a backfill: the listing is read without a gap down to `rank`.

    `page` is the number of the last finished page, `per_page` its number of entries. `complete_at`
    is the time when the backfill reached the end, None before that.
    """

    page: int
    per_page: int
    rank: float
    complete_at: datetime | None


def load_backfill_progress(
    conn: sqlite3.Connection, source: str, url: str
) -> BackfillProgress | None:
    """Return the backfill progress for the listing at `url`, or None if there is none."""
    row = conn.execute(
        "SELECT page, per_page, rank, complete_at FROM backfills WHERE source = ? AND url = ?",
        (source, url),
    ).fetchone()
    if row is None:
        return None
    page, per_page, rank, complete_at = row
    return BackfillProgress(
        page=page,
        per_page=per_page,
        rank=rank,
        complete_at=from_iso_or_none(complete_at),
    )


def record_finished_page(
    conn: sqlite3.Connection, source: str, url: str, page: int, entries: Sequence[Entry]
) -> None:
    """Record that a page and everything above it is done. The stored progress never shrinks."""
    ranks = sorted(_find_entry_ranks(conn, source, entries))
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


def mark_backfill_complete(conn: sqlite3.Connection, source: str, now: datetime) -> None:
    """Record that the last finished page is the end of the listing."""
    conn.execute(
        "UPDATE backfills SET complete_at = ? WHERE source = ?",
        (to_iso(now), source),
    )


def count_entries_above(conn: sqlite3.Connection, source: str, rank: float) -> int:
    """Return the estimated number of entries that the listing shows down to `rank`."""
    row = conn.execute(
        "SELECT count(*) FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND l.rank >= ? AND r.withdrawn_at IS NULL",
        (source, rank),
    ).fetchone()
    return int(row[0])


def has_entry_above(
    conn: sqlite3.Connection, source: str, rank: float, entries: Iterable[Entry]
) -> bool:
    """Return whether a page has an entry at or above `rank`, so that there is no gap."""
    return any(entry_rank >= rank for entry_rank in _find_entry_ranks(conn, source, entries))


def _find_entry_ranks(
    conn: sqlite3.Connection, source: str, entries: Iterable[Entry]
) -> list[float]:
    sql = (
        "SELECT max(l.rank) FROM identities AS i JOIN listings AS l USING (release_id)"
        " WHERE i.key = ? AND i.date = ? AND l.source = ?"
    )
    entry_ranks = (
        conn.execute(sql, (*get_identity_columns(entry), source)).fetchone()[0] for entry in entries
    )
    return [float(rank) for rank in entry_ranks if rank is not None]


def get_newest_date_and_id(conn: sqlite3.Connection, source: str) -> tuple[date | None, int]:
    """Return the newest date (or None) and the highest article id (or 0) of a listing."""
    day, article_id = conn.execute(
        "SELECT max(r.date), max(CAST(l.article_id AS INTEGER)) FROM listings AS l"
        " JOIN releases AS r ON r.id = l.release_id WHERE l.source = ?",
        (source,),
    ).fetchone()
    return None if day is None else date.fromisoformat(day), article_id or 0
