"""Which releases a command is about: by watch, listing, category and date."""

import sqlite3
from argparse import Namespace
from collections.abc import Iterable
from datetime import date, datetime

from monitor.cli.parts import no_such
from monitor.config.wrong import quoted
from monitor.dates import FORMS, Days, days
from monitor.errors import UsageError
from monitor.model.configured import Config
from monitor.model.dossier import Dossier
from monitor.store import archive
from monitor.store.dossiers import dossier
from monitor.store.filters import Filter
from monitor.text.cleaning import clean
from monitor.text.folding import fold
from monitor.zones import zone_named

_LONGEST = 18  # digits of a number that SQLite can hold
_SHOWN = 5


def only(args: Namespace, settings: Config, conn: sqlite3.Connection) -> Filter:
    """Return what the command line leaves in; UsageError, with what is meant, for a slip."""
    first, last = since(args, settings), until(args, settings)
    if first is not None and last is not None and first > last:
        raise UsageError(f"--since {first} comes after --until {last}, so nothing can be found")
    return Filter(
        watch=_watch(args.watch, settings, conn),
        source=_source(args.source, settings, conn),
        since=first,
        until=last,
        categories=_categories(args.category, conn),
    )


def _watch(name: str | None, settings: Config, conn: sqlite3.Connection) -> str | None:
    """Return the name of a watch, or of one that was removed: what it found is still there."""
    if name is None:
        return None
    known = [watch.name for watch in settings.watches]
    return one_of(name, [*known, *archive.matches_by_watch(conn)], "watch")


def _source(name: str | None, settings: Config, conn: sqlite3.Connection) -> str | None:
    if name is None:
        return None
    known = [source.name for source in settings.sources]
    return one_of(name, [*known, *archive.sources(conn)], "source")


def _categories(name: str | None, conn: sqlite3.Connection) -> tuple[str, ...] | None:
    """Return every way in which a category is spelled."""
    if name is None:
        return None
    known = archive.categories(conn)
    folded = fold(name)
    found = tuple(one for one in known if fold(one) == folded)
    return found or (one_of(name, known, "category"),)


def one_of(name: str, known: Iterable[str], what: str) -> str:
    """Return a name that is known; UsageError, with the nearest one or all, if it is not."""
    names = list(dict.fromkeys(known))
    if name in names:
        return name
    raise no_such(what, name, names)


# ------------------------------------------------------------------ dates


def since(args: Namespace, settings: Config) -> date | None:
    """Return the first day that --since means, None where it was not given."""
    return None if args.since is None else _days(args.since, settings).first


def until(args: Namespace, settings: Config) -> date | None:
    """Return the last day that --until means, None where it was not given."""
    return None if args.until is None else _days(args.until, settings).last


def _days(said: str, settings: Config) -> Days:
    now = datetime.now(zone_named(settings.timezone))  # noqa: TID251 - the edge
    found = days(said, now.date())
    if found is None:
        raise UsageError(f"{quoted(said)} is no date; write {FORMS}")
    return found


# ------------------------------------------------------------------ one release


def dossier_of(said: str, conn: sqlite3.Connection) -> Dossier:
    """Return all about the release that is meant; UsageError where that is none, or several."""
    found = dossier(conn, release_id(said, conn))
    if found is None:
        raise UsageError(f"there is no release {clean(said)}; list them with: monitor releases")
    return found


def release_id(said: str, conn: sqlite3.Connection) -> int:
    """Return the number of the release that is meant by number, address or beginning of a title.

    UsageError where that is none, or several.
    """
    if said.isdecimal():
        return int(said) if len(said) < _LONGEST else 0
    is_address = said.casefold().startswith(("http://", "https://"))
    found = (archive.at_address if is_address else archive.titled)(conn, said)
    match found:
        case ():
            what = "release is at" if is_address else "title begins with"
            raise UsageError(
                f"no {what} {quoted(said)}; give a number as in: monitor show 41; "
                "find it with: monitor search"
            )
        case (one,):
            return one.id
    named = "".join(f"\n{one.id:>5} {one.date}  {clean(one.title)}" for one in found[:_SHOWN])
    more = "\n      …" if len(found) > _SHOWN else ""
    raise UsageError(f"several releases are meant; give the number of one of them:{named}{more}")
