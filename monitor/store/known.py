"""What the store knows of the entries of a page."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from monitor.decide import Known, KnownRelease
from monitor.ground import Ground
from monitor.identity import identity
from monitor.model.scraped import Entry
from monitor.store.rows import key
from monitor.text.folding import fold
from monitor.times import to_iso

_ANY_TIME = "9999"  # later than every time


def ground(
    conn: sqlite3.Connection, source: str, entries: Iterable[Entry], before: datetime | None = None
) -> Ground:
    """Tell which of these entries this listing has shown already (or by then: `before`)."""
    limit = _ANY_TIME if before is None else to_iso(before)
    ranks = [_rank(conn, source, entry, limit) for entry in entries]
    last = next((rank for rank in reversed(ranks) if rank is not None), None)
    left = 0 if last is None else _left_below(conn, source, last, limit)
    return Ground(known=tuple(rank is not None for rank in ranks), left=left)


def _rank(conn: sqlite3.Connection, source: str, entry: Entry, limit: str) -> float | None:
    row = conn.execute(
        "SELECT max(l.rank) FROM identities AS i JOIN listings AS l USING (release_id)"
        " WHERE i.key = ? AND i.date = ? AND l.source = ? AND l.first_seen_at < ?",
        (*key(entry), source, limit),
    ).fetchone()
    return None if row[0] is None else float(row[0])


def _left_below(conn: sqlite3.Connection, source: str, rank: float, limit: str) -> int:
    row = conn.execute(
        "SELECT count(DISTINCT l.release_id) FROM listings AS l"
        " JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND l.rank < ? AND l.first_seen_at < ? AND r.withdrawn_at IS NULL",
        (source, rank, limit),
    ).fetchone()
    return int(row[0])


def met(
    conn: sqlite3.Connection, source: str, entries: Iterable[Entry]
) -> Iterator[tuple[Entry, bool]]:
    """Yield those entries that this listing has shown, and whether under another title or date.

    An article id is no proof by itself, as ids may be dealt anew: date or title must have stayed.
    """
    for entry in entries:
        if _rank(conn, source, entry, _ANY_TIME) is not None:
            yield entry, False
        elif any(
            day == entry.date.isoformat() or fold(title) == fold(entry.title)
            for title, day in _under_its_number(conn, source, entry)
        ):
            yield entry, True


def _under_its_number(
    conn: sqlite3.Connection, source: str, entry: Entry
) -> Iterable[tuple[str, str]]:
    if not entry.article_id:
        return ()
    return conn.execute(
        "SELECT r.title, r.date FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.article_id = ? AND l.board = ? AND l.source = ?",
        (entry.article_id, entry.board, source),
    )


def known(conn: sqlite3.Connection, source: str, site: str, entries: Sequence[Entry]) -> Known:
    """Return all that the store knows of these entries of a listing on the host `site`."""
    identities = {}
    articles = {}
    for entry in entries:
        row = conn.execute(
            "SELECT release_id FROM identities WHERE key = ? AND date = ?", key(entry)
        ).fetchone()
        if row is not None:
            identities[identity(entry.title, entry.date)] = row[0]
        elif entry.article_id:
            row = conn.execute(
                _BY_ARTICLE, (entry.article_id, entry.board, source, site)
            ).fetchone()
            if row is not None:
                articles[entry.board, entry.article_id] = row[0]
    ids = {*identities.values(), *articles.values()}
    return Known(
        releases={release_id: release(conn, release_id) for release_id in ids},
        identities=identities,
        articles=articles,
        shown=_shown(conn, source, ids),
    )


_BY_ARTICLE = (
    "SELECT release_id FROM listings WHERE article_id = ? AND board = ?"
    " AND (source = ? OR site = ?) ORDER BY last_seen_at DESC LIMIT 1"
)


def release(conn: sqlite3.Connection, release_id: int) -> KnownRelease:
    """Return a stored release, as far as deciding needs it."""
    title, day, category, body, source, read_at, withdrawn_at = conn.execute(
        "SELECT title, date, category, body, source, article_read_at, withdrawn_at"
        " FROM releases WHERE id = ?",
        (release_id,),
    ).fetchone()
    rows = conn.execute("SELECT source FROM listings WHERE release_id = ?", (release_id,))
    return KnownRelease(
        id=release_id,
        title=title,
        date=date.fromisoformat(day),
        category=category,
        body=body,
        source=source,
        sources=frozenset(seen for (seen,) in rows),
        is_whole=read_at is not None,
        is_withdrawn=withdrawn_at is not None,
    )


def _shown(
    conn: sqlite3.Connection, source: str, ids: Iterable[int]
) -> dict[tuple[int, str, str], str]:
    sql = "SELECT board, article_id, look FROM listings WHERE release_id = ? AND source = ?"
    return {
        (release_id, board, article_id): shown
        for release_id in ids
        for board, article_id, shown in conn.execute(sql, (release_id, source))
    }
