"""`monitor` on a terminal of its own: what somebody who sits at it sees."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from contextlib import suppress

from tests.support.installation import Stage, environment


def seen(stage: Stage, *args: str, rows: int = 24, columns: int = 80, **env: str) -> str:
    """Return what a command writes to a terminal of this size; it must end well."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    variables = environment(**{"TERM": "xterm-256color", "NO_COLOR": "", **env})
    for name in ("COLUMNS", "LINES"):
        variables.pop(name, None)
    told = b""
    with subprocess.Popen(
        [sys.executable, "-m", "monitor", *args],
        cwd=stage.folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
    ) as process:
        os.close(theirs)
        with suppress(OSError):  # how Linux says that nobody writes any more
            while part := os.read(ours, 65536):
                told += part
        os.close(ours)
        assert process.wait(timeout=60) == 0
    return told.decode().replace("\r\n", "\n")
