"""Correction of stored releases that a parser misread.

A correction is not a revision: the ministry changed nothing.
"""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from monitor.clock import to_iso
from monitor.domain.changes import StoredRelease, hash_entry, is_article_of
from monitor.models.check import Article, Entry
from monitor.store import article_queue, revisions


class ShownEntry(NamedTuple):
    """An entry as a listing last showed it; `entry_hash` covers everything in it."""

    source: str
    board: str
    article_id: str
    entry_hash: str


def map_entries_to_releases(
    conn: sqlite3.Connection, release_id: int | None = None
) -> dict[ShownEntry, int]:
    """Return the release id of each entry, as last shown.

    With `release_id`, return only the entries of that release.
    """
    rows = conn.execute(
        "SELECT source, board, article_id, look, release_id FROM listings"
        " WHERE ?1 IS NULL OR release_id = ?1",
        (release_id,),
    )
    return {ShownEntry(*row): release_id for *row, release_id in rows}


def has_later_revision(
    conn: sqlite3.Connection, release_id: int, field: str, read_at: datetime, check_id: int | None
) -> bool:
    """Return whether a field was revised by something later than a given page.

    `read_at` and `check_id` are those of the page; revisions by the same check do not count.
    """
    row = conn.execute(
        "SELECT 1 FROM revisions WHERE release_id = ? AND field = ? AND seen_at > ?"
        " AND (check_id IS NULL OR check_id IS NOT ?)",
        (release_id, field, to_iso(read_at), check_id),
    ).fetchone()
    return row is not None


def correct_fields(
    conn: sqlite3.Connection, release_id: int, changes: Mapping[str, tuple[str, str]]
) -> None:
    """Set fields of a release; `changes` maps field to (before, after)."""
    for field, (_, after) in changes.items():
        conn.execute(f"UPDATE releases SET {field} = ? WHERE id = ?", (after, release_id))


def is_page_of_release(
    conn: sqlite3.Connection, release: StoredRelease, url: str, article: Article
) -> bool:
    """Return whether an article page that was read at `url` belongs to a release."""
    rows = conn.execute(
        "SELECT article_id FROM listings WHERE release_id = ? AND url = ?", (release.id, url)
    )
    return any(
        is_article_of(
            article, title=release.title, day=release.date, body=release.body, article_id=article_id
        )
        for (article_id,) in rows
    )


def compare_with_article(
    conn: sqlite3.Connection, release: StoredRelease, article: Article
) -> dict[str, tuple[str, str]]:
    """Return how a release differs from its article, as field to (before, after).

    Even differences in spelling count; an article without a body does not.
    """
    stored_names = revisions.list_attachment_names(conn, release.id)
    article_names = "\n".join(sorted(attachment.name for attachment in article.attachments))
    pairs = {
        "body": (release.body, article.body or release.body),
        "attachments": ("\n".join(stored_names), article_names),
    }
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def apply_article(
    conn: sqlite3.Connection,
    release: StoredRelease,
    article: Article,
    changes: Mapping[str, tuple[str, str]],
    read_at: datetime,
) -> None:
    """Apply `changes` from a release's article page, which was read at `read_at`."""
    if not release.has_full_text:
        conn.execute(
            "UPDATE releases SET article_read_at = ? WHERE id = ?", (to_iso(read_at), release.id)
        )
        article_queue.remove_article(conn, release.id)
    if "attachments" in changes:
        revisions.update_attachments(conn, release.id, article.attachments, read_at)
    if "body" in changes:
        correct_fields(conn, release.id, {"body": changes["body"]})


def update_entry_hash(conn: sqlite3.Connection, source: str, release_id: int, entry: Entry) -> None:
    """Store the hash of an entry as the current parser reads it.

    Otherwise the next check would take the entry for changed.
    """
    conn.execute(
        "UPDATE listings SET look = ? WHERE release_id = ? AND source = ? AND board = ?"
        " AND article_id = ?",
        (hash_entry(entry), release_id, source, entry.board, entry.article_id),
    )


def delete_identity(conn: sqlite3.Connection, release_id: int, key: str, day: str) -> None:
    """Remove a misread title and date, so that they no longer identify a release."""
    conn.execute(
        "DELETE FROM identities WHERE key = ? AND date = ? AND release_id = ?",
        (key, day, release_id),
    )
