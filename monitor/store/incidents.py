"""Incidents: problems with sources and channels; one is open at a time per subject and kind.

The begin and the end of an incident are written in the transaction that enqueues its messages. The
index `incidents_open` decides between processes. So neither a crash nor a second process can cause
a duplicate or a missing message.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from monitor.clock import from_iso, from_iso_or_none, to_iso
from monitor.domain.incident_messages import IncidentMessage, UndeliveredMessages
from monitor.models.notification import HealthMessage, Incident, IncidentKind, IncidentSubject
from monitor.store import messages
from monitor.store.outbox import LEASE_DURATION

_COLUMNS = "id, about, name, kind, began_at, told_at, reason, advice"


def find_open_incident(
    conn: sqlite3.Connection, about: IncidentSubject, name: str, kind: IncidentKind = "failing"
) -> Incident | None:
    """Return the open incident of that subject and kind, or None."""
    row = conn.execute(
        f"SELECT {_COLUMNS} FROM incidents WHERE about = ? AND name = ? AND kind = ?"
        " AND ended_at IS NULL",
        (about, name, kind),
    ).fetchone()
    return None if row is None else _build_incident(row)


def list_open_incidents(conn: sqlite3.Connection) -> list[Incident]:
    """Return all open incidents, oldest first."""
    sql = f"SELECT {_COLUMNS} FROM incidents WHERE ended_at IS NULL ORDER BY began_at, id"
    return [_build_incident(row) for row in conn.execute(sql)]


def open_incident(
    conn: sqlite3.Connection,
    about: IncidentSubject,
    name: str,
    kind: IncidentKind,
    began_at: datetime,
    cause: tuple[str, str],
) -> Incident:
    """Open an incident without notifying anybody; `cause` is its reason and the advice."""
    reason, advice = cause
    cursor = conn.execute(
        "INSERT INTO incidents (about, name, kind, began_at, reason, advice)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (about, name, kind, to_iso(began_at), reason, advice),
    )
    return Incident(
        id=int(cursor.lastrowid or 0),
        about=about,
        name=name,
        kind=kind,
        began_at=began_at,
        notified_at=None,
        reason=reason,
        advice=advice,
    )


def update_reason(conn: sqlite3.Connection, incident: Incident, reason: str) -> Incident:
    """Update the reason of an incident that nobody was notified of yet."""
    conn.execute("UPDATE incidents SET reason = ? WHERE id = ?", (reason, incident.id))
    return replace(incident, reason=reason)


def mark_notified(conn: sqlite3.Connection, incident: Incident, now: datetime) -> None:
    """Record that the operator was notified; there is no other message before the end."""
    conn.execute("UPDATE incidents SET told_at = ? WHERE id = ?", (to_iso(now), incident.id))


def close_incident(conn: sqlite3.Connection, incident: Incident, now: datetime) -> None:
    """Close an incident."""
    conn.execute("UPDATE incidents SET ended_at = ? WHERE id = ?", (to_iso(now), incident.id))


def close_removed_incidents(
    conn: sqlite3.Connection,
    about: IncidentSubject,
    configured_names: Collection[str],
    now: datetime,
) -> None:
    """Close, without a message, the incidents of sources or channels that were removed."""
    for incident in list_open_incidents(conn):
        if incident.about == about and incident.name not in configured_names:
            close_incident(conn, incident, now)


def enqueue_messages(
    conn: sqlite3.Connection,
    message: IncidentMessage,
    channels: Iterable[str],
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Enqueue an incident's message to these channels, due at once."""
    for channel in channels:
        health_message = HealthMessage(
            id=new_id(),
            channel=channel,
            kind="health",
            created_at=now,
            subject=message.subject,
            text=message.text,
            facts=message.facts,
        )
        messages.enqueue_health_message(conn, health_message)


# ------------------------------------------------------------------ facts for messages


def count_new_since(conn: sqlite3.Connection, source: str, since: datetime) -> int | None:
    """Return how many new releases were found since then; None if a baseline is among them."""
    count, has_baseline = conn.execute(
        "SELECT coalesce(sum(new), 0), max(baseline) FROM checks WHERE source = ?"
        " AND started_at >= ? AND status IN ('ok', 'not-modified')",
        (source, to_iso(since)),
    ).fetchone()
    return None if has_baseline else int(count)


def count_undelivered(
    conn: sqlite3.Connection, channel: str, since: datetime
) -> UndeliveredMessages:
    """Return how many failed messages of a channel are pending, and how many were given up since.

    The attempt that ended at `since` may have begun earlier, but by no more than a lease.
    """
    owed, given_up = conn.execute(
        "SELECT count(*) FILTER (WHERE status = 'owed' AND attempts > 0),"
        " count(*) FILTER (WHERE status = 'given-up' AND attempted_at >= ?)"
        " FROM deliveries WHERE channel = ? AND status IN ('owed', 'given-up')",
        (to_iso(since - LEASE_DURATION), channel),
    ).fetchone()
    return UndeliveredMessages(pending=owed, given_up=given_up)


def list_release_days(conn: sqlite3.Connection, source: str) -> list[str]:
    """Return the dates of a listing's releases, in no particular order."""
    rows = conn.execute(
        "SELECT DISTINCT r.date FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ?",
        (source,),
    )
    return [day for (day,) in rows]


def find_last_news_time(conn: sqlite3.Connection, source: str) -> datetime | None:
    """Return when a check of a listing last found a release that is news, or None."""
    (at,) = conn.execute(
        "SELECT max(r.first_seen_at) FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND r.origin = 'news'",
        (source,),
    ).fetchone()
    return from_iso_or_none(at)


def _build_incident(
    row: tuple[int, IncidentSubject, str, IncidentKind, str, str | None, str, str],
) -> Incident:
    incident_id, about, name, kind, began_at, told_at, reason, advice = row
    return Incident(
        id=incident_id,
        about=about,
        name=name,
        kind=kind,
        began_at=from_iso(began_at),
        notified_at=from_iso_or_none(told_at),
        reason=reason,
        advice=advice,
    )
