"""The commands and options, and the function that runs each one.

Nothing expensive is imported here. Each group of commands has a module of its own, with a function
that adds them to a `CommandRegistry`. Building the parsers of all groups takes up to a tenth of a
one-shot run, so a command line that names one command builds only the group of that command.
"""

import argparse
import shutil
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from monitor import __version__

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction["CommandParser"]  # noqa: SLF001 - argparse has no other name
from monitor.cli.parser import CommandParser, CommandRegistry, find_position, import_on_call

_COMMAND_GROUPS = {
    "setup": ("demo", "init", "backup", "help"),
    "watch": ("watch", "explain"),
    "archive": ("releases", "show", "search", "import", "export", "backfill", "replay"),
    "sending": ("digest", "deliveries"),
    "health": ("status", "doctor", "service"),
    "completion": ("completion", "complete"),
}


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Return the parsed arguments, with `run` set to the function of the command."""
    main_parser = build_parser(find_needed_groups(argv))
    args, unknown = main_parser.parse_known_args(argv)
    if unknown:
        _reject_unknown_words(main_parser, argv, unknown)
    if args.run is None:
        _set_default_command(main_parser, args)
    elif args.once or _has_check_options(args):
        main_parser.error(
            "--once, --source, --sweep and --accept belong to a check and cannot be used "
            "with a command; put the options of a command after it"
        )
    return args


def _set_default_command(main_parser: CommandParser, args: argparse.Namespace) -> None:
    if not args.once and _has_check_options(args):
        main_parser.error(
            "--source, --sweep and --accept go with --once; the daemon checks every source"
        )
    args.run = import_on_call("once.run" if args.once else "run.run")


def _has_check_options(args: argparse.Namespace) -> bool:
    return args.checked is not None or args.sweep or args.accept


def _reject_unknown_words(
    main_parser: CommandParser, argv: Sequence[str], unknown: Sequence[str]
) -> NoReturn:
    from monitor.cli.usage import format_leftover_words

    position = find_position(main_parser, argv)
    command = position.command
    message = format_leftover_words(
        unknown,
        command.get_options(),
        command.get_positionals(),
        has_separator=position.has_separator,
    )
    command.error(message)


def find_needed_groups(argv: Sequence[str]) -> Collection[str]:
    """Return the command groups that this command line may need; all if it names no command."""
    named_groups = [
        group for group, names in _COMMAND_GROUPS.items() if not set(names).isdisjoint(argv)
    ]
    needs_no_group = "--once" in argv and set(argv).isdisjoint(("-h", "--help"))
    return named_groups if named_groups or needs_no_group else _COMMAND_GROUPS


class _MainParser(CommandParser):
    """The parser of the program itself; its help begins with the first steps."""

    def format_help(self) -> str:
        """Return the front page."""
        from monitor.cli import arguments

        titles = {
            getattr(arguments, f"{group.upper()}_TITLE"): names
            for group, names in _COMMAND_GROUPS.items()
        }
        formatter = self._get_formatter()
        formatter.start_section("options")
        formatter.add_arguments(self._optionals._group_actions)  # noqa: SLF001 - as argparse does
        formatter.end_section()
        return format_front_page(build_parser().get_subcommands(), formatter.format_help(), titles)


def _add_group(group: str, commands: "CommandRegistry") -> None:
    from monitor.cli import arguments

    getattr(arguments, f"add_{group}_commands")(commands)


def build_parser(groups: Collection[str] = tuple(_COMMAND_GROUPS)) -> CommandParser:
    """Return the parser of the command line, with these groups of commands."""
    common_options = _build_common_options()
    main_parser = _MainParser(prog="monitor", parents=[common_options])
    main_parser.add_argument("--version", action="version", version=f"monitor {__version__}")
    main_parser.add_argument(
        "--once",
        action="store_true",
        help="check every source, send the messages that are due, and exit",
    )
    # Commands have a --source of their own, which would overwrite this one.
    main_parser.add_argument(
        "--source", metavar="NAME", dest="checked", help="with --once: check this source alone"
    )
    main_parser.add_argument(
        "--sweep",
        action="store_true",
        help="with --once: read the newest pages whatever is known of them",
    )
    main_parser.add_argument(
        "--accept",
        action="store_true",
        help="with --once: accept a suspect page as it is; the page history starts again with it",
    )
    main_parser.set_defaults(run=None)
    subparsers = main_parser.add_subparsers(
        title="commands", metavar="COMMAND", parser_class=CommandParser
    )
    commands = CommandRegistry(subparsers, common_options)
    for group in groups:
        _add_group(group, commands)
    return main_parser


def _build_common_options() -> CommandParser:
    """Return the options that may come before or after any command."""
    options = CommandParser(add_help=False, argument_default=argparse.SUPPRESS)
    options.add_argument("--config", type=Path, metavar="PATH", help="the config.toml to use")
    options.add_argument("--json", action="store_true", help="print one JSON document")
    verbosity = options.add_mutually_exclusive_group()
    verbosity.add_argument("-v", "--verbose", action="store_true", help="say more")
    verbosity.add_argument("-q", "--quiet", action="store_true", help="print only problems")
    return options


_INTRODUCTION = (
    "Watches a ministry's news listing and tells people about the releases that matter to them."
    " Without a command it does so until it is stopped."
)
_FIRST_STEPS = (
    ("monitor demo", "see the whole job, on this machine alone"),
    ("monitor init", "write a config.toml, which works unedited"),
    ("monitor --once", "read the listing; nothing is sent yet"),
    ("monitor watch test EU", "try a query on the releases read so far"),
    ("monitor watch add europe EU", "and watch for it"),
    ("monitor", "check and send until you stop it"),
)
_HELP_HINT = "More about a command, with examples:  monitor help COMMAND"
_MAX_PAGE_WIDTH = 100
_MIN_PAGE_WIDTH = 40


def format_front_page(
    commands: Mapping[str, CommandParser], options: str, groups: Mapping[str, Sequence[str]]
) -> str:
    """Return the front page; `groups` maps each heading to the names of its commands."""
    width = min(max(shutil.get_terminal_size().columns, _MIN_PAGE_WIDTH), _MAX_PAGE_WIDTH)
    parts = [
        "usage: monitor [OPTION ...] [COMMAND ...]",
        textwrap.fill(_INTRODUCTION, width),
        _format_section("to begin with", _FIRST_STEPS, width),
        *(
            _format_section(
                title, ((name, _format_summary(commands[name])) for name in names), width
            )
            for title, names in groups.items()
        ),
        options.strip(),
        _HELP_HINT,
    ]
    return "\n\n".join(parts) + "\n"


def _format_summary(command: CommandParser) -> str:
    actions = ", ".join(command.get_subcommands())
    return f"{command.summary}: {actions}" if actions else command.summary


def _format_section(title: str, rows: Iterable[tuple[str, str]], width: int) -> str:
    described_rows = [row for row in rows if row[1]]
    column = max(14, *(len(name) + 4 for name, _ in described_rows))
    return "\n".join((f"{title}:", *_format_rows(described_rows, column, width)))


def _format_rows(rows: Iterable[tuple[str, str]], column: int, width: int) -> Iterator[str]:
    for name, summary in rows:
        start = f"  {name}".ljust(column)
        yield textwrap.fill(summary, width, initial_indent=start, subsequent_indent=" " * column)
