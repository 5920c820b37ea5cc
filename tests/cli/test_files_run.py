"""The files of which one run executes functions: few, so that a run is easy to follow."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.support.installation import WATCHES, Stage, environment, source
from tests.support.site import Site

COUNT = """
import inspect
import sys
import threading

files = set()


def record(frame, event, argument):
    if event == "call" and frame.f_code.co_flags & inspect.CO_NEWLOCALS:  # a function, no module
        files.add(frame.f_code.co_filename)


threading.setprofile(record)
sys.setprofile(record)
from monitor.cli import main

main(["--once", "-q"])
sys.setprofile(None)
print(*sorted(name.rpartition("/monitor/")[2] for name in files if "/monitor/" in name))
"""

DAY = date(2025, 12, 1)
TERMINAL = '[[channel]]\nname = "terminal"\nkind = "terminal"\n'


def list_executed_files(folder: Path) -> list[str]:
    """Return the files below monitor/ of which `monitor --once` calls any function."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize(("is_new", "limit"), [(False, 35), (True, 80)])
def test_a_run_executes_few_files(
    tmp_path: Path, is_new: bool, limit: int, record_property: Callable[[str, object], None]
) -> None:
    """At most 35 files for an unchanged page, and 80 for one new release."""
    with Site() as site:
        for number in range(3):
            site.publish(f"Steel {number}", DAY)
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES, TERMINAL)
        stage.settle()
        if is_new:
            site.publish("A Quota on Steel", DAY)
        files = list_executed_files(tmp_path)
    record_property("told", f"{len(files)} files, at most {limit}")
    assert len(files) <= limit, files
