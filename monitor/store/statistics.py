"""Failures in a row of the checks of a source."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.clock import from_iso, from_iso_or_none


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureStreak:
    """The failed checks of a source since its last good check.

    `last_good_at` is None if no check succeeded. `failures` is the number of failed checks, the
    first at `failing_since`; `violated_rules` are the rules that suspect pages broke. `status` and
    `error` are those of the last check.
    """

    last_good_at: datetime | None = None
    failures: int = 0
    violated_rules: frozenset[str] = frozenset()
    failing_since: datetime | None = None
    status: str | None = None
    error: str | None = None


def load_failure_streak(conn: sqlite3.Connection, source: str) -> FailureStreak:
    """Return the failures of a source since its last good check."""
    last_good_id, last_good_at = conn.execute(
        "SELECT id, started_at FROM checks WHERE source = ? AND status IN ('ok', 'not-modified')"
        " UNION ALL SELECT 0, NULL ORDER BY id DESC LIMIT 1",
        (source,),
    ).fetchone()
    failures, failing_since = conn.execute(
        "SELECT count(*), min(started_at) FROM checks WHERE source = ? AND id > ?",
        (source, last_good_id),
    ).fetchone()
    rules = conn.execute(
        "SELECT DISTINCT ifnull(rule, 'layout') FROM checks"
        " WHERE source = ? AND id > ? AND status = 'suspect'",
        (source, last_good_id),
    )
    last_check = conn.execute(
        "SELECT status, error FROM checks WHERE source = ? ORDER BY id DESC LIMIT 1", (source,)
    ).fetchone()
    status, error = last_check or (None, None)
    return FailureStreak(
        last_good_at=from_iso_or_none(last_good_at),
        failures=failures,
        violated_rules=frozenset(rule for (rule,) in rules),
        failing_since=from_iso_or_none(failing_since),
        status=status,
        error=error,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingStats:
    """Statistics of a listing.

    `queued_article_count` is the number of releases with an article page still to be read.
    `releases_by_day` counts releases by date, from the requested day on. `check_starts` are the
    start times of the last checks, newest first.
    """

    release_count: int = 0
    queued_article_count: int = 0
    newest_date: date | None = None
    releases_by_day: Mapping[date, int] = field(default_factory=dict)
    check_starts: tuple[datetime, ...] = ()


_RECENT_CHECK_COUNT = 20  # checks


def load_listing_stats(conn: sqlite3.Connection, source: str, since: date) -> ListingStats:
    """Return the statistics of a listing, counting releases by day from `since` on."""
    release_count, queued_article_count, newest = conn.execute(
        "SELECT count(DISTINCT l.release_id), count(DISTINCT w.release_id), max(r.date)"
        " FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " LEFT JOIN waiting AS w ON w.release_id = l.release_id WHERE l.source = ?",
        (source,),
    ).fetchone()
    day_rows = conn.execute(
        "SELECT r.date, count(DISTINCT r.id) FROM listings AS l"
        " JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = ? AND r.date >= ? GROUP BY r.date ORDER BY r.date",
        (source, since.isoformat()),
    )
    start_rows = conn.execute(
        "SELECT started_at FROM checks WHERE source = ? ORDER BY id DESC LIMIT ?",
        (source, _RECENT_CHECK_COUNT),
    )
    return ListingStats(
        release_count=release_count,
        queued_article_count=queued_article_count,
        newest_date=None if newest is None else date.fromisoformat(newest),
        releases_by_day={date.fromisoformat(day): count for day, count in day_rows},
        check_starts=tuple(from_iso(at) for (at,) in start_rows),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStats:
    """Message counts of a channel.

    `failing` counts the `pending` messages with a failed attempt. `given_up` counts the messages
    given up and kept, `given_up_since_success` those attempted after the last accepted message.
    `due_at` is the time of the next attempt. `error` is the last error if `is_failing`.
    """

    pending: int = 0
    failing: int = 0
    given_up: int = 0
    given_up_since_success: int = 0
    sent: int = 0
    last_sent_at: datetime | None = None
    due_at: datetime | None = None
    error: str | None = None

    @property
    def is_failing(self) -> bool:
        """Whether a pending message failed, or a message was given up since the last success."""
        return self.failing > 0 or self.given_up_since_success > 0


_IS_NOT_ACCEPTED = "(status = 'given-up' OR (status = 'owed' AND error IS NOT NULL))"


def load_delivery_stats(conn: sqlite3.Connection, channel: str) -> DeliveryStats:
    """Return the delivery statistics of a channel."""
    sent, last_sent_at = conn.execute(
        "SELECT count(*), max(sent_at) FROM deliveries WHERE status = 'sent' AND channel = ?",
        (channel,),
    ).fetchone()
    pending, failing, due_at = conn.execute(
        "SELECT count(*), count(error), min(due_at) FROM deliveries"
        " WHERE status = 'owed' AND channel = ?",
        (channel,),
    ).fetchone()
    given_up, given_up_since_success = conn.execute(
        "SELECT count(*), count(iif(ifnull(attempted_at, created_at) > ?2, 1, NULL))"
        " FROM deliveries WHERE status = 'given-up' AND channel = ?1",
        (channel, last_sent_at or ""),
    ).fetchone()
    return DeliveryStats(
        pending=pending,
        failing=failing,
        given_up=given_up,
        given_up_since_success=given_up_since_success,
        sent=sent,
        last_sent_at=from_iso_or_none(last_sent_at),
        due_at=from_iso_or_none(due_at),
        error=_find_last_error(conn, channel) if failing or given_up_since_success else None,
    )


def _find_last_error(conn: sqlite3.Connection, channel: str) -> str | None:
    row = conn.execute(
        f"SELECT error FROM deliveries WHERE channel = ? AND {_IS_NOT_ACCEPTED}"
        " ORDER BY ifnull(attempted_at, created_at) DESC LIMIT 1",
        (channel,),
    ).fetchone()
    return None if row is None or row[0] is None else str(row[0])


def find_channels_with_failures(conn: sqlite3.Connection) -> set[str]:
    """Return the channels with a message that failed or was given up.

    The query is cheap, so callers can use it to skip most channels.
    """
    rows = conn.execute(
        "SELECT DISTINCT channel FROM deliveries WHERE status = 'given-up'"
        " UNION SELECT DISTINCT channel FROM deliveries WHERE status = 'owed' AND error IS NOT NULL"
    )
    return {channel for (channel,) in rows}


def find_channels_with_pending(conn: sqlite3.Connection) -> set[str]:
    """Return the channels with pending messages, even if the config no longer has them."""
    rows = conn.execute("SELECT DISTINCT channel FROM deliveries WHERE status = 'owed'")
    return {channel for (channel,) in rows}
