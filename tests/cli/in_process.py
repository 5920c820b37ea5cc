"""An installation whose commands run in this process: for tables of many, where starting counts."""

import gc
import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

from monitor.cli import main
from tests.support.installation import Done, Stage


class Inside(Stage):
    """A stage that starts no process for what it runs to its end."""

    def run(self, *args: str, stdin: str | None = None) -> Done:
        """Run a command to its end."""
        out, given = _stream(), _stream()
        given.buffer.write((stdin or "").encode())
        given.seek(0)
        err = io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", given):
            try:
                code = main(["--config", str(self.config), *args])
            except SystemExit as ended:
                code = int(ended.code or 0)
            finally:
                gc.unfreeze()
                gc.enable()
            out.flush()
        out.seek(0)
        return Done(code, out.read(), err.getvalue())


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
