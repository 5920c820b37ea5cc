"""`monitor service`: prints a service definition for this config and installation."""

import json
import os
import pwd
import shlex
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

import tzlocal

import monitor
from monitor.cli.common import load_config
from monitor.config.schedules import find_shortest_gap
from monitor.config.secrets import get_secret_variable
from monitor.errors import UsageError
from monitor.models.config import (
    AppriseChannel,
    Config,
    EmailChannel,
    Secret,
    Source,
    WebhookChannel,
)


def run(args: Namespace) -> int:
    """Print a systemd unit, a compose.yaml or a line for cron."""
    args.quiet = True  # the output is a file, so print no warnings
    settings = load_config(args)
    installation = _describe_installation(settings, args.user)
    if args.docker:
        print(format_compose_file(installation, settings), end="")
    elif args.cron:
        print(format_crontab(installation, settings), end="")
    else:
        print(format_unit(installation), end="")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One installation: `command` starts monitor, `database_folder` must be writable.

    `secret_variables` are the environment variables that hold its secrets.
    """

    command: tuple[str, ...]
    config_path: Path
    database_folder: Path
    user: str
    uid: int
    gid: int
    secret_variables: tuple[str, ...]

    @property
    def environment_file(self) -> Path:
        """The file from which a service reads those variables, one NAME=value per line."""
        return self.config_path.with_name("monitor.env")


def _describe_installation(settings: Config, user: str | None) -> Installation:
    python = Path(sys.executable)
    script = python.with_name("monitor")
    folder = settings.store_path.parent
    owner = folder.stat().st_uid if folder.is_dir() else os.getuid()
    try:
        account = pwd.getpwuid(owner) if user is None else pwd.getpwnam(user)
    except KeyError as error:
        problem = f"no user is called “{user}”" if user else f"user {owner} has no name"
        raise UsageError(f"{problem} on this machine; name one with --user") from error
    return Installation(
        command=(str(script),) if shutil.which(script) else (str(python), "-P", "-m", "monitor"),
        config_path=settings.path,
        database_folder=folder.absolute(),
        user=account.pw_name,
        uid=account.pw_uid,
        gid=account.pw_gid,
        secret_variables=find_secret_variables(settings),
    )


def find_secret_variables(settings: Config) -> tuple[str, ...]:
    """Return the environment variables that a config mentions, each once."""
    names = (get_secret_variable(secret) for secret in _list_secrets(settings))
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _list_secrets(settings: Config) -> Iterator[Secret]:
    for channel in settings.channels:
        match channel:
            case EmailChannel(password=Secret() as password):
                yield password
            case WebhookChannel():
                yield channel.url
                if channel.secret is not None:
                    yield channel.secret
            case AppriseChannel():
                yield channel.url
    for secret in (settings.fetch.proxy, settings.health.heartbeat):
        if secret is not None:
            yield secret


_MINUTE_STEPS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
_HOUR_STEPS = (1, 2, 3, 4, 6, 8, 12, 24)
_MINUTES_PER_HOUR = 60


def format_crontab(installation: Installation, settings: Config) -> str:
    """Return the crontab line with comments above it.

    The line runs as often as the most frequently checked source needs.
    """
    command = shlex.join(
        (*installation.command, "--config", str(installation.config_path), "--once", "-q")
    )
    lines = [
        "# monitor service --cron, into: crontab -e",
        "# Each run checks every source; cron mails the problems that it prints.",
    ]
    if installation.secret_variables:
        lines.append(
            f"# Set above this line, as NAME=value: {' '.join(installation.secret_variables)}"
        )
    # An unescaped % ends the command in a crontab.
    lines.append(f"{_choose_cron_schedule(settings)}  {command.replace('%', chr(92) + '%')}")
    return "\n".join(lines) + "\n"


def _choose_cron_schedule(settings: Config) -> str:
    minutes = min(_find_check_interval(source) for source in settings.sources)
    if minutes < _MINUTES_PER_HOUR:
        step = max(step for step in _MINUTE_STEPS if step <= max(minutes, 1))
        return "* * * * *" if step == 1 else f"*/{step} * * * *"
    hours = max(hours for hours in _HOUR_STEPS if hours <= minutes // _MINUTES_PER_HOUR)
    hour_field = {1: "*", 24: "6"}.get(hours, f"*/{hours}")
    return f"7 {hour_field} * * *"


def _find_check_interval(source: Source) -> int:
    """Return the shortest time between two checks of a source, in minutes."""
    if source.every is not None:
        return int(source.every.total_seconds()) // 60
    return find_shortest_gap(source.cron or "* * * * *")


_HOME_FOLDERS = ("/home", "/root", "/run/user")
_TEMPORARY_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - only compared with

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


def format_unit(installation: Installation) -> str:
    """Return the text of the unit."""
    return "\n".join(_generate_unit_lines(installation)) + "\n"


def _generate_unit_lines(installation: Installation) -> Iterator[str]:
    yield "# monitor service > monitor.service && sudo cp monitor.service /etc/systemd/system/"
    yield "# sudo systemctl daemon-reload && sudo systemctl enable --now monitor"
    yield from _generate_root_warning(installation)
    yield ""
    yield "[Unit]"
    yield "Description=monitor: watches news listings and tells people about releases"
    yield "Wants=network-online.target"
    yield "After=network-online.target"
    yield "StartLimitIntervalSec=0"
    yield ""
    yield "[Service]"
    yield "Type=notify"
    yield f"ExecStart={_format_command(installation)}"
    yield "ExecReload=/bin/kill -HUP $MAINPID"
    yield f"WorkingDirectory={_escape_percent(installation.config_path.parent)}"
    yield from _generate_unit_environment(installation)
    yield f"User={installation.user}"
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
    yield f"ReadWritePaths={_quote_for_systemd(installation.database_folder)}"
    yield f"ProtectHome={'read-only' if _is_any_path_in(installation, _HOME_FOLDERS) else 'yes'}"
    yield f"PrivateTmp={'no' if _is_any_path_in(installation, _TEMPORARY_FOLDERS) else 'yes'}"
    yield _SANDBOX
    yield ""
    yield "[Install]"
    yield "WantedBy=multi-user.target"


def _generate_root_warning(installation: Installation) -> Iterator[str]:
    if installation.user == "root":
        yield "#"
        yield "# It would run as root, who owns the database's folder. Better give it a user:"
        yield "#   sudo useradd --system monitor"
        yield (
            f"#   sudo chown -R monitor: {_quote_in_comment(installation.database_folder)} "
            f"{_quote_in_comment(installation.config_path)}"
        )
        yield "#   monitor service --user monitor"


def _generate_unit_environment(installation: Installation) -> Iterator[str]:
    if installation.secret_variables:
        yield f"# NAME=value, a line each, for: {' '.join(installation.secret_variables)}"
        yield f"EnvironmentFile=-{_escape_percent(installation.environment_file)}"


def _is_any_path_in(installation: Installation, folders: tuple[str, ...]) -> bool:
    paths = (Path(installation.command[0]), installation.config_path, installation.database_folder)
    return any(path.is_relative_to(folder) for path in paths for folder in folders)


# ------------------------------------------------------------------ quoting for systemd


def _format_command(installation: Installation) -> str:
    program, *rest = installation.command
    words = [_quote_for_systemd(program)]
    # systemd replaces $ variables in the arguments, but not in the path of the program.
    words += [
        _quote_for_systemd(word).replace("$", "$$")
        for word in (*rest, "--config", str(installation.config_path))
    ]
    return " ".join(words)


def _quote_for_systemd(text: str | Path) -> str:
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    is_plain = all(char.isalnum() or char in "/._-+" for char in escaped)
    return _escape_percent(escaped if is_plain else f'"{escaped}"')


def _escape_percent(text: str | Path) -> str:
    """Return the text with % doubled, as systemd replaces %-specifiers."""
    return str(text).replace("%", "%%")


def _quote_in_comment(path: Path) -> str:
    return shlex.quote(str(path)).replace("\n", " ")


_BASE_IMAGE = "python:3.13-slim"


def format_compose_file(installation: Installation, settings: Config) -> str:
    """Return the text of compose.yaml."""
    return "\n".join(_generate_compose_lines(installation, settings)) + "\n"


def _generate_compose_lines(installation: Installation, settings: Config) -> Iterator[str]:
    source_folder = _find_source_folder()
    yield "# monitor service --docker > compose.yaml && docker compose up --detach --build"
    if source_folder is None:
        yield "# Set context to the folder of monitor's source, where its pyproject.toml is."
    yield "services:"
    yield "  monitor:"
    yield "    build:"
    yield f"      context: {_quote_yaml(str(source_folder or '.'))}"
    yield "      dockerfile_inline: |"
    yield from (f"        {line}" for line in _generate_dockerfile(settings))
    yield (
        f"    command: [{', '.join(map(_quote_yaml, ('--config', str(installation.config_path))))}]"
    )
    yield f'    user: "{installation.uid}:{installation.gid}"'
    yield from _generate_compose_environment(installation, settings)
    yield "    # What else the config names, a ca_file say, needs a mount of its own here."
    yield "    volumes:"
    for folder in dict.fromkeys((installation.config_path.parent, installation.database_folder)):
        yield from _generate_mount(folder, is_read_only=folder != installation.database_folder)
    yield "    tmpfs: [/tmp]"
    yield "    read_only: true"
    yield "    cap_drop: [ALL]"
    yield '    security_opt: ["no-new-privileges:true"]'
    yield "    init: true"
    yield "    restart: unless-stopped"
    yield "    stop_grace_period: 20s"
    yield "    healthcheck:"
    yield f"      test: [{', '.join(map(_quote_yaml, _build_health_command(installation)))}]"
    yield "      interval: 5m"
    yield "      timeout: 1m"


def _generate_dockerfile(settings: Config) -> Iterator[str]:
    needs_apprise = any(isinstance(channel, AppriseChannel) for channel in settings.channels)
    yield f"FROM {_BASE_IMAGE}"
    yield "COPY pyproject.toml README.md LICENSE /src/"
    yield "COPY monitor /src/monitor"
    yield f"RUN pip install --no-cache-dir '/src{'[apprise]' if needs_apprise else ''}' tzdata"
    yield 'ENTRYPOINT ["monitor"]'


def _generate_compose_environment(installation: Installation, settings: Config) -> Iterator[str]:
    if installation.secret_variables:
        yield "    # Secrets come from the shell, or from a file .env beside this one."
    timezone_entry = () if settings.timezone else (f"TZ={tzlocal.get_localzone_name()}",)
    entries = [*timezone_entry, *installation.secret_variables]
    if entries:
        yield f"    environment: [{', '.join(map(_quote_yaml, entries))}]"


def _generate_mount(folder: Path, *, is_read_only: bool) -> Iterator[str]:
    yield "      - type: bind"
    yield f"        source: {_quote_yaml(str(folder))}"
    yield f"        target: {_quote_yaml(str(folder))}"
    if is_read_only:
        yield "        read_only: true"


def _build_health_command(installation: Installation) -> tuple[str, ...]:
    return ("CMD", "monitor", "--config", str(installation.config_path), "status", "-q")


def _quote_yaml(text: str) -> str:
    """Return the text as a YAML string.

    JSON is valid YAML. Every $ is doubled, so that compose does not replace a variable.
    """
    return json.dumps(text, ensure_ascii=False).replace("$", "$$")


def _find_source_folder() -> Path | None:
    """Return the source folder that this monitor was installed from, or None if it is gone."""
    package_parent = (
        Path(monitor.__file__).resolve().parents[1]
    )  # a checkout or an editable install
    candidates = [package_parent]
    try:
        direct_url = distribution("monitor").read_text("direct_url.json")
    except PackageNotFoundError:
        direct_url = None
    if direct_url is not None:
        candidates.append(Path(unquote(urlsplit(json.loads(direct_url)["url"]).path)))
    existing = (folder for folder in candidates if (folder / "pyproject.toml").is_file())
    return next(existing, None)
