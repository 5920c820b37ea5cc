"""The database: the file and its folder, its soundness, its room, its times."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from monitor.doctor.finding import Ailment, Finding
from monitor.errors import StoreError
from monitor.model.world import World
from monitor.store.condition import Condition, condition, is_shut
from monitor.times import to_iso

_MEGABYTE = 1_000_000
_LEAST = 50 * _MEGABYTE  # of free room: a check with all its pages takes less than one
_AHEAD = timedelta(minutes=5)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def examine_database(path: Path, world: World) -> Iterator[Finding]:
    """Yield what is found about the database at `path`; nothing of it is changed."""
    try:
        _try_folder(path)
        yield from _room(path)
        if not path.exists():
            told = f"{path}: not there yet; the first check makes it"
            yield Finding(about="database", standing="ok", text=told)
            return
        yield from _file(path, world.now())
    except Ailment as ailment:
        yield ailment.found("database")


def _try_folder(path: Path) -> None:
    """Write a file beside the database, as SQLite has to, and take it away again."""
    if not path.parent.is_dir():
        raise Ailment(
            f"{path}: the folder for the database does not exist",
            f"make it: mkdir -p {path.parent}; or change [store] path",
        )
    try:
        with tempfile.TemporaryFile(dir=path.parent) as file:
            file.write(bytes(1024))
    except OSError as error:
        raise Ailment(
            f"{path.parent}: nothing can be written there ({error.strerror})",
            "give whoever runs monitor the right to write in this folder, make room on the disk,"
            " or change [store] path",
        ) from error


def _room(path: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(path.parent).free
    size = path.stat().st_size if path.exists() else 0
    told = f"{free / _MEGABYTE:,.0f} MB are free on the disk of {path.parent}"
    if free < _LEAST:
        raise Ailment(f"only {told}", "make room: when it is full, nothing can be checked")
    if free < size:
        yield Finding(
            about="database",
            standing="warning",
            text=f"only {told}, less than the database takes",
            remedy="make room: an update of monitor copies the database before it changes it",
        )


def _file(path: Path, now: datetime) -> Iterator[Finding]:
    try:
        found = condition(path)
    except StoreError as error:
        if is_shut(error):
            raise _locked(path) from error
        where, _, what = str(error).partition(": ")
        text, _, remedy = what.partition("; ")
        raise Ailment(f"{where}: {text}", remedy or "look at the file and its rights") from error
    if found.damage:
        raise Ailment(
            f"{path}: the database is damaged ({found.damage})",
            "stop monitor, move the file away, and restore a backup; without one, the sqlite3"
            " shell's .recover saves what can be read",
        )
    yield _locked(path).found("database") if found.is_locked else _sound(path, found)
    if path.stat().st_mode & _OTHERS:
        yield Finding(
            about="database",
            standing="warning",
            text=f"{path}: others can read what you watch for",
            remedy=f"run: chmod 600 {path}",
        )
    if found.last_check_at is not None and found.last_check_at > now + _AHEAD:
        yield Finding(
            about="clock",
            standing="wrong",
            text=f"the last check was at {to_iso(found.last_check_at)}, which is still to come",
            remedy="the clock was wrong then, or is now: compare it with a watch (timedatectl)",
        )


def _locked(path: Path) -> Ailment:
    return Ailment(
        f"{path}: another program keeps it locked; while it does, no check can be written down",
        f"see which one has it open (fuser -v {path}), and end it or let it finish; where that is a"
        " monitor at work, wait a minute and try again",
    )


def _sound(path: Path, found: Condition) -> Finding:
    notes = "" if found.is_current else "; its tables are brought up to date by the next run"
    if found.is_current and not found.is_wal:
        notes = "; without its write-ahead log, readers and writers wait for each other"
    told = f"{path}: sound, {path.stat().st_size / _MEGABYTE:.1f} MB{notes}"
    return Finding(about="database", standing="ok", text=told)
