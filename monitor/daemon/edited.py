"""Noticing that config.toml was edited, also by an editor that puts another file in its place."""

from pathlib import Path
from typing import NamedTuple


class _Look(NamedTuple):
    device: int
    inode: int
    size: int
    written: int


class Edited:
    """Watches one file by its look; a file that is still being written is left until it rests."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = self._last = self._look()

    def now(self) -> bool:
        """Tell, once for each edit, that the file was edited and has rested since the last call."""
        look = self._look()
        rests, self._last = look == self._last, look
        if look == self._known or not rests:
            return False
        self._known = look
        return True

    def _look(self) -> _Look | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return _Look(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
