"""Time and chance for tests: a clock that moves only when somebody waits."""

import itertools
import threading
from datetime import UTC, datetime, timedelta

from monitor.clock import Clock

START = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)


class FakeWorld:
    """A world whose time is moved by waiting, and by `pass_time`."""

    def __init__(self, start: datetime = START, chance: float = 0.5) -> None:
        self.moment, self.chance = start, chance
        self.waits: list[float] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def pass_time(self, span: timedelta) -> None:
        """Let time pass."""
        with self._lock:
            self.moment += span

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.pass_time(timedelta(seconds=seconds))

    @property
    def world(self) -> Clock:
        """The world as the program is given it."""
        return Clock(
            now=lambda: self.moment,
            monotonic=lambda: (self.moment - START).total_seconds() + 1000,
            sleep=self._wait,
            random=lambda: self.chance,
            new_id=lambda: f"msg_{next(self._ids):04}",
        )
