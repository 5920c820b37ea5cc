"""The releases that a command is about: selected by watch, listing, category and date."""

import sqlite3
from argparse import Namespace
from collections.abc import Iterable
from datetime import date, datetime

from monitor.cli.common import unknown_name_error
from monitor.clock import DATE_FORMS, DayRange, find_timezone, parse_day_range
from monitor.config.errors import quote_text
from monitor.errors import UsageError
from monitor.models.config import Config
from monitor.models.report import ReleaseDetails
from monitor.store import releases
from monitor.store.release_details import load_release_details
from monitor.store.rows import ReleaseFilter
from monitor.text.normalize import normalize_title
from monitor.text.sanitize import sanitize_line

_MAX_ID_DIGITS = 18  # an 18-digit number fits into an SQLite integer
_MAX_CANDIDATES = 5


def build_filter(args: Namespace, settings: Config, conn: sqlite3.Connection) -> ReleaseFilter:
    """Return the filter that the command line gives.

    Raise UsageError, with a suggestion, for an unknown name or a wrong date.
    """
    first, last = parse_since(args, settings), parse_until(args, settings)
    if first is not None and last is not None and first > last:
        raise UsageError(f"--since {first} comes after --until {last}, so nothing can be found")
    return ReleaseFilter(
        watch=_find_watch_name(args.watch, settings, conn),
        source=_find_source_name(args.source, settings, conn),
        since=first,
        until=last,
        categories=_find_category_spellings(args.category, conn),
    )


def _find_watch_name(name: str | None, settings: Config, conn: sqlite3.Connection) -> str | None:
    """Return the name of a watch, or of a removed watch: its matches are still stored."""
    if name is None:
        return None
    watch_names = [watch.name for watch in settings.watches]
    return require_known_name(name, [*watch_names, *releases.count_matches_by_watch(conn)], "watch")


def _find_source_name(name: str | None, settings: Config, conn: sqlite3.Connection) -> str | None:
    if name is None:
        return None
    source_names = [source.name for source in settings.sources]
    return require_known_name(name, [*source_names, *releases.list_source_names(conn)], "source")


def _find_category_spellings(name: str | None, conn: sqlite3.Connection) -> tuple[str, ...] | None:
    """Return every stored spelling of a category."""
    if name is None:
        return None
    categories = releases.list_categories(conn)
    normalized = normalize_title(name)
    spellings = tuple(
        category for category in categories if normalize_title(category) == normalized
    )
    return spellings or (require_known_name(name, categories, "category"),)


def require_known_name(name: str, known_names: Iterable[str], kind: str) -> str:
    """Return the name if it is known.

    Otherwise raise UsageError with the nearest known name, or all of them.
    """
    names = list(dict.fromkeys(known_names))
    if name in names:
        return name
    raise unknown_name_error(kind, name, names)


# ------------------------------------------------------------------ dates


def parse_since(args: Namespace, settings: Config) -> date | None:
    """Return the first day of the --since period, or None without --since."""
    return None if args.since is None else _parse_days(args.since, settings).first


def parse_until(args: Namespace, settings: Config) -> date | None:
    """Return the last day of the --until period, or None without --until."""
    return None if args.until is None else _parse_days(args.until, settings).last


def _parse_days(text: str, settings: Config) -> DayRange:
    now = datetime.now(find_timezone(settings.timezone))  # noqa: TID251 - the edge
    period = parse_day_range(text, now.date())
    if period is None:
        raise UsageError(f"{quote_text(text)} is no date; write {DATE_FORMS}")
    return period


# ------------------------------------------------------------------ one release


def find_release_details(reference: str, conn: sqlite3.Connection) -> ReleaseDetails:
    """Return the details of the release that `reference` names.

    Raise UsageError if there is no such release, or several.
    """
    details = load_release_details(conn, find_release_id(reference, conn))
    if details is None:
        raise UsageError(
            f"there is no release {sanitize_line(reference)}; list them with: monitor releases"
        )
    return details


def find_release_id(reference: str, conn: sqlite3.Connection) -> int:
    """Return the id of the release named by its id, its URL or the beginning of its title.

    Raise UsageError if there is no such release, or several.
    """
    if reference.isdecimal():
        return int(reference) if len(reference) < _MAX_ID_DIGITS else 0
    is_address = reference.casefold().startswith(("http://", "https://"))
    candidates = (releases.find_by_url if is_address else releases.find_by_title_prefix)(
        conn, reference
    )
    match candidates:
        case ():
            problem = "release is at" if is_address else "title begins with"
            raise UsageError(
                f"no {problem} {quote_text(reference)}; give a number as in: monitor show 41; "
                "find it with: monitor search"
            )
        case (release,):
            return release.id
    candidate_lines = "".join(
        f"\n{release.id:>5} {release.date}  {sanitize_line(release.title)}"
        for release in candidates[:_MAX_CANDIDATES]
    )
    ellipsis = "\n      …" if len(candidates) > _MAX_CANDIDATES else ""
    raise UsageError(
        f"several releases are meant; give the number of one of them:{candidate_lines}{ellipsis}"
    )
