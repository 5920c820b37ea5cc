"""Owners of claims on messages, and whether their process still runs.

An owner names the machine's boot, the process namespace, the process id and its start time. On the
same machine a dead owner is detected at once. Elsewhere, or if the owner is unknown, a claim ends
with its lease.
"""

import os
from pathlib import Path

_PROC = Path("/proc")
_START_TIME_FIELD = (
    19  # of the fields after the command's name in /proc/PID/stat (proc(5): field 22)
)


def get_current_owner() -> str:
    """Return the name of this process as an owner of claims."""
    return _format_owner(os.getpid())


def is_same_host(owner: str) -> bool:
    """Return whether the owner is on this host, so that its process is visible if it runs."""
    return owner.partition(" ")[0] == _get_host_id()


def is_owner_dead(owner: str) -> bool:
    """Return whether the owner's process has surely ended: it is of this host and not running."""
    host_id, _, rest = owner.partition(" ")
    pid, _, _ = rest.partition(" ")
    if host_id != _get_host_id() or not pid.isdecimal():
        return host_id.startswith("boot:") and _is_earlier_boot(host_id)
    return _format_owner(int(pid)) != owner


def _format_owner(pid: int) -> str:
    return f"{_get_host_id()} {pid} {_get_start_time(pid)}"


def _get_host_id() -> str:
    boot_id = _read_text(_PROC / "sys/kernel/random/boot_id")
    if boot_id is None:
        return f"host:{os.uname().nodename}"
    try:
        namespace = str((_PROC / "self/ns/pid").readlink())
    except OSError:
        namespace = "unknown"
    return f"boot:{boot_id.strip()}:{namespace}:{os.uname().nodename}"


def _is_earlier_boot(host_id: str) -> bool:
    """Return whether a claim is from before the last start of this machine."""
    own_parts = _get_host_id().split(":")
    owner_parts = host_id.split(":")
    return own_parts[-1] == owner_parts[-1] and own_parts[1] != owner_parts[1]


def _get_start_time(pid: int) -> str:
    stat = _read_text(_PROC / str(pid) / "stat")
    if stat is not None:
        return stat.rpartition(")")[2].split()[_START_TIME_FIELD]
    if _PROC.is_dir() and _read_text(_PROC / "self/stat") is not None:
        return "gone"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except OSError:
        pass
    return "there"


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None
