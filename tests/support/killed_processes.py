"""Commands that are killed: real processes, ended by SIGKILL at a chosen point or moment.

A point is a statement that begins, ends or changes something in the database, just before it runs,
or the moment just before or just after a channel's sending. They are counted from 1 over the whole
run.

Hundreds of such runs would spend their time on starting Python. So one process, which has imported
what commands need and done nothing with it, forks for each of them: `Crashing` talks to it.
"""

import importlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, Self

from monitor import channels
from monitor.cli import main
from monitor.store import database
from tests.support.installation import ROOT, environment

_WRITES = ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE", "REPLACE")
_NEEDED = (
    *("monitor.cli.once", "monitor.cli.run", "monitor.cli.backfill", "monitor.cli.parser"),
    *("monitor.check.ingest", "monitor.check.alerts", "monitor.sources.motir", "monitor.config"),
    *("monitor.channels.email", "monitor.channels.webhook", "monitor.channels.terminal"),
    *("monitor.store.schema", "monitor.daemon.daemon", "selectolax.lexbor"),
)


class Ended(NamedTuple):
    """How a command ended: its exit code, or the signal's number negated; and what it printed."""

    code: int
    out: str
    err: str
    points: int


class Crashing:
    """Runs commands in a folder, and kills them."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killed_processes"],
            cwd=folder,
            env=environment(PYTHONPATH=str(ROOT)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, *args: str, point: int = 0, seconds: float | None = None) -> Ended:
        """Run a command until it ends, is killed at a point, or after so many seconds."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        print(json.dumps([point, seconds, args]), file=stdin, flush=True)
        ended = Ended(*json.loads(stdout.readline()))
        assert "Traceback" not in ended.err, ended.err
        return ended

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


# ------------------------------------------------------------------ in the process that forks


class _Counter:
    """Counts points, and kills this process at the chosen one."""

    def __init__(self, chosen: int) -> None:
        self.chosen, self.count = chosen, 0
        self._lock = threading.Lock()

    def point(self, *_: object) -> None:
        """Come by a point."""
        with self._lock:
            self.count += 1
            if self.count == self.chosen:
                os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, sql: str) -> None:
        """Come by a statement."""
        if sql.lstrip().upper().startswith(_WRITES):
            self.point()


def _command(chosen: int, args: list[str], counted: IO[str]) -> int:
    """Run a command with points in it."""
    counter = _Counter(chosen)
    connect, send = database.connect_read_write, channels.send

    def traced(path: Any, *, create: bool = True) -> sqlite3.Connection:
        conn = connect(path, create=create)
        conn.set_trace_callback(counter.statement)
        return conn

    def marked(*given: Any, **named: Any) -> None:
        counter.point()
        send(*given, **named)
        counter.point()

    database.connect_read_write, channels.send = traced, marked
    code = main(args)
    print(counter.count, file=counted, flush=True)
    return code


def _forked(point: int, args: list[str], out: IO[str], err: IO[str], counted: IO[str]) -> int:
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        code = _command(point, args, counted)
    except BaseException:  # noqa: BLE001 - the child must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _awaited(child: int, seconds: float | None) -> int:
    """Return how a child ended, by itself or killed after so many seconds."""
    end = None if seconds is None else time.monotonic() + seconds
    while end is not None and time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    if end is not None:
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _serve() -> None:
    for module in _NEEDED:
        importlib.import_module(module)
    for line in sys.stdin:
        point, seconds, args = json.loads(line)
        with TemporaryFile("w+") as out, TemporaryFile("w+") as err, TemporaryFile("w+") as counted:
            code = _awaited(_forked(point, args, out, err, counted), seconds)
            told = [_read(file) for file in (out, err, counted)]
        print(json.dumps([code, *told[:2], int(told[2] or 0)]), flush=True)


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


if __name__ == "__main__":
    _serve()
