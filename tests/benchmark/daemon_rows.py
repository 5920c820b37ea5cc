"""The daemon's figures: what it costs to be idle, and that it does not grow."""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

from tests.benchmark.__main__ import Row, published
from tests.support.installation import WATCHES, Stage, source
from tests.support.site import Site

_IDLE = 30.0  # seconds that an idle daemon is watched for
_WARM, _CHECKS = 2_000, 10_000
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def daemon(_: int) -> list[Row]:
    """Idle with one source and with 1,000; and memory over 10,000 checks."""
    return [*_idle(1, 80), *_idle(1000, 80), _growth()]


def _idle(count: int, goal: float) -> Iterator[Row]:
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        published(site, 20)
        stage = _staged(Path(folder), site, count, "6h")
        stage.patience = 600  # a thousand first checks of one board are no figure
        stage.settle()
        with _running(stage) as pid:
            time.sleep(3 + count / 100)  # it looks at every source once
            before, began = _seconds(pid), time.monotonic()
            time.sleep(_IDLE)
            hourly = (_seconds(pid) - before) / (time.monotonic() - began) * 3600
            resident = _megabytes(pid)
    names = "1 source" if count == 1 else f"{count} sources"
    yield Row(f"idle daemon, {names}, CPU an hour", f"{hourly:.1f} s", "", "", "10 s", hourly <= 10)
    yield Row(
        f"memory, daemon, {names}", f"{resident:.1f} MB", "", "", f"{goal} MB", resident <= goal
    )


def _growth() -> Row:
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        published(site, 20)
        stage = _staged(Path(folder), site, 200, "1s")
        stage.settle()
        with _running(stage) as pid:
            # Something new first: what taking it in needs is imported when it is needed.
            before = after = 0.0
            for number in range(6):
                site.publish(f"Steel talks {number}", date(2025, 12, 1) + timedelta(days=number))
                _wait(stage, _WARM + number * _CHECKS // 5)
                before, after = before or _megabytes(pid), _megabytes(pid)
    return Row(
        f"memory, daemon, {_CHECKS:,} checks later",
        f"{after:.1f} MB",
        f"{before:.1f} MB",
        f"{after / before:.2f}",
        "1.05 × what it was before",
        after <= before * 1.05,
    )


def _staged(folder: Path, site: Site, count: int, every: str) -> Stage:
    url = site.url()
    sources = [source(f"s{n}", f"{url}?n={n}", every=every) for n in range(count)]
    return Stage(folder, *sources, WATCHES)


@contextmanager
def _running(stage: Stage) -> Iterator[int]:
    process = stage.start("-q")
    try:
        yield process.pid
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _wait(stage: Stage, checks: int) -> None:
    end = time.monotonic() + 300
    while True:
        time.sleep(0.2)
        with closing(sqlite3.connect(stage.db)) as conn:
            (count,) = conn.execute("SELECT count(*) FROM checks").fetchone()
        if count >= checks:
            return
        assert time.monotonic() < end, count


def _seconds(pid: int) -> float:
    """Return the CPU time of a process (proc(5): fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _megabytes(pid: int) -> float:
    """Return the resident memory of a process, in MB (10^6 bytes)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6
