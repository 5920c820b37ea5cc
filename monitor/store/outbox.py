"""The outbox: the pending messages of each channel, their claims and their outcomes.

A message is enqueued in the transaction that found its reason (see `messages`). A sender claims it
with a lease, sends it outside any transaction, and records the outcome. If a sender dies, its claim
ends with the lease, or at once if its process is known to be gone.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.clock import from_iso, from_iso_or_none, to_iso

# Longer than any channel's own time limit: a lease must not end while its holder still sends.
LEASE_DURATION = timedelta(minutes=10)
# Values of `held`: the message must not be sent before it is due; or nothing may be sent to its
# channel before then, because the receiver named that time.
_HOLD_MESSAGE, _HOLD_CHANNEL = 1, 2
_CLOCK_TOLERANCE = timedelta(minutes=1)  # a clock that was corrected by less has done no harm


class DueMessage(NamedTuple):
    """A message that may be sent now; `claimed_by` names a sender that has not finished it."""

    id: str
    channel: str
    claimed_by: str | None


def find_due_messages(
    conn: sqlite3.Connection, channels: Sequence[str], now: datetime, due_by: datetime
) -> list[DueMessage]:
    """Return the pending messages of these channels that may be sent, oldest first.

    A message is due if its time is at or before `due_by`; a held one, at or before `now`. If a
    receiver named a time, its whole channel waits until then: the receiver wants no requests, not
    only a delay of this message (RFC 6585, section 4).
    """
    placeholders = ", ".join("?" * len(channels))
    rows = conn.execute(
        "SELECT id, channel, claimed_by FROM deliveries AS d WHERE status = 'owed'"
        f" AND channel IN ({placeholders}) AND due_at <= iif(held, ?, ?) AND NOT EXISTS"
        "  (SELECT 1 FROM deliveries WHERE status = 'owed' AND channel = d.channel AND due_at > ?"
        f"   AND held = {_HOLD_CHANNEL})"
        " ORDER BY created_at, id",
        (*channels, to_iso(now), to_iso(due_by), to_iso(now)),
    )
    return [
        DueMessage(id=message_id, channel=channel, claimed_by=claimed_by)
        for message_id, channel, claimed_by in rows
    ]


def claim_message(
    conn: sqlite3.Connection,
    message: DueMessage,
    owner: str,
    now: datetime,
    is_owner_dead: Callable[[str], bool],
) -> int | None:
    """Claim a message to send it; return the number of this attempt, or None if it is unavailable.

    The UPDATE decides between senders: it claims only a message that has not changed since it was
    read as `message`, and that no live sender holds.
    """
    is_abandoned = message.claimed_by is not None and is_owner_dead(message.claimed_by)
    row = conn.execute(
        "UPDATE deliveries SET claimed_by = ?, claimed_until = ?, attempted_at = ?,"
        " attempts = attempts + 1"
        " WHERE id = ? AND status = 'owed' AND claimed_by IS ?"
        " AND (claimed_by IS NULL OR claimed_until < ? OR ?) RETURNING attempts",
        (
            owner,
            to_iso(now + LEASE_DURATION),
            to_iso(now),
            message.id,
            message.claimed_by,
            to_iso(now),
            is_abandoned,
        ),
    ).fetchone()
    return None if row is None else int(row[0])


# True of a digest that can still receive items.
OPEN_DIGEST_CONDITION = (
    "type = 'digest' AND status = 'owed' AND payload IS NULL AND claimed_by IS NULL"
)


def get_open_digest_ends(conn: sqlite3.Connection) -> Mapping[str, datetime]:
    """Return, by channel, the end of the last digest that can still receive items."""
    rows = conn.execute(
        f"SELECT channel, max(until) FROM deliveries WHERE {OPEN_DIGEST_CONDITION} GROUP BY channel"
    )
    return {channel: from_iso(until) for channel, until in rows}


def find_next_due_time(conn: sqlite3.Connection, channel: str) -> datetime | None:
    """Return when the next message to this channel may be sent, or None if none is pending."""
    due_at, channel_held_until = conn.execute(
        f"SELECT min(due_at), max(iif(held = {_HOLD_CHANNEL}, due_at, NULL)) FROM deliveries"
        " WHERE status = 'owed' AND channel = ?",
        (channel,),
    ).fetchone()
    return from_iso_or_none(max(due_at, channel_held_until) if channel_held_until else due_at)


_DUE_TIME_IS_AHEAD = (
    "status = 'owed' AND due_at > :now"
    " AND (attempted_at > :ahead OR created_at > :ahead AND type != 'digest' OR since > :ahead)"
)
_LEASE_IS_AHEAD = "status = 'owed' AND claimed_until > :lease"


def has_future_times(conn: sqlite3.Connection, now: datetime) -> bool:
    """Return whether a pending message is pending for a time set by a clock that ran ahead."""
    sql = f"SELECT 1 FROM deliveries WHERE ({_DUE_TIME_IS_AHEAD}) OR ({_LEASE_IS_AHEAD}) LIMIT 1"
    return conn.execute(sql, _format_clock_limits(now)).fetchone() is not None


def reset_future_times(conn: sqlite3.Connection, now: datetime) -> None:
    """Reset the times set by a clock that ran ahead, so that no message is pending for years.

    A wrong clock also left another time that is still in the future, which shows such rows. Their
    messages become due at once, and their claims end. A digest keeps the end of its period if a
    correct clock could have set it.
    """
    conn.execute(
        "UPDATE deliveries SET due_at = :now, held = 0, attempted_at = NULL, created_at ="
        f" min(created_at, :now) WHERE {_DUE_TIME_IS_AHEAD}",
        _format_clock_limits(now),
    )
    conn.execute(
        f"UPDATE deliveries SET claimed_until = :now WHERE {_LEASE_IS_AHEAD}",
        _format_clock_limits(now),
    )


def _format_clock_limits(now: datetime) -> dict[str, str]:
    return {
        "now": to_iso(now),
        "ahead": to_iso(now + _CLOCK_TOLERANCE),
        "lease": to_iso(now + LEASE_DURATION + _CLOCK_TOLERANCE),
    }


# ------------------------------------------------------------------ outcomes


def record_sent(conn: sqlite3.Connection, delivery_id: str, now: datetime) -> None:
    """Record that the channel accepted the message."""
    conn.execute(
        "UPDATE deliveries SET status = 'sent', sent_at = ?, payload = NULL, error = NULL,"
        " held = 0, claimed_by = NULL, claimed_until = NULL WHERE id = ?",
        (to_iso(now), delivery_id),
    )


def reschedule_message(
    conn: sqlite3.Connection,
    delivery_id: str,
    owner: str,
    error: str,
    due_at: datetime,
    *,
    retry_after: datetime | None,
) -> None:
    """Record a failed attempt, and that the next one is due at `due_at`.

    `retry_after` is the earliest time that the receiver named, None if it named none. This changes
    nothing unless `owner` still holds the claim: after the lease, another sender may hold it.
    """
    held = 0 if retry_after is None else _HOLD_CHANNEL if due_at <= retry_after else _HOLD_MESSAGE
    conn.execute(
        "UPDATE deliveries SET error = ?, due_at = ?, held = ?, claimed_by = NULL,"
        " claimed_until = NULL WHERE id = ? AND status = 'owed' AND claimed_by = ?",
        (error, to_iso(due_at), held, delivery_id, owner),
    )


def retry_now(conn: sqlite3.Connection, channel: str, now: datetime) -> None:
    """Make a channel's failed messages due now, except where the receiver named a time."""
    conn.execute(
        "UPDATE deliveries SET due_at = min(due_at, ?)"
        " WHERE channel = ? AND status = 'owed' AND error IS NOT NULL AND NOT held",
        (to_iso(now), channel),
    )


def give_up_message(conn: sqlite3.Connection, delivery_id: str, owner: str, error: str) -> None:
    """Record that a message is not retried automatically any more; the message is kept.

    This changes nothing unless `owner` still holds the claim.
    """
    conn.execute(
        "UPDATE deliveries SET status = 'given-up', error = ?, claimed_by = NULL,"
        " claimed_until = NULL WHERE id = ? AND status = 'owed' AND claimed_by = ?",
        (error, delivery_id, owner),
    )


def get_accepted_recipients(conn: sqlite3.Connection, delivery_id: str) -> frozenset[str]:
    """Return the recipients that accepted a message which others refused."""
    (recipients,) = conn.execute(
        "SELECT taken_by FROM deliveries WHERE id = ?", (delivery_id,)
    ).fetchone()
    return frozenset() if recipients is None else frozenset(json.loads(recipients))


def record_partial_acceptance(
    conn: sqlite3.Connection, delivery_id: str, recipients: Collection[str]
) -> None:
    """Add recipients that accepted a message which others refused to those recorded before."""
    if recipients:
        all_recipients = sorted(get_accepted_recipients(conn, delivery_id).union(recipients))
        conn.execute(
            "UPDATE deliveries SET taken_by = ? WHERE id = ?",
            (json.dumps(all_recipients), delivery_id),
        )


def count_by_status(conn: sqlite3.Connection) -> Mapping[str, int]:
    """Return the number of messages by status."""
    rows = conn.execute("SELECT status, count(*) FROM deliveries GROUP BY status")
    return dict(rows.fetchall())
