"""`monitor releases`, `show`, `search`, `import`, `export`, `backfill` and `replay`."""

from pathlib import Path

from monitor.cli.arguments.making import Commands, Parser, count, day

TITLE = "the archive"


def add(commands: Commands) -> None:
    """Add the commands of this group."""
    _add_reading(commands)
    _add_files(commands)
    _add_whole(commands)


def _add_reading(commands: Commands) -> None:
    releases = commands.add(
        "releases",
        "list the newest releases",
        "archive.releases",
        "releases",
        "releases --watch steel --since 2025-11-01",
    )
    _add_filters(releases, limit=20)
    show = commands.add(
        "show",
        "show a release whole: text, attachments, revisions, who watched for it, what was sent",
        "show.run",
        "show 41",
    )
    show.add_argument("id", type=count, metavar="ID", help="its number in the archive")
    search = commands.add(
        "search",
        "search the archive",
        "archive.search",
        "search 'steel quota'",
        "search '\"critical minerals\" NOT football' --limit 5",
    )
    search.add_argument("query", metavar="QUERY", help='words, "a phrase", OR, NOT, prefix*, …')
    _add_filters(search, limit=20)


def _add_files(commands: Commands) -> None:
    import_ = commands.add(
        "import",
        "take in a file of releases in the text form; never alerts",
        "archive.import_",
        "import listing.txt --source trade",
    )
    import_.add_argument("file", type=Path, metavar="FILE", help="the file; - is standard input")
    import_.add_argument(
        "--source", metavar="NAME", default="import", help="the listing it is from (import)"
    )
    export = commands.add(
        "export",
        "print releases as a file",
        "archive.export",
        "export > listing.txt",
        "export --format csv --watch steel > steel.csv",
    )
    export.add_argument(
        "--format", choices=("text", "json", "jsonl", "csv"), default="text", help="text"
    )
    _add_filters(export, limit=None)


def _add_whole(commands: Commands) -> None:
    backfill = commands.add(
        "backfill",
        "walk back through the listings, into the archive; goes on where it stopped, never alerts",
        "backfill.run",
        "backfill --since 2024-01-01",
        "backfill --all --source trade",
    )
    backfill.add_argument("--source", metavar="NAME", help="this source alone")
    how_far = backfill.add_mutually_exclusive_group(required=True)
    how_far.add_argument("--pages", type=count, metavar="N", help="the newest N pages")
    how_far.add_argument("--since", type=day, metavar="DATE", help="down to YYYY-MM-DD")
    how_far.add_argument("--all", action="store_true", help="down to the first release")
    replay = commands.add(
        "replay",
        "parse every stored page again with today's parser, and say what would change",
        "replay.run",
        "replay",
        "replay --apply",
    )
    replay.add_argument("--source", metavar="NAME", help="the pages of this source alone")
    replay.add_argument("--apply", action="store_true", help="change it; never alerts")


def _add_filters(command: Parser, *, limit: int | None) -> None:
    command.add_argument("--watch", metavar="NAME", help="only what this watch found")
    command.add_argument("--source", metavar="NAME", help="only what this listing showed")
    command.add_argument("--since", type=day, metavar="DATE", help="not older than YYYY-MM-DD")
    command.add_argument(
        "--limit",
        type=count,
        metavar="N",
        default=limit,
        help=f"at most N (default: {'all' if limit is None else limit})",
    )
