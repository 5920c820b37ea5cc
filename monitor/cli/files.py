"""`monitor import` and `export`: the archive as files, and from them."""

import os
import re
import sqlite3
import sys
import tempfile
from argparse import Namespace
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from monitor.cli.choosing import only
from monitor.cli.output import say
from monitor.cli.parts import config, flag, write
from monitor.config import addresses
from monitor.config.wrong import Wrong
from monitor.errors import PageFault, StoreError, UsageError
from monitor.jsontext import dumps
from monitor.model.configured import Config
from monitor.model.scraped import Entry
from monitor.store import archive, words
from monitor.store.database import open_database
from monitor.store.filters import Filter
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean
from monitor.text.counting import counted

_SOURCE = "import"  # the listing of what says none
_FEEDS = {"atom": "atom", "jsonfeed": "feed.json"}  # form → the end of a file's name
_ENDS = {**_FEEDS, "text": "txt", "json": "json", "jsonl": "jsonl", "csv": "csv"}
_NAME = r"watch-[a-z0-9-]+\."
_IN_A_FEED = 100  # releases; readers fetch feeds whole, again and again


# ------------------------------------------------------------------ in


def import_(args: Namespace) -> int:
    """Take in a file of releases, in the text form or as JSON."""
    from monitor.check.desk import Desk
    from monitor.check.importing import import_entries
    from monitor.wiring import real_world

    settings = config(args)
    listings = _listings(_bytes(args.file), args.format, args.source)
    desk = Desk(settings.watches, ())
    with open_database(settings.store_path) as db:
        done = import_entries(listings, desk, db=db, world=real_world())
        words.bring_up_to_date(db)
    if flag(args, "json"):
        print(dumps({"added": done.added, "known": done.known}))
    elif not flag(args, "quiet"):
        releases = counted(done.added, "release")
        print(f"added {releases}; {done.known} already known")
    return 0


def _bytes(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _listings(data: bytes, form: str | None, source: str | None) -> Mapping[str, Sequence[Entry]]:
    """Return the entries of a file by the listing that they are from: `source`, if it is given."""
    from monitor.sources import jsonform, textform

    form = form or _form(data)
    if form == "text":
        return {source or _SOURCE: _titled(textform.read(data))}
    listings: dict[str, list[Entry]] = defaultdict(list)
    for entry, listed in jsonform.read(data, lines=form == "jsonl"):
        listings[source or listed or _SOURCE].append(entry)
    return listings


def _titled(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries of a text, which can hold what is no release; PageFault for such."""
    for number, entry in enumerate(entries, 1):
        if not clean(entry.title):
            raise PageFault(f"entry {number} has no title", advice="nothing was imported")
    return entries


def _form(data: bytes) -> str:
    """Tell a file's form by how it begins: the text form does with a dash."""
    begin = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {b"[": "json", b"{": "jsonl"}.get(begin, "text")


# ------------------------------------------------------------------ out


def export(args: Namespace) -> int:
    """Print releases as a file, or write a file for each watch and one for all."""
    settings = config(args)
    form, base = _form_out(args), _base(args)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        chosen = only(args, settings, conn)
        if args.into is None:
            write(_formatted(conn, chosen, form, args.limit, settings))
            return 0
        files = _files(conn, chosen, form, args.limit, base, settings)
        written = _write_files(args.into, files)
    if not flag(args, "quiet"):
        say(f"wrote {counted(len(written), 'file')} into {args.into}")
        if chosen.watch is None:
            _tell_left(args.into, form, written)
    return 0


def _form_out(args: Namespace) -> str:
    """Return the form that is asked for; `--json` is one, too."""
    if flag(args, "json") and args.format not in {None, "json"}:
        raise UsageError(f"--json and --format {args.format} are two forms; give one of them")
    return "json" if flag(args, "json") else args.format or "text"


def _base(args: Namespace) -> str | None:
    """Return the address of the folder that feeds are served from, if it is given."""
    if args.base_url is None:
        return None
    if args.into is None:
        raise UsageError("--base-url says where the files of --into are served; give both")
    if args.format not in _FEEDS:
        raise UsageError("--base-url is for feeds: give --format atom or jsonfeed with it")
    try:
        return addresses.folder(args.base_url)
    except Wrong as wrong:
        raise UsageError(f"--base-url: {wrong.message}") from None


def _tell_left(folder: Path, form: str, written: Collection[str]) -> None:
    """Point out files of watches that are no more: to their readers, these look like quiet ones."""
    ours = re.compile(_NAME + re.escape(_ENDS[form]))
    left = [path.name for path in folder.iterdir() if ours.fullmatch(path.name)]
    for name in sorted({*left} - {*written}):
        say(f"{clean(name)} was not written, as the config has no such watch; remove it")


def _formatted(
    conn: sqlite3.Connection,
    chosen: Filter,
    form: str,
    limit: int | None,
    settings: Config,
    address: str | None = None,
) -> Iterator[str]:
    """Yield releases in a form, piece by piece."""
    from monitor.render import export as forms
    from monitor.sources import textform

    if form in _FEEDS:
        yield _feed(conn, chosen, form, limit, settings, address)
        return
    in_order = archive.in_listing_order if form == "text" else archive.newest
    releases = islice(in_order(conn, chosen), limit)
    match form:
        case "text":
            yield from textform.write(releases)
        case "csv":
            yield from forms.csv_rows(releases)
        case "jsonl":
            yield from forms.jsonl(releases)
        case _:
            yield from forms.json_list(releases)


def _feed(
    conn: sqlite3.Connection,
    chosen: Filter,
    form: str,
    limit: int | None,
    settings: Config,
    address: str | None,
) -> str:
    from monitor.model.feeds import Feed
    from monitor.render import atom, jsonfeed
    from monitor.store import feeds
    from monitor.zones import zone_named

    newest = islice(archive.newest(conn, chosen), limit or _IN_A_FEED)
    posts = tuple(feeds.posts(conn, newest))
    updated_at = max((post.updated_at for post in posts), default=datetime.fromtimestamp(0, UTC))
    feed = Feed(watch=chosen.watch, posts=posts, updated_at=updated_at, address=address)
    render = atom.render if form == "atom" else jsonfeed.render
    return render(feed, zone_named(settings.timezone))


# ------------------------------------------------------------------ a file for each watch


def _files(
    conn: sqlite3.Connection,
    chosen: Filter,
    form: str,
    limit: int | None,
    base: str | None,
    settings: Config,
) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield the name of each file and what it holds; `base` is where they are served."""
    watches = [watch.name for watch in settings.watches] if chosen.watch is None else [chosen.watch]
    for watch in (None, *watches) if chosen.watch is None else watches:
        name = f"{'all' if watch is None else _file_name(watch)}.{_ENDS[form]}"
        address = None if base is None else f"{base}/{name}"
        narrowed = replace(chosen, watch=watch)
        yield name, _formatted(conn, narrowed, form, limit, settings, address)


def _file_name(watch: str) -> str:
    """Return a name for a watch's file that needs no quoting anywhere, another for every watch."""
    plain = re.sub(r"[^a-z0-9]+", "-", watch.casefold()).strip("-")
    if plain == watch.casefold():  # no two names in a config differ by case alone
        return f"watch-{plain}"
    return f"watch-{plain}-{sha256(watch.encode()).hexdigest()[:6]}".replace("--", "-")


def _write_files(folder: Path, files: Iterable[tuple[str, Iterator[str]]]) -> list[str]:
    """Write files, each whole or not at all; return their names.

    One that says the same already is left alone.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, pieces in files:
            data = "".join(pieces).encode("utf-8", "surrogatepass")
            _replace(folder / name, data)
            written.append(name)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
    return written


def _replace(path: Path, data: bytes) -> None:
    if path.is_file() and path.read_bytes() == data:
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # noqa: PTH101 - to be served by whoever serves
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise
