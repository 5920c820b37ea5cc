"""`monitor service`: units that systemd itself finds right, and others of the kind."""

import os
import pwd
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.cli.command_line import parse_arguments
from monitor.cli.service import Installation, format_unit
from tests.support.installation import Stage, bot, source

URL = "http://127.0.0.1:9/x"
AWKWARD = 'a "b" 100% $HOME \\ ü'
SECRETS = """
[[channel]]
name = "hook"
kind = "webhook"
url = { env = "HOOK" }
secret = { env = "HOOK_SECRET" }

[[channel]]
name = "desk"
kind = "email"
to = "desk@example.com"
from = "monitor@example.com"
host = "smtp.example.com"
username = "monitor"
password = { env = "SMTP_PASSWORD" }

[[channel]]
name = "phone"
kind = "apprise"
url = { env = "HOOK" }

[health]
heartbeat = { env = "BEAT" }
"""
VARIABLES = "HOOK HOOK_SECRET SMTP_PASSWORD BEAT"
# How exposed `systemd-analyze security` may find the service, in tenths; 100 is a plain one.
EXPOSURE = 15


def systemd_analyze(*args: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze; in CI its absence is a failure, elsewhere a reason to skip."""
    if shutil.which("systemd-analyze") is None and not os.environ.get("CI"):
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(
        ["systemd-analyze", *args],
        env={**os.environ, "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def settings(unit: str) -> dict[str, list[str]]:
    """Return the settings of a unit."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


@pytest.mark.parametrize("name", ["plain", AWKWARD], ids=["plain", "awkward"])
def test_systemd_finds_the_unit_right(tmp_path: Path, name: str) -> None:
    """Whatever the folders are called: not a word of complaint."""
    folder = tmp_path / name
    folder.mkdir()
    stage = Stage(folder, source("trade", URL), SECRETS)
    done = stage.run("service", "--user", "daemon")
    assert (done.code, done.err) == (0, "")
    path = tmp_path / "monitor.service"
    path.write_text(done.out, encoding="utf-8")
    verified = systemd_analyze("verify", str(path))
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


def test_the_unit_is_well_shut(tmp_path: Path, record_property: Any) -> None:
    """As systemd itself counts; what is left open is the network, and /proc for a reason."""
    stage = Stage(tmp_path, source("trade", URL))
    path = tmp_path / "monitor.service"
    text = stage.run("service", "--user", "daemon").out
    # The tests' own folder may lie in /tmp, which a real one's does not.
    path.write_text(text.replace("PrivateTmp=no", "PrivateTmp=yes"))
    judged = systemd_analyze(
        "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(path)
    )
    record_property("told", judged.stdout.strip().splitlines()[-1])
    assert judged.returncode == 0, judged.stdout


def test_the_unit_is_of_this_very_installation(tmp_path: Path) -> None:
    """Its command starts this monitor with this config; where it writes is where the store is."""
    (tmp_path / AWKWARD).mkdir()
    store = f"[store]\npath = '{AWKWARD}/monitor.db'"
    stage = Stage(tmp_path, source("trade", URL), SECRETS, store)
    found = settings(stage.run("service", "--user", "daemon").out)
    (command,) = found["ExecStart"]
    program, *rest = shlex.split(command.replace("%%", "%"))
    assert Path(program).parent == Path(sys.executable).parent
    assert rest[-2:] == ["--config", str(stage.config)]
    assert found["WorkingDirectory"] == [str(tmp_path)]
    assert found["EnvironmentFile"] == [f"-{tmp_path}/monitor.env"]
    escaped = str(tmp_path / AWKWARD).replace("\\", "\\\\").replace('"', '\\"')
    assert found["ReadWritePaths"] == [f'"{escaped}"'.replace("%", "%%")]
    assert (found["User"], found["Type"]) == (["daemon"], ["notify"])
    assert found["RestartPreventExitStatus"] == ["2"]


@pytest.mark.parametrize(
    ("program", "config", "store", "private", "homes"),
    [
        ("opt/m/bin/monitor", "etc/monitor/config.toml", "var/lib/monitor", "yes", "yes"),
        ("opt/m/bin/monitor", "tmp/m/config.toml", "var/lib/monitor", "no", "yes"),
        ("opt/m/bin/monitor", "etc/monitor/config.toml", "var/tmp/m", "no", "yes"),
        ("tmp/m/bin/monitor", "etc/monitor/config.toml", "var/lib/monitor", "no", "yes"),
        ("opt/m/bin/monitor", "home/kim/config.toml", "var/lib/monitor", "yes", "read-only"),
        ("opt/m/bin/monitor", "tmpl/config.toml", "homely/monitor", "yes", "yes"),
    ],
)
def test_it_sees_the_folders_that_it_needs(
    program: str, config: str, store: str, private: str, homes: str
) -> None:
    """Neither /tmp nor homes are shut to it where its program, config or database lies there."""
    root = Path("/")
    here = Installation(
        command=(str(root / program), "run"),
        config_path=root / config,
        database_folder=root / store,
        user="monitor",
        uid=990,
        gid=990,
        secret_variables=(),
    )
    found = settings(format_unit(here))
    assert (found["PrivateTmp"], found["ProtectHome"]) == ([private], [homes])


def test_arguments_are_quoted_for_systemd(tmp_path: Path) -> None:
    """% and $ would else mean something."""
    folder = tmp_path / AWKWARD
    folder.mkdir()
    stage = Stage(folder, source("trade", URL))
    (command,) = settings(stage.run("service").out)["ExecStart"]
    assert command.endswith(r'/a \"b\" 100%% $$HOME \\ ü/config.toml"')


def test_the_user_is_whose_the_folder_is(tmp_path: Path) -> None:
    """A name that nobody has is wrong usage."""
    stage = Stage(tmp_path, source("trade", URL))
    done = stage.run("service")
    owner = pwd.getpwuid(tmp_path.stat().st_uid).pw_name
    assert settings(done.out)["User"] == [owner]
    assert ("It would run as root" in done.out) == (owner == "root")
    wrong = stage.run("service", "--user", "nobody-of-that-name")
    assert wrong.code == 2
    assert "no user is called “nobody-of-that-name”" in wrong.err


def test_secrets_are_named_and_not_shown(tmp_path: Path) -> None:
    """They come from the environment; those in the config stay there."""
    stage = Stage(tmp_path, source("trade", URL), SECRETS, bot("https://example.com/hush"))
    for form in ([], ["--docker"], ["--cron"]):
        done = stage.run("service", *form)
        assert all(name in done.out for name in VARIABLES.split())
        assert "hush" not in done.out


# ------------------------------------------------------------------ compose


def test_the_compose_file_mounts_what_is_needed_under_its_own_name(tmp_path: Path) -> None:
    """Config read-only where the store is elsewhere; paths mean the same inside and outside."""
    (tmp_path / AWKWARD).mkdir()
    store = f"[store]\npath = '{AWKWARD}/monitor.db'"
    stage = Stage(tmp_path, source("trade", URL), SECRETS, store)
    text = stage.run("service", "--docker", "--user", "daemon").out
    service = yaml.safe_load(text.replace("$$", "$"))["services"]["monitor"]
    daemon = pwd.getpwnam("daemon")
    assert service["command"] == ["--config", str(stage.config)]
    assert service["user"] == f"{daemon.pw_uid}:{daemon.pw_gid}"
    assert [(one["source"], one["target"], one.get("read_only", False)) for one in
            service["volumes"]] == [
        (str(tmp_path), str(tmp_path), True),
        (str(tmp_path / AWKWARD), str(tmp_path / AWKWARD), False),
    ]  # fmt: skip
    assert service["environment"][0].startswith("TZ=")
    assert service["environment"][1:] == VARIABLES.split()
    assert service["read_only"] is True
    args = service["healthcheck"]["test"]
    assert parse_arguments(args[2:]).quiet


def test_the_image_is_built_from_what_is_there(tmp_path: Path) -> None:
    """Each file that it copies stands in the folder that it is built in."""
    stage = Stage(tmp_path, source("trade", URL), 'timezone = "UTC"')
    stage.config.write_text('timezone = "Asia/Seoul"\n' + source("trade", URL))
    service = yaml.safe_load(stage.run("service", "--docker").out)["services"]["monitor"]
    assert "environment" not in service
    folder, steps = Path(service["build"]["context"]), service["build"]["dockerfile_inline"]
    copied = [name for line in re.findall(r"^COPY (.*)$", steps, re.MULTILINE)
              for name in line.split()[:-1]]  # fmt: skip
    assert copied == ["pyproject.toml", "README.md", "LICENSE", "monitor"]
    assert all((folder / name).exists() for name in copied)
    assert "apprise" not in steps


# ------------------------------------------------------------------ cron


@pytest.mark.parametrize(
    ("schedules", "when"),
    [
        (["every = '30m'"], "*/30 * * * *"),
        (["every = '45m'", "every = '12m'"], "*/12 * * * *"),
        (["every = '30s'"], "* * * * *"),
        (["every = '7h'"], "7 */6 * * *"),
        (["every = '1h'"], "7 * * * *"),
        (["every = '7d'"], "7 6 * * *"),
        (["cron = '*/20 8-19 * * mon-fri'"], "*/20 * * * *"),
    ],
)
def test_cron_is_as_often_as_the_source_that_is_checked_most(
    tmp_path: Path, schedules: list[str], when: str
) -> None:
    """Or a little oftener, where cron has no such step."""
    sources = [f"{source(f's{n}', URL)}{one}" for n, one in enumerate(schedules)]
    line = Stage(tmp_path, *sources).run("service", "--cron").out.splitlines()[-1]
    assert line.startswith(f"{when}  ")


def test_the_line_for_cron_is_a_command(tmp_path: Path) -> None:
    """For sh, after cron has taken its own backslash before % away."""
    folder = tmp_path / AWKWARD
    folder.mkdir()
    stage = Stage(folder, source("trade", URL))
    line = stage.run("service", "--cron").out.splitlines()[-1]
    assert not re.search(r"(?<!\\)%", line)
    command = line.split("  ", 1)[1].replace("\\%", "%")
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the server refused the connection" in done.stderr
