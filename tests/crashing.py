"""`monitor --once` that is killed at a chosen point: `python -m tests.crashing POINT [ARG …]`.

A point is a statement that begins, ends or changes something in the database, just before it runs,
or the moment just before or just after a channel's sending. They are counted from 1 over the whole
run; POINT 0 kills nobody and prints how many there are.
"""

import os
import signal
import sqlite3
import sys
import threading
from typing import Any

from monitor import channels
from monitor.cli import main
from monitor.store import database

_WRITES = ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE", "REPLACE")


class Counter:
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


def run(chosen: int, args: list[str]) -> int:
    """Run the command with points in it."""
    counter = Counter(chosen)
    connect, send = database.connect, channels.send

    def traced(path: Any) -> sqlite3.Connection:
        conn = connect(path)
        conn.set_trace_callback(counter.statement)
        return conn

    def marked(*given: Any, **named: Any) -> None:
        counter.point()
        send(*given, **named)
        counter.point()

    database.connect, channels.send = traced, marked
    code = main(args)
    if not chosen:
        print(counter.count)
    return code


if __name__ == "__main__":
    sys.exit(run(int(sys.argv[1]), sys.argv[2:]))
