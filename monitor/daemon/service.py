"""What the service manager is told (sd_notify(3)): ready, alive, one line of how it goes, stopping.

A datagram to the socket that systemd names; where none is named, nothing is told. Nobody is told
twice, and nobody waits: an ear that is full or gone is none of our trouble.
"""

import logging
import socket
from collections.abc import Mapping

from monitor.text.cleaning import clean

_PATIENCE = 1.0  # seconds
_MICRO = 1_000_000
_log = logging.getLogger(__name__)


class Service:
    """The service manager that started this process, `pid`, if one did.

    `watchdog` is within how many seconds it wants to hear WATCHDOG=1, None where it does not.
    """

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self.watchdog = _watchdog(environ, pid) if self.is_there else None

    @property
    def is_there(self) -> bool:
        """Tell whether anybody listens."""
        return self._address[:1] in ("/", "@")

    def ready(self, status: str) -> None:
        """Tell that the start, or a reload, is done."""
        self._tell("READY=1", _status(status))

    def reloading(self, monotonic: float) -> None:
        """Tell that the config is taken up anew; `ready` must follow, whatever comes of it."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={int(monotonic * _MICRO)}")

    def alive(self) -> None:
        """Keep the watchdog quiet for its time."""
        self._tell("WATCHDOG=1")

    def status(self, status: str) -> None:
        """Tell how it goes, for `systemctl status`."""
        self._tell(_status(status))

    def stopping(self) -> None:
        """Tell that the end has begun."""
        self._tell("STOPPING=1", _status("stopping"))

    def _tell(self, *lines: str) -> None:
        if not self.is_there:
            return
        # "@" stands for the zero byte with which an abstract name begins.
        address = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
                ear.settimeout(_PATIENCE)
                ear.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            _log.info("the service manager could not be told: %s", error)


def _status(text: str) -> str:
    return f"STATUS={clean(text)}"


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    wanted, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(pid))
    if not wanted.isdecimal() or int(wanted) == 0 or whose != str(pid):
        return None
    return int(wanted) / _MICRO
