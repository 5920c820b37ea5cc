"""What feeds tell of releases besides what they are now."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date

from monitor.model.feeds import Post
from monitor.model.stored import Release
from monitor.times import from_iso


def posts(conn: sqlite3.Connection, releases: Iterable[Release]) -> Iterator[Post]:
    """Yield releases with what they were called first, and when they last changed."""
    for release in releases:
        revised = dict(_first_values(conn, release.id))
        (last,) = conn.execute(
            "SELECT max(seen_at) FROM revisions WHERE release_id = ?", (release.id,)
        ).fetchone()
        moments = [release.first_seen_at, release.withdrawn_at, last and from_iso(last)]
        yield Post(
            release=release,
            first_title=revised.get("title", release.title),
            first_date=date.fromisoformat(revised.get("date", release.date.isoformat())),
            updated_at=max(moment for moment in moments if moment),
        )


def _first_values(conn: sqlite3.Connection, release_id: int) -> Iterator[tuple[str, str]]:
    """Yield title and date as they were before they were revised, the oldest last."""
    return conn.execute(
        "SELECT field, before FROM revisions WHERE release_id = ? AND field IN ('title', 'date')"
        " ORDER BY seen_at DESC, id DESC",
        (release_id,),
    )
