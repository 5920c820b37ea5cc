"""Lines written by a thread of their own: whoever does not read them holds up nothing else.

A terminal that was stopped with Ctrl-S, or a pager that nobody scrolls, takes no more; the one who
writes then waits, and must not be the one who watches.
"""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

_ROOM = 1000  # lines that wait; what comes when there are so many is let go


class Aside:
    """Writes lines with `write`, in their order."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._lines: queue.Queue[str | None] = queue.Queue(_ROOM)
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Have a line written, soon, and go on."""
        with suppress(queue.Full):
            self._lines.put_nowait(line)

    def close(self, seconds: float) -> bool:
        """Write what waits, and end; tell whether that was done in time."""
        try:
            self._lines.put(None, timeout=seconds)
        except queue.Full:
            return False
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(line)
