"""Incidents: what is in trouble, and who was told. One is open at a time of each subject and kind.

Its beginning and end are written in the transaction that owes the notices of it (the index
`incidents_open` is the arbiter), so that no crash and no second process tells twice or not at all.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from monitor.model.incidents import Incident, IncidentKind
from monitor.model.told import About, Notice
from monitor.notices import Waiting, Words
from monitor.store import messages
from monitor.store.outbox import LEASE
from monitor.times import from_iso, from_iso_if, to_iso

_COLUMNS = "id, about, name, kind, began_at, told_at, reason, advice"


def find(
    conn: sqlite3.Connection, about: About, name: str, kind: IncidentKind = "failing"
) -> Incident | None:
    """Return the open incident of that kind, None where all is well."""
    row = conn.execute(
        f"SELECT {_COLUMNS} FROM incidents WHERE about = ? AND name = ? AND kind = ?"
        " AND ended_at IS NULL",
        (about, name, kind),
    ).fetchone()
    return None if row is None else _incident(row)


def open_ones(conn: sqlite3.Connection) -> list[Incident]:
    """Return all that is in trouble, the oldest first."""
    sql = f"SELECT {_COLUMNS} FROM incidents WHERE ended_at IS NULL ORDER BY began_at, id"
    return [_incident(row) for row in conn.execute(sql)]


def begin(
    conn: sqlite3.Connection,
    about: About,
    name: str,
    kind: IncidentKind,
    began_at: datetime,
    why: tuple[str, str],
) -> Incident:
    """Open an incident that nobody was told of yet; `why` is its reason and what to do."""
    reason, advice = why
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
        told_at=None,
        reason=reason,
        advice=advice,
    )


def explained(conn: sqlite3.Connection, incident: Incident, reason: str) -> Incident:
    """Note what is wrong by now, as long as nobody was told."""
    conn.execute("UPDATE incidents SET reason = ? WHERE id = ?", (reason, incident.id))
    return replace(incident, reason=reason)


def told(conn: sqlite3.Connection, incident: Incident, now: datetime) -> None:
    """Note that the operator is told; nobody is told again before its end."""
    conn.execute("UPDATE incidents SET told_at = ? WHERE id = ?", (to_iso(now), incident.id))


def end(conn: sqlite3.Connection, incident: Incident, now: datetime) -> None:
    """Close an incident."""
    conn.execute("UPDATE incidents SET ended_at = ? WHERE id = ?", (to_iso(now), incident.id))


def forget_gone(
    conn: sqlite3.Connection, about: About, names: Collection[str], now: datetime
) -> None:
    """Close, without a word, what is wrong with sources or channels that are no more."""
    for one in open_ones(conn):
        if one.about == about and one.name not in names:
            end(conn, one, now)


def owe(
    conn: sqlite3.Connection,
    words: Words,
    channels: Iterable[str],
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Write into the outbox that these channels are to be told, at once."""
    for channel in channels:
        notice = Notice(
            id=new_id(),
            channel=channel,
            kind="health",
            created_at=now,
            subject=words.subject,
            text=words.text,
            facts=words.facts,
        )
        messages.owe_notice(conn, notice)


# ------------------------------------------------------------------ what is told of them


def caught_up(conn: sqlite3.Connection, source: str, since: datetime) -> int | None:
    """Return how many new releases were found since then; None where all of it is the baseline."""
    count, is_first = conn.execute(
        "SELECT coalesce(sum(new), 0), max(baseline) FROM checks WHERE source = ?"
        " AND started_at >= ? AND status IN ('ok', 'not-modified')",
        (source, to_iso(since)),
    ).fetchone()
    return None if is_first else int(count)


def waiting(conn: sqlite3.Connection, channel: str, since: datetime) -> Waiting:
    """Return how many messages wait for a channel, and how many were given up since then.

    The attempt that ended then had begun before, but no longer than a lease lasts.
    """
    owed, given_up = conn.execute(
        "SELECT count(*) FILTER (WHERE status = 'owed' AND attempts > 0),"
        " count(*) FILTER (WHERE status = 'given-up' AND attempted_at >= ?)"
        " FROM deliveries WHERE channel = ? AND status IN ('owed', 'given-up')",
        (to_iso(since - LEASE), channel),
    ).fetchone()
    return Waiting(owed=owed, given_up=given_up)


def days_with_releases(conn: sqlite3.Connection, source: str) -> list[str]:
    """Return the days of a listing's releases, in no order."""
    rows = conn.execute(
        "SELECT DISTINCT r.date FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ?",
        (source,),
    )
    return [day for (day,) in rows]


def last_news(conn: sqlite3.Connection, source: str) -> datetime | None:
    """Return when a check of a listing last brought a release that is news."""
    (at,) = conn.execute(
        "SELECT max(r.first_seen_at) FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND r.origin = 'news'",
        (source,),
    ).fetchone()
    return from_iso_if(at)


def _incident(row: tuple[int, About, str, IncidentKind, str, str | None, str, str]) -> Incident:
    number, about, name, kind, began_at, told_at, reason, advice = row
    return Incident(
        id=number,
        about=about,
        name=name,
        kind=kind,
        began_at=from_iso(began_at),
        told_at=from_iso_if(told_at),
        reason=reason,
        advice=advice,
    )
