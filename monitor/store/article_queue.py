"""Queue of article pages to read. Failures stay queued, and a dead page blocks no other."""

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import to_iso

_FIRST_DELAY, _MAX_DELAY = timedelta(hours=1), timedelta(days=7)
_LONG_QUEUE_SIZE = 500
_IMMEDIATE_RETRIES = 5  # retries by the very next check while a site is unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedArticle:
    """A release with a queued article page at `url`; `article_id` is its id in that listing."""

    release_id: int
    url: str
    article_id: str


def find_due_articles(
    conn: sqlite3.Connection, source: str, now: datetime, limit: int
) -> list[QueuedArticle]:
    """Return the queued articles that a check of this listing may read now.

    Articles with the fewest failed tries come first, then articles never read, then the newest.
    """
    # Start from the shorter table: usually the queue, but after the baselines of many listings the
    # releases of this listing. SQLite keeps the order of a CROSS JOIN.
    (queue_size,) = conn.execute(
        "SELECT count(*) FROM (SELECT 1 FROM waiting LIMIT ?)", (_LONG_QUEUE_SIZE,)
    ).fetchone()
    tables = ("waiting AS w", "listings AS l")
    first_table, second_table = tables if queue_size < _LONG_QUEUE_SIZE else reversed(tables)
    rows = conn.execute(
        "SELECT w.release_id, l.url, l.article_id, max(l.last_seen_at)"
        f" FROM {first_table} CROSS JOIN {second_table} CROSS JOIN releases AS r"
        " WHERE l.release_id = w.release_id AND l.source = ?1 AND r.id = w.release_id"
        " AND w.due_at <= ?2 AND l.url IS NOT NULL GROUP BY w.release_id"
        " ORDER BY w.tries, r.article_read_at IS NOT NULL, r.date DESC, r.id DESC LIMIT ?3",
        (source, to_iso(now), limit),
    )
    return [
        QueuedArticle(release_id=release_id, url=url, article_id=article_id)
        for release_id, url, article_id, _ in rows
    ]


def add_articles(conn: sqlite3.Connection, release_ids: Iterable[int], now: datetime) -> None:
    """Queue the article pages of these releases for later checks."""
    conn.executemany(
        "INSERT OR IGNORE INTO waiting (release_id, due_at) VALUES (?, ?)",
        [(release_id, to_iso(now)) for release_id in release_ids],
    )


def remove_article(conn: sqlite3.Connection, release_id: int) -> None:
    """Remove a release from the queue, because its article was read or is gone."""
    conn.execute("DELETE FROM waiting WHERE release_id = ?", (release_id,))


def defer_articles(
    conn: sqlite3.Connection,
    source: str,
    urls: Collection[str],
    now: datetime,
    *,
    is_temporary: bool,
) -> None:
    """Record that these pages could not be used, and delay the next try.

    `is_temporary` says that the cause may be gone soon; the first retries then follow at once.
    """
    placeholders = ", ".join("?" * len(urls))
    rows = conn.execute(
        "UPDATE waiting SET tries = tries + 1 WHERE release_id IN"
        f" (SELECT release_id FROM listings WHERE source = ? AND url IN ({placeholders}))"
        " RETURNING release_id, tries",
        (source, *urls),
    ).fetchall()
    conn.executemany(
        "UPDATE waiting SET due_at = ? WHERE release_id = ?",
        [
            (to_iso(now + _get_retry_delay(tries, is_temporary=is_temporary)), release_id)
            for release_id, tries in rows
        ],
    )


def _get_retry_delay(tries: int, *, is_temporary: bool) -> timedelta:
    delayed_tries = tries - _IMMEDIATE_RETRIES if is_temporary else tries
    if delayed_tries <= 0:
        return timedelta()
    return min(_FIRST_DELAY * float(2 ** min(delayed_tries - 1, 10)), _MAX_DELAY)
