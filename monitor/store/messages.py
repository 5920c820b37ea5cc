"""What messages say: written when they are owed, frozen when they are first sent."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

from monitor.model.told import Digest, Item, Letter, Notice
from monitor.store import notes
from monitor.store.rows import (
    RELEASE_COLUMNS,
    changes_from,
    changes_row,
    facts_from,
    facts_row,
    release_from,
    snippet_from,
    snippet_row,
)
from monitor.times import from_iso, from_iso_if, to_iso, to_iso_if


def owe(
    conn: sqlite3.Connection,
    digest: Digest,
    *,
    due_at: datetime,
    check_id: int | None,
) -> None:
    """Write a message that its channel is owed, due at `due_at`; a digest not a moment sooner."""
    conn.execute(
        "INSERT INTO deliveries (id, channel, type, status, check_id, created_at, due_at, held,"
        " since, until) VALUES (?, ?, ?, 'owed', ?, ?, ?, ?, ?, ?)",
        (
            digest.id,
            digest.channel,
            digest.kind,
            check_id,
            to_iso(digest.created_at),
            to_iso(due_at),
            digest.kind == "digest",
            to_iso_if(digest.since),
            to_iso_if(digest.until),
        ),
    )
    put_items(conn, digest.id, digest.items)


def owe_notice(conn: sqlite3.Connection, notice: Notice) -> None:
    """Write a notice that its channel is owed, due at once whatever the channel's schedule is."""
    now = to_iso(notice.created_at)
    conn.execute(
        "INSERT INTO deliveries (id, channel, type, status, created_at, due_at)"
        " VALUES (?, ?, ?, 'owed', ?, ?)",
        (notice.id, notice.channel, notice.kind, now, now),
    )
    conn.execute(
        "INSERT INTO notices (delivery_id, subject, text, facts) VALUES (?, ?, ?, ?)",
        (notice.id, notice.subject, json.dumps(notice.text), facts_row(notice.facts)),
    )


def put_items(conn: sqlite3.Connection, delivery_id: str, items: tuple[Item, ...]) -> None:
    """Write what a message holds, in place of what it held."""
    conn.execute("DELETE FROM items WHERE delivery_id = ?", (delivery_id,))
    conn.executemany(
        "INSERT INTO items (delivery_id, position, release_id, event, watches, snippet, changes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (
                delivery_id,
                position,
                item.release.id,
                item.event,
                json.dumps(item.watches),
                snippet_row(item.snippet),
                changes_row(item.changes),
            )
            for position, item in enumerate(items)
        ],
    )


def payload(
    conn: sqlite3.Connection, delivery_id: str, prepare: Callable[[Letter], bytes]
) -> bytes:
    """Return the message's bytes, made by `prepare` the first time and frozen from then on."""
    (frozen,) = conn.execute(
        "SELECT payload FROM deliveries WHERE id = ?", (delivery_id,)
    ).fetchone()
    if frozen is not None:
        return bytes(frozen)
    made = prepare(letter(conn, delivery_id))
    conn.execute("UPDATE deliveries SET payload = ? WHERE id = ?", (made, delivery_id))
    return made


def refit(
    conn: sqlite3.Connection, channel: str, form: str, prepare: Callable[[Letter], bytes]
) -> None:
    """Make what is frozen for a channel anew if it was made in another form: it fits no more.

    Whoever was refused for a wrong format or sender is to get what the corrected config says.
    """
    name = f"form of messages to {channel}"
    before = notes.read(conn, name)
    if before == form:
        return
    notes.write(conn, name, form)
    rows = conn.execute(
        "SELECT id FROM deliveries WHERE channel = ? AND payload IS NOT NULL", (channel,)
    )
    for (frozen,) in rows.fetchall() if before is not None else ():
        made = prepare(letter(conn, frozen))
        conn.execute("UPDATE deliveries SET payload = ? WHERE id = ?", (made, frozen))


def letter(conn: sqlite3.Connection, delivery_id: str) -> Letter:
    """Return what a message says, of whichever kind it is."""
    row = conn.execute(
        "SELECT d.channel, d.type, d.created_at, n.subject, n.text, n.facts FROM notices AS n"
        " JOIN deliveries AS d ON d.id = n.delivery_id WHERE n.delivery_id = ?",
        (delivery_id,),
    ).fetchone()
    if row is None:
        return digest(conn, delivery_id)
    channel, kind, created_at, subject, text, facts = row
    return Notice(
        id=delivery_id,
        channel=channel,
        kind=kind,
        created_at=from_iso(created_at),
        subject=subject,
        text=tuple(json.loads(text)),
        facts=facts_from(facts),
    )


def digest(conn: sqlite3.Connection, delivery_id: str) -> Digest:
    """Return what a message says of releases; a digest's moment is the end of its period."""
    channel, kind, created_at, since, until = conn.execute(
        "SELECT channel, type, created_at, since, until FROM deliveries WHERE id = ?",
        (delivery_id,),
    ).fetchone()
    return Digest(
        id=delivery_id,
        channel=channel,
        kind=kind,
        created_at=from_iso(until or created_at),
        items=_items(conn, delivery_id),
        since=from_iso_if(since),
        until=from_iso_if(until),
    )


def _items(conn: sqlite3.Connection, delivery_id: str) -> tuple[Item, ...]:
    rows = conn.execute(
        f"SELECT i.event, i.watches, i.snippet, i.changes, {RELEASE_COLUMNS}"
        " FROM items AS i JOIN releases AS r ON r.id = i.release_id"
        " WHERE i.delivery_id = ? ORDER BY i.position",
        (delivery_id,),
    )
    return tuple(
        Item(
            event=event,
            release=release_from(release),
            watches=tuple(json.loads(watches)),
            snippet=snippet_from(snippet),
            changes=changes_from(changes),
        )
        for event, watches, snippet, changes, *release in rows
    )
