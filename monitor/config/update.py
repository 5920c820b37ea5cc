"""Atomic update of config.toml.

    lock the folder ─► read, check ─► edit, check ─► write beside ─► unchanged since? ─► rename

The new text is written to a temporary file beside the old one, then renamed over it in one step. A
reader sees the old or the new file, also after a crash. A symbolic link stays a link; its target is
edited. The folder is locked meanwhile, so that two commands wait for each other. A text editor does
not know the lock, so the update checks that the file has not changed before the rename.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.config.loader import decode_config, parse_config, read_config_bytes
from monitor.errors import ConfigError, UsageError, is_permission_error

_WOULD_BE_INVALID = "nothing was written, as the file would be wrong then"
_CHANGED_MEANWHILE = (
    "somebody else changed the file at the same moment; nothing was written, try again"
)
_WRITE_PROTECTED = "this file is write-protected; allow writing with: chmod u+w"


def update_file(path: Path, edit: Callable[[str], str], environ: Mapping[str, str]) -> bool:
    """Edit a config file; return whether its text changed.

    `edit` receives the whole text and returns the new one; its exceptions propagate. Raise
    UsageError, and leave the file unchanged, if the file is invalid before or after the edit,
    cannot be written, or was changed by another program meanwhile.
    """
    target = Path(os.path.realpath(path))
    with _lock_folder(target.parent, path) as folder_descriptor:
        data, status = read_config_bytes(path)
        parse_config(decode_config(data, path), path=path, environ=environ)
        new = edit(data.decode()).encode()
        if new == data:
            return False
        try:
            parse_config(decode_config(new, path), path=path, environ=environ)
        except ConfigError as error:
            raise UsageError(f"{_WOULD_BE_INVALID}: {error}") from None
        _write_target(target, path, new, data, status)
        with suppress(OSError):  # some file systems cannot sync folders, and need not
            os.fsync(folder_descriptor)
    return True


@contextmanager
def _lock_folder(folder: Path, path: Path) -> Iterator[int]:
    """Lock a folder, if its file system supports locks, and yield its descriptor."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        read_config_bytes(path)  # raises a more precise error in most cases
        raise ConfigError("the folder of this file cannot be opened", path=path) from None
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _write_target(target: Path, path: Path, new: bytes, old: bytes, status: os.stat_result) -> None:
    if target.exists() and not os.access(target, os.W_OK):
        raise ConfigError(f"{_WRITE_PROTECTED} {path}", path=path)
    try:
        _replace_file(target, new, old, status)
    except OSError as error:
        message = f"this file cannot be written, and stays as it was: {error.strerror}"
        advice = "; its folder must be writable too" if is_permission_error(error) else ""
        raise ConfigError(f"{message}{advice}", path=path) from error


def _replace_file(target: Path, new: bytes, old: bytes, status: os.stat_result) -> None:
    """Write a temporary file with the owner and mode of the target, and rename it over the target.

    Raise ConfigError if the target changed meanwhile.
    """
    descriptor, temporary_path = tempfile.mkstemp(
        prefix=f".{target.name}.", suffix=".tmp", dir=target.parent
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            _copy_owner_and_mode(file.fileno(), status)
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        _check_unchanged(target, old, status)
        Path(temporary_path).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(temporary_path).unlink()
        raise


def _copy_owner_and_mode(descriptor: int, status: os.stat_result) -> None:
    """Copy the owner, if permitted, and the mode from `status` to a file."""
    for owner in (status.st_uid, -1):
        with suppress(PermissionError):
            os.fchown(descriptor, owner, status.st_gid)
            break
    os.fchmod(descriptor, status.st_mode & 0o7777)


def _check_unchanged(target: Path, old: bytes, status: os.stat_result) -> None:
    data, current_status = read_config_bytes(target)
    if data != old or _get_file_stamp(current_status) != _get_file_stamp(status):
        raise ConfigError(_CHANGED_MEANWHILE, path=target)


def _get_file_stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_mode
