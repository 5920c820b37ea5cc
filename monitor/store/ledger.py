"""The ledger: every message that was ever owed, and how it went; for people, and to send again."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.times import from_iso, from_iso_if, to_iso, to_iso_if

DeliveryStatus = Literal["owed", "sent", "given-up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message as the ledger has it; `releases` is how many releases it tells of.

    `subject` is what it says where it tells of none. `due_at` is when it will be tried next, None
    where it will not; `error` is what went wrong last.
    """

    id: str
    channel: str
    type: str
    status: DeliveryStatus
    created_at: datetime
    due_at: datetime | None
    sent_at: datetime | None
    attempts: int
    releases: int
    subject: str | None
    error: str | None

    def as_json(self) -> dict[str, object]:
        """Return the entry in the shape that `deliveries list --json` prints."""
        return {
            "id": self.id,
            "channel": self.channel,
            "type": self.type,
            "status": self.status,
            "created_at": to_iso(self.created_at),
            "due_at": to_iso_if(self.due_at),
            "sent_at": to_iso_if(self.sent_at),
            "attempts": self.attempts,
            "releases": self.releases,
            "subject": self.subject,
            "error": self.error,
        }


def entries(
    conn: sqlite3.Connection, *, channel: str | None = None, status: DeliveryStatus | None = None
) -> Iterator[Entry]:
    """Yield the ledger's entries, newest first."""
    rows = conn.execute(
        "SELECT id, channel, type, status, created_at, due_at, sent_at, attempts, error,"
        " (SELECT count(*) FROM items WHERE delivery_id = d.id),"
        " (SELECT subject FROM notices WHERE delivery_id = d.id) FROM deliveries AS d"
        " WHERE channel = coalesce(:channel, channel) AND status = coalesce(:status, status)"
        " ORDER BY created_at DESC, id DESC",
        {"channel": channel, "status": status},
    )
    for name, to, kind, how, created_at, due_at, sent_at, attempts, error, *says in rows:
        releases, subject = says
        yield Entry(
            id=name,
            channel=to,
            type=kind,
            status=how,
            created_at=from_iso(created_at),
            due_at=from_iso(due_at) if how == "owed" else None,
            sent_at=from_iso_if(sent_at),
            attempts=attempts,
            releases=releases,
            subject=subject,
            error=error,
        )


def find(conn: sqlite3.Connection, beginning: str) -> list[tuple[str, DeliveryStatus]]:
    """Return id and status of the messages whose id begins so, as people type it."""
    rows = conn.execute(
        "SELECT id, status FROM deliveries WHERE substr(id, 1, length(:it)) = :it OR"
        " substr(id, 5, length(:it)) = :it ORDER BY id",
        {"it": beginning},
    )
    return rows.fetchall()


def channels(conn: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """Return the channels that these messages go to."""
    marks = ", ".join("?" * len(ids))
    rows = conn.execute(f"SELECT DISTINCT channel FROM deliveries WHERE id IN ({marks})", ids)
    return {channel for (channel,) in rows}


def again(conn: sqlite3.Connection, ids: Sequence[str], now: datetime) -> None:
    """Owe messages anew that were not sent: due at once, with all their attempts before them.

    The id and the frozen bytes stay, so that a receiver can tell if it had one after all. What a
    living sender holds is left to it. Whoever asks for this overrules what a receiver asked.
    """
    conn.executemany(
        "UPDATE deliveries SET status = 'owed', due_at = ?1, held = 0, attempts = 0"
        " WHERE id = ?2 AND status IN ('owed', 'given-up')"
        " AND (claimed_until IS NULL OR claimed_until < ?1)",
        [(to_iso(now), name) for name in ids],
    )
    conn.executemany(
        "UPDATE deliveries SET held = min(held, 1)"
        " WHERE channel = (SELECT channel FROM deliveries WHERE id = ?)",
        [(name,) for name in ids],
    )
