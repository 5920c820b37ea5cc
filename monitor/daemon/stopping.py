"""Ending soon: whoever waits while the end is asked for is woken, and abandons what it did."""

import threading


class Stopped(BaseException):
    """The daemon is to end: what is under way is abandoned, whole."""


class Stopping:
    """A switch that is thrown once, and a wait that it cuts short."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask everybody to stop."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait, as a World's `wait` does; Stopped as soon as the end is asked for."""
        if self._event.wait(seconds):
            raise Stopped
