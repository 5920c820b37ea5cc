"""The outbox: what each channel is owed, who is sending it, and how that went.

A message is owed in the transaction that found its reason. A sender claims it with a lease, sends
it outside any transaction, and records the outcome. A sender that dies leaves its claim behind:
it lapses with its lease, or at once where its process is known to be gone.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Delivery, Digest, Item
from monitor.store.rows import (
    RELEASE_COLUMNS,
    changes_from,
    changes_row,
    release_from,
    snippet_from,
    snippet_row,
)
from monitor.times import from_iso, to_iso

# Longer than any channel's own time limit: a lease must not lapse while its holder still sends.
LEASE = timedelta(minutes=10)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message that may be sent now; `claimed_by` names a sender that has not finished it."""

    id: str
    channel: str
    claimed_by: str | None


def due(
    conn: sqlite3.Connection, channels: Sequence[str], now: datetime, until: datetime
) -> list[Due]:
    """Return what these channels are owed, oldest first.

    Due is what is due by `until`; but where the receiver itself named a time, by `now`.
    """
    marks = ", ".join("?" * len(channels))
    rows = conn.execute(
        "SELECT id, channel, claimed_by FROM deliveries WHERE status = 'owed'"
        f" AND channel IN ({marks}) AND due_at <= iif(held, ?, ?)"
        " ORDER BY created_at, id",
        (*channels, to_iso(now), to_iso(until)),
    )
    return [Due(id=name, channel=channel, claimed_by=by) for name, channel, by in rows]


def claim(
    conn: sqlite3.Connection,
    waiting: Due,
    me: str,
    now: datetime,
    is_dead: Callable[[str], bool],
) -> int | None:
    """Take a message to send it; return the number of this attempt, None if it is not to be had.

    The UPDATE is the arbiter between senders: it takes only what is still as it was seen.
    """
    dead = waiting.claimed_by is not None and is_dead(waiting.claimed_by)
    row = conn.execute(
        "UPDATE deliveries SET claimed_by = ?, claimed_until = ?, attempts = attempts + 1"
        " WHERE id = ? AND status = 'owed' AND claimed_by IS ?"
        " AND (claimed_by IS NULL OR claimed_until < ? OR ?) RETURNING attempts",
        (me, to_iso(now + LEASE), waiting.id, waiting.claimed_by, to_iso(now), dead),
    ).fetchone()
    return None if row is None else int(row[0])


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


# ------------------------------------------------------------------ how it went


def sent(conn: sqlite3.Connection, delivery: Delivery, now: datetime) -> None:
    """Record that the channel took the message."""
    conn.execute(
        "UPDATE deliveries SET status = 'sent', sent_at = ?, payload = NULL, error = NULL,"
        " held = 0, claimed_by = NULL, claimed_until = NULL WHERE id = ?",
        (to_iso(now), delivery.id),
    )


def postponed(
    conn: sqlite3.Connection,
    delivery: Delivery,
    me: str,
    error: str,
    due_at: datetime,
    *,
    held: bool,
) -> None:
    """Record a failed attempt and when the next one is due; `held`: the receiver said so.

    Only while the claim is still `me`'s: after its lease another sender may hold it.
    """
    conn.execute(
        "UPDATE deliveries SET error = ?, due_at = ?, held = ?, claimed_by = NULL,"
        " claimed_until = NULL WHERE id = ? AND status = 'owed' AND claimed_by = ?",
        (error, to_iso(due_at), held, delivery.id, me),
    )


def given_up(conn: sqlite3.Connection, delivery: Delivery, me: str, error: str) -> None:
    """Record that no further attempt will be made by itself; the message is kept."""
    conn.execute(
        "UPDATE deliveries SET status = 'given-up', error = ?, claimed_by = NULL,"
        " claimed_until = NULL WHERE id = ? AND status = 'owed' AND claimed_by = ?",
        (error, delivery.id, me),
    )


def counts(conn: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many messages there are by status."""
    rows = conn.execute("SELECT status, count(*) FROM deliveries GROUP BY status")
    return dict(rows.fetchall())
