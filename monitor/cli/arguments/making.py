"""How a command is added to the command line: one shape for all of them."""

import argparse
import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from monitor.errors import UsageError

Run = Callable[[argparse.Namespace], int]

RELEASE = "its number in the archive, its address, or how its title begins"

if TYPE_CHECKING:
    Choices = argparse._SubParsersAction["Parser"]  # noqa: SLF001 - argparse has no other name


class Parser(argparse.ArgumentParser):
    """A command. Says in plain words what is wrong with a command line, and what to type instead.

    `does` says what the command does, nothing where it is for other programs; `examples` are lines
    as they are typed.
    """

    does: str = ""
    examples: tuple[str, ...] = ()
    _words: Sequence[str] = ()

    def options(self) -> Mapping[str, argparse.Action]:
        """Return the options by their names, dashes included."""
        return self._option_string_actions

    def positionals(self) -> Sequence[argparse.Action]:
        """Return the arguments that are known by their place, in that order."""
        return [action for action in self._actions if not action.option_strings]

    def inner(self) -> Mapping[str, "Parser"]:
        """Return the commands, or actions, below this one."""
        found = (one.choices for one in self._actions if one.nargs == argparse.PARSER)
        return next((dict(choices) for choices in found if isinstance(choices, dict)), {})

    def error(self, message: str) -> NoReturn:
        """End with the exit code for wrong usage."""
        from monitor.cli.arguments.mistakes import in_words

        has_query = any(one.dest == "query" for one in self.positionals())
        told = in_words(self.prog, message, self.examples, self._words if has_query else ())
        self.exit(UsageError.exit_code, f"{told}\n")

    def parse_known_args(  # type: ignore[override] # as it is called here
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Remember what was typed: it says what a mistake was meant to be."""
        self._words = args or ()
        return super().parse_known_args(args, namespace)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            from monitor.cli.arguments.mistakes import no_choice

            inner = self.inner() if action.nargs == argparse.PARSER else {}
            # Commands for other programs are not told of.
            known = [one for one in action.choices if one not in inner or inner[one].does]
            raise argparse.ArgumentError(None, no_choice(action, value, known))


class Commands:
    """The commands of the program, or the actions of one; `common` are every one's options."""

    def __init__(self, choices: "Choices", common: Parser) -> None:
        self._choices, self._common = choices, common

    def add(self, name: str, does: str, run: str, *examples: str) -> Parser:
        """Add a command and return its parser.

        `does` says what it does, `run` is the function that does it ("module.function" of
        monitor.cli), `examples` are lines as they are typed, without the program's name.
        """
        lines = tuple(f"monitor {line}" for line in examples)
        command = self._choices.add_parser(
            name,
            parents=[self._common],
            help=does,
            description=f"{does[0].upper()}{does[1:]}.",
            epilog="\n".join(("for example:", *(f"  {line}" for line in lines))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.does, command.examples = does, lines
        command.set_defaults(run=lazily(run))
        return command

    def hidden(self, name: str, run: str) -> Parser:
        """Add a command that other programs call; no help names it."""
        command = self._choices.add_parser(name)
        command.set_defaults(run=lazily(run))
        return command

    def actions(self, command: Parser) -> "Commands":
        """Return a place for the actions of a command."""
        choices = command.add_subparsers(title="actions", metavar="ACTION", parser_class=Parser)
        return Commands(choices, self._common)


def lazily(where: str) -> Run:
    """Return a function that imports a command's module when the command runs."""
    module, name = where.split(".")

    def run(args: argparse.Namespace) -> int:
        from importlib import import_module

        command: Run = getattr(import_module(f"monitor.cli.{module}"), name)
        gc.freeze()
        gc.enable()
        if getattr(args, "verbose", False):
            import logging

            logging.basicConfig(level=logging.INFO, format="%(message)s")
            logging.getLogger("httpx").setLevel(logging.WARNING)
        return command(args)

    return run


def repeats(option: argparse.Action) -> bool:
    """Tell whether an option may be given several times."""
    return isinstance(option, argparse._AppendAction)  # noqa: SLF001 - argparse has no other name


def count(text: str) -> int:
    """Read a number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is no count; write a number from 1")
    return min(int(text), sys.maxsize)
