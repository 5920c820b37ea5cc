"""Standard output that is closed, full, or read by nobody any more."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.channels.peers import Receiver, receiving
from tests.support.installation import WATCHES, Done, Stage, bot, environment, source
from tests.support.site import Site

UNBUFFERED = {"PYTHONUNBUFFERED": "1"}  # so that the very first line meets the trouble


def run(stage: Stage, *args: str, stdout: int) -> Done:
    """Run a command with this as its standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *args],
        cwd=stage.folder,
        env=environment(**UNBUFFERED),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=stage.patience,
    )
    return Done(done.returncode, "", done.stderr)


def unread() -> int:
    """Return the end of a pipe that nobody reads."""
    end, start = os.pipe()
    os.close(end)
    return start


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Give an installation with one release."""
    stage = Stage(tmp_path, source("trade", "http://127.0.0.1:9/"), WATCHES)
    assert stage.run("import", "-", stdin="-\nTrade\nOf Steel\nMore. date2025-12-01").code == 0
    return stage


def test_a_watch_is_added_though_nobody_reads_its_back_test(stage: Stage) -> None:
    """`monitor watch add more more | head -0`."""
    done = run(stage, "watch", "add", "more", "more", stdout=unread())
    assert (done.code, done.err.startswith("added “more” to ")) == (0, True)
    assert 'name = "more"' in stage.config.read_text(encoding="utf-8")


def test_alerts_go_out_though_the_report_of_the_check_cannot_be_written(tmp_path: Path) -> None:
    """The disk is full behind cron's `>> monitor.log`: that is told, and the work is done."""
    with Site() as site, receiving(Receiver()) as receiver:
        site.publish("Old", date(2025, 12, 1))
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.once()
        site.publish("Steel", date(2025, 12, 1))
        done = run(stage, "--once", stdout=os.open("/dev/full", os.O_WRONLY))
        assert done.err == "monitor: standard output: No space left on device\n"
        assert len(receiver.got) == 1
        site.publish("More Steel", date(2025, 12, 1))
        assert run(stage, "--once", stdout=unread()) == Done(0, "", "")
        assert len(receiver.got) == 2


def test_an_alert_on_a_terminal_that_is_full_stays_owed(tmp_path: Path) -> None:
    """It was seen by nobody: the next run prints it, once."""
    with Site() as site:
        site.publish("Old", date(2025, 12, 1))
        terminal = '[[channel]]\nname = "screen"\nkind = "terminal"'
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, terminal)
        stage.once()
        site.publish("Steel", date(2025, 12, 1))
        done = run(stage, "--once", stdout=os.open("/dev/full", os.O_WRONLY))
        full = "standard output cannot be written: No space left on device"
        assert (done.code, f"not sent: screen: {full}\n" in done.err) == (1, True)
        assert "Steel" in stage.run("--once").out
        assert "Steel" not in stage.run("--once").out


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("args", ["releases", "watch list", "--help", "show 9", "nonsense"])
def test_an_output_that_is_closed_is_no_trouble(stage: Stage, args: str, closed: str) -> None:
    """Commands end as they would, and nothing lands where it does not belong."""
    usual = stage.run(*args.split())
    command = f"{sys.executable} -m monitor {args} {closed}"
    done = subprocess.run(  # noqa: S602 - the shell is what closes it
        command, shell=True, cwd=stage.folder, env=environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == usual.code
    assert done.stdout == ("" if closed.startswith(">") else usual.out)
    assert done.stderr == ("" if "2>" in closed else usual.err)
