"""What is remembered of a source between checks, and the log of checks."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.model.reported import CheckResult
from monitor.times import from_iso, from_iso_if, to_iso, to_iso_if


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is remembered of a source: the validators and print of page 1, as taken in at `read_at`.

    `gap_page` is the page from which a stretch has not been proven read since `gap_since`;
    `swept_at` is when the newest pages were last read whatever was known of them; `unpaged` says
    that the listing was accepted though it shows one page whatever page is asked for.
    """

    baseline_at: datetime | None = None
    read_at: datetime | None = None
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    entries: int = 0
    gap_page: int | None = None
    gap_since: datetime | None = None
    swept_at: datetime | None = None
    unpaged: bool = False


_STATE = (
    "baseline_at, read_at, url, etag, last_modified, fingerprint, entries, gap_page, gap_since,"
    " swept_at, unpaged"
)


def state(conn: sqlite3.Connection, source: str) -> SourceState:
    """Return what is remembered of a source; nothing yet for one never checked."""
    row = conn.execute(f"SELECT {_STATE} FROM sources WHERE name = ?", (source,)).fetchone()
    if row is None:
        return SourceState()
    baseline_at, read_at, url, etag, last_modified, fingerprint, entries, *rest = row
    gap_page, gap_since, swept_at, unpaged = rest
    return SourceState(
        baseline_at=from_iso_if(baseline_at),
        read_at=from_iso_if(read_at),
        url=url,
        etag=etag,
        last_modified=last_modified,
        fingerprint=fingerprint,
        entries=entries,
        gap_page=gap_page,
        gap_since=from_iso_if(gap_since),
        swept_at=from_iso_if(swept_at),
        unpaged=bool(unpaged),
    )


def last_begun(conn: sqlite3.Connection, source: str) -> datetime | None:
    """Return when the last check of a source began, however it went."""
    row = conn.execute(
        "SELECT started_at FROM checks WHERE source = ? ORDER BY id DESC LIMIT 1", (source,)
    ).fetchone()
    return None if row is None else from_iso(row[0])


def last_status(conn: sqlite3.Connection, source: str) -> str | None:
    """Return how the last check of a source went, None where there was none."""
    row = conn.execute(
        "SELECT status FROM checks WHERE source = ? ORDER BY id DESC LIMIT 1", (source,)
    ).fetchone()
    return None if row is None else str(row[0])


def remember(conn: sqlite3.Connection, source: str, now: SourceState) -> None:
    """Keep what the next check of this source is to know."""
    values = (
        source,
        to_iso_if(now.baseline_at),
        to_iso_if(now.read_at),
        now.url,
        now.etag,
        now.last_modified,
        now.fingerprint,
        now.entries,
        now.gap_page,
        to_iso_if(now.gap_since),
        to_iso_if(now.swept_at),
        int(now.unpaged),
    )
    marks = ", ".join("?" * len(values))
    conn.execute(f"INSERT OR REPLACE INTO sources (name, {_STATE}) VALUES ({marks})", values)


def read_again(conn: sqlite3.Connection, source: str, now: datetime) -> None:
    """Note that page 1 was read in full, and was as it had been."""
    conn.execute("UPDATE sources SET read_at = ? WHERE name = ?", (to_iso(now), source))


def record(conn: sqlite3.Connection, result: CheckResult) -> int:
    """Write a check into the log and return its id."""
    row = result.as_json() | {
        "source": result.name,
        "started_at": to_iso(result.started_at),
        "baseline": int(result.baseline),
        "rule": result.rule,
    }
    del row["name"]
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    cursor = conn.execute(f"INSERT INTO checks ({names}) VALUES ({marks})", row)
    return int(cursor.lastrowid or 0)


def count(conn: sqlite3.Connection, check_id: int, result: CheckResult) -> None:
    """Note what a check that is in the log came to."""
    conn.execute(
        "UPDATE checks SET new = ?, revised = ?, withdrawn = ?, restored = ? WHERE id = ?",
        (result.new, result.revised, result.withdrawn, result.restored, check_id),
    )


def doubt(conn: sqlite3.Connection, check_id: int | None) -> str | None:
    """Return the rule for which a check was not believed, None where it was."""
    row = conn.execute(
        "SELECT rule FROM checks WHERE id = ? AND status = 'suspect'", (check_id,)
    ).fetchone()
    return None if row is None else row[0]
