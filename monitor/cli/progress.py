"""How far a long walk is: a bar on a terminal, a line now and then elsewhere, nothing if quiet."""

import shutil
from collections.abc import Callable
from typing import TextIO

from monitor.check.distance import Progress
from monitor.text.cleaning import clean

_WIDEST = 30
_NARROWEST = 5
_EVERY = 10.0  # seconds between two lines
_MINUTE, _HOUR = 60, 3600


class Pace:
    """How quick a walk is, and how long it will take yet."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._begun_at = monotonic()
        self._first: tuple[float, float] | None = None

    def words(self, now: Progress) -> str:
        """Return the rate, and the time left where that can be told."""
        at = self._monotonic()
        seconds = at - self._begun_at
        rate = f"{now.pages / seconds:.1f} pages/s" if seconds > 0 else ""
        left = self._left(now.share, at)
        return "  ".join(filter(None, (rate, "" if left is None else f"about {span(left)} left")))

    def _left(self, share: float | None, at: float) -> float | None:
        """Return the seconds left, told from how much of the way was made in this walk."""
        if share is None:
            return None
        if self._first is None:
            self._first = (share, at)
        made = share - self._first[0]
        if made <= 0:
            return None
        return (at - self._first[1]) * (1 - share) / made


class Bar:
    """One line of a terminal, written over and over."""

    def __init__(self, out: TextIO, monotonic: Callable[[], float]) -> None:
        self._out, self._pace = out, Pace(monotonic)
        self._shown = False

    def tell(self, now: Progress) -> None:
        """Show where the walk is."""
        columns = shutil.get_terminal_size().columns
        self._out.write(f"\r{bar(now, self._pace.words(now), columns - 1)}\x1b[K")
        self._out.flush()
        self._shown = True

    def close(self) -> None:
        """Leave the line as empty as it was."""
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()


class Lines:
    """A line every ten seconds, for a log."""

    def __init__(self, out: TextIO, monotonic: Callable[[], float]) -> None:
        self._out, self._pace, self._monotonic = out, Pace(monotonic), monotonic
        self._told_at = monotonic()

    def tell(self, now: Progress) -> None:
        """Say where the walk is, if nothing has been said for a while."""
        words = self._pace.words(now)
        if self._monotonic() - self._told_at >= _EVERY:
            self._told_at = self._monotonic()
            print("  ".join((clean(now.source), where(now), words)), file=self._out, flush=True)

    def close(self) -> None:
        """Do nothing: what was said stands."""


class Silent:
    """Says nothing."""

    def tell(self, now: Progress) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Do nothing."""


class Counter:
    """Counts pages on one line of a terminal."""

    def __init__(self, out: TextIO, *, shown: bool) -> None:
        self._out, self._shown, self._told = out, shown, False

    def tell(self, count: int) -> None:
        """Show every tenth."""
        if self._shown and count % 10 == 0:
            self._out.write(f"\r{count:,} pages\x1b[K")
            self._out.flush()
            self._told = True

    def close(self) -> None:
        """Leave the line as empty as it was."""
        if self._told:
            self._out.write("\r\x1b[K")
            self._out.flush()


def bar(now: Progress, words: str, columns: int) -> str:
    """Return a line of at most `columns`: the source, a bar if the way is known, and words."""
    name, told = clean(now.source), "  ".join(filter(None, (where(now), words)))
    room = min(_WIDEST, columns - len(name) - len(told) - 4)
    if now.share is None or room < _NARROWEST:
        return f"{name}  {told}"[:columns]
    full = int(room * now.share)
    return f"{name}  {'█' * full}{'░' * (room - full)}  {told}"


def where(now: Progress) -> str:
    """Return how much lies behind, the page, its date, and what it brought."""
    parts = ["" if now.share is None else f"{now.share:.0%}", f"page {now.page}"]
    parts.append("" if now.oldest is None else str(now.oldest))
    return "  ".join(filter(None, (*parts, f"{now.added:,} added")))


def span(seconds: float) -> str:
    """Return a length of time in one unit, as one would say it."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    return f"{seconds / _HOUR:.1f} h"
