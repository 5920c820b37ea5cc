"""The archive's commands: import, export, releases, search."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from monitor.cli.parts import config, flag, no_such, say
from monitor.errors import UsageError
from monitor.jsontext import dumps
from monitor.model.configured import Config
from monitor.model.stored import Release
from monitor.model.told import Snippet
from monitor.query.snippet import snippet
from monitor.query.syntax import parse
from monitor.store import archive
from monitor.store.archive import Filter
from monitor.store.database import open_database
from monitor.text.cleaning import clean, printable


def import_(args: Namespace) -> int:
    """Take in a file in the text form."""
    from monitor.check.desk import Desk
    from monitor.check.importing import import_entries
    from monitor.sources import textform
    from monitor.wiring import real_world

    settings = config(args)
    entries = textform.read(_bytes(args.file))
    desk = Desk(settings.watches, ())
    with open_database(settings.store_path) as db:
        done = import_entries(entries, args.source, desk, db=db, world=real_world())
    if flag(args, "json"):
        print(dumps({"added": done.added, "known": done.known}))
    elif not flag(args, "quiet"):
        releases = "1 release" if done.added == 1 else f"{done.added} releases"
        print(f"added {releases}; {done.known} already known")
    return 0


def _bytes(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def export(args: Namespace) -> int:
    """Print releases as a file."""
    settings = config(args)
    form = "json" if flag(args, "json") else args.format
    with open_database(settings.store_path) as db, db.reading() as conn:
        chosen = archive.in_listing_order if form == "text" else archive.newest
        releases = islice(chosen(conn, _filter(args, settings)), args.limit)
        _write(_formatted(releases, form))
    return 0


def _formatted(releases: Iterable[Release], form: str) -> Iterator[str]:
    from monitor.render import export as forms
    from monitor.sources import textform

    match form:
        case "text":
            return textform.write(releases)
        case "csv":
            return forms.csv_rows(releases)
        case "jsonl":
            return forms.jsonl(releases)
        case _:
            return forms.json_list(releases)


def _write(pieces: Iterable[str]) -> None:
    """Write to standard output byte for byte; a terminal is shown nothing that could steer it."""
    if sys.stdout.isatty():
        for piece in pieces:
            sys.stdout.write(printable(piece))
        sys.stdout.write("\n")
        return
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def releases(args: Namespace) -> int:
    """List the newest releases."""
    settings = config(args)
    with open_database(settings.store_path) as db, db.reading() as conn:
        found = list(islice(archive.newest(conn, _filter(args, settings)), args.limit))
    if flag(args, "json"):
        print(dumps([release.as_json() for release in found], indent=2))
    elif not found:
        say("no releases yet; read some in with: monitor --once")
    else:
        for release in found:
            print(_line(release, clean(release.title)))
    return 0


def search(args: Namespace) -> int:
    """Search the archive, newest first."""
    query = parse(args.query)
    settings = config(args)
    with open_database(settings.store_path) as db, db.reading() as conn:
        results = archive.search(conn, query, _filter(args, settings))
        found = [(r.release, snippet(r.document, r.hits)) for r in islice(results, args.limit)]
    if flag(args, "json"):
        print(dumps([release.as_json() for release, _ in found], indent=2))
    elif not found:
        say(f"nothing matches {args.query}")
    else:
        for release, shown in found:
            tell_hit(release, shown)
    return 0


def tell_hit(release: Release, shown: Snippet) -> None:
    """Print a release with the place where a query hit it."""
    before, after = ("\x1b[1;33m", "\x1b[0m") if _colour() else ("*", "*")
    marked = shown.marked(before, after, lambda part: printable(part).replace("\n", " "))
    if shown.field == "title":
        print(_line(release, marked))
        return
    print(_line(release, clean(release.title)))
    print(f"      {marked}")


def _line(release: Release, title: str) -> str:
    names = f"  [{', '.join(map(clean, release.watches))}]" if release.watches else ""
    return f"{release.id:>5} {release.date}  {title}{names}"


def _colour() -> bool:
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _filter(args: Namespace, settings: Config) -> Filter:
    if args.watch is not None and args.watch not in {watch.name for watch in settings.watches}:
        raise no_such("watch", args.watch, (watch.name for watch in settings.watches))
    return Filter(watch=args.watch, source=args.source, since=args.since)
