"""`monitor releases`, `show`, `search`, `import`, `export`, `backfill` and `replay`."""

from pathlib import Path

from monitor.cli.arguments.making import RELEASE, Commands, Parser, count

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
        "releases --watch steel --since 'last month'",
        "releases --category trade --since 2025-11 --until 2025-11 --csv > november.csv",
    )
    _add_filters(releases, limit=20)
    _add_forms(releases)
    show = commands.add(
        "show",
        "show a release whole: text, attachments, revisions, who watched for it, what was sent",
        "show.run",
        "show 41",
        "show 'Korea and Canada'",
    )
    show.add_argument("id", metavar="ID", help=RELEASE)
    _add_no_pager(show)
    search = commands.add(
        "search",
        "search the archive",
        "archive.search",
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
    _add_filters(search, limit=20)
    _add_forms(search)


def _add_files(commands: Commands) -> None:
    import_ = commands.add(
        "import",
        "take in a file of releases, in the text form or as JSON; never alerts",
        "files.import_",
        "import listing.txt --source trade",
        "import releases.jsonl",
    )
    import_.add_argument("file", type=Path, metavar="FILE", help="the file; - is standard input")
    import_.add_argument(
        "--source",
        metavar="NAME",
        help="the listing it is from (default: what the file says, else import)",
    )
    import_.add_argument(
        "--format",
        choices=("text", "json", "jsonl"),
        help="the file's form (default: told by how it begins)",
    )
    export = commands.add(
        "export",
        "print releases as a file, or as feeds to be served",
        "files.export",
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
    how_far.add_argument("--since", metavar="DATE", help="down to this day, as in 2024-01-01")
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
    command.add_argument("--category", metavar="NAME", help="only what has this label, any case")
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
        type=count,
        metavar="N",
        default=limit,
        help=f"at most N (default: {'all' if limit is None else limit})",
    )


def _add_forms(command: Parser) -> None:
    command.add_argument("--csv", action="store_true", help="print CSV, for a spreadsheet")
    _add_no_pager(command)


def _add_no_pager(command: Parser) -> None:
    command.add_argument(
        "--no-pager", action="store_true", help="print long output straight to the terminal"
    )
