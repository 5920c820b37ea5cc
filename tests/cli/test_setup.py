"""demo, init, and what is imported for what."""

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.installation import ROOT, WATCHES, Stage, environment, source


def run(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder without a config."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", *args],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_shows_the_whole_job(tmp_path: Path) -> None:
    """Baseline, release, alert, digest, and where to look next; leaving nothing behind."""
    start = time.monotonic()
    done = run(tmp_path, "demo")
    assert time.monotonic() - start < 60
    assert (done.returncode, done.stderr) == (0, "")
    told = ("starting point", "11 entries, 1 new", "1 release matches", "Digest: 4 releases")
    for words in (*told, "monitor init"):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_demo_can_be_kept(tmp_path: Path) -> None:
    """With a config and a database to look at; but never over another one's."""
    done = run(tmp_path, "demo", "--keep", "right here")
    assert done.returncode == 0
    shown = done.stdout[done.stdout.index("Where to look next") :]
    named = re.findall(r"  monitor (.*here.*)$", shown, re.MULTILINE)
    assert [line.split("' ")[-1].split()[0] for line in named] == ["releases", "search", "show"]
    told = [run(tmp_path, *shlex.split(line)) for line in named]
    assert "Steel TRQ Measures" in told[0].stdout
    assert "Semiconductors" in told[1].stdout
    assert told[2].stdout.count("Steel TRQ Measures") == 1
    assert {one.returncode for one in told} == {0}
    again = run(tmp_path, "demo", "--keep", "right here")
    assert again.returncode == 2
    assert "was not changed" in again.stderr


def test_init_writes_a_config_that_works_and_never_overwrites(tmp_path: Path) -> None:
    """Readable by its owner alone, as passwords may come to stand in it."""
    assert run(tmp_path, "init").returncode == 0
    path = tmp_path / "config.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "watch", "list").returncode == 0
    path.write_text("# mine")
    again = run(tmp_path, "init")
    assert again.returncode == 2
    assert path.read_text() == "# mine"
    assert run(tmp_path, "--config", "no/where/config.toml", "init").returncode == 2


def test_version() -> None:
    """It says which one it is."""
    assert run(ROOT, "--version").stdout.startswith("monitor ")


def loaded(folder: Path, *args: str) -> set[str]:
    """Return the modules that a command has loaded when it ends."""
    code = (
        "import sys; from monitor.cli import main; main(sys.argv[1:]);"
        " print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("args", "not_loaded"),
    [
        (["--once", "-q"], {"apscheduler", "sqlite_utils", "rich", "click", "httpx._main",
                            "selectolax", "smtplib", "tomlkit", "monitor.query",
                            "monitor.incidents.heartbeat", "monitor.status"}),
        (["releases"], {"httpx", "httpcore", "ssl", "apscheduler", "sqlite_utils", "selectolax"}),
        (["watch", "list"], {"httpx", "httpcore", "apscheduler", "sqlite_utils", "selectolax"}),
    ],
)  # fmt: skip
def test_a_command_loads_what_it_needs_alone(
    tmp_path: Path, args: list[str], not_loaded: set[str]
) -> None:
    """Cron starts this every few minutes: what a run does not need it does not load."""
    from datetime import date  # noqa: PLC0415 - beside the site

    from tests.support.site import Site  # noqa: PLC0415

    with Site() as site:
        site.publish("Steel", date(2025, 12, 1))
        stage = Stage(tmp_path, source("trade", site.url()), WATCHES)
        stage.settle()
        assert loaded(tmp_path, *args) & not_loaded == set()
