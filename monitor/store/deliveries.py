"""All messages ever enqueued and their outcomes, for display and for sending again."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.clock import from_iso, from_iso_or_none, to_iso, to_iso_or_none

DeliveryStatus = Literal["owed", "sent", "given-up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """One message and its outcome.

    `release_count` is the number of releases in it; `subject` is the subject of a health message.
    `due_at` is when the next attempt is due, None if there will be none; `error` is the last error.
    """

    id: str
    channel: str
    type: str
    status: DeliveryStatus
    created_at: datetime
    due_at: datetime | None
    sent_at: datetime | None
    attempts: int
    release_count: int
    subject: str | None
    error: str | None

    def as_json(self) -> dict[str, object]:
        """Return the record in the shape that `deliveries list --json` prints."""
        return {
            "id": self.id,
            "channel": self.channel,
            "type": self.type,
            "status": self.status,
            "created_at": to_iso(self.created_at),
            "due_at": to_iso_or_none(self.due_at),
            "sent_at": to_iso_or_none(self.sent_at),
            "attempts": self.attempts,
            "releases": self.release_count,
            "subject": self.subject,
            "error": self.error,
        }


def iter_deliveries(
    conn: sqlite3.Connection, *, channel: str | None = None, status: DeliveryStatus | None = None
) -> Iterator[DeliveryRecord]:
    """Yield the records of a channel, of a status, or all; newest first."""
    rows = conn.execute(
        "SELECT id, channel, type, status, created_at, due_at, sent_at, attempts, error,"
        " (SELECT count(*) FROM items WHERE delivery_id = d.id),"
        " (SELECT subject FROM notices WHERE delivery_id = d.id) FROM deliveries AS d"
        " WHERE channel = coalesce(:channel, channel) AND status = coalesce(:status, status)"
        " ORDER BY created_at DESC, id DESC",
        {"channel": channel, "status": status},
    )
    for (
        delivery_id,
        recipient,
        message_type,
        delivery_status,
        created_at,
        due_at,
        sent_at,
        attempts,
        error,
        *summary,
    ) in rows:
        release_count, subject = summary
        yield DeliveryRecord(
            id=delivery_id,
            channel=recipient,
            type=message_type,
            status=delivery_status,
            created_at=from_iso(created_at),
            due_at=from_iso(due_at) if delivery_status == "owed" else None,
            sent_at=from_iso_or_none(sent_at),
            attempts=attempts,
            release_count=release_count,
            subject=subject,
            error=error,
        )


def find_by_id_prefix(conn: sqlite3.Connection, id_prefix: str) -> list[tuple[str, DeliveryStatus]]:
    """Return id and status of the messages with an id that begins with `id_prefix`.

    As people type ids, the prefix may lack the leading "msg_".
    """
    rows = conn.execute(
        "SELECT id, status FROM deliveries WHERE substr(id, 1, length(:it)) = :it OR"
        " substr(id, 5, length(:it)) = :it ORDER BY id",
        {"it": id_prefix},
    )
    return rows.fetchall()


def find_message_channels(conn: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """Return the channels of these messages."""
    placeholders = ", ".join("?" * len(ids))
    rows = conn.execute(
        f"SELECT DISTINCT channel FROM deliveries WHERE id IN ({placeholders})", ids
    )
    return {channel for (channel,) in rows}


def requeue_messages(conn: sqlite3.Connection, ids: Sequence[str], now: datetime) -> None:
    """Make unsent messages pending again: due at once, with their full number of attempts.

    The id and the frozen bytes stay the same, so that a receiver can recognize a message that did
    arrive. Messages that a live sender holds are left to it. The user's request overrides any time
    that the receiver named.
    """
    conn.executemany(
        "UPDATE deliveries SET status = 'owed', due_at = ?1, held = 0, attempts = 0"
        " WHERE id = ?2 AND status IN ('owed', 'given-up')"
        " AND (claimed_until IS NULL OR claimed_until < ?1)",
        [(to_iso(now), delivery_id) for delivery_id in ids],
    )
    conn.executemany(
        "UPDATE deliveries SET held = min(held, 1)"
        " WHERE channel = (SELECT channel FROM deliveries WHERE id = ?)",
        [(delivery_id,) for delivery_id in ids],
    )
