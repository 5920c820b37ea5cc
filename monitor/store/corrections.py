"""Putting right what a parser read wrongly. That is no revision: the ministry changed nothing."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from monitor.decide import KnownRelease, look
from monitor.model.articles import Article
from monitor.model.scraped import Entry
from monitor.store import attachments, waiting
from monitor.times import to_iso
from monitor.whole import fits


class Shown(NamedTuple):
    """An entry of a listing as it was shown: `look` is the fingerprint of all that is in it."""

    source: str
    board: str
    article_id: str
    look: str


def shown(conn: sqlite3.Connection, release_id: int | None = None) -> dict[Shown, int]:
    """Return which release each entry leads to (or: which lead to this one), as shown last."""
    rows = conn.execute(
        "SELECT source, board, article_id, look, release_id FROM listings"
        " WHERE ?1 IS NULL OR release_id = ?1",
        (release_id,),
    )
    return {Shown(*row): release_id for *row, release_id in rows}


def is_revised_since(
    conn: sqlite3.Connection, release_id: int, field: str, at: datetime, check_id: int | None
) -> bool:
    """Tell whether a field was changed by something later than a page read `at`, in that check."""
    row = conn.execute(
        "SELECT 1 FROM revisions WHERE release_id = ? AND field = ? AND seen_at > ?"
        " AND (check_id IS NULL OR check_id IS NOT ?)",
        (release_id, field, to_iso(at), check_id),
    ).fetchone()
    return row is not None


def correct(
    conn: sqlite3.Connection, release_id: int, changes: Mapping[str, tuple[str, str]]
) -> None:
    """Set fields of a release: `changes` maps field → (before, after)."""
    for field, (_, after) in changes.items():
        conn.execute(f"UPDATE releases SET {field} = ? WHERE id = ?", (after, release_id))


def is_article_of(
    conn: sqlite3.Connection, release: KnownRelease, url: str, article: Article
) -> bool:
    """Tell whether an article page that was read at `url` is that of a release."""
    rows = conn.execute(
        "SELECT article_id FROM listings WHERE release_id = ? AND url = ?", (release.id, url)
    )
    return any(
        fits(article, title=release.title, day=release.date, body=release.body, article_id=number)
        for (number,) in rows
    )


def differences(
    conn: sqlite3.Connection, release: KnownRelease, article: Article
) -> dict[str, tuple[str, str]]:
    """Return what a release lacks of its article, down to the spelling: field → (before, after)."""
    files = attachments.names(conn, release.id)
    offered = "\n".join(sorted(one.name for one in article.attachments))
    pairs = {
        "body": (release.body, article.body or release.body),
        "attachments": ("\n".join(files), offered),
    }
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def put_article(
    conn: sqlite3.Connection,
    release: KnownRelease,
    article: Article,
    changes: Mapping[str, tuple[str, str]],
    at: datetime,
) -> None:
    """Take these `changes` from the article page of a release, which was read `at`."""
    if not release.is_whole:
        conn.execute(
            "UPDATE releases SET article_read_at = ? WHERE id = ?", (to_iso(at), release.id)
        )
        waiting.done(conn, release.id)
    if "attachments" in changes:
        attachments.keep(conn, release.id, article.attachments, at)
    if "body" in changes:
        correct(conn, release.id, {"body": changes["body"]})


def look_again(conn: sqlite3.Connection, source: str, release_id: int, entry: Entry) -> None:
    """Note how an entry looks to today's parser, so that the next check does not call it edited."""
    conn.execute(
        "UPDATE listings SET look = ? WHERE release_id = ? AND source = ? AND board = ?"
        " AND article_id = ?",
        (look(entry), release_id, source, entry.board, entry.article_id),
    )


def forget_name(conn: sqlite3.Connection, release_id: int, key: str, day: str) -> None:
    """Let a title and date that were misread no longer lead to a release."""
    conn.execute(
        "DELETE FROM identities WHERE key = ? AND date = ? AND release_id = ?",
        (key, day, release_id),
    )
