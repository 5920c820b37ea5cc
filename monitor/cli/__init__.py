"""The command line: one module for each group of commands, imported only when it is needed."""

import gc
import sys
from collections.abc import Sequence

from monitor.cli.common import discard_stdout, prepare_outputs, print_message
from monitor.errors import MonitorError


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    The code is 0 for success, 1 if some source or delivery failed, 2 for wrong usage or config.
    """
    # Imported modules are never garbage. Collecting during the imports and again at the end takes a
    # tenth of a one-shot run.
    gc.disable()
    from monitor.cli.command_line import parse_arguments

    prepare_outputs()
    args = parse_arguments(sys.argv[1:] if argv is None else argv)
    try:
        code = int(args.run(args))
        sys.stdout.flush()
    except MonitorError as error:
        from monitor.text.sanitize import strip_control_chars

        print_message(strip_control_chars(f"monitor: {error}"))
        return error.exit_code
    except KeyboardInterrupt:
        print_message("monitor: interrupted; the step that was running was rolled back")
        return 1
    except BrokenPipeError:  # the reader of the pipe, `| head` for example, has ended
        discard_stdout()
        return 1
    except OSError as error:  # all others are handled where they occur
        print_message(f"monitor: stopped: {error.strerror or error}")
        discard_stdout()
        return 1
    return code
