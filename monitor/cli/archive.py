"""The archive's lists: `monitor releases` and `search`."""

import sqlite3
from argparse import Namespace
from collections.abc import Sequence
from itertools import islice

from monitor.cli.choosing import only
from monitor.cli.output import say
from monitor.cli.pager import page
from monitor.cli.parts import config, flag, remark, write
from monitor.cli.table import release_lines, screen
from monitor.errors import UsageError
from monitor.jsontext import dumps
from monitor.model.configured import Config
from monitor.model.stored import Release
from monitor.model.told import Snippet
from monitor.query.nodes import Node
from monitor.query.snippet import snippet
from monitor.query.syntax import parse
from monitor.store import archive, words
from monitor.store.database import Database
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean


def releases(args: Namespace) -> int:
    """List the newest releases."""
    _refuse_two_forms(args)
    settings = config(args)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        chosen = only(args, settings, conn)
        found = list(islice(archive.newest(conn, chosen), args.limit))
        is_empty = not found and archive.count(conn) == 0
    if flag(args, "json"):
        print(dumps([release.as_json() for release in found], indent=2))
    elif args.csv:
        _print_csv(found)
    elif not found:
        say(
            "no releases yet; read some in with: monitor --once"
            if is_empty
            else "no release fits these limits"
        )
    else:
        on = screen()
        page((line for one in found for line in release_lines(one, on)), args)
    return 0


def search(args: Namespace) -> int:
    """Search the archive, newest first or best first."""
    _refuse_two_forms(args)
    query = parse(args.query)
    settings = config(args)
    remark(args, args.query)
    is_quiet = flag(args, "quiet")
    with open_to_read(settings.store_path) as db:
        bring_up_to_date(db, quiet=is_quiet)
        with db.reading() as conn:
            chosen = only(args, settings, conn)
            search_ = archive.ranked if args.ranked else archive.search
            results = list(islice(search_(conn, query, chosen), args.limit))
            odd = () if results or is_quiet else _odd(conn, query, settings)
    found = [(one.release, snippet(one.document, one.hits)) for one in results]
    if flag(args, "json"):
        print(dumps([_with_snippet(*one) for one in found], indent=2))
    elif args.csv:
        _print_csv([release for release, _ in found])
    elif not found:
        say(f"nothing matches {clean(args.query)}")
        for one in odd:
            say(f"monitor: {one}")
    else:
        on = screen()
        page((line for one, shown in found for line in release_lines(one, on, shown)), args)
    return 0


def _odd(conn: sqlite3.Connection, query: Node, settings: Config) -> Sequence[str]:
    """Return what of a query that finds nothing is nowhere, and what may have been meant."""
    from monitor.cli.odd import unmet
    from monitor.store.sifting import Sifter

    return tuple(unmet(conn, Sifter(conn), query, [one.name for one in settings.sources]))


def bring_up_to_date(db: Database, *, quiet: bool) -> None:
    """Index what has changed, and say so if it takes a while."""

    def tell(count: int) -> None:
        if not quiet:
            say(f"monitor: indexing {count:,} releases, once; searches are quick then …")

    words.bring_up_to_date(db, tell)


def tell_hit(release: Release, shown: Snippet) -> None:
    """Print a release with the place where a query hit it."""
    for line in release_lines(release, screen(), shown):
        print(line)


def _refuse_two_forms(args: Namespace) -> None:
    if args.csv and flag(args, "json"):
        raise UsageError("--csv and --json are two forms; give one of them")


def _print_csv(found: Sequence[Release]) -> None:
    from monitor.render.export import csv_rows

    write(csv_rows(found))


def _with_snippet(release: Release, shown: Snippet) -> dict[str, object]:
    return {**release.as_json(), "snippet": shown.marked()}
