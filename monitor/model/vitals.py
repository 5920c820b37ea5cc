"""How the watching itself is: each source, each channel, the daemon, the database."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from monitor.times import to_iso, to_iso_if

DaemonState = Literal["running", "stopped", "elsewhere", "none"]
"""Runs here; ran here and does not; was started in another machine or container; never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often a listing publishes: releases a week, and the median gap between its days."""

    per_week: float
    gap_days: float | None

    def as_json(self) -> dict[str, object]:
        """Return it in the shape that `status --json` prints."""
        return {"per_week": round(self.per_week, 1), "median_gap_days": self.gap_days}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceVitals:
    """How a source is. `trouble` is a sentence, None where all is well.

    `failures` checks in a row went wrong, the first at `failing_since`. From `gap_page` on a
    stretch is not proven read. `walked` says how far back a walk came: a page's number, "to the
    end", or None where there was none. `told_at` is when the operator was told of its trouble;
    `silent_since` the day since which it has been silent for longer than it ever was.
    """

    name: str
    trouble: str | None
    status: str | None
    last_check_at: datetime | None
    last_good_at: datetime | None
    next_check_at: datetime
    failures: int
    failing_since: datetime | None
    error: str | None
    releases: int
    newest: date | None
    cadence: Cadence | None
    gap_page: int | None
    gap_since: datetime | None
    articles_waiting: int
    walked: int | Literal["to the end"] | None
    told_at: datetime | None
    silent_since: date | None

    def as_json(self) -> dict[str, object]:
        """Return it in the shape that `status --json` prints."""
        return {
            "name": self.name,
            "trouble": self.trouble,
            "status": self.status,
            "last_check_at": to_iso_if(self.last_check_at),
            "last_good_at": to_iso_if(self.last_good_at),
            "next_check_at": to_iso(self.next_check_at),
            "failures": self.failures,
            "failing_since": to_iso_if(self.failing_since),
            "error": self.error,
            "releases": self.releases,
            "newest": None if self.newest is None else self.newest.isoformat(),
            "cadence": None if self.cadence is None else self.cadence.as_json(),
            "gap_page": self.gap_page,
            "gap_since": to_iso_if(self.gap_since),
            "articles_waiting": self.articles_waiting,
            "backfill": {
                "page": self.walked if isinstance(self.walked, int) else None,
                "complete": self.walked == "to the end",
            },
            "told_at": to_iso_if(self.told_at),
            "silent_since": None if self.silent_since is None else self.silent_since.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelVitals:
    """How a channel is; `kind` and `send` are None where the config has it no more.

    The counts are those of `store.tallies`. `next_digest_at` is None for what sends immediately.
    """

    name: str
    trouble: str | None
    kind: str | None
    send: str | None
    waiting: int
    failing: int
    given_up: int
    sent: int
    last_sent_at: datetime | None
    due_at: datetime | None
    next_digest_at: datetime | None
    error: str | None

    def as_json(self) -> dict[str, object]:
        """Return it in the shape that `status --json` prints."""
        return {
            "name": self.name,
            "trouble": self.trouble,
            "kind": self.kind,
            "send": self.send,
            "waiting": self.waiting,
            "failing": self.failing,
            "given_up": self.given_up,
            "sent": self.sent,
            "last_sent_at": to_iso_if(self.last_sent_at),
            "due_at": to_iso_if(self.due_at),
            "next_digest_at": to_iso_if(self.next_digest_at),
            "error": self.error,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """All of it at one moment; `size` is the database's in bytes, with its log."""

    at: datetime
    sources: tuple[SourceVitals, ...]
    channels: tuple[ChannelVitals, ...]
    daemon: DaemonState
    daemon_since: datetime | None
    database: str
    size: int

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong, a sentence each; nothing where all is well."""
        found = [one.trouble for one in self.sources] + [one.trouble for one in self.channels]
        return tuple(trouble for trouble in found if trouble is not None)

    def as_json(self) -> dict[str, object]:
        """Return it in the shape that `status --json` prints."""
        return {
            "at": to_iso(self.at),
            "well": not self.troubles,
            "troubles": list(self.troubles),
            "sources": [one.as_json() for one in self.sources],
            "channels": [one.as_json() for one in self.channels],
            "daemon": {"state": self.daemon, "since": to_iso_if(self.daemon_since)},
            "database": {"path": self.database, "bytes": self.size},
        }
