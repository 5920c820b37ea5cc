"""What completion offers: names from the config that applies, options, commands; never trouble."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.command_line import build_parser
from monitor.cli.completion import Offer, kind, offer, quoted, split
from monitor.cli.parser import CommandParser
from tests.cli.test_parser import commands
from tests.support.installation import environment, in_folder

CONFIG = """
[[source]]
name = "trade"
[[watch]]
name = "steel"
every = "never"
[[watch]]
name = "gulf states"
[[watch]]
name = "--odd"
[[watch]]
name = 3
"""
OPTIONS = ("--help", "--config", "--json", "--verbose", "--quiet")


def offered(folder: Path, *typed: str, **environ: str) -> Offer:
    """Return what is offered in place of the last word."""
    return offer(typed, environ, folder, folder)


def words(folder: Path, *typed: str, **environ: str) -> tuple[str, ...]:
    """Return the words that are offered."""
    return tuple(word for word, _ in offered(folder, *typed, **environ).words)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a config that is not right, but has names."""
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "other.toml").write_text('channel = [{name = "desk"}]', encoding="utf-8")
    return tmp_path


NAMES = ("steel", "gulf states")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("watch", "show", ""), NAMES),
        (("watch", "test", ""), NAMES),
        (("watch", "rename", ""), NAMES),
        (("watch", "rename", "steel", ""), ()),
        (("watch", "add", ""), ()),
        (("-v", "releases", "--watch", ""), NAMES),
        (("releases", "--watch=st"), NAMES),
        (("watch", "show", "--", ""), NAMES),
        (("watch", "show", "--", "steel", ""), ()),
        (("--once", "--source", ""), ("trade",)),
        (("watch", "add", "x", "y", "--source", ""), ("trade",)),
        (("deliveries", "retry", "a", "b", "--channel", ""), ("terminal",)),
        (("--config", "other.toml", "digest", "--channel", ""), ("desk",)),
        (("--config=other.toml", "digest", "--channel", ""), ("desk",)),
        (("digest", "--config", "~/other.toml", "--channel", ""), ()),
        (("--config", "nowhere.toml", "watch", "show", ""), ()),
        (("--config", ".", "watch", "show", ""), ()),
        (("deliveries", "list", "--status", ""), ("owed", "sent", "given-up")),
        (("digest", "--format=h"), ("text", "html", "json")),
        (("completion", ""), ("bash", "zsh", "fish")),
        (("init", ""), OPTIONS),
        (("init", "--json", ""), tuple(one for one in OPTIONS if one != "--json")),
        (("watch", "add", "--to", "desk", "-"), (*OPTIONS, "--source", "--to")),
        (("help", "deliveries", ""), ("list", "retry")),
        (("nonsense", ""), ()),
        (("watch", "nonsense", ""), ()),
        (("releases", "--nonsense", "--watch", ""), NAMES),
        (("search", ""), ()),
    ],
)
def test_what_can_follow(folder: Path, typed: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Names, words or options, as the command line so far has it."""
    assert words(folder, *typed) == expected


def test_commands_come_with_what_they_do(folder: Path) -> None:
    """All of them, but the one that is for shells; also where the first word names another."""
    found = dict(offered(folder, "").words)
    assert found["init"] == "write a commented config.toml"
    assert "complete" not in found
    assert {"watch", "releases", "digest"} < set(words(folder, "--source", "watch", ""))
    assert words(folder, "help", "") == tuple(found)
    assert {"list", "add", "remove"} < set(words(folder, "watch", ""))
    assert words(folder) == tuple(found)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (("--config", ""), "files"),
        (("import", ""), "files"),
        (("import", "--", ""), "files"),
        (("demo", "--keep", ""), "folders"),
        (("watch", "show", ""), "words"),
    ],
)
def test_the_shell_completes_files_itself(
    folder: Path, typed: tuple[str, ...], expected: str
) -> None:
    """It knows them better."""
    assert offered(folder, *typed).kind == expected


@pytest.mark.parametrize(
    "text", ["[[watch]", "watch = 3", "watch = [3]", "\0", "[watch]", "\udcff"]
)
def test_a_broken_config_has_no_names(tmp_path: Path, text: str) -> None:
    """And is no trouble."""
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert words(tmp_path, "watch", "show", "") == ()


def test_the_config_is_found_as_it_is_by_every_command(folder: Path) -> None:
    """By its variable, too."""
    assert words(folder, "digest", "--channel", "", MONITOR_CONFIG="other.toml") == ("desk",)


FREE = {
    *("id", "query", "limit", "since", "until", "pages", "category", "base_url", "user"),
    *("name", "new"),  # of a watch that is to be
    "command",  # of help, which is completed as if it were typed
}


def undecided(command: CommandParser) -> Iterator[str]:
    """Yield the arguments of a command whose values completion knows nothing of."""
    for one in {*command.get_options().values(), *command.get_positionals()}:
        takes_value = one.nargs not in (0, argparse.PARSER)
        is_known = one.choices is not None or one.type is Path or kind(command, one)
        if takes_value and not is_known:
            yield one.dest


@pytest.mark.parametrize("command", [*commands(build_parser())], ids=lambda one: one.prog)
def test_every_argument_is_completed_or_is_free(command: CommandParser) -> None:
    """A new argument that names a watch, a source or a channel is not forgotten."""
    assert {*undecided(command)} <= FREE


# ------------------------------------------------------------------ bash


@pytest.mark.parametrize(
    ("line", "words", "last", "kept", "quote"),
    [
        ("", (), "", "", ""),
        ("monitor ", ("monitor",), "", "", ""),
        ("monitor wa", ("monitor",), "wa", "", ""),
        ("A=1 B='x y' monitor  watch ", ("monitor", "watch"), "", "", ""),
        ("monitor A=1 ", ("monitor", "A=1"), "", "", ""),
        ("monitor 'a b' \"c d\" e\\ f", ("monitor", "a b", "c d"), "e f", "", ""),
        ("monitor ''", ("monitor",), "", "", ""),
        ("monitor '' ", ("monitor", ""), "", "", ""),
        ("monitor 'it\\ ", ("monitor",), "it\\ ", "", "'"),
        (r'monitor "a\"\x', ("monitor",), r'a"\x', "", '"'),
        ("monitor --source=tr", ("monitor",), "--source=tr", "--source=", ""),
        ("monitor a:b=c", ("monitor",), "a:b=c", "a:b=", ""),
        (r"monitor a\:b", ("monitor",), "a:b", "", ""),
        ("monitor a'b c", ("monitor",), "ab c", "a", "'"),
        ("monitor a\\", ("monitor",), "a", "", ""),
    ],
)
def test_a_line_is_taken_apart(
    line: str, words: tuple[str, ...], last: str, kept: str, quote: str
) -> None:
    """As bash has it, with the part of the last word that stays."""
    found = split(line)
    assert (found.words, found.last, found.kept, found.quote) == (words, last, kept, quote)


PRINTABLE = st.text(st.characters(min_codepoint=32, exclude_categories=["C", "Z"]) | st.just(" "))


@given(PRINTABLE, st.sampled_from(["", "'"]))
def test_what_is_quoted_is_read_back(text: str, quote: str) -> None:
    """Whatever stands in a name."""
    found = split(f"monitor {quote}{quoted(text, quote)}")
    assert (found.words, found.last) == (("monitor",), text)


def test_bash_reads_it_back_too() -> None:
    """Each ASCII character, in each kind of quote."""
    texts = [f"{chr(code)}x{chr(code)}" for code in range(32, 127)]
    line = " ".join(
        f"{quote}{quoted(one, quote)}{quote}" for one in texts for quote in ("", "'", '"')
    )
    done = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\0")[:-1] == [one for one in texts for _ in range(3)]


# ------------------------------------------------------------------ the commands


def complete(*args: str) -> "subprocess.CompletedProcess[str]":
    """Ask as a shell does."""
    return subprocess.run(
        [sys.executable, "-m", "monitor", "complete", *args],
        env=environment(HOME="/nowhere"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_shell_gets_what_it_can_use(folder: Path) -> None:
    """Quoted and cut for bash, with descriptions for the others."""
    with in_folder(folder):
        bash = complete("bash", "--", "monitor releases --watch=gu")
        assert bash.stdout == "words\ngulf\\ states\n"
        zsh = complete("zsh", "--", "monitor", "releases", "--watch=gu")
        assert zsh.stdout == "words\nsteel\twatch\ngulf states\twatch\n"
        fish = complete("fish", "--", "monitor", "releases", "--watch=gu")
        assert fish.stdout == "words\n--watch=steel\twatch\n--watch=gulf states\twatch\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_nothing_typed_is_no_trouble(shell: str, tmp_path: Path) -> None:
    """Nor is a folder without a config."""
    with in_folder(tmp_path):
        done = complete(shell)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("words\n")
