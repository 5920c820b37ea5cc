"""What only a process of its own can show: its memory, its end, a disk that takes no more."""

import resource
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from tests.channels.peers import Receiver, receiving
from tests.support import site_faults as faults
from tests.support.installation import WATCHES, Stage, bot, environment, source
from tests.support.site import Site

DAY = date(2025, 12, 1)

# Runs a command and says how much memory it took at most, in KB.
MEASURED = """
import resource, subprocess, sys
command = [sys.executable, "-m", "monitor", *sys.argv[1:]]
done = subprocess.run(command, capture_output=True, text=True)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.stderr)
"""


def measured(stage: Stage) -> tuple[int, int, str]:
    """Check once; return the exit code, the memory in KB, and what was said."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "--once", "-q"],
        cwd=stage.folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    code, memory, said = done.stdout.split(" ", 2)
    return int(code), int(memory), said


@pytest.mark.slow
def test_no_answer_fills_the_memory(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Neither a bomb nor an endless answer takes much more than the limit that is set for them."""
    with Site() as site:
        site.publish("Talks", DAY, body="Talks.")
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
        _, usual, _ = measured(stage)
        for fault in (faults.bomb(2**27), faults.endless):
            site.behave()
            site.misbehave(fault)
            code, memory, said = measured(stage)
            assert (code, "is larger than" in said) == (1, True)
            limit = 10_000_000  # [fetch] max_bytes
            assert memory - usual < 3 * limit / 1024
            record_property("told", f"{memory / 1024:.0f} MB, where {usual / 1024:.0f} are usual")


@pytest.mark.slow
def test_a_disk_that_takes_no_more_loses_nothing(tmp_path: Path) -> None:
    """In whatever write it ends, the run says so, and the next one makes it whole."""
    with Site() as site, receiving(Receiver()) as receiver:
        for number in range(12):
            site.publish(f"Round {number}", DAY, body="Talks.")
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, bot(receiver.url))
        stage.settle()
        site.publish("Steel Quotas", DAY, body="Of steel.")
        for size in (1_000, 9_000, 30_000):
            limited = partial(_limit, size)
            with stage.start("--once", "-q", env=UNMEASURED, preexec_fn=limited) as process:
                _, err = process.communicate(timeout=60)
            assert (process.returncode, receiver.got) == (1, []), size
            assert "disk" in err
            assert "Traceback" not in err
        assert stage.rows("SELECT count(*) FROM releases") == [(12,)]
        assert stage.once()["delivered"] == 1
        assert stage.rows("PRAGMA integrity_check") == [("ok",)]


# What measures coverage writes files of its own, and would complain of the limit too.
UNMEASURED = environment(COVERAGE_PROCESS_START="", COVERAGE_PROCESS_CONFIG="")


def _limit(size: int) -> None:
    """Let no file of this process grow beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("fault", [faults.status(500), faults.maintenance, faults.reset_in_body])
def test_a_process_ends_as_the_table_says(tmp_path: Path, fault: faults.Fault) -> None:
    """With exit code 1, and one line on standard error."""
    with Site() as site:
        site.misbehave(fault)
        done = Stage(tmp_path, source("trade", site.url()), WATCHES).run("--once", "-q")
    assert done.code == 1
    assert done.err.startswith(("trade: failed: ", "trade: suspect: "))
    assert done.err.count("\n") == 1
