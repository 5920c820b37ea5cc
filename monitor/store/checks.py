"""State of each source between checks, and the log of checks."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import from_iso, from_iso_or_none, to_iso, to_iso_or_none
from monitor.models.check import CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """State of a source between checks.

    `etag`, `last_modified`, `fingerprint` and `entry_count` describe page 1 as ingested at
    `read_at`. `gap_page` is the page from which some entries are not proven read since `gap_since`.
    `swept_at` is the time of the last sweep. `is_single_page` is true if the listing was accepted
    although it shows the same page for every page number.
    """

    baseline_at: datetime | None = None
    read_at: datetime | None = None
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    entry_count: int = 0
    gap_page: int | None = None
    gap_since: datetime | None = None
    swept_at: datetime | None = None
    is_single_page: bool = False


_STATE_COLUMNS = (
    "baseline_at, read_at, url, etag, last_modified, fingerprint, entries, gap_page, gap_since,"
    " swept_at, unpaged"
)


def load_source_state(conn: sqlite3.Connection, source: str) -> SourceState:
    """Return the state of a source; an empty state if it was never checked."""
    row = conn.execute(f"SELECT {_STATE_COLUMNS} FROM sources WHERE name = ?", (source,)).fetchone()
    if row is None:
        return SourceState()
    baseline_at, read_at, url, etag, last_modified, fingerprint, entry_count, *rest = row
    gap_page, gap_since, swept_at, is_single_page = rest
    return SourceState(
        baseline_at=from_iso_or_none(baseline_at),
        read_at=from_iso_or_none(read_at),
        url=url,
        etag=etag,
        last_modified=last_modified,
        fingerprint=fingerprint,
        entry_count=entry_count,
        gap_page=gap_page,
        gap_since=from_iso_or_none(gap_since),
        swept_at=from_iso_or_none(swept_at),
        is_single_page=bool(is_single_page),
    )


def find_last_check_start(conn: sqlite3.Connection, source: str) -> datetime | None:
    """Return the start time of the last check of a source, whatever its status."""
    row = conn.execute(
        "SELECT started_at FROM checks WHERE source = ? ORDER BY id DESC LIMIT 1", (source,)
    ).fetchone()
    return None if row is None else from_iso(row[0])


def find_last_check_status(conn: sqlite3.Connection, source: str) -> str | None:
    """Return the status of the last check of a source, or None."""
    row = conn.execute(
        "SELECT status FROM checks WHERE source = ? ORDER BY id DESC LIMIT 1", (source,)
    ).fetchone()
    return None if row is None else str(row[0])


def save_source_state(conn: sqlite3.Connection, source: str, state: SourceState) -> None:
    """Store the state of a source for its next check."""
    values = (
        source,
        to_iso_or_none(state.baseline_at),
        to_iso_or_none(state.read_at),
        state.url,
        state.etag,
        state.last_modified,
        state.fingerprint,
        state.entry_count,
        state.gap_page,
        to_iso_or_none(state.gap_since),
        to_iso_or_none(state.swept_at),
        int(state.is_single_page),
    )
    placeholders = ", ".join("?" * len(values))
    conn.execute(
        f"INSERT OR REPLACE INTO sources (name, {_STATE_COLUMNS}) VALUES ({placeholders})", values
    )


def record_unchanged_page(conn: sqlite3.Connection, source: str, read_at: datetime) -> None:
    """Record that page 1 was read in full and had not changed."""
    conn.execute("UPDATE sources SET read_at = ? WHERE name = ?", (to_iso(read_at), source))


def record_check(conn: sqlite3.Connection, result: CheckResult) -> int:
    """Add a check to the log and return its id."""
    row = result.as_json() | {
        "source": result.name,
        "started_at": to_iso(result.started_at),
        "baseline": int(result.is_baseline),
        "rule": result.rule,
    }
    del row["name"]
    columns = ", ".join(row)
    placeholders = ", ".join(f":{name}" for name in row)
    cursor = conn.execute(f"INSERT INTO checks ({columns}) VALUES ({placeholders})", row)
    return int(cursor.lastrowid or 0)


def update_check_counts(conn: sqlite3.Connection, check_id: int, result: CheckResult) -> None:
    """Store the event counts of a check that is already in the log."""
    conn.execute(
        "UPDATE checks SET new = ?, revised = ?, withdrawn = ?, restored = ? WHERE id = ?",
        (result.new, result.revised, result.withdrawn, result.restored, check_id),
    )


def find_suspect_rule(conn: sqlite3.Connection, check_id: int | None) -> str | None:
    """Return the rule that made a check suspect, or None if it was not suspect."""
    row = conn.execute(
        "SELECT rule FROM checks WHERE id = ? AND status = 'suspect'", (check_id,)
    ).fetchone()
    return None if row is None else row[0]


_MAX_QUIET_PERIOD = timedelta(days=366)  # a later time was written while the clock ran ahead


def get_quiet_until_key(source: str) -> str:
    """Return the meta key for the end of the expected quiet period of a source."""
    return f"may be silent until, {source}"


def is_source_healthy(conn: sqlite3.Connection, source: str, now: datetime) -> bool:
    """Return whether a source is fine.

    That means: no open incident, its last check succeeded, and its expected quiet period has not
    ended. A source without checks needs only the first.
    """
    (healthy,) = conn.execute(
        "SELECT NOT EXISTS (SELECT 1 FROM incidents WHERE about = 'source' AND name = :name"
        " AND ended_at IS NULL) AND coalesce((SELECT status IN ('ok', 'not-modified')"
        " AND EXISTS (SELECT 1 FROM notes WHERE name = :note AND value > :now AND value < :ahead)"
        " FROM checks WHERE source = :name ORDER BY id DESC LIMIT 1), 1)",
        {
            "name": source,
            "note": get_quiet_until_key(source),
            "now": to_iso(now),
            "ahead": to_iso(now + _MAX_QUIET_PERIOD),
        },
    ).fetchone()
    return bool(healthy)


def has_open_incident(conn: sqlite3.Connection) -> bool:
    """Return whether any incident is open."""
    sql = "SELECT 1 FROM incidents WHERE ended_at IS NULL LIMIT 1"
    return conn.execute(sql).fetchone() is not None
