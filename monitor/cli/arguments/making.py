"""How a command is added to the command line: one shape for all of them."""

import argparse
import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from monitor.errors import UsageError

Run = Callable[[argparse.Namespace], int]

if TYPE_CHECKING:
    Choices = argparse._SubParsersAction["Parser"]  # noqa: SLF001 - argparse has no other name


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where help is."""

    def error(self, message: str) -> NoReturn:
        """End with the exit code for wrong usage."""
        self.exit(UsageError.exit_code, f"{self.prog}: {message}\ntry: {self.prog} --help\n")


class Commands:
    """The commands of the program, or the actions of one; `common` are every one's options."""

    def __init__(self, choices: "Choices", common: Parser) -> None:
        self._choices, self._common = choices, common

    def add(self, name: str, does: str, run: str, *examples: str) -> Parser:
        """Add a command and return its parser.

        `does` says what it does, `run` is the function that does it ("module.function" of
        monitor.cli), `examples` are lines as they are typed, without the program's name.
        """
        command = self._choices.add_parser(
            name,
            parents=[self._common],
            help=does,
            description=f"{does[0].upper()}{does[1:]}.",
            epilog="\n".join(("for example:", *(f"  monitor {line}" for line in examples))),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
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


def count(text: str) -> int:
    """Read a number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is no count; write a number from 1")
    return int(text)
