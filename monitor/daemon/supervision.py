"""Notification of systemd (sd_notify(3)): ready, alive, a status line, stopping.

Each notification is one datagram to the socket that systemd names; without one, nothing is sent.
Sending does not wait for longer than a second and is not repeated: if the socket is full or gone,
the error is only logged.
"""

import logging
import socket
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from monitor import status
from monitor.app import App
from monitor.check.runner import CheckReport
from monitor.clock import Clock
from monitor.daemon.jobs import JobRunner
from monitor.delivery.dispatcher import SendSummary
from monitor.errors import MonitorError
from monitor.models.config import AppriseChannel, Config, EmailChannel, WebhookChannel
from monitor.text.sanitize import pluralize, sanitize_line

_SEND_TIMEOUT = 1.0  # seconds
_MICROSECONDS = 1_000_000
_log = logging.getLogger(__name__)


class SystemdNotifier:
    """The service manager that started this process, `pid`, if there is one.

    `watchdog_seconds` is the longest time it allows between two WATCHDOG=1, None if it has no
    watchdog.
    """

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = _parse_watchdog(environ, pid) if self.is_enabled else None

    @property
    def is_enabled(self) -> bool:
        """Whether there is a socket to notify."""
        return self._address[:1] in ("/", "@")

    def notify_ready(self, status: str) -> None:
        """Send that the start, or a reload, is complete."""
        self._send_lines("READY=1", _format_status(status))

    def notify_reloading(self, monotonic: float) -> None:
        """Send that a reload begins; `notify_ready` must follow, whether it succeeds or not."""
        self._send_lines("RELOADING=1", f"MONOTONIC_USEC={int(monotonic * _MICROSECONDS)}")

    def notify_alive(self) -> None:
        """Send that the process is alive, so that the watchdog does not restart it."""
        self._send_lines("WATCHDOG=1")

    def notify_status(self, status: str) -> None:
        """Send a status line for `systemctl status`."""
        self._send_lines(_format_status(status))

    def notify_stopping(self) -> None:
        """Send that the daemon is stopping."""
        self._send_lines("STOPPING=1", _format_status("stopping"))

    def _send_lines(self, *lines: str) -> None:
        if not self.is_enabled:
            return
        # "@" replaces the zero byte at the start of an abstract socket's name.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
                connection.settimeout(_SEND_TIMEOUT)
                connection.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            _log.info("could not notify the service manager: %s", error)


def _format_status(text: str) -> str:
    return f"STATUS={sanitize_line(text)}"


def _parse_watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    microseconds, watched_pid = (
        environ.get("WATCHDOG_USEC", ""),
        environ.get("WATCHDOG_PID", str(pid)),
    )
    if not microseconds.isdecimal() or int(microseconds) == 0 or watched_pid != str(pid):
        return None
    return int(microseconds) / _MICROSECONDS


_STEP_MARGIN = timedelta(minutes=5)  # for steps without a time limit: a name server, a disk
_SMTP_TIMEOUT_FACTOR = 5  # a mail server may take this many times its timeout (channels.email)
_APPRISE_LIMIT = timedelta(minutes=1)


def compute_step_limit(config: Config) -> timedelta:
    """Return the longest time without a sign of life from a job: its longest step, and a margin."""
    steps = [config.fetch.timeout, config.fetch.budget, config.fetch.delay]
    for channel in config.channels:
        match channel:
            case EmailChannel():
                steps.append(channel.timeout * _SMTP_TIMEOUT_FACTOR)
            case WebhookChannel():
                steps.append(channel.timeout)
            case AppriseChannel():
                steps.append(_APPRISE_LIMIT)
    return max(steps) + _STEP_MARGIN


class DaemonLog(Protocol):
    """A log of the daemon's work; called from several threads."""

    def log_check(self, report: CheckReport) -> None:
        """Log the result of a check."""

    def log_delivery(self, channel: str, send_summary: SendSummary) -> None:
        """Log the messages sent to a channel, and the failures."""

    def log_event(self, text: str) -> None:
        """Log any other event."""

    def log_problem(self, text: str) -> None:
        """Log a problem."""


class JobWatchdog:
    """Checks the jobs, and notifies the service manager as long as none is stuck."""

    def __init__(
        self, notifier: SystemdNotifier, jobs: JobRunner, log: DaemonLog, clock: Clock
    ) -> None:
        self._notifier, self._jobs, self._log, self._clock = notifier, jobs, log, clock
        self._notified_at = -float("inf")
        self.stuck_jobs: frozenset[str] = frozenset()

    def get_interval(self, default_interval: float) -> float:
        """Return the seconds between two checks: the default, or fewer if the watchdog is fast."""
        return (
            default_interval
            if self._notifier.watchdog_seconds is None
            else min(default_interval, self._notifier.watchdog_seconds / 4)
        )

    def check_jobs(self, limit: timedelta) -> None:
        """Check the jobs; log each one that has been stuck for `limit`, when it is first seen."""
        stuck_jobs = frozenset(self._jobs.find_stuck_jobs(limit.total_seconds()))
        minutes = f"{limit.total_seconds() / 60:.0f} minutes"
        for name in sorted(stuck_jobs - self.stuck_jobs):
            self._log.log_problem(
                f"{name}: has not moved for {minutes}; if it does not go on, restart monitor"
                " (systemd does so by itself)"
            )
        for name in sorted(self.stuck_jobs - stuck_jobs):
            self._log.log_event(f"{name}: goes on")
        self.stuck_jobs = stuck_jobs
        if not stuck_jobs:
            self._notify_if_due()

    def _notify_if_due(self) -> None:
        watchdog_seconds, now = self._notifier.watchdog_seconds, self._clock.monotonic()
        if watchdog_seconds is not None and now - self._notified_at >= watchdog_seconds / 4:
            self._notified_at = now
            self._notifier.notify_alive()


MIN_STATUS_INTERVAL = timedelta(minutes=1)


class StatusReporter:
    """Reports the status. `get_stuck_jobs` returns the names of the jobs that hang."""

    def __init__(
        self,
        *,
        get_stuck_jobs: Callable[[], frozenset[str]],
        notifier: SystemdNotifier,
        clock: Clock,
        log: DaemonLog,
    ) -> None:
        self._get_stuck_jobs = get_stuck_jobs
        self._notifier, self._clock, self._log = notifier, clock, log
        self._reported_at = -float("inf")
        self._was_accepted = True
        self._is_pending = False
        self._failures: list[str] = []

    def record_round(self, failure: str | None = None) -> None:
        """Record a round to report; a daemon that only restarts again and again reports nothing.

        `failure` is the error that ended it early, such as a full disk, where the store cannot
        record it.
        """
        if failure is not None and failure not in self._failures:
            self._failures.append(failure)
        self._is_pending = True

    def is_wanted(self, config: Config) -> bool:
        """Return whether the service manager or a heartbeat URL needs reports."""
        return self._notifier.is_enabled or config.health.heartbeat is not None

    def report_status(self, config: Config, app: App) -> datetime | None:
        """Report if a round has ended; if it is too soon, return the time for the report."""
        if not self._is_pending:
            return None
        wait_seconds = (
            self._reported_at + MIN_STATUS_INTERVAL.total_seconds() - self._clock.monotonic()
        )
        if wait_seconds > 0:
            return self._clock.now() + timedelta(seconds=wait_seconds)
        self._reported_at, self._is_pending = self._clock.monotonic(), False
        zone = app.get_zone()
        problems, self._failures = self._failures, []
        try:
            with app.open_db() as db, db.begin_read() as conn:
                problems += status.list_problems(conn, config, zone)
        except MonitorError as error:
            problems = [str(error)]
        problems += [f"{name}: hangs" for name in sorted(self._get_stuck_jobs())]
        local_time = f"{self._clock.now().astimezone(zone):%H:%M}"
        success_text = (
            f"watching {pluralize(len(config.sources), 'source')}: all well at {local_time}"
        )
        if problems:
            problem_count = pluralize(len(problems), "thing is wrong", "things are wrong")
            self._notifier.notify_status(f"{problem_count} at {local_time}: {problems[0]}")
        else:
            self._notifier.notify_status(success_text)
        self._send_heartbeat(config, problems, success_text)
        return None

    def _send_heartbeat(self, config: Config, problems: list[str], success_text: str) -> None:
        if config.health.heartbeat is None:
            return
        from monitor.incidents.heartbeat import send_heartbeat  # noqa: PLC0415 - few have one

        error = send_heartbeat(config.health.heartbeat, problems, success_text)
        if error is not None and self._was_accepted:
            self._log.log_problem(error)
        elif error is None and not self._was_accepted:
            self._log.log_event("the heartbeat is accepted again")
        self._was_accepted = error is None
