"""The command line: one file per group of commands, imported when it is asked for."""

import gc
import sys
from collections.abc import Sequence
from io import TextIOWrapper

from monitor.errors import MonitorError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 all well, 1 something failed, 2 wrong usage."""
    # What is imported stays: looking through it for garbage, while importing and again at the end,
    # is a tenth of a one-shot run.
    gc.disable()
    from monitor.cli.arguments import parse

    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # what a terminal's letters have not
    args = parse(sys.argv[1:] if argv is None else argv)
    try:
        code = int(args.run(args))
        sys.stdout.flush()
    except MonitorError as error:
        from monitor.text.cleaning import printable

        print(printable(f"monitor: {error}"), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("monitor: interrupted; what was under way was abandoned whole", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe (`| head`) has had enough
        return _shut()
    except OSError as error:  # all others are told in words where they happen
        print(f"monitor: stopped: {error.strerror or error}", file=sys.stderr)
        return _shut()
    return code


def _shut() -> int:
    """Write nothing more to standard output: Python itself would, of what is left, at its end."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
