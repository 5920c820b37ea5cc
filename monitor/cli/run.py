"""`monitor`: the daemon, in the foreground, until SIGTERM or Ctrl-C."""

import os
import queue
import sys
import threading
from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from monitor.app import create_system_clock
from monitor.check.runner import CheckReport
from monitor.cli.common import format_result, is_set, load_config, print_message
from monitor.clock import find_timezone, to_iso
from monitor.config.loader import load_config_file
from monitor.daemon.daemon import Daemon
from monitor.delivery.dispatcher import SendSummary
from monitor.models.config import Config
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line

if TYPE_CHECKING:
    from monitor.daemon.supervision import DaemonLog

_LOG_CLOSE_TIMEOUT = 1.0  # seconds to write the queued log lines at the end


def run(args: Namespace) -> int:
    """Run the daemon."""
    settings = load_config(args)
    clock = create_system_clock()
    as_json = is_set(args, "json")
    writer = BackgroundWriter(StdoutPrinter() if as_json else print_message)
    log: DaemonLog = (
        JsonLog(clock.now, writer.put_line)
        if as_json
        else TextLog(
            clock.now,
            lambda: find_timezone(settings.timezone),
            writer.put_line,
            quiet=is_set(args, "quiet"),
        )
    )

    def reload_config() -> Config:
        return load_config_file(settings.path, os.environ)

    # With --json, standard output holds JSON lines, so alerts go to standard error.
    out = sys.stderr if as_json else sys.stdout
    ended = False
    try:
        ended = Daemon(settings, reload_config, clock=clock, out=out, log=log).run()
    finally:
        is_log_written = writer.close(_LOG_CLOSE_TIMEOUT)
    if not (ended and is_log_written):
        # Some threads still wait for a server or for blocked output. They hold no open transaction,
        # and a message without a recorded outcome is sent again under the same id, so exiting now
        # loses nothing.
        os._exit(0)
    return 0


WriteLine = Callable[[str], None]
"""Writes a line, or several; called from several threads."""


class StdoutPrinter:
    """Prints lines on standard output.

    A failure is reported once, and again only if printing has succeeded in between.
    """

    def __init__(self) -> None:
        self._is_writable = True

    def __call__(self, line: str) -> None:
        """Print a line."""
        was_writable, self._is_writable = self._is_writable, False
        try:
            print(line, flush=True)
            self._is_writable = True
        except OSError as error:
            if was_writable:
                print_message(f"monitor: standard output: {error.strerror or error}; work goes on")


class TextLog:
    """A log of one line per event, with local time; `quiet` limits it to problems."""

    def __init__(
        self,
        now: Callable[[], datetime],
        zone: Callable[[], tzinfo],
        write_line: WriteLine,
        *,
        quiet: bool,
    ) -> None:
        self._now, self._zone, self._is_quiet = now, zone, quiet
        self._write = write_line

    def log_check(self, report: CheckReport) -> None:
        """Log the result of a check."""
        result = report.result
        if result.error is not None:
            self.log_problem(f"{result.name}: {result.status}: {result.error}")
        else:
            self.log_event(f"{result.name}: {format_result(report)} ({result.seconds:.1f} s)")

    def log_delivery(self, channel: str, send_summary: SendSummary) -> None:
        """Log the messages sent to a channel, and the failures."""
        if send_summary.delivered:
            messages = pluralize(send_summary.delivered, "message")
            self.log_event(f"{channel}: sent {messages}")
        for failure in send_summary.failures:
            self.log_problem(f"not sent: {failure}")

    def log_event(self, text: str) -> None:
        """Log any other event."""
        if not self._is_quiet:
            self._format_and_write(text)

    def log_problem(self, text: str) -> None:
        """Log a problem."""
        self._format_and_write(text)

    def _format_and_write(self, text: str) -> None:
        local_time = self._now().astimezone(self._zone())
        parts = (
            f"{local_time:%Y-%m-%d %H:%M:%S}  {sanitize_line(part)}" for part in text.splitlines()
        )
        self._write("\n".join(parts))


class JsonLog:
    """A log of one JSON document per line, each with `at` and `event`.

    Standard output then holds nothing else.
    """

    def __init__(self, now: Callable[[], datetime], write_line: WriteLine) -> None:
        self._now, self._write = now, write_line

    def log_check(self, report: CheckReport) -> None:
        """Log the result of a check."""
        self._write_document(
            "check", report.result.as_json() | {"matched": len(report.matched_events)}
        )

    def log_delivery(self, channel: str, send_summary: SendSummary) -> None:
        """Log the messages sent to a channel, and the failures."""
        row = {
            "channel": channel,
            "delivered": send_summary.delivered,
            "failures": send_summary.failures,
        }
        self._write_document("delivery", row)

    def log_event(self, text: str) -> None:
        """Log any other event."""
        self._write_document("note", {"text": text})

    def log_problem(self, text: str) -> None:
        """Log a problem."""
        self._write_document("trouble", {"text": text})

    def _write_document(self, event: str, row: dict[str, object]) -> None:
        self._write(safe_dumps({"at": to_iso(self._now()), "event": event, **row}))


_MAX_QUEUED_LINES = 1000  # more lines than that are dropped


class BackgroundWriter:
    """Writes lines in order, with `write_line`, in a thread of its own."""

    def __init__(self, write_line: Callable[[str], None]) -> None:
        self._write_line = write_line
        self._lines: queue.Queue[str | None] = queue.Queue(_MAX_QUEUED_LINES)
        self._thread = threading.Thread(target=self._write_queued_lines, name="log", daemon=True)
        self._thread.start()

    def put_line(self, line: str) -> None:
        """Queue a line and return at once; drop it if the queue is full."""
        with suppress(queue.Full):
            self._lines.put_nowait(line)

    def close(self, timeout: float) -> bool:
        """Write the queued lines and end; return whether that finished within `timeout` seconds."""
        try:
            self._lines.put(None, timeout=timeout)
        except queue.Full:
            return False
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _write_queued_lines(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write_line(line)
