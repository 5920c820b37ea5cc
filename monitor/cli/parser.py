"""Parsers of commands and their options, on argparse."""

import argparse
import gc
import itertools
import re
import sys
from argparse import PARSER, Action
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from monitor.errors import UsageError

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction["CommandParser"]  # noqa: SLF001 - argparse has no other name


_WORD_LIKE_HELP = re.compile(r"-h[^\W\d_]{2,}.*")


class CommandParser(argparse.ArgumentParser):
    """A parser that explains mistakes in plain words and shows a correct example.

    `summary` is a short description, empty for commands that only other programs call; `examples`
    are complete command lines.
    """

    summary: str = ""
    examples: tuple[str, ...] = ()
    _typed_words: Sequence[str] = ()

    def get_options(self) -> Mapping[str, argparse.Action]:
        """Return the options by name, dashes included."""
        return self._option_string_actions

    def get_positionals(self) -> Sequence[argparse.Action]:
        """Return the positional arguments, in order."""
        return [action for action in self._actions if not action.option_strings]

    def get_subcommands(self) -> Mapping[str, "CommandParser"]:
        """Return the commands, or actions, below this one."""
        choice_maps = (
            action.choices for action in self._actions if action.nargs == argparse.PARSER
        )
        return next((dict(choices) for choices in choice_maps if isinstance(choices, dict)), {})

    def error(self, message: str) -> NoReturn:
        """Print the mistake and exit with the code for wrong usage."""
        from monitor.cli.usage import format_usage_error

        has_query = any(argument.dest == "query" for argument in self.get_positionals())
        report = format_usage_error(
            self.prog, message, self.examples, self._typed_words if has_query else ()
        )
        self.exit(UsageError.exit_code, f"{report}\n")

    def parse_known_args(  # type: ignore[override] # as it is called here
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Remember the typed words, then parse them: `error` needs them for its advice."""
        self._typed_words = args or ()
        if any(action.dest == "query" for action in self.get_positionals()):
            self._reject_words_like_help(args or ())
        return super().parse_known_args(args, namespace)

    def _reject_words_like_help(self, words: Sequence[str]) -> None:
        # From Python 3.12 on, argparse takes -hydrogen for -h and prints the help.
        for word in itertools.takewhile(lambda word: word != "--", words):
            if _WORD_LIKE_HELP.fullmatch(word):
                self.error(f"argument -h/--help: ignored explicit argument {word[2:]!r}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            from monitor.cli.usage import format_invalid_choice

            subcommands = self.get_subcommands() if action.nargs == argparse.PARSER else {}
            # Leave out the commands that only other programs call.
            visible_choices = [
                choice
                for choice in action.choices
                if choice not in subcommands or subcommands[choice].summary
            ]
            raise argparse.ArgumentError(
                None, format_invalid_choice(action, value, visible_choices)
            )


CommandFunction = Callable[[argparse.Namespace], int]

RELEASE_HELP = "its number in the archive, its address, or how its title begins"


class CommandRegistry:
    """The commands of the program, or the actions of one command.

    `common_options` are added to every command.
    """

    def __init__(self, subparsers: "Subparsers", common_options: CommandParser) -> None:
        self._subparsers, self._common_options = subparsers, common_options

    def add_command(
        self, name: str, summary: str, function_path: str, *examples: str
    ) -> CommandParser:
        """Add a command and return its parser.

        `summary` is a short description; `function_path` names the function that runs the command,
        as "module.function" below monitor.cli; `examples` are command lines without the program's
        name.
        """
        lines = tuple(f"monitor {line}" for line in examples)
        command = self._subparsers.add_parser(
            name,
            parents=[self._common_options],
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog="\n".join(("for example:", *(f"  {line}" for line in lines))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.summary, command.examples = summary, lines
        command.set_defaults(run=import_on_call(function_path))
        return command

    def add_hidden_command(self, name: str, function_path: str) -> CommandParser:
        """Add a command that only other programs call; the help does not list it."""
        command = self._subparsers.add_parser(name)
        command.set_defaults(run=import_on_call(function_path))
        return command

    def add_actions(self, command: CommandParser) -> "CommandRegistry":
        """Return a registry for the actions of a command."""
        subparsers = command.add_subparsers(
            title="actions", metavar="ACTION", parser_class=CommandParser
        )
        return CommandRegistry(subparsers, self._common_options)


def import_on_call(function_path: str) -> CommandFunction:
    """Return a function that imports the module of a command only when the command runs."""
    module, name = function_path.split(".")

    def run_command(args: argparse.Namespace) -> int:
        from importlib import import_module

        command: CommandFunction = getattr(import_module(f"monitor.cli.{module}"), name)
        gc.freeze()
        gc.enable()
        if getattr(args, "verbose", False):
            import logging

            logging.basicConfig(level=logging.INFO, format="%(message)s")
            logging.getLogger("httpx").setLevel(logging.WARNING)
        return command(args)

    return run_command


def is_repeatable(option: argparse.Action) -> bool:
    """Return whether an option may be given several times."""
    return isinstance(option, argparse._AppendAction)  # noqa: SLF001 - argparse has no other name


def parse_count(text: str) -> int:
    """Parse a number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is no count; write a number from 1")
    return min(int(text), sys.maxsize)


@dataclass(slots=True)
class ParsePosition:
    """The command that the words have reached, and the arguments that may follow.

    `pending_option` is the option that still needs its value; `positional_count` is the number of
    positional arguments given to the command; `option_values` maps the options so far to their
    values. `has_separator` says that `--` was given, after which nothing is an option. `is_lost`
    says that a word was not understood, so nothing is known about the words after it.
    """

    command: CommandParser
    pending_option: Action | None = None
    positional_count: int = 0
    has_separator: bool = False
    is_lost: bool = False
    option_values: dict[str, str] = field(default_factory=dict)

    def get_next_positional(self) -> Action | None:
        """Return the positional argument that comes next."""
        remaining = self.command.get_positionals()[self.positional_count :]
        return remaining[0] if remaining else None

    def get_next_commands(self) -> Mapping[str, CommandParser]:
        """Return the commands, or actions, that may come next."""
        positional = self.get_next_positional()
        return (
            self.command.get_subcommands()
            if positional is not None and positional.nargs == PARSER
            else {}
        )

    def _read_word(self, word: str) -> None:
        if self.pending_option is not None:
            self.option_values[self.pending_option.dest] = word
            self.pending_option = None
        elif not self.has_separator and word == "--":
            self.has_separator = True
        elif not self.has_separator and len(word) > 1 and word.startswith("-"):
            self._read_option(word)
        else:
            self._read_positional(word)

    def _read_option(self, word: str) -> None:
        name, equals_sign, value = word.partition("=")
        option = self.command.get_options().get(name)
        if option is None:
            return
        self.option_values[option.dest] = value
        if option.nargs != 0 and not equals_sign:
            self.pending_option = option

    def _read_positional(self, word: str) -> None:
        commands = self.get_next_commands()
        if commands and word == "help":
            return  # a command name follows; ignore this word
        if commands:
            self.is_lost = word not in commands
            self.command, self.positional_count = commands.get(word, self.command), 0
            return
        positional = self.get_next_positional()
        if positional is not None and positional.nargs not in ("*", "+"):
            self.positional_count += 1


def find_position(main_parser: CommandParser, words: Iterable[str]) -> ParsePosition:
    """Return the position after these words, which do not include the program's name."""
    position = ParsePosition(main_parser)
    for word in words:
        if not position.is_lost:
            position._read_word(word)  # noqa: SLF001 - a place is made here, and nowhere else
    return position
