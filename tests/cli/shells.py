"""Real interactive shells at a terminal of their own, in which a person types, TAB included."""

import os
import pty
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.installation import environment

PATIENCE = 60.0
SHELLS = ("bash", "zsh", "fish")

# Says what it was called with, but for what completion asks of the real one.
_MONITOR = """#!/bin/sh
case "$1" in
  complete|completion) exec '{python}' -m monitor "$@" ;;
esac
printf '%s\\0' "$@" > '{said}.part' && mv '{said}.part' '{said}'
"""

_START = {
    "bash": (".bashrc", 'eval "$(monitor completion bash)"', ["--noprofile", "-i"]),
    "zsh": (".zshrc", 'eval "$(monitor completion zsh)"', ["-i"]),
    "fish": (
        "config.fish",
        "set fish_autosuggestion_enabled 0; monitor completion fish | source",
        ["--interactive"],
    ),
}


def there(shell: str) -> str:
    """Return the path of a shell; without it, CI fails and other machines skip the test."""
    found = shutil.which(shell)
    if found is None:
        assert not os.environ.get("CI"), f"{shell} is missing; see .ci/run"
        pytest.skip(f"{shell} is not installed")
    return found


class Typist:
    """Types into a shell, and tells with which arguments `monitor` was called then."""

    def __init__(self, process: "subprocess.Popen[bytes]", terminal: int, said: Path) -> None:
        self._process, self._terminal, self._said = process, terminal, said
        self.shown = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                self.shown += os.read(self._terminal, 65536)
            except OSError:  # the shell has gone
                return

    def type(self, line: str) -> list[str]:
        """Type a line and Enter; return the arguments."""
        os.write(self._terminal, f"{line}\r".encode())
        end = time.monotonic() + PATIENCE
        while not self._said.exists():
            assert time.monotonic() < end, self.shown.decode(errors="replace")
            time.sleep(0.01)
        words = self._said.read_text(encoding="utf-8").split("\0")[:-1]
        self._said.unlink()
        return words

    def close(self) -> None:
        """End the shell."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        os.close(self._terminal)


@contextmanager
def typing(shell: str, folder: Path) -> Iterator[Typist]:
    """Start a shell in a folder, with the completion of `monitor` as its users would have it."""
    path = there(shell)
    (folder / "bin").mkdir()
    said = folder / "said"
    command = folder / "bin" / "monitor"
    command.write_text(_MONITOR.format(python=sys.executable, said=said), encoding="utf-8")
    command.chmod(0o700)
    name, line, options = _START[shell]
    settings = folder / ".config" / "fish" / name if shell == "fish" else folder / name
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f"{line}\n", encoding="utf-8")
    # Where this is missing, fish begins by reading every manual page of the machine.
    (folder / ".local" / "fish" / "generated_completions").mkdir(parents=True)
    if shell == "bash":
        options = ["--rcfile", str(settings), *options]
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", path, *options],
        cwd=folder,
        env=environment(
            HOME=str(folder),
            ZDOTDIR=str(folder),
            XDG_CONFIG_HOME=str(folder / ".config"),
            XDG_DATA_HOME=str(folder / ".local"),
            PATH=f"{folder / 'bin'}:{os.environ['PATH']}",
            LC_ALL="C.UTF-8",
            TERM="xterm",
        ),
        stdin=end,
        stdout=end,
        stderr=end,
    )
    os.close(end)
    typist = Typist(process, terminal, said)
    try:
        assert typist.type("monitor ready") == ["ready"]
        yield typist
    finally:
        typist.close()
