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
    elif args.run is None:
        _alone(args)
        args.run = _lazily("run", "run")
    return args


def _alone(args: argparse.Namespace) -> None:
    if args.source is not None or args.sweep:
        _parser().error("--source and --sweep go with --once; the daemon checks every source")


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
        " matter to them. Without a command it does so in the foreground until it is stopped.",
        epilog="Start with: monitor demo, then: monitor init",
    )
    parser.add_argument("--version", action="version", version=f"monitor {__version__}")
    parser.add_argument(
        "--once", action="store_true", help="check every source, send what is due, and exit"
    )
    parser.add_argument("--source", metavar="NAME", help="with --once: check this source alone")
    parser.add_argument(
        "--sweep",
        action="store_true",
        help="with --once: read the newest pages whatever is known of them",
    )
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    _add_setup(commands, common)
    _add_archive(commands, common)
    _add_watch(commands, common)
    _add_sending(commands, common)
    return parser


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
    does = "look at the watchlist, and change it"
    watch = _add(commands, common, "watch", does, _lazily("watch", "list_"))
    actions = watch.add_subparsers(title="actions", metavar="ACTION", parser_class=_Parser)
    _add(actions, common, "list", "list the watches", _lazily("watch", "list_"))
    show = "show a watch: its settings, and what it found lately"
    _add_named(actions, common, "show", show, _lazily("watch", "show"))
    test = "show what a query would have found in the archive"
    tested = _add(actions, common, "test", test, _lazily("backtest", "test"))
    tested.add_argument("query", metavar="QUERY", help="a query, or the name of a watch")
    _add_watch_edits(actions, common)


def _add_watch_edits(actions: "Commands", common: _Parser) -> None:
    add = "show what a query would have found, and make a watch of it"
    added = _add_named(actions, common, "add", add, _lazily("watchlist", "add"))
    added.add_argument("query", metavar="QUERY", help='words, "a phrase", OR, NOT, prefix*, …')
    added.add_argument(
        "--source",
        metavar="NAME",
        action="append",
        dest="sources",
        help="only what this listing shows; may be given again (default: every listing)",
    )
    added.add_argument(
        "--to",
        metavar="CHANNEL",
        action="append",
        help="tell this channel; may be given again (default: every channel)",
    )
    remove = "take a watch away; what it found stays in the archive"
    _add_named(actions, common, "remove", remove, _lazily("watchlist", "remove"))
    rename = "give a watch, and what it found, another name"
    renamed = _add(actions, common, "rename", rename, _lazily("watchlist", "rename"))
    renamed.add_argument("old", metavar="OLD", help="the name that it has")
    renamed.add_argument("new", metavar="NEW", help="the name that it gets")
    pause = "let a watch find nothing until it is resumed"
    _add_named(actions, common, "pause", pause, _lazily("watchlist", "pause"))
    resume = "let a paused watch go on; what appeared meanwhile is not made up for"
    _add_named(actions, common, "resume", resume, _lazily("watchlist", "resume"))


def _add_named(actions: "Commands", common: _Parser, name: str, does: str, run: Run) -> _Parser:
    command = _add(actions, common, name, does, run)
    command.add_argument("name", metavar="NAME", help="the name of the watch")
    return command


def _add_sending(commands: "Commands", common: _Parser) -> None:
    digest = _add(
        commands,
        common,
        "digest",
        "show what is waiting for each channel, as it will look",
        _lazily("digest", "run"),
    )
    digest.add_argument(
        "--format", choices=("text", "html", "json"), default="text", help="how to show it (text)"
    )
    digest.add_argument("--channel", metavar="NAME", help="this channel alone")
    digest.add_argument(
        "--since", type=_date, metavar="DATE", help="what was found since YYYY-MM-DD, told or not"
    )
    digest.add_argument("--send", action="store_true", help="send what is waiting, now")
    deliveries = _add(
        commands, common, "deliveries", "look at what was sent", _lazily("deliveries", "list_")
    )
    deliveries.set_defaults(channel=None, status=None, limit=20)
    actions = deliveries.add_subparsers(title="actions", metavar="ACTION", parser_class=_Parser)
    listed = _add(
        actions, common, "list", "list messages, newest first", _lazily("deliveries", "list_")
    )
    listed.add_argument("--channel", metavar="NAME", help="to this channel alone")
    listed.add_argument("--status", choices=("owed", "sent", "given-up"), help="only these")
    listed.add_argument("--limit", type=_count, metavar="N", default=20, help="at most N (20)")
    retry = _add(
        actions,
        common,
        "retry",
        "send again, under the same id, what failed or was given up",
        _lazily("deliveries", "retry"),
    )
    retry.add_argument("id", nargs="*", metavar="ID", help="these alone; a beginning is enough")
    retry.add_argument("--channel", metavar="NAME", help="to this channel alone")


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
