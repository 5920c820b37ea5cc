"""Puts an edited config.toml in the place of the old one: whole or not at all.

    lock the folder ─► read, check ─► edit, check ─► write beside ─► unchanged since? ─► rename

The new text goes into a file beside the old one, which the system then puts in its place in one
step: whoever reads, and whoever comes after a crash, finds the one or the other. A link stays a
link, and the file that it leads to is edited. The folder is locked meanwhile, so that two commands
wait for each other; an editor knows nothing of the lock, so what it saved in between is noticed.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.config.load import decoded, read
from monitor.config.parse import parse
from monitor.errors import ConfigError, UsageError, is_forbidden

_WRONG = "nothing was written, as the file would be wrong then"
_MEANWHILE = "somebody else changed the file at the same moment; nothing was written, try again"
_PROTECTED = "this file is write-protected; allow writing with: chmod u+w"


def rewrite(path: Path, edit: Callable[[str], str], environ: Mapping[str, str]) -> bool:
    """Edit a config file; return whether that changed anything.

    `edit` is given the whole text and returns the new one; what it raises goes through.
    UsageError where the file is wrong as it is, would be wrong then, cannot be written, or was
    changed by somebody else meanwhile: then it is as it was.
    """
    target = Path(os.path.realpath(path))
    with _locked(target.parent, path) as folder:
        data, status = read(path)
        parse(decoded(data, path), path=path, environ=environ)
        new = edit(data.decode()).encode()
        if new == data:
            return False
        try:
            parse(decoded(new, path), path=path, environ=environ)
        except ConfigError as error:
            raise UsageError(f"{_WRONG}: {error}") from None
        _put(target, path, new, data, status)
        with suppress(OSError):  # some file systems keep folders safe by themselves
            os.fsync(folder)
    return True


@contextmanager
def _locked(folder: Path, path: Path) -> Iterator[int]:
    """Hold the folder, as far as its file system knows locks, and give its descriptor."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        read(path)  # says what is wrong with the file in that folder, most likely
        raise ConfigError("the folder of this file cannot be opened", path=path) from None
    try:
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
        yield held
    finally:
        os.close(held)


def _put(target: Path, path: Path, new: bytes, old: bytes, status: os.stat_result) -> None:
    if target.exists() and not os.access(target, os.W_OK):
        raise ConfigError(f"{_PROTECTED} {path}", path=path)
    try:
        _replace(target, new, old, status)
    except OSError as error:
        message = f"this file cannot be written, and stays as it was: {error.strerror}"
        advice = "; its folder must be writable too" if is_forbidden(error) else ""
        raise ConfigError(f"{message}{advice}", path=path) from error


def _replace(target: Path, new: bytes, old: bytes, status: os.stat_result) -> None:
    """Write beside the file, with its owner and mode, and put it in its place."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            _own(file.fileno(), status)
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        _check_same(target, old, status)
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _own(file: int, status: os.stat_result) -> None:
    """Give a file the owner, where that is allowed, and the mode of another."""
    for owner in (status.st_uid, -1):
        with suppress(PermissionError):
            os.fchown(file, owner, status.st_gid)
            break
    os.fchmod(file, status.st_mode & 0o7777)


def _check_same(target: Path, old: bytes, status: os.stat_result) -> None:
    data, now = read(target)
    if data != old or _stamp(now) != _stamp(status):
        raise ConfigError(_MEANWHILE, path=target)


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_mode
