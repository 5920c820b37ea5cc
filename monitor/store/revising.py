"""Writing down what changed of a release: all of it is kept, what is worth telling returned."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from monitor import diff
from monitor.model.articles import Article
from monitor.model.stored import Change, Release
from monitor.store import attachments, waiting
from monitor.store.rows import RELEASE_COLUMNS, release_from
from monitor.times import to_iso

_COLUMNS = frozenset({"title", "date", "category", "body"})
_NAMES = {"body": "text"}  # as the watch language calls it


def stored(conn: sqlite3.Connection, release_id: int) -> Release:
    """Return a release as it is stored."""
    row = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE r.id = ?", (release_id,)
    ).fetchone()
    return release_from(row)


def revise(
    conn: sqlite3.Connection,
    release_id: int,
    changes: Mapping[str, tuple[str, str]],
    check_id: int | None,
    now: datetime,
) -> tuple[Change, ...]:
    """Apply and record changes, field → (before, after); return those that are worth telling."""
    for field, (before, after) in changes.items():
        conn.execute(
            "INSERT INTO revisions (release_id, check_id, seen_at, field, before, after)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (release_id, check_id, to_iso(now), field, before, after),
        )
        if field in _COLUMNS:
            conn.execute(f"UPDATE releases SET {field} = ? WHERE id = ?", (after, release_id))
    return tuple(
        Change(
            field=_NAMES.get(field, field),
            before=before,
            after=after,
            diff=diff.words(before, after),
        )
        for field, (before, after) in changes.items()
        if not diff.is_trivial(before, after)
    )


def take_article(
    conn: sqlite3.Connection, release_id: int, article: Article, now: datetime
) -> dict[str, tuple[str, str]]:
    """Keep what an article adds to its release; return what changed of its attachments, if any.

    The whole text takes the place of what a listing shows of it: that is no change of the text.
    """
    conn.execute("UPDATE releases SET article_read_at = ? WHERE id = ?", (to_iso(now), release_id))
    if article.body:
        conn.execute(
            "UPDATE releases SET body = ?1 WHERE id = ?2 AND body != ?1", (article.body, release_id)
        )
    waiting.done(conn, release_id)
    before, after = attachments.keep(conn, release_id, article.attachments, now)
    return {} if before == after else {"attachments": (before, after)}


def label(conn: sqlite3.Connection, release_id: int, category: str) -> None:
    """Give a release the category that the listing it came from does not show."""
    conn.execute("UPDATE releases SET category = ? WHERE id = ?", (category, release_id))
