"""What the daemon tells: lines for a person on standard error, or JSON lines on standard output.

Where they go may be full, or read by nobody any more: the watching goes on all the same.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo

from monitor.check import Report
from monitor.cli.output import say
from monitor.cli.words import in_words
from monitor.deliver import Tally
from monitor.jsontext import dumps
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.times import to_iso

Write = Callable[[str], None]
"""Writes a line, or several; called from several threads."""


class Printer:
    """Prints on standard output; that it cannot is told once, and again after it could."""

    def __init__(self) -> None:
        self._is_taken = True

    def __call__(self, line: str) -> None:
        """Print a line."""
        was_taken, self._is_taken = self._is_taken, False
        try:
            print(line, flush=True)
            self._is_taken = True
        except OSError as error:
            if was_taken:
                say(f"monitor: standard output: {error.strerror or error}; work goes on")


class Lines:
    """One line for each thing that happened, with its local time; `quiet` leaves trouble alone."""

    def __init__(
        self,
        now: Callable[[], datetime],
        zone: Callable[[], tzinfo],
        write: Write,
        *,
        quiet: bool,
    ) -> None:
        self._now, self._zone, self._quiet = now, zone, quiet
        self._write = write

    def checked(self, report: Report) -> None:
        """Tell how a check went."""
        result = report.result
        if result.error is not None:
            self.trouble(f"{result.name}: {result.status}: {result.error}")
        else:
            self.said(f"{result.name}: {in_words(report)} ({result.seconds:.1f} s)")

    def sent(self, channel: str, tally: Tally) -> None:
        """Tell what was sent to a channel, and what was not."""
        if tally.delivered:
            messages = counted(tally.delivered, "message")
            self.said(f"{channel}: sent {messages}")
        for failure in tally.failures:
            self.trouble(f"not sent: {failure}")

    def said(self, text: str) -> None:
        """Tell what else happened."""
        if not self._quiet:
            self._line(text)

    def trouble(self, text: str) -> None:
        """Tell what went wrong."""
        self._line(text)

    def _line(self, text: str) -> None:
        at = self._now().astimezone(self._zone())
        parts = (f"{at:%Y-%m-%d %H:%M:%S}  {clean(part)}" for part in text.splitlines())
        self._write("\n".join(parts))


class JsonLines:
    """One JSON document a line, with `at` and `event`; nothing else is on standard output."""

    def __init__(self, now: Callable[[], datetime], write: Write) -> None:
        self._now, self._write = now, write

    def checked(self, report: Report) -> None:
        """Tell how a check went."""
        self._line("check", report.result.as_json() | {"matched": len(report.found)})

    def sent(self, channel: str, tally: Tally) -> None:
        """Tell what was sent to a channel, and what was not."""
        row = {"channel": channel, "delivered": tally.delivered, "failures": tally.failures}
        self._line("delivery", row)

    def said(self, text: str) -> None:
        """Tell what else happened."""
        self._line("note", {"text": text})

    def trouble(self, text: str) -> None:
        """Tell what went wrong."""
        self._line("trouble", {"text": text})

    def _line(self, event: str, row: dict[str, object]) -> None:
        self._write(dumps({"at": to_iso(self._now()), "event": event, **row}))
