"""A systemd unit that lets monitor do its work, and nothing else (systemd.exec(5)).

Left out on purpose: ProtectProc and ProcSubset. Senders know each other's claims by /proc, so that
one which dies is known at once; who sees nothing there would take a living one for dead.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path

from monitor.cli.installation import Installation

_HOMES = ("/home", "/root", "/run/user")
_TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 - to tell what lies there

_SANDBOX = """\
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
PrivateDevices=yes
PrivateMounts=yes
PrivateUsers=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
LimitCORE=0
UMask=0077"""


def unit(here: Installation) -> str:
    """Return the unit's text."""
    return "\n".join(_lines(here)) + "\n"


def _lines(here: Installation) -> Iterator[str]:
    yield "# monitor service > monitor.service && sudo cp monitor.service /etc/systemd/system/"
    yield "# sudo systemctl daemon-reload && sudo systemctl enable --now monitor"
    yield from _about_user(here)
    yield ""
    yield "[Unit]"
    yield "Description=monitor: watches news listings and tells people about releases"
    yield "Wants=network-online.target"
    yield "After=network-online.target"
    yield "StartLimitIntervalSec=0"
    yield ""
    yield "[Service]"
    yield "Type=notify"
    yield f"ExecStart={_command(here)}"
    yield "ExecReload=/bin/kill -HUP $MAINPID"
    yield f"WorkingDirectory={_doubled(here.config.parent)}"
    yield from _environment(here)
    yield f"User={here.user}"
    yield "# A config that is wrong (2) does not become right by another start."
    yield "Restart=on-failure"
    yield "RestartPreventExitStatus=2"
    yield "RestartSec=30"
    yield "# No sign of life for so long, or a job that hangs: it is ended, and started again."
    yield "WatchdogSec=2min"
    yield "# An update may have to copy and change the database first."
    yield "TimeoutStartSec=10min"
    yield "TimeoutStopSec=20"
    yield ""
    yield "# It writes in the folder of its database, and nowhere else."
    yield f"ReadWritePaths={_quoted(here.folder)}"
    yield f"ProtectHome={'read-only' if _any_in(here, _HOMES) else 'yes'}"
    yield f"PrivateTmp={'no' if _any_in(here, _TEMPORARY) else 'yes'}"
    yield _SANDBOX
    yield ""
    yield "[Install]"
    yield "WantedBy=multi-user.target"


def _about_user(here: Installation) -> Iterator[str]:
    if here.user == "root":
        yield "#"
        yield "# It would run as root, who owns the database's folder. Better give it a user:"
        yield "#   sudo useradd --system monitor"
        yield f"#   sudo chown -R monitor: {_comment(here.folder)} {_comment(here.config)}"
        yield "#   monitor service --user monitor"


def _environment(here: Installation) -> Iterator[str]:
    if here.variables:
        yield f"# NAME=value, a line each, for: {' '.join(here.variables)}"
        yield f"EnvironmentFile=-{_doubled(here.environment)}"


def _any_in(here: Installation, folders: tuple[str, ...]) -> bool:
    paths = (Path(here.command[0]), here.config, here.folder)
    return any(path.is_relative_to(folder) for path in paths for folder in folders)


# ------------------------------------------------------------------ quoting, as systemd wants it


def _command(here: Installation) -> str:
    program, *rest = here.command
    words = [_quoted(program)]
    # In arguments, not in the program's own path, $ begins a variable.
    words += [_quoted(word).replace("$", "$$") for word in (*rest, "--config", str(here.config))]
    return " ".join(words)


def _quoted(text: str | Path) -> str:
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    plain = all(char.isalnum() or char in "/._-+" for char in escaped)
    return _doubled(escaped if plain else f'"{escaped}"')


def _doubled(text: str | Path) -> str:
    """Return a text in which % stands for itself."""
    return str(text).replace("%", "%%")


def _comment(path: Path) -> str:
    return shlex.quote(str(path)).replace("\n", " ")
