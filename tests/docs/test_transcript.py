"""From nothing to a tested watch by `--help` alone: the README's transcript, made by running it.

Real commands run in a fresh folder. What they print is compared with the README; where it differs,
the README is written anew and the test fails, so that someone reads it. Two things differ from what
a reader would do: the address in the new config is that of a copy of the listing, served here, and
the folder is shown under another name.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.cli.setup import DemoListing, serve_listing
from tests.support.installation import ROOT, environment

README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
URL = "https://english.motir.go.kr/eng/15/topics/4"
FOLDER = "/home/you/news"
TWO_MINUTES = 120
COMMANDS = (
    "monitor --help | head -n 12",
    "monitor init",
    "monitor --once",
    "monitor watch test EU",
    "monitor watch add europe 'EU OR European'",
    "monitor watch list",
)


def run(folder: Path, command: str) -> str:
    """Return what a command prints on a terminal of 80 columns, in its order."""
    defined = f"monitor() {{ '{sys.executable}' -m monitor \"$@\"; }}; {command}"
    done = subprocess.run(
        ["bash", "-euc", defined],
        cwd=folder,
        env=environment(COLUMNS="80", PYTHONUNBUFFERED="1", HOME=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.replace(str(folder), FOLDER)


def transcript(folder: Path, url: str) -> str:
    """Return commands and what they print; `url` takes the place of the ministry's."""
    told = []
    for command in COMMANDS:
        told.append(f"$ {command}\n{run(folder, command)}")
        if command == "monitor init":
            config = folder / "config.toml"
            text = config.read_text(encoding="utf-8")
            assert URL in text
            config.write_text(text.replace(URL, url), encoding="utf-8")
    return "\n".join(told)


@pytest.mark.slow
def test_the_readme_shows_what_a_newcomer_sees(tmp_path: Path) -> None:
    """In the order in which help tells them to go, and well within two minutes."""
    began = time.monotonic()
    with serve_listing(DemoListing()) as url:
        printed = transcript(tmp_path, url)
    assert time.monotonic() - began < TWO_MINUTES / 2
    readme = README.read_text(encoding="utf-8")
    (shown,) = BLOCK.findall(readme)
    if shown != printed:
        README.write_text(
            BLOCK.sub(lambda _: f"```console\n{printed}```", readme), encoding="utf-8"
        )
    assert shown == printed, "the README has been written anew; read it, and run this again"


def test_help_leads_the_way() -> None:
    """Each step of the transcript is named by the front page, but for the words to look for."""
    first = COMMANDS[0]
    (shown,) = BLOCK.findall(README.read_text(encoding="utf-8"))
    page = shown.partition("$ monitor init")[0]
    for command in COMMANDS:
        if command not in (first, "monitor watch list"):
            words = command.split()
            assert " ".join(words[:3] if words[1] == "watch" else words) in page
