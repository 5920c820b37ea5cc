"""Standard output that nobody reads any more, is full, or was never open."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TextIO


def prepare() -> None:
    """Let both outputs take any letter, and what is closed (`>&-`) take it nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what a terminal's letters have not


def say(text: str) -> None:
    """Tell the person something, beside what is printed for scripts, if anybody listens."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


@contextmanager
def in_passing() -> Iterator[None]:
    """Print before the work is done: where that cannot be read, it is done all the same.

    `| head` that has had enough, and a full disk behind `>`, end a command only where nothing is
    left to do.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        shut()
    except OSError as error:
        say(f"monitor: standard output: {error.strerror or error}")
        shut()


def spare() -> TextIO:
    """Return another stream to where standard output goes, which is not shut with that one.

    For alerts on the terminal: where standard output is full they have not been sent.
    """
    try:
        number = os.dup(sys.stdout.fileno())
    except OSError:  # no file, but something in its place
        return sys.stdout
    return open(number, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)  # noqa: PTH123


def shut() -> None:
    """Write nothing more to standard output: Python itself would, of what is left, at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
