"""The daemon: checks every source and sends every message when it is due.

    main thread    signals, edits of config.toml, jumps of the clock            (Daemon.run)
    scheduler      wakes one job per host and one per channel when it is due    (apscheduler)
    job threads    check the host's due sources, send the channel's due messages, plan the next run

A job asks the store for the work that is due (`DueWork`), does it, and schedules itself again. So
no source is checked twice at a time, a slow channel delays no other, and after a sleep all missed
work happens once. The sources of a host share a job, so an unreachable host costs its retries only
once. Only this package uses apscheduler.
"""

import logging
import os
import queue
import signal
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import NamedTuple, TextIO

from monitor import status
from monitor.app import App
from monitor.check.runner import CheckReport
from monitor.clock import Clock
from monitor.daemon.jobs import Cancelled, JobRunner, StopEvent
from monitor.daemon.supervision import (
    DaemonLog,
    JobWatchdog,
    StatusReporter,
    SystemdNotifier,
    compute_step_limit,
)
from monitor.delivery import claims
from monitor.domain.schedule import find_next_check, make_period_finder
from monitor.errors import ConfigError, MonitorError
from monitor.models.config import Channel, Config, Source
from monitor.store import checks, outbox
from monitor.store.database import Database
from monitor.text.sanitize import pluralize

_LOOP_INTERVAL = 1.0  # seconds between two checks of config.toml and the clock
_RETRY_DELAY = timedelta(minutes=1)  # after an error that no job can repair, such as a full disk
_CLAIMED_MESSAGE_DELAY = timedelta(
    seconds=5
)  # if a message is due and another process has claimed it
_STOP_TIMEOUT = 8.0  # seconds for the running jobs to end

_STATUS_JOB = "signs of life"

_log = logging.getLogger(__name__)


class DueWork:
    """Computes due times. Every method opens the store and raises StoreError."""

    def __init__(self, open_db: Callable[[], Database], get_zone: Callable[[], tzinfo]) -> None:
        self._open_db, self._get_zone = open_db, get_zone

    def find_check_times(self, sources: Sequence[Source], now: datetime) -> dict[str, datetime]:
        """Return the time of each source's next check, by source name."""
        with self._open_db() as db, db.begin_read() as conn:
            last_starts = {
                source.name: checks.find_last_check_start(conn, source.name) for source in sources
            }
        zone = self._get_zone()
        return {
            source.name: find_next_check(source, last_starts[source.name], now, zone)
            for source in sources
        }

    def find_due_sources(self, sources: Sequence[Source], now: datetime) -> list[Source]:
        """Return the sources to check now, in the given order."""
        check_times = self.find_check_times(sources, now)
        return [source for source in sources if check_times[source.name] <= now]

    def find_send_time(self, channel: Channel, now: datetime) -> datetime:
        """Return when to look for this channel's messages again, within MAX_SEND_INTERVAL."""
        with self._open_db() as db, db.begin_read() as conn:
            next_due = outbox.find_next_due_time(conn, channel.name)
        candidates = [now + MAX_SEND_INTERVAL]
        if next_due is not None:
            candidates.append(next_due)
        find_period = make_period_finder(channel, self._get_zone) if channel.send_empty else None
        if find_period is not None:
            candidates.append(find_period(now).until)
        return min(candidates)


class Daemon:
    """A running daemon. `load_config` reads the config again; terminal channels print to `out`."""

    def __init__(
        self,
        config: Config,
        load_config: Callable[[], Config],
        *,
        clock: Clock,
        out: TextIO,
        log: DaemonLog,
    ) -> None:
        self._load_config, self._out, self._log = load_config, out, log
        self._stop_event = StopEvent()
        self._jobs = JobRunner(clock, config.fetch.concurrency, self._handle_job_failure)
        self._clock = replace(
            clock,
            sleep=self._stop_event.wait,
            now=self._jobs.track_progress(clock.now),
            monotonic=self._jobs.track_progress(clock.monotonic),
        )
        self._received_signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._notifier = SystemdNotifier(os.environ, os.getpid())
        self._watchdog = JobWatchdog(self._notifier, self._jobs, log, clock)
        self._status_reporter = StatusReporter(
            get_stuck_jobs=lambda: self._watchdog.stuck_jobs,
            notifier=self._notifier,
            clock=self._clock,
            log=log,
        )
        self._apply_config(config)

    def _apply_config(self, config: Config) -> None:
        self._config = config
        self._app = App(config, self._clock, self._out)
        self._due_work = DueWork(self._app.open_db, self._app.get_zone)

    # -------------------------------------------------------------- the main thread

    def run(self) -> bool:
        """Run until SIGTERM or SIGINT; return whether all running jobs ended in time.

        If not, their threads still wait for a response, and the caller should exit at once. Raises
        StoreError if the store cannot be opened.
        """
        self._app.open_db().close()
        self._record_presence(status.record_daemon_start, self._clock.now())
        for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signal_number, lambda received, _: self._received_signals.put(received))
        self._jobs.start()
        self._log.log_event(self._describe_config())
        self._schedule_jobs()
        self._notifier.notify_ready(self._describe_config())
        self._run_main_loop()
        self._log.log_event("stopping")
        self._notifier.notify_stopping()
        self._stop_event.set()
        has_finished = self._jobs.stop(_STOP_TIMEOUT)
        self._record_presence(status.record_daemon_stop)
        return has_finished

    def _record_presence(self, record: Callable[..., None], *moment: datetime) -> None:
        # The jobs report errors of the store.
        with suppress(MonitorError), self._app.open_db() as db, db.begin_write() as conn:
            record(conn, claims.get_current_owner(), *moment)

    def _describe_config(self) -> str:
        config = self._config
        counts = (
            pluralize(len(config.sources), "source"),
            pluralize(len(config.watches), "watch", "watches"),
            pluralize(len(config.channels), "channel"),
        )
        return f"running with {', '.join(counts)}"

    def _run_main_loop(self) -> None:
        jump_detector, config_watcher = (
            ClockJumpDetector(self._clock),
            FileWatcher(self._config.path),
        )
        interval = self._watchdog.get_interval(_LOOP_INTERVAL)
        while True:
            self._watchdog.check_jobs(compute_step_limit(self._config))
            try:
                signal_number = self._received_signals.get(timeout=interval)
            except queue.Empty:
                signal_number = None
            if signal_number in (signal.SIGTERM, signal.SIGINT):
                return
            if config_watcher.has_changed() or signal_number == signal.SIGHUP:
                self._notifier.notify_reloading(self._clock.monotonic())
                self._reload_config(is_requested=signal_number == signal.SIGHUP)
                self._notifier.notify_ready(self._describe_config())
            jump = jump_detector.detect_jump()
            if jump is not None:
                self._log.log_event(
                    f"the clock was set by {jump.total_seconds():+.0f} s; planning anew"
                )
                self._schedule_jobs()

    def _reload_config(self, *, is_requested: bool) -> None:
        try:
            config = self._load_config()
        except ConfigError as error:
            self._log.log_problem(
                f"the config was changed, and the old one stays in force: {error}"
            )
            return
        if config.fingerprint == self._config.fingerprint and not is_requested:
            return
        self._apply_config(config)
        self._schedule_jobs()
        self._log.log_event(f"took up the changed config; {self._describe_config()}")

    # -------------------------------------------------------------- the jobs

    def _schedule_jobs(self) -> None:
        """Schedule a job for every host and channel of the config, to run now and then when due."""
        app, due_work = self._app, self._due_work
        hosts = {f"check {host}": sources for host, sources in app.sources_by_host.items()}
        channels = {_name_send_job(channel.name): channel for channel in self._config.channels}
        status_jobs = (_STATUS_JOB,) if self._status_reporter.is_wanted(self._config) else ()
        self._jobs.set_workers(self._config.fetch.concurrency)
        self._jobs.remove_other_jobs((*hosts, *channels, *status_jobs))
        for name in status_jobs:
            self._jobs.add_job(
                name, partial(self._status_reporter.report_status, self._config, app), is_slow=False
            )
        for name, sources in hosts.items():
            self._jobs.add_job(
                name, partial(self._check_host, app, due_work, sources), is_slow=True
            )
        for name, channel in channels.items():
            self._jobs.add_job(
                name, partial(self._send_to_channel, app, due_work, channel), is_slow=False
            )

    def _check_host(self, app: App, due_work: DueWork, sources: Sequence[Source]) -> datetime:
        """Check the due sources of one host; return when the next one is due."""
        due_sources = due_work.find_due_sources(sources, self._clock.now())

        def handle_report(report: CheckReport) -> None:
            self._log.log_check(report)
            self._log_lines(report.log_lines)
            if report.matched_events or report.log_lines:
                self._wake_channels()
            if app is not self._app:
                raise Cancelled  # the config has changed: its jobs check the rest

        if due_sources:
            app.check_sources(due_sources, handle_report)
            self._status_reporter.record_round()
            self._jobs.wake_job(_STATUS_JOB)
        return min(due_work.find_check_times(sources, self._clock.now()).values())

    def _log_lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._log.log_event(line)

    def _wake_channels(self) -> None:
        for channel in self._config.channels:
            self._jobs.wake_job(_name_send_job(channel.name))

    def _send_to_channel(self, app: App, due_work: DueWork, channel: Channel) -> datetime:
        """Send the due messages of one channel; return when to look again."""
        summary = replace(app.dispatcher, channels=(channel,)).send_due()
        if summary.delivered or summary.failures:
            self._log.log_delivery(channel.name, summary)
        self._log_lines(summary.log_lines)
        if summary.log_lines:
            self._wake_channels()
        now = self._clock.now()
        # A message that is due and was not sent is claimed by another process.
        return max(
            due_work.find_send_time(channel, now),
            now if summary.delivered else now + _CLAIMED_MESSAGE_DELAY,
        )

    def _handle_job_failure(self, error: Exception) -> datetime:
        message = str(error)
        if not isinstance(error, MonitorError):
            _log.error("unexpected", exc_info=error)
            message = f"a fault in monitor itself: {type(error).__name__}: {error}"
        self._log.log_problem(message)
        self._status_reporter.record_round(message)
        self._jobs.wake_job(_STATUS_JOB)
        return self._clock.now() + _RETRY_DELAY


def _name_send_job(channel_name: str) -> str:
    return f"send {channel_name}"


# Even if no message is due sooner: a run beside the daemon may add one.
MAX_SEND_INTERVAL = timedelta(minutes=1)


_JUMP_TOLERANCE = timedelta(seconds=5)


class ClockJumpDetector:
    """Compares the wall clock with the monotonic clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall_time, self._monotonic_seconds = clock.now(), clock.monotonic()

    def detect_jump(self) -> timedelta | None:
        """Return the change of the wall clock since the last call; None if it was not set."""
        wall_time, monotonic_seconds = self._clock.now(), self._clock.monotonic()
        jump = (wall_time - self._wall_time) - timedelta(
            seconds=monotonic_seconds - self._monotonic_seconds
        )
        self._wall_time, self._monotonic_seconds = wall_time, monotonic_seconds
        return jump if abs(jump) > _JUMP_TOLERANCE else None


class _FileStamp(NamedTuple):
    device: int
    inode: int
    size: int
    modified_ns: int


class FileWatcher:
    """Watches one file by its metadata; an edit counts once the file no longer changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reported_stamp = self._last_stamp = self._read_stamp()

    def has_changed(self) -> bool:
        """Return, once for each edit, whether the file has changed and then stayed the same."""
        stamp = self._read_stamp()
        is_settled, self._last_stamp = stamp == self._last_stamp, stamp
        if stamp == self._reported_stamp or not is_settled:
            return False
        self._reported_stamp = stamp
        return True

    def _read_stamp(self) -> _FileStamp | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return _FileStamp(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
