"""Lists as a terminal shows them: as wide as the window, in colour; a line an entry elsewhere."""

import os
import shutil
import sys
from collections.abc import Iterator
from typing import NamedTuple

from monitor.model.stored import Release
from monitor.model.told import Snippet
from monitor.render.terminal import HANG, dim, hits, name, paint, strong
from monitor.text.cleaning import clean

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
    return paint(line, colour=on.colour, width=on.width).split("\n")


def release_lines(release: Release, on: Screen, shown: Snippet | None = None) -> Iterator[str]:
    """Yield a release as a list shows it, with the place where a query or watch hit it, if any."""
    in_title = shown is not None and shown.field == "title"
    title = hits(shown) if shown is not None and in_title else strong(clean(release.title))
    names = ", ".join(map(clean, release.watches))
    before = f"{release.id:>5} {dim(str(release.date))}  "
    withdrawn = dim("  (withdrawn)") if release.withdrawn_at is not None else ""
    told = f"{title}{f'  [{name(names)}]' if names else ''}{withdrawn}"
    yield from fitted(f"{before}{HANG}{told}", on)
    if shown is not None and not in_title:
        yield from fitted(f"{' ' * _INDENT}{HANG}{hits(shown)}", on)
