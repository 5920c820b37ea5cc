"""What a listing has shown, counted: how much of it is known, and how often it publishes."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.times import from_iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is known of a listing.

    `published` counts releases by their day, from the day that was asked for on; `waiting` of the
    `releases` still wait for their article page to be read; `begun` is when the last checks began,
    newest first.
    """

    releases: int = 0
    waiting: int = 0
    newest: date | None = None
    published: Mapping[date, int] = field(default_factory=dict)
    begun: tuple[datetime, ...] = ()


_RECENT = 20  # checks


def listing(conn: sqlite3.Connection, source: str, since: date) -> Listing:
    """Return what is known of a listing, its days of publication from `since` on."""
    releases, waiting, newest = conn.execute(
        "SELECT count(DISTINCT l.release_id), count(DISTINCT w.release_id), max(r.date)"
        " FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " LEFT JOIN waiting AS w ON w.release_id = l.release_id WHERE l.source = ?",
        (source,),
    ).fetchone()
    days = conn.execute(
        "SELECT r.date, count(DISTINCT r.id) FROM listings AS l"
        " JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND r.date >= ? GROUP BY r.date ORDER BY r.date",
        (source, since.isoformat()),
    )
    begun = conn.execute(
        "SELECT started_at FROM checks WHERE source = ? ORDER BY id DESC LIMIT ?",
        (source, _RECENT),
    )
    return Listing(
        releases=releases,
        waiting=waiting,
        newest=None if newest is None else date.fromisoformat(newest),
        published={date.fromisoformat(day): count for day, count in days},
        begun=tuple(from_iso(at) for (at,) in begun),
    )
