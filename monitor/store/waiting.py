"""Whose article page is still to be read: a queue that no failure loses and no dead page blocks."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.times import to_iso

_FIRST_WAIT, _LONGEST_WAIT = timedelta(hours=1), timedelta(days=7)
_MANY = 500
_QUICK_TRIES = 5  # so often a site that is deaf is asked again by the very next check


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A release whose article page, at `url`, is to be read; `article_id` is its number there."""

    release_id: int
    url: str
    article_id: str


def due(conn: sqlite3.Connection, source: str, now: datetime, limit: int) -> list[Waiting]:
    """Return what a check of this listing may read: what never failed, and the newest, first."""
    # The shorter way: through all that wait, or, after the baselines of many listings, through
    # what this one has shown. SQLite keeps the order of a CROSS JOIN.
    (count,) = conn.execute(
        "SELECT count(*) FROM (SELECT 1 FROM waiting LIMIT ?)", (_MANY,)
    ).fetchone()
    tables = ("waiting AS w", "listings AS l")
    first, second = tables if count < _MANY else reversed(tables)
    rows = conn.execute(
        "SELECT w.release_id, l.url, l.article_id, max(l.last_seen_at)"
        f" FROM {first} CROSS JOIN {second} CROSS JOIN releases AS r"
        " WHERE l.release_id = w.release_id AND l.source = ?1 AND r.id = w.release_id"
        " AND w.due_at <= ?2 AND l.url IS NOT NULL GROUP BY w.release_id"
        " ORDER BY w.tries, r.article_read_at IS NOT NULL, r.date DESC, r.id DESC LIMIT ?3",
        (source, to_iso(now), limit),
    )
    return [
        Waiting(release_id=release_id, url=url, article_id=article_id)
        for release_id, url, article_id, _ in rows
    ]


def ask(conn: sqlite3.Connection, release_ids: Iterable[int], now: datetime) -> None:
    """Let the article pages of these releases be read, by this check's successors."""
    conn.executemany(
        "INSERT OR IGNORE INTO waiting (release_id, due_at) VALUES (?, ?)",
        [(release_id, to_iso(now)) for release_id in release_ids],
    )


def done(conn: sqlite3.Connection, release_id: int) -> None:
    """Forget one that has been read, or that there is nothing to read of any more."""
    conn.execute("DELETE FROM waiting WHERE release_id = ?", (release_id,))


def put_off(
    conn: sqlite3.Connection, source: str, urls: Collection[str], now: datetime, *, passing: bool
) -> None:
    """Note that nothing came of these pages; `passing`: for a reason that may be gone soon."""
    marks = ", ".join("?" * len(urls))
    rows = conn.execute(
        "UPDATE waiting SET tries = tries + 1 WHERE release_id IN"
        f" (SELECT release_id FROM listings WHERE source = ? AND url IN ({marks}))"
        " RETURNING release_id, tries",
        (source, *urls),
    ).fetchall()
    conn.executemany(
        "UPDATE waiting SET due_at = ? WHERE release_id = ?",
        [(to_iso(now + _wait(tries, passing=passing)), name) for name, tries in rows],
    )


def _wait(tries: int, *, passing: bool) -> timedelta:
    slow = tries - _QUICK_TRIES if passing else tries
    if slow <= 0:
        return timedelta()
    return min(_FIRST_WAIT * float(2 ** min(slow - 1, 10)), _LONGEST_WAIT)
