"""Examination of the database: folder, file, integrity, free space and timestamps."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import Clock, to_iso
from monitor.doctor.findings import Finding, ProbeFailedError
from monitor.errors import StoreError
from monitor.store.readonly import DatabaseCondition, inspect_database, is_lock_error

_MEGABYTE = 1_000_000
_MIN_FREE_BYTES = 50 * _MEGABYTE  # a check with all its pages needs less than one megabyte
_CLOCK_TOLERANCE = timedelta(minutes=5)
_OTHERS_PERMISSIONS = stat.S_IRWXG | stat.S_IRWXO


def examine_database(path: Path, clock: Clock) -> Iterator[Finding]:
    """Yield findings about the database at `path`, without changing it."""
    try:
        _check_folder_writable(path)
        yield from _examine_free_space(path)
        if not path.exists():
            summary = f"{path}: not there yet; the first check makes it"
            yield Finding(about="database", severity="ok", text=summary)
            return
        yield from _examine_file(path, clock.now())
    except ProbeFailedError as failure:
        yield failure.to_finding("database")


def _check_folder_writable(path: Path) -> None:
    """Write and delete a temporary file beside the database, because SQLite must do so too."""
    if not path.parent.is_dir():
        raise ProbeFailedError(
            f"{path}: the folder for the database does not exist",
            f"make it: mkdir -p {path.parent}; or change [store] path",
        )
    try:
        with tempfile.TemporaryFile(dir=path.parent) as file:
            file.write(bytes(1024))
    except OSError as error:
        raise ProbeFailedError(
            f"{path.parent}: nothing can be written there ({error.strerror})",
            "let the user who runs monitor write in this folder, free disk space, or change "
            "[store] path",
        ) from error


def _examine_free_space(path: Path) -> Iterator[Finding]:
    free_bytes = shutil.disk_usage(path.parent).free
    database_bytes = path.stat().st_size if path.exists() else 0
    summary = f"{free_bytes / _MEGABYTE:,.0f} MB are free on the disk of {path.parent}"
    if free_bytes < _MIN_FREE_BYTES:
        raise ProbeFailedError(
            f"only {summary}", "make room: when it is full, nothing can be checked"
        )
    if free_bytes < database_bytes:
        yield Finding(
            about="database",
            severity="warning",
            text=f"only {summary}, less than the database takes",
            remedy="make room: an update of monitor copies the database before it changes it",
        )


def _examine_file(path: Path, now: datetime) -> Iterator[Finding]:
    try:
        state = inspect_database(path)
    except StoreError as error:
        if is_lock_error(error):
            raise _build_locked_error(path) from error
        location, _, detail = str(error).partition(": ")
        text, _, remedy = detail.partition("; ")
        raise ProbeFailedError(
            f"{location}: {text}", remedy or "look at the file and its rights"
        ) from error
    if state.damage:
        raise ProbeFailedError(
            f"{path}: the database is damaged ({state.damage})",
            "stop monitor, move the file away, and restore a backup; without one, the sqlite3"
            " shell's .recover saves what can be read",
        )
    yield (
        _build_locked_error(path).to_finding("database")
        if state.is_locked
        else _report_intact(path, state)
    )
    if path.stat().st_mode & _OTHERS_PERMISSIONS:
        yield Finding(
            about="database",
            severity="warning",
            text=f"{path}: others can read what you watch for",
            remedy=f"run: chmod 600 {path}",
        )
    if state.last_check_at is not None and state.last_check_at > now + _CLOCK_TOLERANCE:
        yield Finding(
            about="clock",
            severity="wrong",
            text=f"the last check was at {to_iso(state.last_check_at)}, which is still to come",
            remedy="the clock was wrong then, or is now: compare it with a watch (timedatectl)",
        )


def _build_locked_error(path: Path) -> ProbeFailedError:
    return ProbeFailedError(
        f"{path}: another program keeps it locked; while it does, no check can be written down",
        f"see which one has it open (fuser -v {path}), and end it or let it finish; if it is "
        f"monitor, wait a minute and try again",
    )


def _report_intact(path: Path, state: DatabaseCondition) -> Finding:
    notes = "" if state.is_schema_current else "; its tables are brought up to date by the next run"
    if state.is_schema_current and not state.is_wal:
        notes = "; without its write-ahead log, readers and writers wait for each other"
    summary = f"{path}: sound, {path.stat().st_size / _MEGABYTE:.1f} MB{notes}"
    return Finding(about="database", severity="ok", text=summary)
