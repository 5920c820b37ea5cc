"""The status of the monitor: each source, each channel, the daemon and the database."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from monitor.clock import to_iso, to_iso_or_none

DaemonState = Literal["running", "stopped", "elsewhere", "none"]
"""The daemon runs here; it ran here and has stopped; it was started on another machine or in a
container; it never ran.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often a listing publishes: releases per week, and the median gap between release days."""

    releases_per_week: float
    median_gap_days: float | None

    def as_json(self) -> dict[str, object]:
        """Return the cadence in the form that `status --json` prints."""
        return {
            "per_week": round(self.releases_per_week, 1),
            "median_gap_days": self.median_gap_days,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """The status of a source. `problem` is a sentence, None if there is none.

    The last `failures` checks failed, the first of them at `failing_since`. The pages from
    `gap_page` on have not been proven read. `backfill_extent` is how far back a backfill came: a
    page number, "to the end", or None without a backfill. `notified_at` is when the operator was
    notified of the problem. `silent_since` is the day since which the source has been silent for
    longer than ever.
    """

    name: str
    problem: str | None
    status: str | None
    last_check_at: datetime | None
    last_good_at: datetime | None
    next_check_at: datetime
    failures: int
    failing_since: datetime | None
    error: str | None
    release_count: int
    newest_date: date | None
    cadence: Cadence | None
    gap_page: int | None
    gap_since: datetime | None
    pending_articles: int
    backfill_extent: int | Literal["to the end"] | None
    notified_at: datetime | None
    silent_since: date | None

    def as_json(self) -> dict[str, object]:
        """Return the status in the form that `status --json` prints."""
        return {
            "name": self.name,
            "trouble": self.problem,
            "status": self.status,
            "last_check_at": to_iso_or_none(self.last_check_at),
            "last_good_at": to_iso_or_none(self.last_good_at),
            "next_check_at": to_iso(self.next_check_at),
            "failures": self.failures,
            "failing_since": to_iso_or_none(self.failing_since),
            "error": self.error,
            "releases": self.release_count,
            "newest": None if self.newest_date is None else self.newest_date.isoformat(),
            "cadence": None if self.cadence is None else self.cadence.as_json(),
            "gap_page": self.gap_page,
            "gap_since": to_iso_or_none(self.gap_since),
            "articles_waiting": self.pending_articles,
            "backfill": {
                "page": self.backfill_extent if isinstance(self.backfill_extent, int) else None,
                "complete": self.backfill_extent == "to the end",
            },
            "told_at": to_iso_or_none(self.notified_at),
            "silent_since": None if self.silent_since is None else self.silent_since.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStatus:
    """The status of a channel; `kind` and `send` are None for a channel removed from the config.

    The counts are those of `store.statistics`. `next_digest_at` is None for a channel that sends
    immediately.
    """

    name: str
    problem: str | None
    kind: str | None
    send: str | None
    pending: int
    failing: int
    given_up: int
    sent: int
    last_sent_at: datetime | None
    due_at: datetime | None
    next_digest_at: datetime | None
    error: str | None

    def as_json(self) -> dict[str, object]:
        """Return the status in the form that `status --json` prints."""
        return {
            "name": self.name,
            "trouble": self.problem,
            "kind": self.kind,
            "send": self.send,
            "waiting": self.pending,
            "failing": self.failing,
            "given_up": self.given_up,
            "sent": self.sent,
            "last_sent_at": to_iso_or_none(self.last_sent_at),
            "due_at": to_iso_or_none(self.due_at),
            "next_digest_at": to_iso_or_none(self.next_digest_at),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorStatus:
    """The whole status at one moment; `database_size` is in bytes, with the write-ahead log."""

    collected_at: datetime
    sources: tuple[SourceStatus, ...]
    channels: tuple[ChannelStatus, ...]
    daemon_state: DaemonState
    daemon_since: datetime | None
    database_path: str
    database_size: int

    @property
    def problems(self) -> tuple[str, ...]:
        """The current problems, one sentence each; empty if there are none."""
        all_problems = [source.problem for source in self.sources] + [
            source.problem for source in self.channels
        ]
        return tuple(problem for problem in all_problems if problem is not None)

    def as_json(self) -> dict[str, object]:
        """Return the status in the form that `status --json` prints."""
        return {
            "at": to_iso(self.collected_at),
            "well": not self.problems,
            "troubles": list(self.problems),
            "sources": [source.as_json() for source in self.sources],
            "channels": [source.as_json() for source in self.channels],
            "daemon": {"state": self.daemon_state, "since": to_iso_or_none(self.daemon_since)},
            "database": {"path": self.database_path, "bytes": self.database_size},
        }
