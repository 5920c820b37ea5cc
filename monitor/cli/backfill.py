"""`monitor backfill`: walks back through the listings, and shows its progress."""

import sys
from argparse import Namespace
from collections.abc import Iterable
from contextlib import closing

from monitor.app import App, create_system_clock
from monitor.check.alerts import AlertRouter
from monitor.check.backfill import BackfillTarget
from monitor.check.replay import replay_pages
from monitor.cli.common import is_set, load_config, print_message
from monitor.cli.display import Bar, Counter, Lines, Silent
from monitor.cli.once import select_sources
from monitor.cli.selection import parse_since
from monitor.clock import Clock, to_iso
from monitor.models.check import BackfillResult
from monitor.models.release import Release
from monitor.models.report import Correction, ReplayResult, UnreadablePages
from monitor.store import search_index
from monitor.store.database import open_database
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line


def run_backfill(args: Namespace) -> int:
    """Run `monitor backfill`."""
    settings = load_config(args)
    sources = select_sources(settings, args.source)
    clock = create_system_clock()
    app = App(settings, clock, sys.stderr)
    app.open_db().close()  # fail on database problems before fetching
    target = BackfillTarget(pages=args.pages, since=parse_since(args, settings))
    results = []
    for source in sources:
        with closing(_choose_progress_display(clock, quiet=is_set(args, "quiet"))) as progress:
            results.append(app.backfill_source(source, target, progress.tell))
        _print_backfill_result(results[-1], quiet=is_set(args, "quiet") or is_set(args, "json"))
    with app.open_db() as db:
        search_index.update_index(db)  # so that the first search does not have to
    if is_set(args, "json"):
        print(safe_dumps({"sources": [result.as_json() for result in results]}, indent=2))
    return 1 if any(result.error for result in results) else 0


def _choose_progress_display(clock: Clock, *, quiet: bool) -> Bar | Lines | Silent:
    """Return the progress display; it writes to stderr, as stdout is for the results."""
    if quiet:
        return Silent()
    return (Bar if sys.stderr.isatty() else Lines)(sys.stderr, clock.monotonic)


def _print_backfill_result(result: BackfillResult, *, quiet: bool) -> None:
    if not quiet:
        print(f"{sanitize_line(result.name)}: {_format_backfill_result(result)}")
    if result.error is not None:
        print_message(
            f"{sanitize_line(result.name)}: {result.status}: {sanitize_line(result.error)};"
            " the same command goes on from there"
        )


def _format_backfill_result(result: BackfillResult) -> str:
    pages = pluralize(result.pages, "page")
    parts = [f"read {pages}", f"{result.added:,} added", f"{result.known:,} already known"]
    if result.oldest is not None:
        parts[0] += f" down to {result.oldest}"
    if result.entries_left:
        parts.append(f"{result.entries_left:,} left for the next check, which may alert on them")
    if result.is_complete:
        parts.append("the archive is complete")
    return ", ".join(parts)


_MAX_LINES_SHOWN = 10
_MAX_TEXT_LENGTH = 60


def run_replay(args: Namespace) -> int:
    """Run `monitor replay`."""
    settings = load_config(args)
    sources = select_sources(settings, args.source)
    router = AlertRouter(settings.watches, ())
    counter = Counter(sys.stderr, shown=sys.stderr.isatty() and not is_set(args, "quiet"))
    with open_database(settings.store_path) as db:
        try:
            result = replay_pages(
                sources,
                router,
                apply=args.apply,
                db=db,
                clock=create_system_clock(),
                on_progress=counter.tell,
            )
        finally:
            counter.close()
    if is_set(args, "json"):
        print(safe_dumps(_serialize_replay(result), indent=2))
    elif not is_set(args, "quiet"):
        _print_replay(result)
    return 0


def _serialize_replay(result: ReplayResult) -> dict[str, object]:
    return {
        "applied": result.is_applied,
        "pages": result.page_count,
        "passed_over": result.skipped_pages,
        "unreadable": [
            {
                "source": item.source,
                "reason": item.reason,
                "pages": item.page_count,
                "url": item.url,
                "fetched_at": to_iso(item.fetched_at),
            }
            for item in result.unreadable
        ],
        "added": [
            release.as_json() | ({} if result.is_applied else {"id": None})
            for release in result.added
        ],
        "corrected": [item.as_json() for item in result.corrected],
        "matched": result.matched,
    }


def _print_replay(result: ReplayResult) -> None:
    pages_text = f"read {pluralize(result.page_count, 'stored page')} again"
    if result.skipped_pages:
        pages_text += f", passed over {result.skipped_pages:,}"
    print(pages_text)
    _print_unreadable(result.unreadable)
    conditional = "" if result.is_applied else "would be "
    _print_first_lines(
        f"{len(result.added):,} {conditional}added", map(_format_added, result.added)
    )
    fields = pluralize(len(result.corrected), "field")
    _print_first_lines(
        f"{fields} {conditional}put right", map(_format_correction, result.corrected)
    )
    if not result.is_applied and (result.added or result.corrected):
        print("nothing was changed; change it with: monitor replay --apply")
        print_message(
            "releases that --apply adds are not alerted: run monitor --once first, so that "
            "new releases are"
        )


def _print_unreadable(unreadable: Iterable[UnreadablePages]) -> None:
    for failure in unreadable:
        pages = pluralize(failure.page_count, "page")
        print(
            f"  {sanitize_line(failure.source)}: {pages} cannot be read: "
            f"{sanitize_line(failure.reason)}"
            f" (the last of {to_iso(failure.fetched_at)})"
        )


def _print_first_lines(heading: str, lines: Iterable[str]) -> None:
    """Print a heading, the first few lines, and the number of lines left out."""
    print(heading)
    all_lines = list(lines)
    for line in all_lines[:_MAX_LINES_SHOWN]:
        print(f"  {line}")
    if len(all_lines) > _MAX_LINES_SHOWN:
        print(f"  and {len(all_lines) - _MAX_LINES_SHOWN:,} more; see them all with: --json")


def _format_added(release: Release) -> str:
    names = f"  [{', '.join(map(sanitize_line, release.watches))}]" if release.watches else ""
    return f"{release.date}  {sanitize_line(release.title)}{names}"


def _format_correction(correction: Correction) -> str:
    name = f"{correction.release_id:>5}  {_shorten_text(correction.title)}"
    return (
        f"{name}: {correction.field}: “{_shorten_text(correction.before)}” → "
        f"“{_shorten_text(correction.after)}”"
    )


def _shorten_text(text: str) -> str:
    line = sanitize_line(text)
    return line if len(line) <= _MAX_TEXT_LENGTH else f"{line[:_MAX_TEXT_LENGTH]}…"
