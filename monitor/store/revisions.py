"""Changes to stored releases: every change is recorded, the notable ones are returned."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.clock import to_iso
from monitor.models.check import Article, Attachment
from monitor.models.release import FieldChange, Release
from monitor.store import article_queue
from monitor.store.rows import RELEASE_COLUMNS, build_release
from monitor.text import diff

_REVISABLE_COLUMNS = frozenset({"title", "date", "category", "body"})
_QUERY_FIELD_NAMES = {"body": "text"}  # the watch language's name


def load_release(conn: sqlite3.Connection, release_id: int) -> Release:
    """Return the stored release with this id, which must exist."""
    row = conn.execute(
        f"SELECT {RELEASE_COLUMNS} FROM releases AS r WHERE r.id = ?", (release_id,)
    ).fetchone()
    return build_release(row)


def revise_release(
    conn: sqlite3.Connection,
    release_id: int,
    changes: Mapping[str, tuple[str, str]],
    check_id: int | None,
    seen_at: datetime,
) -> tuple[FieldChange, ...]:
    """Apply and record changes, field → (before, after); return the notable ones.

    Changes of white space or punctuation alone are recorded but not returned.
    """
    for field, (before, after) in changes.items():
        conn.execute(
            "INSERT INTO revisions (release_id, check_id, seen_at, field, before, after)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (release_id, check_id, to_iso(seen_at), field, before, after),
        )
        if field in _REVISABLE_COLUMNS:
            conn.execute(f"UPDATE releases SET {field} = ? WHERE id = ?", (after, release_id))
    return tuple(
        FieldChange(
            field=_QUERY_FIELD_NAMES.get(field, field),
            before=before,
            after=after,
            diff=diff.diff_words(before, after),
        )
        for field, (before, after) in changes.items()
        if not diff.is_trivial(before, after)
    )


def store_article(
    conn: sqlite3.Connection, release_id: int, article: Article, read_at: datetime
) -> dict[str, tuple[str, str]]:
    """Store the text and attachments of an article; return the change of attachments, if any.

    The full text replaces the listing's excerpt. That does not count as a change of the text.
    """
    conn.execute(
        "UPDATE releases SET article_read_at = ? WHERE id = ?", (to_iso(read_at), release_id)
    )
    if article.body:
        conn.execute(
            "UPDATE releases SET body = ?1 WHERE id = ?2 AND body != ?1", (article.body, release_id)
        )
    article_queue.remove_article(conn, release_id)
    before, after = update_attachments(conn, release_id, article.attachments, read_at)
    return {} if before == after else {"attachments": (before, after)}


def set_category(conn: sqlite3.Connection, release_id: int, category: str) -> None:
    """Set the category of a release whose first listing shows none."""
    conn.execute("UPDATE releases SET category = ? WHERE id = ?", (category, release_id))


def update_attachments(
    conn: sqlite3.Connection, release_id: int, attachments: Sequence[Attachment], seen_at: datetime
) -> tuple[str, str]:
    """Store the current attachments; return the file names before and after, one per line.

    Files are compared by name, because their URLs may change at any time.
    """
    names_before = "\n".join(list_attachment_names(conn, release_id))
    urls = [attachment.url for attachment in attachments]
    placeholders = ", ".join("?" * len(urls))
    conn.execute(
        "UPDATE attachments SET gone_at = ? WHERE release_id = ? AND gone_at IS NULL"
        f" AND url NOT IN ({placeholders})",
        (to_iso(seen_at), release_id, *urls),
    )
    conn.executemany(
        "INSERT INTO attachments (release_id, name, kind, url, first_seen_at)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (release_id, url) DO UPDATE SET"
        " name = excluded.name, kind = excluded.kind, gone_at = NULL",
        [
            (release_id, attachment.name, attachment.kind, attachment.url, to_iso(seen_at))
            for attachment in attachments
        ],
    )
    return names_before, "\n".join(list_attachment_names(conn, release_id))


def add_removed_attachments(
    conn: sqlite3.Connection,
    release_id: int,
    attachments: Sequence[Attachment],
    seen_at: datetime,
    gone_at: datetime,
) -> None:
    """Store attachments that an article no longer offers, unless they are stored already."""
    conn.executemany(
        "INSERT OR IGNORE INTO attachments (release_id, name, kind, url, first_seen_at, gone_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                release_id,
                attachment.name,
                attachment.kind,
                attachment.url,
                to_iso(seen_at),
                to_iso(gone_at),
            )
            for attachment in attachments
        ],
    )


def list_attachment_names(conn: sqlite3.Connection, release_id: int) -> list[str]:
    """Return the names of the attachments in the last version of the article that was read."""
    rows = conn.execute(
        "SELECT name FROM attachments WHERE release_id = ? AND gone_at IS NULL ORDER BY name, id",
        (release_id,),
    )
    return [name for (name,) in rows]
