"""Arguments of `releases`, `show`, `search`, `import`, `export`, `backfill` and `replay`."""

import argparse
from pathlib import Path

from monitor.cli.parser import RELEASE_HELP, CommandParser, CommandRegistry, parse_count

ARCHIVE_TITLE = "the archive"


def add_archive_commands(commands: CommandRegistry) -> None:
    """Add the commands that read and write the archive."""
    _add_reading_commands(commands)
    _add_file_commands(commands)
    _add_history_commands(commands)


def _add_reading_commands(commands: CommandRegistry) -> None:
    releases = commands.add_command(
        "releases",
        "list the newest releases",
        "releases.list_releases",
        "releases",
        "releases --watch steel --since 'last month'",
        "releases --category trade --since 2025-11 --until 2025-11 --csv > november.csv",
    )
    _add_filter_options(releases, limit=20)
    _add_output_options(releases)
    show = commands.add_command(
        "show",
        "show a release: text, attachments, revisions, matching watches and alerts",
        "releases.show_release",
        "show 41",
        "show 'Korea and Canada'",
    )
    show.add_argument("id", metavar="ID", help=RELEASE_HELP)
    _add_pager_option(show)
    search = commands.add_command(
        "search",
        "search the archive",
        "releases.search_archive",
        "search 'steel quota'",
        "search '\"critical minerals\" NOT football' --limit 5",
        "search --ranked 'tariff quota' --since '2 years ago'",
    )
    search.add_argument("query", metavar="QUERY", help='words, "a phrase", OR, NOT, prefix*, …')
    search.add_argument(
        "--ranked",
        action="store_true",
        help="best first, titles before texts, among the newest thousand (default: newest first)",
    )
    _add_filter_options(search, limit=20)
    _add_output_options(search)


def _add_file_commands(commands: CommandRegistry) -> None:
    import_ = commands.add_command(
        "import",
        "take in a file of releases, in the text form or as JSON; never alerts",
        "transfer.import_file",
        "import listing.txt --source trade",
        "import releases.jsonl",
    )
    import_.add_argument("file", type=Path, metavar="FILE", help="the file; - is standard input")
    import_.add_argument(
        "--source",
        metavar="NAME",
        help="the source of the releases (default: the one named in the file, else import)",
    )
    import_.add_argument(
        "--format",
        choices=("text", "json", "jsonl"),
        help="the format of the file (default: detected)",
    )
    export = commands.add_command(
        "export",
        "print releases as a file, or as feeds to be served",
        "transfer.export_releases",
        "export > listing.txt",
        "export --format csv --watch steel > steel.csv",
        "export --format atom --into feeds --base-url https://example.org/feeds",
    )
    export.add_argument(
        "--format",
        choices=("text", "json", "jsonl", "csv", "atom", "jsonfeed"),
        help="how (text); feeds hold the newest 100 if no --limit is given",
    )
    export.add_argument(
        "--into",
        type=Path,
        metavar="DIR",
        help="write a file for each watch and one for all into this folder, to be served",
    )
    export.add_argument(
        "--base-url", metavar="URL", help="where that folder is served, for the feeds' own links"
    )
    _add_filter_options(export, limit=None)


def _add_history_commands(commands: CommandRegistry) -> None:
    backfill = commands.add_command(
        "backfill",
        "walk back through the listings, into the archive; goes on where it stopped, never alerts",
        "backfill.run_backfill",
        "backfill --since 2024-01-01",
        "backfill --all --source trade",
    )
    backfill.add_argument("--source", metavar="NAME", help="this source alone")
    extent = backfill.add_mutually_exclusive_group(required=True)
    extent.add_argument("--pages", type=parse_count, metavar="N", help="the newest N pages")
    extent.add_argument("--since", metavar="DATE", help="down to this day, as in 2024-01-01")
    extent.add_argument("--all", action="store_true", help="down to the first release")
    replay = commands.add_command(
        "replay",
        "parse every stored page again with today's parser, and show the changes",
        "backfill.run_replay",
        "replay",
        "replay --apply",
    )
    replay.add_argument("--source", metavar="NAME", help="the pages of this source alone")
    replay.add_argument("--apply", action="store_true", help="change it; never alerts")


def _add_filter_options(command: CommandParser, *, limit: int | None) -> None:
    command.add_argument("--watch", metavar="NAME", help="only releases that this watch matched")
    command.add_argument("--source", metavar="NAME", help="only releases of this source")
    command.add_argument(
        "--category", metavar="NAME", help="only releases of this category; any case"
    )
    command.add_argument(
        "--since",
        metavar="DATE",
        help="not older: 2025-11-03, 2025-11, yesterday, 'last week', '3 days ago', monday",
    )
    command.add_argument(
        "--until", metavar="DATE", help="not newer, to the end of the day or month that is given"
    )
    command.add_argument(
        "--limit",
        type=parse_count,
        metavar="N",
        default=limit,
        help=f"at most N (default: {'all' if limit is None else limit})",
    )


def _add_output_options(command: CommandParser) -> None:
    command.add_argument("--csv", action="store_true", help="print CSV, for a spreadsheet")
    _add_pager_option(command)


def _add_pager_option(command: CommandParser) -> None:
    command.add_argument(
        "--no-pager", action="store_true", help="print long output straight to the terminal"
    )


HEALTH_TITLE = "is it working"


def add_health_commands(commands: CommandRegistry) -> None:
    """Add the commands that check, or set up, the running of monitor itself."""
    commands.add_command(
        "status",
        "show the state of each source and channel, problems first; exit code 1 if there are any",
        "status.run",
        "status",
        "status --json",
    )
    doctor = commands.add_command(
        "doctor",
        "test the config, the database, each source and each channel, and suggest a fix for "
        "each problem",
        "doctor.run",
        "doctor",
        "doctor --json",
    )
    doctor.add_argument("--send", action="store_true", help="send a test message on each channel")
    service = commands.add_command(
        "service",
        "print a systemd unit for this config, or a crontab or compose file",
        "service.run",
        "service > monitor.service",
        "service --docker > compose.yaml",
        "service --cron",
    )
    output_forms = service.add_mutually_exclusive_group()
    output_forms.add_argument("--docker", action="store_true", help="a compose.yaml, image and all")
    output_forms.add_argument("--cron", action="store_true", help="a line for crontab -e")
    service.add_argument("--user", metavar="NAME", help="who runs it (whose the database is)")


SENDING_TITLE = "what is sent"


def add_sending_commands(commands: CommandRegistry) -> None:
    """Add the commands about messages."""
    _add_digest_command(commands)
    _add_deliveries_command(commands)


def _add_digest_command(commands: CommandRegistry) -> None:
    digest = commands.add_command(
        "digest",
        "preview the pending messages of each channel",
        "digest.run",
        "digest",
        "digest --channel desk --format html > digest.html",
        "digest --send",
    )
    digest.add_argument(
        "--format", choices=("text", "html", "json"), default="text", help="how to show it (text)"
    )
    digest.add_argument("--channel", metavar="NAME", help="this channel alone")
    digest.add_argument(
        "--since",
        metavar="DATE",
        help="what was found since 2025-11-03 or 'last week', told or not",
    )
    digest.add_argument("--send", action="store_true", help="send the pending messages now")


def _add_deliveries_command(commands: CommandRegistry) -> None:
    deliveries = commands.add_command(
        "deliveries",
        "list messages: sent, pending, failed",
        "deliveries.list_deliveries",
        "deliveries list --status given-up",
        "deliveries retry",
    )
    deliveries.set_defaults(channel=None, status=None, limit=20)
    actions = commands.add_actions(deliveries)
    list_parser = actions.add_command(
        "list",
        "list messages, newest first",
        "deliveries.list_deliveries",
        "deliveries list --channel desk --limit 5",
    )
    list_parser.add_argument("--channel", metavar="NAME", help="to this channel alone")
    list_parser.add_argument("--status", choices=("owed", "sent", "given-up"), help="only these")
    list_parser.add_argument(
        "--limit", type=parse_count, metavar="N", default=20, help="at most N (20)"
    )
    retry_parser = actions.add_command(
        "retry",
        "send failed messages again, under the same id",
        "deliveries.retry_deliveries",
        "deliveries retry",
        "deliveries retry --channel desk",
    )
    retry_parser.add_argument(
        "id", nargs="*", metavar="ID", help="these alone; a beginning is enough"
    )
    retry_parser.add_argument("--channel", metavar="NAME", help="to this channel alone")


SETUP_TITLE = "setting up"


def add_setup_commands(commands: CommandRegistry) -> None:
    """Add the commands for setting up."""
    demo = commands.add_command(
        "demo", "show the whole job, with no network", "setup.run_demo", "demo", "demo --keep tried"
    )
    demo.add_argument(
        "--keep", type=Path, metavar="DIR", help="leave the demo's config and database there"
    )
    commands.add_command(
        "init",
        "write a commented config.toml",
        "setup.init_config",
        "init",
        "--config ~/.config/monitor/config.toml init",
    )
    backup = commands.add_command(
        "backup",
        "copy the database while it is in use",
        "setup.run_backup",
        "backup monitor-monday.db",
        'backup "monitor-$(date +%F).db"',
    )
    backup.add_argument(
        "file", type=Path, metavar="FILE", help="the copy; nothing is ever written over"
    )
    help_parser = commands.add_command(
        "help",
        "show the help of a command",
        "setup.show_help",
        "help watch",
        "help watch add",
    )
    help_parser.add_argument(
        "command", nargs="*", metavar="COMMAND", help="the command, or none for all"
    )


WATCH_TITLE = "the watchlist"


def add_watch_commands(commands: CommandRegistry) -> None:
    """Add the commands about watches."""
    summary = "look at the watchlist, and change it"
    watch = commands.add_command(
        "watch", summary, "watch.list_watches", "watch list", "watch add steel 'steel OR TRQ'"
    )
    actions = commands.add_actions(watch)
    _add_viewing_actions(actions)
    _add_editing_actions(actions)
    explain = commands.add_command(
        "explain",
        "explain why a release was or was not sent: matching words, channels, times",
        "explain.run",
        "explain 41",
        "explain 'Korea and Canada' steel",
    )
    explain.add_argument("id", metavar="ID", help=RELEASE_HELP)
    explain.add_argument(
        "watch", metavar="WATCH", nargs="?", help="for this watch alone (default: for every one)"
    )


def _add_viewing_actions(actions: CommandRegistry) -> None:
    actions.add_command("list", "list the watches", "watch.list_watches", "watch list")
    show_summary = "show the settings of a watch and its latest matches"
    _add_name_argument(
        actions.add_command("show", show_summary, "watch.show_watch", "watch show steel")
    )
    test_parser = actions.add_command(
        "test",
        "show the releases in the archive that a query matches",
        "backtest.test_query",
        "watch test steel",
        "watch test 'steel quota' --source trade",
    )
    test_parser.add_argument("query", metavar="QUERY", help="a query, or the name of a watch")
    _add_source_option(test_parser)
    tune_summary = "show near misses of a watch, and how many releases each of its words finds"
    _add_name_argument(
        actions.add_command("tune", tune_summary, "tune.tune_watch", "watch tune steel")
    )
    diff_summary = "show which releases a watch would gain and lose with another query"
    diff_parser = actions.add_command(
        "diff", diff_summary, "tune.compare_queries", "watch diff steel 'steel NOT scrap'"
    )
    _add_name_argument(diff_parser)
    diff_parser.add_argument("query", metavar="QUERY", help="the query that it would have")


def _add_editing_actions(actions: CommandRegistry) -> None:
    add_parser = actions.add_command(
        "add",
        "show the releases that a query matches, and save it as a watch",
        "watch.add_watch",
        "watch add gulf '(UAE OR Qatar) NOT football'",
        "watch add chips 'semicond*' --to desk",
    )
    _add_name_argument(add_parser)
    add_parser.add_argument("query", metavar="QUERY", help='words, "a phrase", OR, NOT, prefix*, …')
    _add_source_option(add_parser)
    add_parser.add_argument(
        "--to",
        metavar="CHANNEL",
        action="append",
        help="alert this channel; repeatable (default: every channel)",
    )
    remove_summary = "remove a watch; its matches stay in the archive"
    _add_name_argument(
        actions.add_command("remove", remove_summary, "watch.remove_watch", "watch remove gulf")
    )
    rename_summary = "rename a watch and keep its matches"
    rename_parser = actions.add_command(
        "rename", rename_summary, "watch.rename_watch", "watch rename gulf 'gulf states'"
    )
    rename_parser.add_argument("old", metavar="OLD", help="the name that it has")
    rename_parser.add_argument("new", metavar="NEW", help="the name that it gets")
    pause_summary = "let a watch find nothing until it is resumed"
    _add_name_argument(
        actions.add_command("pause", pause_summary, "watch.pause_watch", "watch pause steel")
    )
    resume_summary = "resume a paused watch; releases of the pause are not alerted"
    _add_name_argument(
        actions.add_command("resume", resume_summary, "watch.resume_watch", "watch resume steel")
    )


def _add_source_option(command: CommandParser) -> None:
    command.add_argument(
        "--source",
        metavar="NAME",
        action="append",
        dest="sources",
        help="only releases of this source; repeatable (default: every source)",
    )


def _add_name_argument(command: CommandParser) -> CommandParser:
    command.add_argument("name", metavar="NAME", help="the name of the watch")
    return command


COMPLETION_TITLE = "your shell"
_SHELLS = ("bash", "zsh", "fish")


def add_completion_commands(commands: CommandRegistry) -> None:
    """Add the commands for shell completion."""
    script_parser = commands.add_command(
        "completion",
        "print the script that completes commands and names in your shell",
        "completion.script",
        "completion bash",
        "completion fish > ~/.config/fish/completions/monitor.fish",
    )
    script_parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help="bash, zsh or fish")
    complete_parser = commands.add_hidden_command("complete", "completion.complete")
    complete_parser.add_argument("shell", choices=_SHELLS)
    complete_parser.add_argument("typed", nargs=argparse.REMAINDER)
