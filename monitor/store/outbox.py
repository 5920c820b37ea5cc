"""The outbox: what each channel is owed, who is sending it, and how that went.

A message is owed in the transaction that found its reason (see `messages`). A sender claims it with
a lease, sends it outside any transaction, and records the outcome. A sender that dies leaves its
claim behind: it lapses with its lease, or at once where its process is known to be gone.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.times import from_iso, from_iso_if, to_iso

# Longer than any channel's own time limit: a lease must not lapse while its holder still sends.
LEASE = timedelta(minutes=10)
# Where the receiver named a time: no sooner, or then and not before, as the whole channel.
_NOT_SOONER, _HELD_BACK = 1, 2
_SLACK = timedelta(minutes=1)  # clocks that are corrected by less have done no harm


class Due(NamedTuple):
    """A message that may be sent now; `claimed_by` names a sender that has not finished it."""

    id: str
    channel: str
    claimed_by: str | None


def due(
    conn: sqlite3.Connection, channels: Sequence[str], now: datetime, until: datetime
) -> list[Due]:
    """Return what these channels are owed, oldest first.

    Due is what is due by `until`; but where the receiver itself named a time, by `now`, and until
    then nothing is: it asked to be left alone (RFC 6585, section 4), not for this message to wait.
    """
    marks = ", ".join("?" * len(channels))
    rows = conn.execute(
        "SELECT id, channel, claimed_by FROM deliveries AS d WHERE status = 'owed'"
        f" AND channel IN ({marks}) AND due_at <= iif(held, ?, ?) AND NOT EXISTS"
        "  (SELECT 1 FROM deliveries WHERE status = 'owed' AND channel = d.channel AND due_at > ?"
        f"   AND held = {_HELD_BACK})"
        " ORDER BY created_at, id",
        (*channels, to_iso(now), to_iso(until), to_iso(now)),
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
        "UPDATE deliveries SET claimed_by = ?, claimed_until = ?, attempted_at = ?,"
        " attempts = attempts + 1"
        " WHERE id = ? AND status = 'owed' AND claimed_by IS ?"
        " AND (claimed_by IS NULL OR claimed_until < ? OR ?) RETURNING attempts",
        (
            me,
            to_iso(now + LEASE),
            to_iso(now),
            waiting.id,
            waiting.claimed_by,
            to_iso(now),
            dead,
        ),
    ).fetchone()
    return None if row is None else int(row[0])


# A digest into which more can be put.
OPEN = "type = 'digest' AND status = 'owed' AND payload IS NULL AND claimed_by IS NULL"


def open_until(conn: sqlite3.Connection) -> Mapping[str, datetime]:
    """Return until when the digests wait that more can be put into, by channel."""
    rows = conn.execute(f"SELECT channel, max(until) FROM deliveries WHERE {OPEN} GROUP BY channel")
    return {channel: from_iso(until) for channel, until in rows}


def next_due(conn: sqlite3.Connection, channel: str) -> datetime | None:
    """Return when the next message to this channel may go; None where it is owed none."""
    due_at, held_until = conn.execute(
        f"SELECT min(due_at), max(iif(held = {_HELD_BACK}, due_at, NULL)) FROM deliveries"
        " WHERE status = 'owed' AND channel = ?",
        (channel,),
    ).fetchone()
    return from_iso_if(max(due_at, held_until) if held_until else due_at)


_DELAYED = (
    "status = 'owed' AND due_at > :now"
    " AND (attempted_at > :ahead OR created_at > :ahead AND type != 'digest' OR since > :ahead)"
)
_HELD = "status = 'owed' AND claimed_until > :lease"


def is_ahead(conn: sqlite3.Connection, now: datetime) -> bool:
    """Tell whether something here was set by a clock that ran ahead, and still waits for it."""
    sql = f"SELECT 1 FROM deliveries WHERE ({_DELAYED}) OR ({_HELD}) LIMIT 1"
    return conn.execute(sql, _moments(now)).fetchone() is not None


def forget_ahead(conn: sqlite3.Connection, now: datetime) -> None:
    """Let go of what a clock that ran ahead has set: nothing may wait for a year that is not here.

    What it wrote says so itself, by a time that has not come. A message is then due at once, and a
    claim is void; a digest keeps the end of its period where a right clock could have set it.
    """
    conn.execute(
        "UPDATE deliveries SET due_at = :now, held = 0, attempted_at = NULL, created_at ="
        f" min(created_at, :now) WHERE {_DELAYED}",
        _moments(now),
    )
    conn.execute(f"UPDATE deliveries SET claimed_until = :now WHERE {_HELD}", _moments(now))


def _moments(now: datetime) -> dict[str, str]:
    return {
        "now": to_iso(now),
        "ahead": to_iso(now + _SLACK),
        "lease": to_iso(now + LEASE + _SLACK),
    }


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
    asked: datetime | None,
) -> None:
    """Record a failed attempt and when the next one is due; not before what the receiver `asked`.

    Only while the claim is still `me`'s: after its lease another sender may hold it.
    """
    held = 0 if asked is None else _HELD_BACK if due_at <= asked else _NOT_SOONER
    conn.execute(
        "UPDATE deliveries SET error = ?, due_at = ?, held = ?, claimed_by = NULL,"
        " claimed_until = NULL WHERE id = ? AND status = 'owed' AND claimed_by = ?",
        (error, to_iso(due_at), held, delivery_id, me),
    )


def hasten(conn: sqlite3.Connection, channel: str, now: datetime) -> None:
    """Let what a channel did not take be tried now, but where the receiver itself named a time."""
    conn.execute(
        "UPDATE deliveries SET due_at = min(due_at, ?)"
        " WHERE channel = ? AND status = 'owed' AND error IS NOT NULL AND NOT held",
        (to_iso(now), channel),
    )


def given_up(conn: sqlite3.Connection, delivery_id: str, me: str, error: str) -> None:
    """Record that no further attempt will be made by itself; the message is kept."""
    conn.execute(
        "UPDATE deliveries SET status = 'given-up', error = ?, claimed_by = NULL,"
        " claimed_until = NULL WHERE id = ? AND status = 'owed' AND claimed_by = ?",
        (error, delivery_id, me),
    )


def taken_by(conn: sqlite3.Connection, delivery_id: str) -> frozenset[str]:
    """Return those of several recipients who took a message that others refused."""
    (taken,) = conn.execute(
        "SELECT taken_by FROM deliveries WHERE id = ?", (delivery_id,)
    ).fetchone()
    return frozenset() if taken is None else frozenset(json.loads(taken))


def taken_in_part(conn: sqlite3.Connection, delivery_id: str, by: Collection[str]) -> None:
    """Record recipients who took a message that others refused, beside those who had before."""
    if by:
        everybody = sorted(taken_by(conn, delivery_id).union(by))
        conn.execute(
            "UPDATE deliveries SET taken_by = ? WHERE id = ?", (json.dumps(everybody), delivery_id)
        )


def counts(conn: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many messages there are by status."""
    rows = conn.execute("SELECT status, count(*) FROM deliveries GROUP BY status")
    return dict(rows.fetchall())
