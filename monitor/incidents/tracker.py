"""Alerts to the operator when a source begins to fail, and when it recovers.

The alerts depend only on the recorded checks. So after a crash between a check and this step,
another run or another process sends the same alerts. For a healthy source this costs one read; the
rest (`SourceIncidentTracker`) is imported when it is needed.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from monitor.clock import Clock, to_iso
from monitor.domain import incident_messages
from monitor.domain.incident_messages import IncidentMessage
from monitor.domain.silence import SEOUL, QuietPeriod, estimate_quiet_period
from monitor.models.config import Channel, IncidentRecipients, Source
from monitor.models.notification import Incident, IncidentKind
from monitor.sources.error_pages import is_temporary
from monitor.store import checks, database, incidents, statistics
from monitor.store.database import Database
from monitor.store.statistics import FailureStreak


def update_source_incidents(
    source: Source, recipients: IncidentRecipients, db: Database, clock: Clock
) -> tuple[str, ...]:
    """Open or close the incidents of a source; return the enqueued alerts as log lines."""
    now = clock.now()
    with db.begin_read() as conn:
        if checks.is_source_healthy(conn, source.name, now):
            return ()

    with db.begin_write() as conn:
        return tuple(SourceIncidentTracker(conn, source, recipients, clock).update_incidents())


def close_obsolete_incidents(
    db: Database, sources: Sequence[Source], channels: Sequence[Channel], clock: Clock
) -> None:
    """Close the incidents of sources and channels that are no longer in the config."""
    with db.begin_read() as conn:
        if not checks.has_open_incident(conn):
            return
    from monitor.store import incidents  # noqa: PLC0415 - usually none is open

    with db.begin_write() as conn:
        now = clock.now()
        incidents.close_removed_incidents(conn, "source", {item.name for item in sources}, now)
        incidents.close_removed_incidents(conn, "channel", {item.name for item in channels}, now)


# The time to the next look at a listing whose history is too short for an estimate.
_RECHECK_INTERVAL = timedelta(days=1)


class SourceIncidentTracker:
    """The update of one source's incidents, within a transaction."""

    def __init__(
        self, conn: sqlite3.Connection, source: Source, recipients: IncidentRecipients, clock: Clock
    ) -> None:
        self._conn, self._source, self._recipients = conn, source, recipients
        self._clock, self._now = clock, clock.now()

    def update_incidents(self) -> Iterator[str]:
        """Open and close incidents and enqueue their messages; yield each message as a log line."""
        streak = statistics.load_failure_streak(self._conn, self._source.name)
        if streak.failures:
            yield from self._open_failure(streak)
        else:
            yield from self._close_failure()
            yield from self._update_silence()

    def _open_failure(self, streak: FailureStreak) -> Iterator[str]:
        has_reached_threshold = streak.failures >= self._recipients.failure_threshold
        is_layout_change = not all(map(is_temporary, streak.violated_rules))
        if not (has_reached_threshold or is_layout_change) or self._find_open_incident("failing"):
            return
        cause = incident_messages.split_error(streak.error or "")
        incident = incidents.open_incident(
            self._conn,
            "source",
            self._source.name,
            "failing",
            streak.failing_since or self._now,
            cause,
        )
        failed_checks = incident_messages.FailedChecks(
            failures=streak.failures,
            is_suspect=streak.status == "suspect",
            last_good_at=streak.last_good_at,
        )
        zone = self._recipients.get_zone()
        incidents.mark_notified(self._conn, incident, self._now)
        yield self._enqueue_messages(
            incident_messages.build_source_failing(self._source, incident, failed_checks, zone)
        )

    def _close_failure(self) -> Iterator[str]:
        incident = self._find_open_incident("failing")
        if incident is None:
            return
        incidents.close_incident(self._conn, incident, self._now)
        new_count = incidents.count_new_since(self._conn, self._source.name, incident.began_at)
        has_no_gap = checks.load_source_state(self._conn, self._source.name).gap_page is None
        zone = self._recipients.get_zone()
        yield self._enqueue_messages(
            incident_messages.build_source_recovered(
                incident, self._now, new_count, zone, is_whole=has_no_gap
            )
        )

    def _update_silence(self) -> Iterator[str]:
        incident = self._find_open_incident("silent")
        quiet_period = self._estimate_quiet_period()
        is_silent = quiet_period is not None and quiet_period.alert_at <= self._now
        if quiet_period is not None and is_silent and incident is None:
            incident = incidents.open_incident(
                self._conn,
                "source",
                self._source.name,
                "silent",
                datetime.combine(quiet_period.last_day, time(), SEOUL),
                incident_messages.explain_silence(quiet_period),
            )
            incidents.mark_notified(self._conn, incident, self._now)
            yield self._enqueue_messages(
                incident_messages.build_source_silent(
                    self._source, incident, quiet_period, self._now
                )
            )
        elif incident is not None and not is_silent:
            incidents.close_incident(self._conn, incident, self._now)
            yield self._enqueue_messages(
                incident_messages.build_source_resumed(incident, self._now)
            )
        if not is_silent:
            check_again_at = (
                self._now + _RECHECK_INTERVAL if quiet_period is None else quiet_period.alert_at
            )
            database.set_meta(
                self._conn, checks.get_quiet_until_key(self._source.name), to_iso(check_again_at)
            )

    def _estimate_quiet_period(self) -> QuietPeriod | None:
        name = self._source.name
        release_days = [
            date.fromisoformat(day) for day in incidents.list_release_days(self._conn, name)
        ]
        last_news_at = incidents.find_last_news_time(self._conn, name)
        if last_news_at is not None:
            release_days.append(last_news_at.astimezone(SEOUL).date())
        return estimate_quiet_period(release_days, self._now)

    def _find_open_incident(self, kind: IncidentKind) -> Incident | None:
        return incidents.find_open_incident(self._conn, "source", self._source.name, kind)

    def _enqueue_messages(self, message: IncidentMessage) -> str:
        channels = self._recipients.channels
        incidents.enqueue_messages(self._conn, message, channels, self._now, self._clock.new_id)
        return incident_messages.format_log_line(message, channels)


CHANNEL_GRACE_PERIOD = timedelta(minutes=30)


def record_channel_failure(
    conn: sqlite3.Connection,
    channel: str,
    error: str,
    *,
    fails_until: datetime | None,
    recipients: IncidentRecipients,
    clock: Clock,
) -> str | None:
    """Record that a channel did not accept a message; return the alert to the operator, if any.

    The channel is known to fail until `fails_until`: now, or the time that the receiver named for
    the next attempt. With None, the message was given up.
    """
    now = clock.now()
    incident = incidents.find_open_incident(conn, "channel", channel)
    if incident is None:
        cause = error, incident_messages.CHANNEL_ADVICE
        incident = incidents.open_incident(conn, "channel", channel, "failing", now, cause)
    if incident.notified_at is not None or not (
        fails_until is None or _exceeds_grace_period(incident, max(fails_until, now))
    ):
        return None
    incident = incidents.update_reason(conn, incident, error)
    incidents.mark_notified(conn, incident, now)
    undelivered = incidents.count_undelivered(conn, channel, incident.began_at)
    return _notify_other_channels(
        conn,
        incident_messages.build_channel_failing(incident, undelivered, recipients.get_zone()),
        recipients,
        clock,
    )


def record_channel_success(
    conn: sqlite3.Connection, channel: str, *, recipients: IncidentRecipients, clock: Clock
) -> str | None:
    """Record that a channel accepted a message; return the alert to the operator, if any."""
    now = clock.now()
    incident = incidents.find_open_incident(conn, "channel", channel)
    if incident is None:
        return None
    incidents.close_incident(conn, incident, now)
    if incident.notified_at is None:
        return None
    undelivered = incidents.count_undelivered(conn, channel, incident.began_at)
    return _notify_other_channels(
        conn,
        incident_messages.build_channel_recovered(
            incident, undelivered, now, recipients.get_zone()
        ),
        recipients,
        clock,
    )


def _exceeds_grace_period(incident: Incident, until: datetime) -> bool:
    """Return whether an incident lasts long; one that a wrong clock began in the future does."""
    return not timedelta() <= until - incident.began_at < CHANNEL_GRACE_PERIOD


def _notify_other_channels(
    conn: sqlite3.Connection, message: IncidentMessage, recipients: IncidentRecipients, clock: Clock
) -> str:
    other_channels = recipients.channels_except(message.facts.name)
    incidents.enqueue_messages(conn, message, other_channels, clock.now(), clock.new_id)
    return incident_messages.format_log_line(message, other_channels)
