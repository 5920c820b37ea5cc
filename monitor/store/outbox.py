"""The outbox: what each channel is owed, who is sending it, and how that went.

A message is owed in the transaction that found its reason (see `messages`). A sender claims it with
a lease, sends it outside any transaction, and records the outcome. A sender that dies leaves its
claim behind: it lapses with its lease, or at once where its process is known to be gone.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.times import to_iso

# Longer than any channel's own time limit: a lease must not lapse while its holder still sends.
LEASE = timedelta(minutes=10)


class Due(NamedTuple):
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


# ------------------------------------------------------------------ how it went


def sent(conn: sqlite3.Connection, delivery_id: str, now: datetime) -> None:
    """Record that the channel took the message."""
    conn.execute(
        "UPDATE deliveries SET status = 'sent', sent_at = ?, payload = NULL, error = NULL,"
        " held = 0, claimed_by = NULL, claimed_until = NULL WHERE id = ?",
        (to_iso(now), delivery_id),
    )


def postponed(
    conn: sqlite3.Connection,
    delivery_id: str,
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
        (error, to_iso(due_at), held, delivery_id, me),
    )


def given_up(conn: sqlite3.Connection, delivery_id: str, me: str, error: str) -> None:
    """Record that no further attempt will be made by itself; the message is kept."""
    conn.execute(
        "UPDATE deliveries SET status = 'given-up', error = ?, claimed_by = NULL,"
        " claimed_until = NULL WHERE id = ? AND status = 'owed' AND claimed_by = ?",
        (error, delivery_id, me),
    )


def counts(conn: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many messages there are by status."""
    rows = conn.execute("SELECT status, count(*) FROM deliveries GROUP BY status")
    return dict(rows.fetchall())
