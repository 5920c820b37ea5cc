"""The contents of messages: written when enqueued, frozen when first sent."""

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

from monitor.clock import from_iso, from_iso_or_none, to_iso, to_iso_or_none
from monitor.models.notification import HealthMessage, MessageItem, OutgoingMessage, ReleaseMessage
from monitor.store import database
from monitor.store.rows import (
    RELEASE_COLUMNS,
    build_release,
    dump_changes,
    dump_facts,
    dump_snippet,
    load_changes,
    load_facts,
    load_snippet,
)


def enqueue_release_message(
    conn: sqlite3.Connection,
    message: ReleaseMessage,
    *,
    due_at: datetime,
    check_id: int | None,
) -> None:
    """Enqueue a message about releases, due at `due_at`; a digest is never sent earlier."""
    conn.execute(
        "INSERT INTO deliveries (id, channel, type, status, check_id, created_at, due_at, held,"
        " since, until) VALUES (?, ?, ?, 'owed', ?, ?, ?, ?, ?, ?)",
        (
            message.id,
            message.channel,
            message.kind,
            check_id,
            to_iso(message.created_at),
            to_iso(due_at),
            message.kind == "digest",
            to_iso_or_none(message.since),
            to_iso_or_none(message.until),
        ),
    )
    replace_items(conn, message.id, message.items)


def enqueue_health_message(conn: sqlite3.Connection, message: HealthMessage) -> None:
    """Enqueue a health message, due at once regardless of the channel's schedule."""
    now = to_iso(message.created_at)
    conn.execute(
        "INSERT INTO deliveries (id, channel, type, status, created_at, due_at)"
        " VALUES (?, ?, ?, 'owed', ?, ?)",
        (message.id, message.channel, message.kind, now, now),
    )
    conn.execute(
        "INSERT INTO notices (delivery_id, subject, text, facts) VALUES (?, ?, ?, ?)",
        (message.id, message.subject, json.dumps(message.text), dump_facts(message.facts)),
    )


def replace_items(
    conn: sqlite3.Connection, delivery_id: str, items: tuple[MessageItem, ...]
) -> None:
    """Write the items of a message, replacing its earlier ones."""
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
                dump_snippet(item.snippet),
                dump_changes(item.changes),
            )
            for position, item in enumerate(items)
        ],
    )


def get_payload(
    conn: sqlite3.Connection, delivery_id: str, render: Callable[[OutgoingMessage], bytes]
) -> bytes:
    """Return the message's bytes, rendered the first time and frozen from then on."""
    (frozen_payload,) = conn.execute(
        "SELECT payload FROM deliveries WHERE id = ?", (delivery_id,)
    ).fetchone()
    if frozen_payload is not None:
        return bytes(frozen_payload)
    new_payload = render(load_message(conn, delivery_id))
    conn.execute("UPDATE deliveries SET payload = ? WHERE id = ?", (new_payload, delivery_id))
    return new_payload


def rerender_pending(
    conn: sqlite3.Connection,
    channel: str,
    message_format: str,
    render: Callable[[OutgoingMessage], bytes],
) -> None:
    """Render a channel's frozen messages again if the message format has changed.

    `message_format` identifies the current format. A message that was refused for a wrong format or
    sender is then sent as the corrected config requires.
    """
    meta_name = f"form of messages to {channel}"
    previous_format = database.get_meta(conn, meta_name)
    if previous_format == message_format:
        return
    database.set_meta(conn, meta_name, message_format)
    rows = conn.execute(
        "SELECT id FROM deliveries WHERE channel = ? AND payload IS NOT NULL", (channel,)
    )
    for (delivery_id,) in rows.fetchall() if previous_format is not None else ():
        new_payload = render(load_message(conn, delivery_id))
        conn.execute("UPDATE deliveries SET payload = ? WHERE id = ?", (new_payload, delivery_id))


def load_message(conn: sqlite3.Connection, delivery_id: str) -> OutgoingMessage:
    """Return a message of either kind: about releases or about health."""
    row = conn.execute(
        "SELECT d.channel, d.type, d.created_at, n.subject, n.text, n.facts FROM notices AS n"
        " JOIN deliveries AS d ON d.id = n.delivery_id WHERE n.delivery_id = ?",
        (delivery_id,),
    ).fetchone()
    if row is None:
        return load_release_message(conn, delivery_id)
    channel, kind, created_at, subject, text, facts = row
    return HealthMessage(
        id=delivery_id,
        channel=channel,
        kind=kind,
        created_at=from_iso(created_at),
        subject=subject,
        text=tuple(json.loads(text)),
        facts=load_facts(facts),
    )


def load_release_message(conn: sqlite3.Connection, delivery_id: str) -> ReleaseMessage:
    """Return a message about releases; a digest's `created_at` is the end of its period."""
    channel, kind, created_at, since, until = conn.execute(
        "SELECT channel, type, created_at, since, until FROM deliveries WHERE id = ?",
        (delivery_id,),
    ).fetchone()
    return ReleaseMessage(
        id=delivery_id,
        channel=channel,
        kind=kind,
        created_at=from_iso(until or created_at),
        items=_load_items(conn, delivery_id),
        since=from_iso_or_none(since),
        until=from_iso_or_none(until),
    )


def _load_items(conn: sqlite3.Connection, delivery_id: str) -> tuple[MessageItem, ...]:
    rows = conn.execute(
        f"SELECT i.event, i.watches, i.snippet, i.changes, {RELEASE_COLUMNS}"
        " FROM items AS i JOIN releases AS r ON r.id = i.release_id"
        " WHERE i.delivery_id = ? ORDER BY i.position",
        (delivery_id,),
    )
    return tuple(
        MessageItem(
            event=event,
            release=build_release(release),
            watches=tuple(json.loads(watches)),
            snippet=load_snippet(snippet),
            changes=load_changes(changes),
        )
        for event, watches, snippet, changes, *release in rows
    )
