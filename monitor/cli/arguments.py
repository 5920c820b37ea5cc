"""The commands and options, and which function runs each. Nothing heavy is imported here."""

import argparse
import gc
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from monitor import __version__
from monitor.errors import UsageError

Run = Callable[[argparse.Namespace], int]


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the arguments, with `run` set to the function of the command."""
    args = _parser().parse_args(argv)
    if args.once:
        args.run = _lazily("once", "run")
    return args


class _Parser(argparse.ArgumentParser):
    """Names the nearest known word where a command is mistyped."""

    def error(self, message: str) -> NoReturn:
        self.exit(UsageError.exit_code, f"{self.prog}: {message}\ntry: {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    common = _common()
    parser = _Parser(
        prog="monitor",
        parents=[common],
        description="Watches a ministry's news listing and tells people about the releases that"
        " matter to them.",
        epilog="Start with: monitor demo, then: monitor init",
    )
    parser.add_argument("--version", action="version", version=f"monitor {__version__}")
    parser.add_argument(
        "--once", action="store_true", help="check every source, send what is due, and exit"
    )
    parser.add_argument("--source", metavar="NAME", help="with --once: check this source alone")
    parser.set_defaults(run=_nothing_to_do(parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    _add_setup(commands, common)
    _add_archive(commands, common)
    _add_watch(commands, common)
    return parser


def _nothing_to_do(parser: argparse.ArgumentParser) -> Run:
    def run(_: argparse.Namespace) -> int:
        parser.error("say what to do, for instance: monitor --once")

    return run


def _common() -> _Parser:
    """Return the options that stand before or after any command."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--config", type=Path, metavar="PATH", help="the config.toml to use")
    common.add_argument("--json", action="store_true", help="print one JSON document")
    loudness = common.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more")
    loudness.add_argument("-q", "--quiet", action="store_true", help="say only what went wrong")
    return common


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["_Parser"]  # noqa: SLF001 - argparse has no other name


def _add(commands: "Commands", common: _Parser, name: str, does: str, run: Run) -> _Parser:
    command = commands.add_parser(
        name, parents=[common], help=does, description=does[0].upper() + does[1:] + "."
    )
    command.set_defaults(run=run)
    return command


def _add_setup(commands: "Commands", common: _Parser) -> None:
    demo = _add(
        commands, common, "demo", "show the whole job, with no network", _lazily("demo", "run")
    )
    demo.add_argument(
        "--keep", type=Path, metavar="DIR", help="leave the demo's config and database there"
    )
    _add(commands, common, "init", "write a commented config.toml", _lazily("setup", "init"))


def _add_archive(commands: "Commands", common: _Parser) -> None:
    releases = _add(
        commands, common, "releases", "list the newest releases", _lazily("archive", "releases")
    )
    _add_filters(releases, limit=20)
    show = _add(
        commands,
        common,
        "show",
        "show a release whole: text, attachments, revisions, who watched for it, what was sent",
        _lazily("show", "run"),
    )
    show.add_argument("id", type=_count, metavar="ID", help="its number in the archive")
    search = _add(commands, common, "search", "search the archive", _lazily("archive", "search"))
    search.add_argument("query", metavar="QUERY", help='words, "a phrase", OR, NOT, prefix*, …')
    _add_filters(search, limit=20)
    import_ = _add(
        commands,
        common,
        "import",
        "take in a file of releases in the text form; never alerts",
        _lazily("archive", "import_"),
    )
    import_.add_argument("file", type=Path, metavar="FILE", help="the file; - is standard input")
    import_.add_argument(
        "--source", metavar="NAME", default="import", help="the listing it is from (import)"
    )
    export = _add(
        commands, common, "export", "print releases as a file", _lazily("archive", "export")
    )
    export.add_argument(
        "--format", choices=("text", "json", "jsonl", "csv"), default="text", help="text"
    )
    _add_filters(export, limit=None)
    _add_backfill(commands, common)


def _add_backfill(commands: "Commands", common: _Parser) -> None:
    backfill = _add(
        commands,
        common,
        "backfill",
        "walk back through the listings, into the archive; goes on where it stopped, never alerts",
        _lazily("backfill", "run"),
    )
    backfill.add_argument("--source", metavar="NAME", help="this source alone")
    how_far = backfill.add_mutually_exclusive_group(required=True)
    how_far.add_argument("--pages", type=_count, metavar="N", help="the newest N pages")
    how_far.add_argument("--since", type=_date, metavar="DATE", help="down to YYYY-MM-DD")
    how_far.add_argument("--all", action="store_true", help="down to the first release")

    replay = _add(
        commands,
        common,
        "replay",
        "parse every stored page again with today's parser, and say what would change",
        _lazily("replay", "run"),
    )
    replay.add_argument("--source", metavar="NAME", help="the pages of this source alone")
    replay.add_argument("--apply", action="store_true", help="change it; never alerts")


def _add_filters(command: argparse.ArgumentParser, *, limit: int | None) -> None:
    command.add_argument("--watch", metavar="NAME", help="only what this watch found")
    command.add_argument("--source", metavar="NAME", help="only what this listing showed")
    command.add_argument("--since", type=_date, metavar="DATE", help="not older than YYYY-MM-DD")
    command.add_argument(
        "--limit",
        type=_count,
        metavar="N",
        default=limit,
        help=f"at most N (default: {'all' if limit is None else limit})",
    )


def _add_watch(commands: "Commands", common: _Parser) -> None:
    watch = _add(commands, common, "watch", "look at the watchlist", _lazily("watch", "list_"))
    actions = watch.add_subparsers(title="actions", metavar="ACTION", parser_class=_Parser)
    _add(actions, common, "list", "list the watches", _lazily("watch", "list_"))
    test = _add(
        actions,
        common,
        "test",
        "show what a query would have found in the archive",
        _lazily("watch", "test"),
    )
    test.add_argument("query", metavar="QUERY", help="a query, or the name of a watch")


def _lazily(module: str, name: str) -> Run:
    """Return a function that imports a command's module when the command runs."""

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


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no date; write YYYY-MM-DD") from error


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}” is no count; write a number from 1")
    return int(text)
