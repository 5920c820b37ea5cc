"""Reading all that is stored of one release."""

import json
import sqlite3

from monitor.diff import words
from monitor.model.dossier import Dossier, KeptFile, Reason, Revision, SeenIn, Told
from monitor.model.told import Hit
from monitor.store import archive
from monitor.store.rows import snippet_from
from monitor.times import from_iso, from_iso_if


def dossier(conn: sqlite3.Connection, release_id: int) -> Dossier | None:
    """Return all that is stored of a release, None where there is none of that id."""
    release = archive.release(conn, release_id)
    if release is None:
        return None
    return Dossier(
        release=release,
        attachments=_attachments(conn, release_id),
        revisions=_revisions(conn, release_id),
        listings=_listings(conn, release_id),
        matches=_matches(conn, release_id),
        deliveries=_deliveries(conn, release_id),
    )


def _attachments(conn: sqlite3.Connection, release_id: int) -> tuple[KeptFile, ...]:
    rows = conn.execute(
        "SELECT name, kind, url, first_seen_at, gone_at FROM attachments WHERE release_id = ?"
        " ORDER BY id",
        (release_id,),
    )
    return tuple(
        KeptFile(
            name=name, kind=kind, url=url, first_seen_at=from_iso(first), gone_at=from_iso_if(gone)
        )
        for name, kind, url, first, gone in rows
    )


def _revisions(conn: sqlite3.Connection, release_id: int) -> tuple[Revision, ...]:
    rows = conn.execute(
        "SELECT seen_at, field, before, after FROM revisions WHERE release_id = ?"
        " ORDER BY seen_at, id",
        (release_id,),
    )
    return tuple(
        Revision(
            seen_at=from_iso(at),
            field=field,
            before=before,
            after=after,
            diff=words(before, after),
        )
        for at, field, before, after in rows
    )


def _listings(conn: sqlite3.Connection, release_id: int) -> tuple[SeenIn, ...]:
    rows = conn.execute(
        "SELECT source, board, article_id, url, first_seen_at, last_seen_at FROM listings"
        " WHERE release_id = ? ORDER BY first_seen_at, id",
        (release_id,),
    )
    return tuple(
        SeenIn(
            source=source,
            board=board,
            article_id=article_id,
            url=url,
            first_seen_at=from_iso(first),
            last_seen_at=from_iso(last),
        )
        for source, board, article_id, url, first, last in rows
    )


def _matches(conn: sqlite3.Connection, release_id: int) -> tuple[Reason, ...]:
    rows = conn.execute(
        "SELECT watch, query, event, origin, matched_at, hits, snippet FROM matches"
        " WHERE release_id = ? ORDER BY matched_at, id",
        (release_id,),
    )
    return tuple(
        Reason(
            watch=watch,
            query=query,
            event=event,
            origin=origin,
            matched_at=from_iso(at),
            hits=tuple(Hit(*hit) for hit in json.loads(hits)),
            snippet=snippet_from(snippet),
        )
        for watch, query, event, origin, at, hits, snippet in rows
    )


def _deliveries(conn: sqlite3.Connection, release_id: int) -> tuple[Told, ...]:
    rows = conn.execute(
        "SELECT d.id, d.channel, d.type, d.status, i.event, i.watches, d.created_at, d.due_at,"
        " d.attempts, d.sent_at, d.error FROM items AS i JOIN deliveries AS d"
        " ON d.id = i.delivery_id WHERE i.release_id = ? ORDER BY d.created_at, d.id, i.position",
        (release_id,),
    )
    return tuple(
        Told(
            id=name,
            channel=channel,
            type=kind,
            status=status,
            event=event,
            watches=tuple(json.loads(watches)),
            created_at=from_iso(created_at),
            due_at=from_iso(due_at),
            attempts=attempts,
            sent_at=from_iso_if(sent_at),
            error=error,
        )
        for (
            name, channel, kind, status, event, watches, created_at, due_at, attempts, sent_at,
            error,
        ) in rows
    )  # fmt: skip
