"""The commands and options, and which function runs each. Nothing heavy is imported here.

Each group of commands stands in a module of its own and adds them with `add(commands)`. Making all
of them costs as much as a tenth of a one-shot run, so a command line that names one command makes
that command's group alone.
"""

import argparse
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from monitor import __version__
from monitor.cli.arguments.making import Commands, Parser, lazily

_GROUPS = {
    "setup": ("demo", "init", "backup", "help"),
    "watch": ("watch", "explain"),
    "archive": ("releases", "show", "search", "import", "export", "backfill", "replay"),
    "sending": ("digest", "deliveries"),
    "health": ("status", "doctor", "service"),
    "completion": ("completion", "complete"),
}


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments, with `run` set to the function of the command."""
    main = parser(wanted(argv))
    args, unknown = main.parse_known_args(argv)
    if unknown:
        _refuse(main, argv, unknown)
    if args.run is None:
        _without_command(main, args)
    elif args.once or _is_for_a_check(args):
        main.error(
            "--once, --source, --sweep and --accept are for a check, and stand before no command;"
            " an option of a command stands behind it"
        )
    return args


def _without_command(main: Parser, args: argparse.Namespace) -> None:
    if not args.once and _is_for_a_check(args):
        main.error("--source, --sweep and --accept go with --once; the daemon checks every source")
    args.run = lazily("once.run" if args.once else "run.run")


def _is_for_a_check(args: argparse.Namespace) -> bool:
    return args.checked is not None or args.sweep or args.accept


def _refuse(main: Parser, argv: Sequence[str], unknown: Sequence[str]) -> NoReturn:
    from monitor.cli.arguments.mistakes import left_over
    from monitor.cli.arguments.place import reach

    place = reach(main, argv)
    command = place.command
    told = left_over(unknown, command.options(), command.positionals(), is_bare=place.bare)
    command.error(told)


def wanted(argv: Sequence[str]) -> Collection[str]:
    """Return the groups that this command line may need; all where it names no command."""
    named = [group for group, names in _GROUPS.items() if not set(names).isdisjoint(argv)]
    needs_none = "--once" in argv and set(argv).isdisjoint(("-h", "--help"))
    return named if named or needs_none else _GROUPS


class _Main(Parser):
    """The program itself, whose help begins with what to do first."""

    def format_help(self) -> str:
        """Return the front page."""
        from monitor.cli.arguments.front import page

        titles = {_module(group).TITLE: names for group, names in _GROUPS.items()}
        formatter = self._get_formatter()
        formatter.start_section("options")
        formatter.add_arguments(self._optionals._group_actions)  # noqa: SLF001 - as argparse does
        formatter.end_section()
        return page(parser().inner(), formatter.format_help(), titles)


def _module(group: str) -> Any:
    return import_module(f"monitor.cli.arguments.{group}")


def parser(groups: Collection[str] = tuple(_GROUPS)) -> Parser:
    """Return the parser of the command line, with these groups of commands."""
    common = _common()
    main = _Main(prog="monitor", parents=[common])
    main.add_argument("--version", action="version", version=f"monitor {__version__}")
    main.add_argument(
        "--once", action="store_true", help="check every source, send what is due, and end"
    )
    # Commands have a --source of their own, which would take the place of this one.
    main.add_argument(
        "--source", metavar="NAME", dest="checked", help="with --once: check this source alone"
    )
    main.add_argument(
        "--sweep",
        action="store_true",
        help="with --once: read the newest pages whatever is known of them",
    )
    main.add_argument(
        "--accept",
        action="store_true",
        help="with --once: take in a page that looks wrong as it is; its history begins with it",
    )
    main.set_defaults(run=None)
    choices = main.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)
    commands = Commands(choices, common)
    for group in groups:
        _module(group).add(commands)
    return main


def _common() -> Parser:
    """Return the options that stand before or after any command."""
    common = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--config", type=Path, metavar="PATH", help="the config.toml to use")
    common.add_argument("--json", action="store_true", help="print one JSON document")
    loudness = common.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more")
    loudness.add_argument("-q", "--quiet", action="store_true", help="say only what went wrong")
    return common
