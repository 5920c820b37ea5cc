"""Long output through a pager, as git does: on a terminal, where it is longer than the screen."""

import os
import shlex
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice

from monitor.cli.parts import flag

_DEFAULT = "less"
# What git gives less: leave at once what fits, keep colours, leave the screen as it is.
_LESS = "FRX"


def page(lines: Iterable[str], args: Namespace) -> None:
    """Print lines; where they are longer than the screen of a terminal, in a pager."""
    rest = iter(lines)
    command = None if flag(args, "no_pager") else _command()
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
