"""What the daemon tells of its work: for a person, or as JSON."""

import errno
import io
import json
from contextlib import redirect_stdout
from datetime import UTC, datetime

import pytest

from monitor.check.runner import CheckReport
from monitor.cli.common import print_message
from monitor.cli.run import JsonLog, StdoutPrinter, TextLog
from monitor.clock import find_timezone
from monitor.delivery.dispatcher import SendSummary
from monitor.models.check import CheckResult

NOW = datetime(2025, 12, 1, 1, 30, tzinfo=UTC)
GOOD = CheckResult(
    name="trade", status="ok", started_at=NOW, seconds=0.25, pages=1, entries=10, new=2
)
BAD = CheckResult(
    name="trade", status="failed", started_at=NOW, seconds=1, error="no answer\nin \x1b[31m30 s"
)
SENT = SendSummary(delivered=2, failures=["desk: the server is down"])


def lines(*, quiet: bool) -> TextLog:
    """Return a log in Korean time."""
    return TextLog(lambda: NOW, lambda: find_timezone("Asia/Seoul"), print_message, quiet=quiet)


def test_a_person_reads_one_line_a_happening(capsys: pytest.CaptureFixture[str]) -> None:
    """In local time, on standard error; nothing in it can steer the terminal."""
    log = lines(quiet=False)
    log.log_check(CheckReport(result=GOOD))
    log.log_check(CheckReport(result=BAD))
    log.log_delivery("desk", SENT)
    log.log_event("stopping")
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "2025-12-01 10:30:00  trade: 10 entries, 2 new (0.2 s)",
        "2025-12-01 10:30:00  trade: failed: no answer",
        "2025-12-01 10:30:00  in [31m30 s",
        "2025-12-01 10:30:00  desk: sent 2 messages",
        "2025-12-01 10:30:00  not sent: desk: the server is down",
        "2025-12-01 10:30:00  stopping",
    ]


def test_a_quiet_log_tells_of_trouble_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What goes well is not worth a line then."""
    log = lines(quiet=True)
    log.log_check(CheckReport(result=GOOD))
    log.log_delivery("desk", SENT)
    log.log_event("stopping")
    assert capsys.readouterr().err == "2025-12-01 10:30:00  not sent: desk: the server is down\n"


def test_json_lines_hold_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A document a line, each with its time and its kind, on standard output."""
    log = JsonLog(lambda: NOW, StdoutPrinter())
    log.log_check(CheckReport(result=GOOD))
    log.log_delivery("desk", SENT)
    log.log_event("stopping")
    log.log_problem("the disk is full")
    out, err = capsys.readouterr()
    check, *others = map(json.loads, out.splitlines())
    at = "2025-12-01T01:30:00.000Z"
    assert check == {"at": at, "event": "check", **GOOD.as_json(), "matched": 0}
    assert others == [
        {
            "at": at,
            "event": "delivery",
            "channel": "desk",
            "delivered": 2,
            "failures": ["desk: the server is down"],
        },
        {"at": at, "event": "note", "text": "stopping"},
        {"at": at, "event": "trouble", "text": "the disk is full"},
    ]
    assert err == ""


class Full(io.StringIO):
    """A standard output behind which there is no room."""

    def flush(self) -> None:
        """Fail as a write does."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_json_lines_that_nobody_takes_are_told_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error; and again only where they were taken in between."""
    log = JsonLog(lambda: NOW, StdoutPrinter())
    with redirect_stdout(Full()):
        log.log_event("one")
        log.log_event("two")
    log.log_event("three")
    out, err = capsys.readouterr()
    assert err == "monitor: standard output: No space left on device; work goes on\n"
    assert json.loads(out)["text"] == "three"
