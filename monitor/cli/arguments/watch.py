"""`monitor watch` and its actions, the watchlist; and `monitor explain`."""

from monitor.cli.arguments.making import RELEASE, Commands, Parser

TITLE = "the watchlist"


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    does = "look at the watchlist, and change it"
    watch = commands.add(
        "watch", does, "watch.list_", "watch list", "watch add steel 'steel OR TRQ'"
    )
    actions = commands.actions(watch)
    _add_looks(actions)
    _add_edits(actions)
    explain = commands.add(
        "explain",
        "say why a release was, or was not, sent: which words hit, who was told and when",
        "explain.run",
        "explain 41",
        "explain 'Korea and Canada' steel",
    )
    explain.add_argument("id", metavar="ID", help=RELEASE)
    explain.add_argument(
        "watch", metavar="WATCH", nargs="?", help="for this watch alone (default: for every one)"
    )


def _add_looks(actions: Commands) -> None:
    actions.add("list", "list the watches", "watch.list_", "watch list")
    show = "show a watch: its settings, and what it found lately"
    _named(actions.add("show", show, "watch.show", "watch show steel"))
    tested = actions.add(
        "test",
        "show what a query would have found in the archive",
        "backtest.test",
        "watch test steel",
        "watch test 'steel quota' --source trade",
    )
    tested.add_argument("query", metavar="QUERY", help="a query, or the name of a watch")
    _sourced(tested)
    tune = "show what stands just outside a watch, and what each of its words brings in"
    _named(actions.add("tune", tune, "tune.tune", "watch tune steel"))
    diff = "show what a watch would gain and lose with another query"
    compared = actions.add("diff", diff, "tune.diff", "watch diff steel 'steel NOT scrap'")
    _named(compared)
    compared.add_argument("query", metavar="QUERY", help="the query that it would have")


def _add_edits(actions: Commands) -> None:
    added = actions.add(
        "add",
        "show what a query would have found, and make a watch of it",
        "watchlist.add",
        "watch add gulf '(UAE OR Qatar) NOT football'",
        "watch add chips 'semicond*' --to desk",
    )
    _named(added)
    added.add_argument("query", metavar="QUERY", help='words, "a phrase", OR, NOT, prefix*, …')
    _sourced(added)
    added.add_argument(
        "--to",
        metavar="CHANNEL",
        action="append",
        help="tell this channel; may be given again (default: every channel)",
    )
    remove = "take a watch away; what it found stays in the archive"
    _named(actions.add("remove", remove, "watchlist.remove", "watch remove gulf"))
    rename = "give a watch, and what it found, another name"
    renamed = actions.add("rename", rename, "watchlist.rename", "watch rename gulf 'gulf states'")
    renamed.add_argument("old", metavar="OLD", help="the name that it has")
    renamed.add_argument("new", metavar="NEW", help="the name that it gets")
    pause = "let a watch find nothing until it is resumed"
    _named(actions.add("pause", pause, "watchlist.pause", "watch pause steel"))
    resume = "let a paused watch go on; what appeared meanwhile is not made up for"
    _named(actions.add("resume", resume, "watchlist.resume", "watch resume steel"))


def _sourced(command: Parser) -> None:
    command.add_argument(
        "--source",
        metavar="NAME",
        action="append",
        dest="sources",
        help="only what this listing shows; may be given again (default: every listing)",
    )


def _named(command: Parser) -> Parser:
    command.add_argument("name", metavar="NAME", help="the name of the watch")
    return command
