"""What holds for all tests."""

import os
import tempfile
from itertools import chain
from pathlib import Path
from shutil import disk_usage

from hypothesis import settings
from pytest import TerminalReporter  # noqa: PT013 - a type, not the runner

# Machines are noisy: how long an example takes says nothing about the code. CI tries the same
# examples each time, so that it speaks of the change; elsewhere every run tries others.
settings.register_profile("monitor", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("monitor")

# Nobody pulls the plug while tests run, so what they write need not reach a disk: waiting for that
# is a third of the time of those that use a database.
MEMORY, ENOUGH = Path("/dev/shm"), 2 * 2**30  # noqa: S108 - pytest makes folders of its own in it
if "TMPDIR" not in os.environ and MEMORY.is_dir() and disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print what tests have to tell (`record_property("told", …)`), passed or not."""
    reports = chain.from_iterable(map(terminalreporter.getreports, ("passed", "failed")))
    told = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for report in reports
        for name, value in report.user_properties
        if name == "told"
    ]
    if told:
        terminalreporter.section("told by tests")
        for line in sorted(told):
            terminalreporter.write_line(line)
