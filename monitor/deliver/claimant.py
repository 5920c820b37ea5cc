"""Who holds a claim on a message, and whether that process still lives.

A claim names the machine's boot, the process namespace, the process and its start time. On the
same machine a dead holder is known at once; elsewhere, or where nothing is known, a claim ends
with its lease.
"""

import os
from pathlib import Path

_PROC = Path("/proc")
_START_TIME = 19  # of the fields after the command's name in /proc/PID/stat (proc(5): field 22)


def me() -> str:
    """Return this process's name for its claims."""
    return _name(os.getpid())


def is_near(claimant: str) -> bool:
    """Tell whether a claim's process is of this place, so that it would be seen if it lived."""
    return claimant.partition(" ")[0] == _place()


def is_dead(claimant: str) -> bool:
    """Tell whether a claim's process is surely gone: it is of this place, and no longer there."""
    place, _, rest = claimant.partition(" ")
    pid, _, _ = rest.partition(" ")
    if place != _place() or not pid.isdecimal():
        return place.startswith("boot:") and _other_boot(place)
    return _name(int(pid)) != claimant


def _name(pid: int) -> str:
    return f"{_place()} {pid} {_started(pid)}"


def _place() -> str:
    boot = _read(_PROC / "sys/kernel/random/boot_id")
    if boot is None:
        return f"host:{os.uname().nodename}"
    try:
        namespace = str((_PROC / "self/ns/pid").readlink())
    except OSError:
        namespace = "unknown"
    return f"boot:{boot.strip()}:{namespace}:{os.uname().nodename}"


def _other_boot(place: str) -> bool:
    """Tell whether a claim is from before this machine was last started."""
    mine = _place().split(":")
    theirs = place.split(":")
    return mine[-1] == theirs[-1] and mine[1] != theirs[1]


def _started(pid: int) -> str:
    stat = _read(_PROC / str(pid) / "stat")
    if stat is not None:
        return stat.rpartition(")")[2].split()[_START_TIME]
    if _PROC.is_dir() and _read(_PROC / "self/stat") is not None:
        return "gone"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except OSError:
        pass
    return "there"


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None
