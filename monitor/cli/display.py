"""Lists as a terminal shows them: as wide as the window, in colour; a line an entry elsewhere."""

import os
import shlex
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import NamedTuple, TextIO

from monitor.check.backfill import ProgressUpdate
from monitor.cli.common import is_set
from monitor.models.notification import Snippet
from monitor.models.release import Release
from monitor.render.terminal import (
    INDENT_MARK,
    mark_dim,
    mark_hits,
    mark_name,
    mark_strong,
    paint_text,
)
from monitor.text.sanitize import sanitize_line

_ENDLESS = 1 << 30
_INDENT = 6  # of what stands below an entry: that of a number


class Screen(NamedTuple):
    """Where a list is shown: how many columns there are, and whether colours are wanted."""

    width: int
    colour: bool


def screen() -> Screen:
    """Return what standard output is; to a program, lines have no end and no colour."""
    if not sys.stdout.isatty():
        return Screen(_ENDLESS, colour=False)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return Screen(shutil.get_terminal_size().columns, colour=not plain)


def fitted(line: str, on: Screen) -> list[str]:
    """Return a line, with the marks of `render.terminal`, as lines that fit the screen."""
    return paint_text(line, colour=on.colour, width=on.width).split("\n")


def release_lines(release: Release, on: Screen, shown: Snippet | None = None) -> Iterator[str]:
    """Yield a release as a list shows it, with the place where a query or watch hit it, if any."""
    in_title = shown is not None and shown.field == "title"
    title = (
        mark_hits(shown)
        if shown is not None and in_title
        else mark_strong(sanitize_line(release.title))
    )
    names = ", ".join(map(sanitize_line, release.watches))
    before = f"{release.id:>5} {mark_dim(str(release.date))}  "
    withdrawn = mark_dim("  (withdrawn)") if release.withdrawn_at is not None else ""
    told = f"{title}{f'  [{mark_name(names)}]' if names else ''}{withdrawn}"
    yield from fitted(f"{before}{INDENT_MARK}{told}", on)
    if shown is not None and not in_title:
        yield from fitted(f"{' ' * _INDENT}{INDENT_MARK}{mark_hits(shown)}", on)


_DEFAULT = "less"
# What git gives less: leave at once what fits, keep colours, leave the screen as it is.
_LESS = "FRX"


def page(lines: Iterable[str], args: Namespace) -> None:
    """Print lines; where they are longer than the screen of a terminal, in a pager."""
    rest = iter(lines)
    command = None if is_set(args, "no_pager") else _command()
    if command is None:
        _print(rest)
        return
    first = list(islice(rest, shutil.get_terminal_size().lines))
    if sum(1 + line.count("\n") for line in first) < shutil.get_terminal_size().lines:
        _print(first)
        return
    _feed(command, chain(first, rest))


def _command() -> list[str] | None:
    """Return the pager to use; None where there is no terminal, or none is wanted."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return None
    try:
        words = shlex.split(os.environ.get("PAGER", _DEFAULT))
    except ValueError:  # a quote that is never closed
        return None
    # `PAGER=cat` says the same as `PAGER=`: none.
    if not words or words == ["cat"] or shutil.which(words[0]) is None:
        return None
    return words


def _feed(command: list[str], lines: Iterator[str]) -> None:
    environment = {"LESS": _LESS, "LV": "-c", **os.environ}
    sys.stdout.flush()
    try:
        pager = subprocess.Popen(  # noqa: S603 - the user's own pager
            command, stdin=subprocess.PIPE, env=environment, text=True, encoding="utf-8"
        )
    except OSError:
        _print(lines)
        return
    assert pager.stdin is not None  # noqa: S101 - it is a pipe
    with suppress(BrokenPipeError):  # the reader has had enough
        for line in lines:
            pager.stdin.write(f"{line}\n")
    with suppress(BrokenPipeError):
        pager.stdin.close()
    _wait(pager)


def _wait(pager: "subprocess.Popen[str]") -> None:
    """Wait until the reader leaves; Ctrl-C means the pager, which knows what to do with it."""
    while True:
        with suppress(KeyboardInterrupt):
            pager.wait()
            return


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


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

    def words(self, now: ProgressUpdate) -> str:
        """Return the rate, and the time left where that can be told."""
        at = self._monotonic()
        seconds = at - self._begun_at
        rate = f"{now.pages / seconds:.1f} pages/s" if seconds > 0 else ""
        left = self._left(now.fraction, at)
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

    def tell(self, now: ProgressUpdate) -> None:
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

    def tell(self, now: ProgressUpdate) -> None:
        """Say where the walk is, if nothing has been said for a while."""
        words = self._pace.words(now)
        if self._monotonic() - self._told_at >= _EVERY:
            self._told_at = self._monotonic()
            print(
                "  ".join((sanitize_line(now.source), where(now), words)),
                file=self._out,
                flush=True,
            )

    def close(self) -> None:
        """Do nothing: what was said stands."""


class Silent:
    """Says nothing."""

    def tell(self, now: ProgressUpdate) -> None:
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


def bar(now: ProgressUpdate, words: str, columns: int) -> str:
    """Return a line of at most `columns`: the source, a bar if the way is known, and words."""
    name, told = sanitize_line(now.source), "  ".join(filter(None, (where(now), words)))
    room = min(_WIDEST, columns - len(name) - len(told) - 4)
    if now.fraction is None or room < _NARROWEST:
        return f"{name}  {told}"[:columns]
    full = int(room * now.fraction)
    return f"{name}  {'█' * full}{'░' * (room - full)}  {told}"


def where(now: ProgressUpdate) -> str:
    """Return how much lies behind, the page, its date, and what it brought."""
    parts = ["" if now.fraction is None else f"{now.fraction:.0%}", f"page {now.page}"]
    parts.append("" if now.oldest_date is None else str(now.oldest_date))
    return "  ".join(filter(None, (*parts, f"{now.added:,} added")))


def span(seconds: float) -> str:
    """Return a length of time in one unit, as one would say it."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    return f"{seconds / _HOUR:.1f} h"
