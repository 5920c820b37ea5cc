"""All stored details of a release."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date

from monitor.clock import from_iso, from_iso_or_none
from monitor.models.notification import Hit
from monitor.models.release import FeedEntry, Release
from monitor.models.report import (
    AttachmentRecord,
    ListingRecord,
    MatchRecord,
    ReleaseDelivery,
    ReleaseDetails,
    Revision,
)
from monitor.store import releases
from monitor.store.rows import load_snippet
from monitor.text.diff import diff_words


def load_release_details(conn: sqlite3.Connection, release_id: int) -> ReleaseDetails | None:
    """Return a release with all its stored details, or None if there is no such id."""
    release = releases.find_release(conn, release_id)
    if release is None:
        return None
    return ReleaseDetails(
        release=release,
        attachments=_load_attachments(conn, release_id),
        revisions=_load_revisions(conn, release_id),
        listings=_load_listings(conn, release_id),
        matches=_load_matches(conn, release_id),
        deliveries=_load_deliveries(conn, release_id),
    )


def _load_attachments(conn: sqlite3.Connection, release_id: int) -> tuple[AttachmentRecord, ...]:
    rows = conn.execute(
        "SELECT name, kind, url, first_seen_at, gone_at FROM attachments WHERE release_id = ?"
        " ORDER BY id",
        (release_id,),
    )
    return tuple(
        AttachmentRecord(
            name=name,
            kind=kind,
            url=url,
            first_seen_at=from_iso(first_seen),
            gone_at=from_iso_or_none(gone_at),
        )
        for name, kind, url, first_seen, gone_at in rows
    )


def _load_revisions(conn: sqlite3.Connection, release_id: int) -> tuple[Revision, ...]:
    rows = conn.execute(
        "SELECT seen_at, field, before, after FROM revisions WHERE release_id = ?"
        " ORDER BY seen_at, id",
        (release_id,),
    )
    return tuple(
        Revision(
            seen_at=from_iso(seen_at),
            field=field,
            before=before,
            after=after,
            diff=diff_words(before, after),
        )
        for seen_at, field, before, after in rows
    )


def _load_listings(conn: sqlite3.Connection, release_id: int) -> tuple[ListingRecord, ...]:
    rows = conn.execute(
        "SELECT source, board, article_id, url, first_seen_at, last_seen_at FROM listings"
        " WHERE release_id = ? ORDER BY first_seen_at, id",
        (release_id,),
    )
    return tuple(
        ListingRecord(
            source=source,
            board=board,
            article_id=article_id,
            url=url,
            first_seen_at=from_iso(first_seen),
            last_seen_at=from_iso(last_seen),
        )
        for source, board, article_id, url, first_seen, last_seen in rows
    )


def _load_matches(conn: sqlite3.Connection, release_id: int) -> tuple[MatchRecord, ...]:
    rows = conn.execute(
        "SELECT watch, query, event, origin, matched_at, hits, snippet FROM matches"
        " WHERE release_id = ? ORDER BY matched_at, id",
        (release_id,),
    )
    return tuple(
        MatchRecord(
            watch=watch,
            query=query,
            event=event,
            origin=origin,
            matched_at=from_iso(matched_at),
            hits=tuple(Hit(*hit) for hit in json.loads(hits)),
            snippet=load_snippet(snippet),
        )
        for watch, query, event, origin, matched_at, hits, snippet in rows
    )


def _load_deliveries(conn: sqlite3.Connection, release_id: int) -> tuple[ReleaseDelivery, ...]:
    rows = conn.execute(
        "SELECT d.id, d.channel, d.type, d.status, i.event, i.watches, d.created_at, d.due_at,"
        " d.attempts, d.sent_at, d.error FROM items AS i JOIN deliveries AS d"
        " ON d.id = i.delivery_id WHERE i.release_id = ? ORDER BY d.created_at, d.id, i.position",
        (release_id,),
    )
    return tuple(
        ReleaseDelivery(
            id=delivery_id,
            channel=channel,
            type=message_type,
            status=status,
            event=event,
            watches=tuple(json.loads(watches)),
            created_at=from_iso(created_at),
            due_at=from_iso(due_at),
            attempts=attempts,
            sent_at=from_iso_or_none(sent_at),
            error=error,
        )
        for (
            delivery_id,
            channel,
            message_type,
            status,
            event,
            watches,
            created_at,
            due_at,
            attempts,
            sent_at,
            error,
        ) in rows
    )  # fmt: skip


def iter_feed_posts(conn: sqlite3.Connection, releases: Iterable[Release]) -> Iterator[FeedEntry]:
    """Yield releases with their first title and date, and the time of their last change."""
    for release in releases:
        first_values = dict(_iter_former_values(conn, release.id))
        (last_revised,) = conn.execute(
            "SELECT max(seen_at) FROM revisions WHERE release_id = ?", (release.id,)
        ).fetchone()
        moments = [
            release.first_seen_at,
            release.withdrawn_at,
            last_revised and from_iso(last_revised),
        ]
        yield FeedEntry(
            release=release,
            first_title=first_values.get("title", release.title),
            first_date=date.fromisoformat(first_values.get("date", release.date.isoformat())),
            updated_at=max(moment for moment in moments if moment),
        )


def _iter_former_values(conn: sqlite3.Connection, release_id: int) -> Iterator[tuple[str, str]]:
    """Yield former titles and dates as (field, value), the oldest last."""
    return conn.execute(
        "SELECT field, before FROM revisions WHERE release_id = ? AND field IN ('title', 'date')"
        " ORDER BY seen_at DESC, id DESC",
        (release_id,),
    )
