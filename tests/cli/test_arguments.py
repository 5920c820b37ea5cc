"""The command line itself: what it takes, and what its help says."""

import argparse
import shlex
from collections.abc import Iterator

import pytest

from monitor.cli.arguments import parse, parser
from monitor.cli.arguments.making import Parser

HEAD = "for example:\n"


def commands(command: Parser) -> Iterator[Parser]:
    """Yield every command below one, actions among them."""
    for action in command._actions:  # noqa: SLF001 - argparse shows its tree nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for inner in action.choices.values():
                yield inner
                yield from commands(inner)


@pytest.mark.parametrize("command", [*commands(parser())], ids=lambda one: one.prog)
def test_every_command_has_examples_that_the_command_line_takes(command: Parser) -> None:
    """Help that cannot lie: each example is a command line, of this very command."""
    epilog = command.epilog or ""
    assert epilog.startswith(HEAD)
    examples = epilog.removeprefix(HEAD).split("\n")
    for example in examples:
        words = shlex.split(example.split(" > ")[0])
        assert words[0] == "monitor"
        assert callable(parse(words[1:]).run)
    assert any(example.strip().startswith(command.prog) for example in examples)


@pytest.mark.parametrize(
    "line",
    [
        "--config x.toml --once --source trade",
        "--once -q",
        "-v",
        "--config watch --once",
        "watch list --config x.toml",
        "--json releases --limit 3",
    ],
)
def test_a_command_line_means_the_same_whichever_groups_are_made_for_it(line: str) -> None:
    """Leaving out the commands that a command line does not name is only for speed."""
    whole = vars(parser().parse_args(line.split()))
    told = vars(parse(line.split()))
    assert {**told, "run": None} == {**whole, "run": None}


@pytest.mark.parametrize("line", ["relases", "--source trade", "--once relases", "watch tst x"])
def test_what_cannot_be_meant_is_wrong_usage(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the finger ends with the code for wrong usage and points at the help."""
    with pytest.raises(SystemExit) as ended:
        parse(line.split())
    assert ended.value.code == 2
    assert "--help" in capsys.readouterr().err
