"""The archive of somebody else: commands that read need no right to write."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.installation import WATCHES, Done, Stage, environment, source

# Whoever may do anything is given up, or else file modes would mean nothing to root.
_CAPABILITIES = "-dac_override,-dac_read_search"
POWERLESS = (
    ["setpriv", f"--bounding-set={_CAPABILITIES}", f"--inh-caps={_CAPABILITIES}"]
    if os.geteuid() == 0
    else []
)
READING = [
    "releases", "search steel", "search steel --ranked", "show 1", "explain 1", "watch list",
    "watch show steel", "watch test steel", "watch tune steel", "watch diff steel tin",
    "export", "export --format atom", "digest", "deliveries list",
    "status",
]  # fmt: skip


class Library(Stage):
    """An installation whose folder can be read and not be written to."""

    def close(self) -> None:
        """Take away the right to write."""
        for path in self.folder.iterdir():
            path.chmod(0o444)
        self.folder.chmod(0o555)

    def open(self) -> None:
        """Give it back."""
        self.folder.chmod(0o755)
        for path in self.folder.iterdir():
            path.chmod(0o600)

    def read(self, *args: str) -> Done:
        """Run a command as somebody who has no rights but those of the file modes."""
        done = subprocess.run(
            [*POWERLESS, sys.executable, "-m", "monitor", *args],
            cwd=self.folder, env=environment(), capture_output=True, text=True, check=False,
            timeout=self.patience,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Give one with a release in it."""
    if POWERLESS and subprocess.run([*POWERLESS, "true"], check=False).returncode:
        pytest.skip("this machine lets nobody give up a right: file modes mean nothing to root")
    made = Library(tmp_path, source("trade", "http://127.0.0.1:9/"), WATCHES)
    assert made.run("import", "-", stdin="-\nTrade\nOf Steel\nMore. date2025-12-01").code == 0
    yield made
    made.open()


def test_what_only_reads_needs_no_right_to_write(library: Library) -> None:
    """It prints what it prints to its owner, and leaves nothing behind."""
    usual = {line: library.run(*line.split()) for line in READING}
    names = sorted(path.name for path in library.folder.iterdir())
    library.close()
    for line, expected in usual.items():
        assert library.read(*line.split()) == expected, line
    assert sorted(path.name for path in library.folder.iterdir()) == names


def test_a_search_finds_what_is_not_indexed_too(library: Library) -> None:
    """The index cannot be brought up to date there; nothing is missed for it."""
    with closing(sqlite3.connect(library.db)) as conn, conn:
        conn.execute("UPDATE releases SET body = 'Of zinc.'")
    library.close()
    assert "Of Steel" in library.read("search", "zinc").out
    assert library.read("search", "more").out == ""
    assert "1 of 1 releases" in library.read("watch", "test", "zinc").out


def test_it_is_read_while_its_owner_writes(library: Library) -> None:
    """What is still in the log is read as well."""
    with closing(sqlite3.connect(library.db)) as conn:
        with conn:
            conn.execute("UPDATE releases SET title = 'Of Tin'")
        library.close()
        assert "Of Tin" in library.read("releases").out
        library.open()


def test_what_cannot_be_read_without_writing_is_told(library: Library) -> None:
    """A log without its index, and a schema that is older: the owner can mend both."""
    copy = library.folder / "copy"
    copy.mkdir()
    with closing(sqlite3.connect(library.db)) as conn:
        with conn:
            conn.execute("UPDATE releases SET title = 'Of Tin'")
        for name in ("monitor.db", "monitor.db-wal", "config.toml"):
            shutil.copy(library.folder / name, copy)
    other = Library(copy, source("trade", "http://127.0.0.1:9/"), WATCHES)
    other.close()
    told = other.read("releases")
    other.open()
    assert (told.code, "the latest changes are still in monitor.db-wal" in told.err) == (1, True)
    assert "Of Tin" in other.run("releases").out
    with closing(sqlite3.connect(other.db)) as conn:
        conn.execute("PRAGMA user_version = 3")
    other.close()
    told = other.read("releases")
    other.open()
    shutil.rmtree(copy)
    assert (told.code, "made by an older monitor" in told.err) == (1, True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--once", "cannot be written to; check its rights"),
        ("replay --apply", "cannot be written to; check its rights"),
        ("deliveries retry", "cannot be written to; check its rights"),
        ("watch add tin tin", "config.toml: this file is write-protected"),
    ],
)
def test_what_writes_says_that_it_cannot(library: Library, line: str, words: str) -> None:
    """In words, before anything else is done."""
    library.close()
    done = library.read(*line.split())
    assert done.code != 0
    assert words in done.err
