"""The lists of the archive: `monitor releases` and `search`."""

import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import islice

from monitor.cli.common import (
    is_set,
    load_config,
    print_message,
    print_query_warnings,
    write_output,
)
from monitor.cli.display import page, release_lines, screen
from monitor.cli.selection import build_filter, find_release_details
from monitor.clock import find_timezone
from monitor.errors import UsageError
from monitor.models.config import Config
from monitor.models.notification import Snippet
from monitor.models.release import Release
from monitor.models.report import (
    AttachmentRecord,
    ListingRecord,
    MatchRecord,
    ReleaseDelivery,
    ReleaseDetails,
    Revision,
)
from monitor.query.ast import Node
from monitor.query.parser import parse
from monitor.query.snippet import extract_snippet
from monitor.store import releases, search_index
from monitor.store.database import Database
from monitor.store.readonly import open_read_only
from monitor.text.sanitize import safe_dumps, sanitize_line, sanitize_text, strip_control_chars
from monitor.text.width import wrap_columns


def list_releases(args: Namespace) -> int:
    """List the newest releases."""
    _reject_two_formats(args)
    settings = load_config(args)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        release_filter = build_filter(args, settings, conn)
        selected = list(islice(releases.iter_newest(conn, release_filter), args.limit))
        is_empty = not selected and releases.count_releases(conn) == 0
    if is_set(args, "json"):
        print(safe_dumps([release.as_json() for release in selected], indent=2))
    elif args.csv:
        _print_csv(selected)
    elif not selected:
        print_message(
            "no releases yet; read some in with: monitor --once"
            if is_empty
            else "no release fits these limits"
        )
    else:
        terminal_screen = screen()
        page((line for listed in selected for line in release_lines(listed, terminal_screen)), args)
    return 0


def search_archive(args: Namespace) -> int:
    """Search the archive, newest first or best match first."""
    _reject_two_formats(args)
    query = parse(args.query)
    settings = load_config(args)
    print_query_warnings(args, args.query)
    is_quiet = is_set(args, "quiet")
    with open_read_only(settings.store_path) as db:
        update_search_index(db, quiet=is_quiet)
        with db.begin_read() as conn:
            release_filter = build_filter(args, settings, conn)
            run_search = releases.search_by_relevance if args.ranked else releases.search_by_date
            results = list(islice(run_search(conn, query, release_filter), args.limit))
            suggestions = () if results or is_quiet else _suggest_corrections(conn, query, settings)
    snippets = [
        (result.release, extract_snippet(result.document, result.hits)) for result in results
    ]
    if is_set(args, "json"):
        print(safe_dumps([_serialize_hit(*result) for result in snippets], indent=2))
    elif args.csv:
        _print_csv([release for release, _ in snippets])
    elif not snippets:
        print_message(f"nothing matches {sanitize_line(args.query)}")
        for result in suggestions:
            print_message(f"monitor: {result}")
    else:
        terminal_screen = screen()
        page(
            (
                line
                for result, excerpt in snippets
                for line in release_lines(result, terminal_screen, excerpt)
            ),
            args,
        )
    return 0


def _suggest_corrections(conn: sqlite3.Connection, query: Node, settings: Config) -> Sequence[str]:
    """Return hints about the terms of a query that match nothing, with likely corrections."""
    from monitor.cli.suggestions import describe_unmatched_terms
    from monitor.store.query_sets import QueryEvaluator

    return tuple(
        describe_unmatched_terms(
            conn, QueryEvaluator(conn), query, [source.name for source in settings.sources]
        )
    )


def update_search_index(db: Database, *, quiet: bool) -> None:
    """Update the search index, and print a notice if that takes a while."""

    def announce_indexing(count: int) -> None:
        if not quiet:
            print_message(f"monitor: indexing {count:,} releases, once; searches are quick then …")

    search_index.update_index(db, announce_indexing)


def print_hit(release: Release, excerpt: Snippet) -> None:
    """Print a release with an excerpt around the place that matched."""
    for line in release_lines(release, screen(), excerpt):
        print(line)


def _reject_two_formats(args: Namespace) -> None:
    if args.csv and is_set(args, "json"):
        raise UsageError("--csv and --json are two forms; give one of them")


def _print_csv(selected: Sequence[Release]) -> None:
    from monitor.formats.tables import iter_csv_lines

    write_output(iter_csv_lines(selected))


def _serialize_hit(release: Release, excerpt: Snippet) -> dict[str, object]:
    return {**release.as_json(), "snippet": excerpt.highlight_hits()}


_MAX_WIDTH = 100
_SECTION_INDENT = 2
_ORIGIN_NAMES = {
    "baseline": "the first check",
    "archive": "the archive",
    "import": "an imported file",
}


def show_release(args: Namespace) -> int:
    """Show one release."""
    settings = load_config(args)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        details = find_release_details(args.id, conn)
    if is_set(args, "json"):
        print(safe_dumps(details.as_json(), indent=2))
        return 0
    width = _find_wrap_width()
    lines = _format_details(details, find_timezone(settings.timezone))
    page((part for line in lines for part in _wrap_line(line, width)), args)
    return 0


def _find_wrap_width() -> int | None:
    """Return the width to wrap lines to; None for output to programs, which is not wrapped."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return min(shutil.get_terminal_size().columns, _MAX_WIDTH)


def _wrap_line(line: str, width: int | None) -> list[str]:
    if width is None or not line:
        return [line]
    text = line.lstrip(" ")
    indent = " " * (len(line) - len(text))
    return [indent + part for part in wrap_columns(text, width, len(indent))]


def _format_details(details: ReleaseDetails, zone: tzinfo) -> Iterator[str]:
    """Yield the page, one line per paragraph."""
    release = details.release
    yield sanitize_line(release.title)
    labels = (str(release.date), sanitize_line(release.category or ""), f"release {release.id}")
    yield " · ".join(filter(None, labels))
    if release.url is not None:
        yield sanitize_line(release.url)
    if release.withdrawn_at is not None:
        yield f"withdrawn, as seen on {_format_moment(release.withdrawn_at, zone)}"
    if release.body:
        yield ""
        yield from sanitize_text(release.body).split("\n")
    yield from _format_section("Attachments", map(_format_attachment, details.attachments))
    yield from _format_section(
        "Seen in", (_format_listing(record, zone) for record in details.listings)
    )
    yield from _format_section(
        "Revised", (line for record in details.revisions for line in _format_revision(record, zone))
    )
    yield from _format_section(
        "Matched by", (line for record in details.matches for line in _format_match(record))
    )
    yield from _format_section(
        "Sent", (_format_delivery(record, zone) for record in details.deliveries)
    )


def _format_section(heading: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield a heading and its lines, indented; nothing if there are none."""
    indented = [" " * _SECTION_INDENT + line for line in lines]
    if indented:
        yield from ("", heading, *indented)


def _format_attachment(attachment: AttachmentRecord) -> str:
    gone_note = "" if attachment.gone_at is None else " (no longer offered)"
    return f"{sanitize_line(attachment.name)}{gone_note}  {sanitize_line(attachment.url)}"


def _format_listing(listing: ListingRecord, zone: tzinfo) -> str:
    first, last = (
        _format_moment(listing.first_seen_at, zone),
        _format_moment(listing.last_seen_at, zone),
    )
    times = f"on {first}" if first == last else f"from {first} to {last}"
    return f"{sanitize_line(listing.source)}, {times}"


def _format_revision(revision: Revision, zone: tzinfo) -> Iterator[str]:
    name = "text" if revision.field == "body" else revision.field
    yield f"{name}, as seen on {_format_moment(revision.seen_at, zone)}"
    yield from (f"  {sanitize_line(line)}" for line in revision.diff.split("\n"))


def _format_match(match: MatchRecord) -> Iterator[str]:
    """Yield the watch, the terms that matched, and where."""
    terms = ", ".join(dict.fromkeys(sanitize_line(hit.term) for hit in match.hits))
    origin_note = (
        ""
        if match.origin == "news"
        else f"; of {_ORIGIN_NAMES[match.origin]}, so no alert was sent"
    )
    terms_text = f": {terms}" if terms else ""
    yield f"{sanitize_line(match.watch)}{terms_text} ({match.event}{origin_note})"
    marked = match.snippet.highlight_hits(
        "*", "*", lambda part: strip_control_chars(part).replace("\n", " ")
    )
    yield f"  {marked}"


def _format_delivery(delivery: ReleaseDelivery, zone: tzinfo) -> str:
    names = ", ".join(map(sanitize_line, delivery.watches))
    event_text = f"{delivery.event}, for {names}" if names else delivery.event
    return (
        f"{sanitize_line(delivery.channel)}: {event_text}: "
        f"{_describe_state(delivery, zone)}  {delivery.id}"
    )


def _describe_state(delivery: ReleaseDelivery, zone: tzinfo) -> str:
    error = f" ({sanitize_line(delivery.error)})" if delivery.error else ""
    if delivery.sent_at is not None:
        return f"sent {_format_moment(delivery.sent_at, zone)}"
    if delivery.status == "owed":
        return f"owed, due {_format_moment(delivery.due_at, zone)}{error}"
    return f"{delivery.status.replace('-', ' ')} after {delivery.attempts} attempts{error}"


def _format_moment(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
