"""How the last checks of a source went, in a row."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.times import from_iso_if


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """The checks of a source since the last one that went well (`last_good_at`, None for never).

    `failures` of them went wrong, the first at `since`; `broken` are the rules that pages which
    cannot be right broke; `status` and `error` are the last one's.
    """

    last_good_at: datetime | None = None
    failures: int = 0
    broken: frozenset[str] = frozenset()
    since: datetime | None = None
    status: str | None = None
    error: str | None = None


def streak(conn: sqlite3.Connection, source: str) -> Streak:
    """Return how the checks of a source have gone lately."""
    good_id, good_at = conn.execute(
        "SELECT id, started_at FROM checks WHERE source = ? AND status IN ('ok', 'not-modified')"
        " UNION ALL SELECT 0, NULL ORDER BY id DESC LIMIT 1",
        (source,),
    ).fetchone()
    failures, since = conn.execute(
        "SELECT count(*), min(started_at) FROM checks WHERE source = ? AND id > ?",
        (source, good_id),
    ).fetchone()
    rules = conn.execute(
        "SELECT DISTINCT ifnull(rule, 'layout') FROM checks"
        " WHERE source = ? AND id > ? AND status = 'suspect'",
        (source, good_id),
    )
    last = conn.execute(
        "SELECT status, error FROM checks WHERE source = ? ORDER BY id DESC LIMIT 1", (source,)
    ).fetchone()
    status, error = last or (None, None)
    return Streak(
        last_good_at=from_iso_if(good_at),
        failures=failures,
        broken=frozenset(rule for (rule,) in rules),
        since=from_iso_if(since),
        status=status,
        error=error,
    )
