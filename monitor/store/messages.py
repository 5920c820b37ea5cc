"""What messages say: written when they are owed, frozen when they are first sent."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

from monitor.model.told import Digest, Item
from monitor.store.rows import (
    RELEASE_COLUMNS,
    changes_from,
    changes_row,
    release_from,
    snippet_from,
    snippet_row,
)
from monitor.times import from_iso, to_iso


def owe(
    conn: sqlite3.Connection,
    digest: Digest,
    *,
    due_at: datetime,
    check_id: int | None,
) -> None:
    """Write a message that its channel is owed, due at `due_at`."""
    conn.execute(
        "INSERT INTO deliveries (id, channel, type, status, check_id, created_at, due_at)"
        " VALUES (?, ?, ?, 'owed', ?, ?, ?)",
        (
            digest.id,
            digest.channel,
            digest.kind,
            check_id,
            to_iso(digest.created_at),
            to_iso(due_at),
        ),
    )
    conn.executemany(
        "INSERT INTO items (delivery_id, position, release_id, event, watches, snippet, changes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                digest.id,
                position,
                item.release.id,
                item.event,
                json.dumps(item.watches),
                snippet_row(item.snippet),
                changes_row(item.changes),
            )
            for position, item in enumerate(digest.items)
        ],
    )


def payload(
    conn: sqlite3.Connection, delivery_id: str, prepare: Callable[[Digest], bytes]
) -> bytes:
    """Return the message's bytes, made by `prepare` the first time and frozen from then on."""
    (frozen,) = conn.execute(
        "SELECT payload FROM deliveries WHERE id = ?", (delivery_id,)
    ).fetchone()
    if frozen is not None:
        return bytes(frozen)
    made = prepare(digest(conn, delivery_id))
    conn.execute("UPDATE deliveries SET payload = ? WHERE id = ?", (made, delivery_id))
    return made


def digest(conn: sqlite3.Connection, delivery_id: str) -> Digest:
    """Return what a message says."""
    channel, kind, created_at = conn.execute(
        "SELECT channel, type, created_at FROM deliveries WHERE id = ?", (delivery_id,)
    ).fetchone()
    rows = conn.execute(
        f"SELECT i.event, i.watches, i.snippet, i.changes, {RELEASE_COLUMNS}"
        " FROM items AS i JOIN releases AS r ON r.id = i.release_id"
        " WHERE i.delivery_id = ? ORDER BY i.position",
        (delivery_id,),
    )
    items = tuple(
        Item(
            event=event,
            release=release_from(release),
            watches=tuple(json.loads(watches)),
            snippet=snippet_from(snippet),
            changes=changes_from(changes),
        )
        for event, watches, snippet, changes, *release in rows
    )
    return Digest(
        id=delivery_id, channel=channel, kind=kind, created_at=from_iso(created_at), items=items
    )
