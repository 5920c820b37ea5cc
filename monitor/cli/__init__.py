"""The command line: one file per group of commands, imported when it is asked for."""

import gc
import sys
from collections.abc import Sequence

from monitor.cli.output import prepare, say, shut
from monitor.errors import MonitorError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 all well, 1 something failed, 2 wrong usage."""
    # What is imported stays: looking through it for garbage, while importing and again at the end,
    # is a tenth of a one-shot run.
    gc.disable()
    from monitor.cli.arguments import parse

    prepare()
    args = parse(sys.argv[1:] if argv is None else argv)
    try:
        code = int(args.run(args))
        sys.stdout.flush()
    except MonitorError as error:
        from monitor.text.cleaning import printable

        say(printable(f"monitor: {error}"))
        return error.exit_code
    except KeyboardInterrupt:
        say("monitor: interrupted; what was under way was abandoned whole")
        return 1
    except BrokenPipeError:  # the reader of a pipe (`| head`) has had enough
        shut()
        return 1
    except OSError as error:  # all others are told in words where they happen
        say(f"monitor: stopped: {error.strerror or error}")
        shut()
        return 1
    return code
