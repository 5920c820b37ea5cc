"""The status of the monitor, read from the store, for `status`, systemd and heartbeats.

This module keeps no state and does not use the network. It reports the last state that the daemon
or cron wrote to the store.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar

from monitor.clock import from_iso, to_iso
from monitor.domain.schedule import find_next_check, make_period_finder
from monitor.domain.silence import SEOUL
from monitor.models.config import Channel, Config, Source
from monitor.models.status import Cadence, ChannelStatus, DaemonState, MonitorStatus, SourceStatus
from monitor.store import backfill_progress, checks, database, incidents, statistics
from monitor.store.statistics import (
    DeliveryStats,
    FailureStreak,
    load_failure_streak,
    load_listing_stats,
)
from monitor.text.sanitize import pluralize

_CADENCE_WINDOW = timedelta(weeks=13)  # the days that count for a listing's cadence
GRACE_PERIOD = timedelta(minutes=10)  # a check may be running or queued; clocks differ
_DAEMON_KEY = "daemon"
_Value = TypeVar("_Value", int, timedelta)


class DaemonStatus(NamedTuple):
    """Whether a daemon uses the database, and since when."""

    state: DaemonState
    since: datetime | None


# ------------------------------------------------------------------ all parts


def collect_status(
    conn: sqlite3.Connection,
    config: Config,
    daemon_status: DaemonStatus,
    now: datetime,
    zone: tzinfo,
) -> MonitorStatus:
    """Return the status of all sources, channels and the daemon; sentences give times in `zone`."""
    names = [channel.name for channel in config.channels]
    removed_channels = sorted(statistics.find_channels_with_pending(conn) - set(names))
    return MonitorStatus(
        collected_at=now,
        sources=tuple(_build_source_status(conn, source, now, zone) for source in config.sources),
        channels=(
            *(_build_channel_status(conn, source, now, zone) for source in config.channels),
            *(_build_removed_channel_status(conn, name) for name in removed_channels),
        ),
        daemon_state=daemon_status.state,
        daemon_since=daemon_status.since,
        database_path=str(config.store_path),
        database_size=_get_database_size(config.store_path),
    )


def list_problems(conn: sqlite3.Connection, config: Config, zone: tzinfo) -> Iterator[str]:
    """Yield a sentence for each source and channel that failed last; the queries are cheap."""
    for source in config.sources:
        last_status = checks.find_last_check_status(conn, source.name)
        if last_status is not None and last_status not in ("ok", "not-modified"):
            yield _describe_failures(source.name, load_failure_streak(conn, source.name), zone)
    failing_channels = statistics.find_channels_with_failures(conn)
    for channel in config.channels:
        if channel.name in failing_channels:
            problem = _describe_delivery_failures(
                channel.name, statistics.load_delivery_stats(conn, channel.name)
            )
            if problem is not None:
                yield problem


def _get_database_size(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


# ------------------------------------------------------------------ sources


def _build_source_status(
    conn: sqlite3.Connection, source: Source, now: datetime, zone: tzinfo
) -> SourceStatus:
    source_streak, state = (
        load_failure_streak(conn, source.name),
        checks.load_source_state(conn, source.name),
    )
    cadence_start = (now - _CADENCE_WINDOW).astimezone(zone).date()
    listing_counts = load_listing_stats(conn, source.name, cadence_start)
    last_check = listing_counts.check_starts[0] if listing_counts.check_starts else None
    next_due = find_next_check(source, last_check, now, zone)
    failure_incident = incidents.find_open_incident(conn, "source", source.name)
    silence_incident = incidents.find_open_incident(conn, "source", source.name, "silent")
    if source_streak.failures:
        problem: str | None = _describe_failures(source.name, source_streak, zone)
    elif last_check is None:
        problem = f"{source.name}: not checked yet; start monitor, or run: monitor --once"
    else:
        problem = _describe_overdue(source.name, listing_counts.check_starts, next_due, now, zone)
    return SourceStatus(
        name=source.name,
        problem=problem,
        status=source_streak.status,
        last_check_at=last_check,
        last_good_at=source_streak.last_good_at,
        next_check_at=next_due,
        failures=source_streak.failures,
        failing_since=source_streak.failing_since,
        error=source_streak.error,
        release_count=listing_counts.release_count,
        newest_date=listing_counts.newest_date,
        cadence=measure_cadence(
            listing_counts.releases_by_day, cadence_start, now.astimezone(zone).date()
        ),
        gap_page=state.gap_page,
        gap_since=state.gap_since,
        pending_articles=listing_counts.queued_article_count,
        backfill_extent=_get_backfill_extent(conn, source),
        notified_at=None if failure_incident is None else failure_incident.notified_at,
        silent_since=None
        if silence_incident is None
        else silence_incident.began_at.astimezone(SEOUL).date(),
    )


def _describe_failures(name: str, source_streak: FailureStreak, zone: tzinfo) -> str:
    since = (
        ""
        if source_streak.failing_since is None
        else f" since {format_moment(source_streak.failing_since, zone)}"
    )
    if source_streak.failures == 1:
        return f"{name}: {source_streak.status}{since}: {source_streak.error}"
    return (
        f"{name}: {source_streak.failures} checks in a row went wrong{since}: {source_streak.error}"
    )


def _describe_overdue(
    name: str, check_starts: Sequence[datetime], next_due: datetime, now: datetime, zone: tzinfo
) -> str | None:
    """Return the sentence for a source that is overdue, or None; cron may use its own interval.

    The start of a check in the future proves nothing: a clock was wrong.
    """
    if check_starts[0] > now + GRACE_PERIOD:
        return (
            f"{name}: its last check is dated {format_moment(check_starts[0], zone)}, ahead "
            f"of this machine's"
            " clock: set the clock, and run: monitor --once"
        )
    past_starts = [moment for moment in check_starts if moment <= now + GRACE_PERIOD]
    gaps = [later - earlier for later, earlier in pairwise(past_starts)]
    usual_gap = _find_upper_median(gaps) if gaps else timedelta()
    if now <= max(next_due, check_starts[0] + 2 * usual_gap) + GRACE_PERIOD:
        return None
    return (
        f"{name}: not checked since {format_moment(check_starts[0], zone)}, and due since "
        f"{format_moment(next_due, zone)};"
        " see that monitor runs, or that cron starts it"
    )


def _get_backfill_extent(
    conn: sqlite3.Connection, source: Source
) -> int | Literal["to the end"] | None:
    progress = backfill_progress.load_backfill_progress(conn, source.name, source.url)
    if progress is None:
        return None
    return progress.page if progress.complete_at is None else "to the end"


def measure_cadence(
    releases_by_day: Mapping[date, int], since: date, today: date
) -> Cadence | None:
    """Return how often a listing published from `since` to `today`, from its releases per day.

    Return None if the history is shorter than a week. The count starts with the first known day, so
    that a young archive does not lower the rate.
    """
    days = sorted(day for day in releases_by_day if since <= day <= today)
    span_days = (today - days[0]).days + 1 if days else 0
    if span_days < 7:  # noqa: PLR2004 - a week
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return Cadence(
        releases_per_week=sum(releases_by_day[day] for day in days) * 7 / span_days,
        median_gap_days=float(_find_upper_median(gaps)) if gaps else None,
    )


def _find_upper_median(values: Sequence[_Value]) -> _Value:
    """Return the median; of an even number of values, the greater of the two in the middle."""
    return sorted(values)[len(values) // 2]


# ------------------------------------------------------------------ channels


def _build_channel_status(
    conn: sqlite3.Connection, channel: Channel, now: datetime, zone: tzinfo
) -> ChannelStatus:
    channel_counts = statistics.load_delivery_stats(conn, channel.name)
    periods = make_period_finder(channel, lambda: zone)
    return _create_channel_status(
        channel.name,
        channel_counts,
        _describe_delivery_failures(channel.name, channel_counts),
        kind=channel.kind,
        send=channel.send,
        next_digest_at=None
        if periods is None
        else _find_next_digest(periods(now).until, channel_counts, now),
    )


def _find_next_digest(
    period_end: datetime, channel_counts: DeliveryStats, now: datetime
) -> datetime:
    """Return when the next digest is due; one of an earlier schedule may still be pending."""
    if channel_counts.due_at is None or channel_counts.failing or channel_counts.due_at <= now:
        return period_end
    return min(period_end, channel_counts.due_at)


def _build_removed_channel_status(conn: sqlite3.Connection, name: str) -> ChannelStatus:
    """Return the status of a removed channel, which still has pending messages."""
    channel_counts = statistics.load_delivery_stats(conn, name)
    pending_text = pluralize(channel_counts.pending, "message is pending", "messages are pending")
    problem = (
        f"{name}: {pending_text} for a channel that is no longer in the config; add it "
        f"again to send them"
    )
    return _create_channel_status(
        name, channel_counts, problem, kind=None, send=None, next_digest_at=None
    )


def _create_channel_status(
    name: str,
    channel_counts: DeliveryStats,
    problem: str | None,
    *,
    kind: str | None,
    send: str | None,
    next_digest_at: datetime | None,
) -> ChannelStatus:
    return ChannelStatus(
        name=name,
        problem=problem,
        kind=kind,
        send=send,
        pending=channel_counts.pending,
        failing=channel_counts.failing,
        given_up=channel_counts.given_up,
        sent=channel_counts.sent,
        last_sent_at=channel_counts.last_sent_at,
        due_at=channel_counts.due_at,
        next_digest_at=next_digest_at,
        error=channel_counts.error,
    )


def _describe_delivery_failures(name: str, channel_counts: DeliveryStats) -> str | None:
    if not channel_counts.is_failing:
        return None
    messages = pluralize(
        channel_counts.failing + channel_counts.given_up_since_success,
        "message was",
        "messages were",
    )
    given_up = (
        f", {channel_counts.given_up_since_success} of them given up"
        if channel_counts.given_up_since_success
        else ""
    )
    return f"{name}: {messages} not taken{given_up}: {channel_counts.error or 'no reason given'}"


# ------------------------------------------------------------------ daemon


def record_daemon_start(conn: sqlite3.Connection, owner: str, now: datetime) -> None:
    """Record that the daemon `owner` (see `delivery.claims`) uses this database."""
    database.set_meta(conn, _DAEMON_KEY, f"{to_iso(now)} {owner}")


def record_daemon_stop(conn: sqlite3.Connection, owner: str) -> None:
    """Remove the record of the daemon `owner`; keep that of a daemon that started later."""
    recorded = database.get_meta(conn, _DAEMON_KEY) or ""
    if recorded.partition(" ")[2] == owner:
        database.delete_meta(conn, _DAEMON_KEY)


def find_daemon_status(
    conn: sqlite3.Connection,
    is_same_host: Callable[[str], bool],
    is_owner_dead: Callable[[str], bool],
) -> DaemonStatus:
    """Return the daemon's state from its own record, without guessing from the times of checks."""
    recorded = database.get_meta(conn, _DAEMON_KEY)
    if recorded is None:
        return DaemonStatus("none", None)
    started_at, _, owner = recorded.partition(" ")
    since = from_iso(started_at)
    if is_owner_dead(owner):
        return DaemonStatus("stopped", since)
    return DaemonStatus("running" if is_same_host(owner) else "elsewhere", since)


def format_moment(moment: datetime, zone: tzinfo) -> str:
    """Return a moment as local time, `2026-11-24 12:47`."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
