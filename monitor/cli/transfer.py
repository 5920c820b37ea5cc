"""`monitor import` and `export`: read releases from files into the archive, and write them out."""

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

from monitor.cli.common import is_set, load_config, print_message, write_output
from monitor.cli.selection import build_filter
from monitor.config import converters
from monitor.config.errors import InvalidValue
from monitor.errors import InvalidPageError, StoreError, UsageError
from monitor.models.check import Entry
from monitor.models.config import Config
from monitor.store import releases as store_releases
from monitor.store import search_index
from monitor.store.database import open_database
from monitor.store.readonly import open_read_only
from monitor.store.rows import ReleaseFilter
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line

_DEFAULT_SOURCE = "import"  # the listing of entries that name none
_FEED_SUFFIXES = {"atom": "atom", "jsonfeed": "feed.json"}  # format → file suffix
_FILE_SUFFIXES = {**_FEED_SUFFIXES, "text": "txt", "json": "json", "jsonl": "jsonl", "csv": "csv"}
_WATCH_FILE_PATTERN = r"watch-[a-z0-9-]+\."
_MAX_FEED_RELEASES = 100  # releases; feed readers download the whole file each time


# ------------------------------------------------------------------ import


def import_file(args: Namespace) -> int:
    """Import releases from a file, in the text form or as JSON."""
    from monitor.app import create_system_clock
    from monitor.check.alerts import AlertRouter
    from monitor.check.importer import import_entries

    settings = load_config(args)
    listings = _parse_listings(_read_input(args.file), args.format, args.source)
    router = AlertRouter(settings.watches, ())
    with open_database(settings.store_path) as db:
        result = import_entries(listings, router, db=db, clock=create_system_clock())
        search_index.update_index(db)
    if is_set(args, "json"):
        print(safe_dumps({"added": result.added_count, "known": result.known_count}))
    elif not is_set(args, "quiet"):
        releases = pluralize(result.added_count, "release")
        print(f"added {releases}; {result.known_count} already known")
    return 0


def _read_input(path: Path) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _parse_listings(
    data: bytes, file_format: str | None, source: str | None
) -> Mapping[str, Sequence[Entry]]:
    """Return the entries of a file by listing; `source` overrides the listings in the file."""
    from monitor.formats import json_releases, text_listing

    file_format = file_format or _detect_format(data)
    if file_format == "text":
        return {source or _DEFAULT_SOURCE: _require_titles(text_listing.read_entries(data))}
    listings: dict[str, list[Entry]] = defaultdict(list)
    for entry, listing in json_releases.read_releases(data, is_json_lines=file_format == "jsonl"):
        listings[source or listing or _DEFAULT_SOURCE].append(entry)
    return listings


def _require_titles(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries of a text file; raise PageFault if one has no title."""
    for number, entry in enumerate(entries, 1):
        if not sanitize_line(entry.title):
            raise InvalidPageError(f"entry {number} has no title", advice="nothing was imported")
    return entries


def _detect_format(data: bytes) -> str:
    """Detect the format of a file by its first character; the text form begins with a dash."""
    first_byte = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {b"[": "json", b"{": "jsonl"}.get(first_byte, "text")


# ------------------------------------------------------------------ export


def export_releases(args: Namespace) -> int:
    """Print releases as a file, or write one file for each watch and one for all."""
    settings = load_config(args)
    file_format, base_url = _choose_export_format(args), _check_base_url(args)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        release_filter = build_filter(args, settings, conn)
        if args.into is None:
            write_output(_generate_export(conn, release_filter, file_format, args.limit, settings))
            return 0
        files = _generate_files(conn, release_filter, file_format, args.limit, base_url, settings)
        written = _write_files(args.into, files)
    if not is_set(args, "quiet"):
        print_message(f"wrote {pluralize(len(written), 'file')} into {args.into}")
        if release_filter.watch is None:
            _print_stale_files(args.into, file_format, written)
    return 0


def _choose_export_format(args: Namespace) -> str:
    """Return the requested format; `--json` counts as one."""
    if is_set(args, "json") and args.format not in {None, "json"}:
        raise UsageError(f"--json and --format {args.format} are two forms; give one of them")
    return "json" if is_set(args, "json") else args.format or "text"


def _check_base_url(args: Namespace) -> str | None:
    """Return the URL that the folder of feeds is served from, or None if not given."""
    if args.base_url is None:
        return None
    if args.into is None:
        raise UsageError("--base-url says where the files of --into are served; give both")
    if args.format not in _FEED_SUFFIXES:
        raise UsageError("--base-url is for feeds: give --format atom or jsonfeed with it")
    try:
        return converters.parse_folder_url(args.base_url)
    except InvalidValue as error:
        raise UsageError(f"--base-url: {error.message}") from None


def _print_stale_files(folder: Path, file_format: str, written: Collection[str]) -> None:
    """Print the files of removed watches: a feed reader cannot see that they are out of date."""
    name_pattern = re.compile(_WATCH_FILE_PATTERN + re.escape(_FILE_SUFFIXES[file_format]))
    existing = [path.name for path in folder.iterdir() if name_pattern.fullmatch(path.name)]
    for name in sorted({*existing} - {*written}):
        print_message(
            f"{sanitize_line(name)} was not written, as the config has no such watch; remove it"
        )


def _generate_export(
    conn: sqlite3.Connection,
    release_filter: ReleaseFilter,
    file_format: str,
    limit: int | None,
    settings: Config,
    feed_url: str | None = None,
) -> Iterator[str]:
    """Yield the releases in one format, piece by piece."""
    from monitor.formats import tables as forms
    from monitor.formats import text_listing

    if file_format in _FEED_SUFFIXES:
        yield _render_feed(conn, release_filter, file_format, limit, settings, feed_url)
        return
    read_releases = (
        store_releases.iter_in_listing_order
        if file_format == "text"
        else store_releases.iter_newest
    )
    releases = islice(read_releases(conn, release_filter), limit)
    match file_format:
        case "text":
            yield from text_listing.write_entries(releases)
        case "csv":
            yield from forms.iter_csv_lines(releases)
        case "jsonl":
            yield from forms.iter_json_lines(releases)
        case _:
            yield from forms.iter_json_list(releases)


def _render_feed(
    conn: sqlite3.Connection,
    release_filter: ReleaseFilter,
    file_format: str,
    limit: int | None,
    settings: Config,
    feed_url: str | None,
) -> str:
    from monitor.clock import find_timezone
    from monitor.formats import feeds as formats_feeds
    from monitor.models.release import Feed
    from monitor.store import release_details

    newest = islice(store_releases.iter_newest(conn, release_filter), limit or _MAX_FEED_RELEASES)
    posts = tuple(release_details.iter_feed_posts(conn, newest))
    updated_at = max((post.updated_at for post in posts), default=datetime.fromtimestamp(0, UTC))
    feed = Feed(watch=release_filter.watch, entries=posts, updated_at=updated_at, feed_url=feed_url)
    render = formats_feeds.render_atom if file_format == "atom" else formats_feeds.render_json_feed
    return render(feed, find_timezone(settings.timezone))


# ------------------------------------------------------------------ a file for each watch


def _generate_files(
    conn: sqlite3.Connection,
    release_filter: ReleaseFilter,
    file_format: str,
    limit: int | None,
    base_url: str | None,
    settings: Config,
) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield the name and contents of each file; they will be served under `base_url`."""
    watches = (
        [watch.name for watch in settings.watches]
        if release_filter.watch is None
        else [release_filter.watch]
    )
    for watch in (None, *watches) if release_filter.watch is None else watches:
        name = f"{'all' if watch is None else _make_file_name(watch)}.{_FILE_SUFFIXES[file_format]}"
        feed_url = None if base_url is None else f"{base_url}/{name}"
        watch_filter = replace(release_filter, watch=watch)
        yield name, _generate_export(conn, watch_filter, file_format, limit, settings, feed_url)


def _make_file_name(watch: str) -> str:
    """Return a file name for a watch: unique to it, and safe without quoting."""
    slug = re.sub(r"[^a-z0-9]+", "-", watch.casefold()).strip("-")
    if slug == watch.casefold():  # names in a config never differ in case alone
        return f"watch-{slug}"
    return f"watch-{slug}-{sha256(watch.encode()).hexdigest()[:6]}".replace("--", "-")


def _write_files(folder: Path, files: Iterable[tuple[str, Iterator[str]]]) -> list[str]:
    """Write each file atomically, and return the names.

    Leave a file alone if its contents would not change.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, pieces in files:
            data = "".join(pieces).encode("utf-8", "surrogatepass")
            _replace_file(folder / name, data)
            written.append(name)
    except OSError as error:
        raise StoreError(f"{folder} cannot be written: {error.strerror}") from error
    return written


def _replace_file(path: Path, data: bytes) -> None:
    if path.is_file() and path.read_bytes() == data:
        return
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # noqa: PTH101 - a web server must be able to read it
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise
