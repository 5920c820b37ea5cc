"""The command line: one file per group of commands, imported when it is asked for."""

import gc
import sys
from collections.abc import Sequence

from monitor.errors import MonitorError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 all well, 1 something failed, 2 wrong usage."""
    # What is imported stays: looking through it for garbage, while importing and again at the end,
    # is a tenth of a one-shot run.
    gc.disable()
    from monitor.cli.arguments import parse

    args = parse(sys.argv[1:] if argv is None else argv)
    try:
        return int(args.run(args))
    except MonitorError as error:
        print(f"monitor: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("monitor: interrupted; what was under way was abandoned whole", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return _reader_gone()


def _reader_gone() -> int:
    """End quietly when the reader of a pipe (`| head`) has had enough."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
