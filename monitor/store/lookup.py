"""Lookup of a page's entries in the store."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from monitor.clock import to_iso
from monitor.domain.changes import KnownEntries, StoredEntries, StoredRelease, make_release_key
from monitor.models.check import Entry
from monitor.store.rows import get_identity_columns
from monitor.text.normalize import normalize_title

_END_OF_TIME = "9999"  # sorts after every stored time


def find_known_entries(
    conn: sqlite3.Connection, source: str, entries: Iterable[Entry], before: datetime | None = None
) -> KnownEntries:
    """Return flags for the entries that this listing has shown, or had shown before `before`."""
    time_limit = _END_OF_TIME if before is None else to_iso(before)
    ranks = [_find_rank(conn, source, entry, time_limit) for entry in entries]
    last_rank = next((rank for rank in reversed(ranks) if rank is not None), None)
    remaining_count = (
        0 if last_rank is None else _count_releases_below(conn, source, last_rank, time_limit)
    )
    return KnownEntries(
        flags=tuple(rank is not None for rank in ranks), expected_below=remaining_count
    )


def _find_rank(
    conn: sqlite3.Connection, source: str, entry: Entry, time_limit: str
) -> float | None:
    row = conn.execute(
        "SELECT max(l.rank) FROM identities AS i JOIN listings AS l USING (release_id)"
        " WHERE i.key = ? AND i.date = ? AND l.source = ? AND l.first_seen_at < ?",
        (*get_identity_columns(entry), source, time_limit),
    ).fetchone()
    return None if row[0] is None else float(row[0])


def _count_releases_below(
    conn: sqlite3.Connection, source: str, rank: float, time_limit: str
) -> int:
    row = conn.execute(
        "SELECT count(DISTINCT l.release_id) FROM listings AS l"
        " JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND l.rank < ? AND l.first_seen_at < ? AND r.withdrawn_at IS NULL",
        (source, rank, time_limit),
    ).fetchone()
    return int(row[0])


def iter_seen_entries(
    conn: sqlite3.Connection, source: str, entries: Iterable[Entry]
) -> Iterator[tuple[Entry, bool]]:
    """Yield each entry this listing has shown before, and whether its title or date changed.

    A site may reassign article ids, so an id alone proves nothing: the date or the title must be
    the same too.
    """
    for entry in entries:
        if _find_rank(conn, source, entry, _END_OF_TIME) is not None:
            yield entry, False
        elif any(
            day == entry.date.isoformat() or normalize_title(title) == normalize_title(entry.title)
            for title, day in _find_by_article_id(conn, source, entry)
        ):
            yield entry, True


def _find_by_article_id(
    conn: sqlite3.Connection, source: str, entry: Entry
) -> Iterable[tuple[str, str]]:
    if not entry.article_id:
        return ()
    return conn.execute(
        "SELECT r.title, r.date FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.article_id = ? AND l.board = ? AND l.source = ?",
        (entry.article_id, entry.board, source),
    )


def find_stored_entries(
    conn: sqlite3.Connection, source: str, site: str, entries: Sequence[Entry]
) -> StoredEntries:
    """Return the stored releases, identities and hashes for entries of a listing on host `site`."""
    release_ids_by_identity = {}
    release_ids_by_article = {}
    for entry in entries:
        row = conn.execute(
            "SELECT release_id FROM identities WHERE key = ? AND date = ?",
            get_identity_columns(entry),
        ).fetchone()
        if row is not None:
            release_ids_by_identity[make_release_key(entry.title, entry.date)] = row[0]
        elif entry.article_id:
            row = conn.execute(
                _FIND_BY_ARTICLE, (entry.article_id, entry.board, source, site)
            ).fetchone()
            if row is not None:
                release_ids_by_article[entry.board, entry.article_id] = row[0]
    release_ids = {*release_ids_by_identity.values(), *release_ids_by_article.values()}
    return StoredEntries(
        releases={release_id: load_stored_release(conn, release_id) for release_id in release_ids},
        ids_by_key=release_ids_by_identity,
        ids_by_article=release_ids_by_article,
        shown_hashes=_load_shown_hashes(conn, source, release_ids),
    )


_FIND_BY_ARTICLE = (
    "SELECT release_id FROM listings WHERE article_id = ? AND board = ?"
    " AND (source = ? OR site = ?) ORDER BY last_seen_at DESC LIMIT 1"
)


def load_stored_release(conn: sqlite3.Connection, release_id: int) -> StoredRelease:
    """Return the fields of a stored release that classification needs."""
    title, day, category, body, source, read_at, withdrawn_at = conn.execute(
        "SELECT title, date, category, body, source, article_read_at, withdrawn_at"
        " FROM releases WHERE id = ?",
        (release_id,),
    ).fetchone()
    rows = conn.execute("SELECT source FROM listings WHERE release_id = ?", (release_id,))
    return StoredRelease(
        id=release_id,
        title=title,
        date=date.fromisoformat(day),
        category=category,
        body=body,
        source=source,
        sources=frozenset(source_name for (source_name,) in rows),
        has_full_text=read_at is not None,
        is_withdrawn=withdrawn_at is not None,
    )


def _load_shown_hashes(
    conn: sqlite3.Connection, source: str, release_ids: Iterable[int]
) -> dict[tuple[int, str, str], str]:
    sql = "SELECT board, article_id, look FROM listings WHERE release_id = ? AND source = ?"
    return {
        (release_id, board, article_id): entry_hash
        for release_id in release_ids
        for board, article_id, entry_hash in conn.execute(sql, (release_id, source))
    }
