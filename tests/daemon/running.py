"""The daemon as a real process, with its log at hand."""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.installation import Stage

PATIENCE = 30.0  # seconds for what comes within one or two on a machine that is not busy


class Running:
    """A daemon that was started; `events` are the JSON lines that it has written so far."""

    def __init__(self, stage: Stage, *args: str) -> None:
        self.process = stage.start("--json", *args)
        self.events: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.events.append(json.loads(line))
                self._news.notify_all()

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first event, past or coming, that is wanted."""
        with self._news:
            found: dict[str, Any] | None = None

            def there() -> bool:
                nonlocal found
                found = next((event for event in self.events if wanted(event)), None)
                return found is not None

            assert self._news.wait_for(there, PATIENCE), self.events
            assert found is not None
            return found

    def checks(self, **wanted: object) -> Callable[[dict[str, Any]], bool]:
        """Want a check that went so."""
        return lambda event: event["event"] == "check" and wanted.items() <= event.items()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float, str]:
        """End it by a signal; return its exit code, the seconds that took, and standard error."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        took = time.monotonic() - began
        return self.process.returncode, took, self._close()

    def kill(self) -> None:
        """End it with no warning."""
        self.process.kill()
        self.process.wait(PATIENCE)
        self._close()

    def _close(self) -> str:
        self._reader.join()
        assert self.process.stderr is not None
        with self.process.stderr as stderr:
            told = stderr.read()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return told


@contextmanager
def running(stage: Stage, *args: str) -> Iterator[Running]:
    """Run a daemon for a while; it is ended in any case."""
    daemon = Running(stage, *args)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.kill()


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait until something outside the daemon is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
