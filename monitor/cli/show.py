"""`monitor show`: one release, whole, and all that happened to it."""

import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime, tzinfo

from monitor.cli.choosing import dossier_of
from monitor.cli.pager import page
from monitor.cli.parts import config, flag
from monitor.jsontext import dumps
from monitor.model.dossier import Dossier, KeptFile, Reason, Revision, SeenIn, Told
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean, clean_lines, printable
from monitor.wrap import wrap
from monitor.zones import zone_named

_WIDEST = 100
_INDENT = 2
_ORIGINS = {"baseline": "the first check", "archive": "the archive", "import": "an imported file"}


def run(args: Namespace) -> int:
    """Run the command."""
    settings = config(args)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        found = dossier_of(args.id, conn)
    if flag(args, "json"):
        print(dumps(found.as_json(), indent=2))
        return 0
    width = _width()
    told = _lines(found, zone_named(settings.timezone))
    page((part for line in told for part in _wrapped(line, width)), args)
    return 0


def _width() -> int | None:
    """Return where lines are to be broken; None: nowhere, for programs that read them."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return min(shutil.get_terminal_size().columns, _WIDEST)


def _wrapped(line: str, width: int | None) -> list[str]:
    if width is None or not line:
        return [line]
    text = line.lstrip(" ")
    indent = " " * (len(line) - len(text))
    return [indent + part for part in wrap(text, width, len(indent))]


def _lines(found: Dossier, zone: tzinfo) -> Iterator[str]:
    """Yield what is shown, a line a paragraph."""
    release = found.release
    yield clean(release.title)
    labels = (str(release.date), clean(release.category or ""), f"release {release.id}")
    yield " · ".join(filter(None, labels))
    if release.url is not None:
        yield clean(release.url)
    if release.withdrawn_at is not None:
        yield f"withdrawn, as seen on {_at(release.withdrawn_at, zone)}"
    if release.body:
        yield ""
        yield from clean_lines(release.body).split("\n")
    yield from _section("Attachments", map(_file, found.attachments))
    yield from _section("Seen in", (_seen_in(one, zone) for one in found.listings))
    yield from _section(
        "Revised", (line for one in found.revisions for line in _revised(one, zone))
    )
    yield from _section("Matched by", (line for one in found.matches for line in _matched(one)))
    yield from _section("Sent", (_sent(one, zone) for one in found.deliveries))


def _section(heading: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield a heading and what stands below it; nothing where there is nothing."""
    told = [" " * _INDENT + line for line in lines]
    if told:
        yield from ("", heading, *told)


def _file(one: KeptFile) -> str:
    gone = "" if one.gone_at is None else " (no longer offered)"
    return f"{clean(one.name)}{gone}  {clean(one.url)}"


def _seen_in(one: SeenIn, zone: tzinfo) -> str:
    first, last = _at(one.first_seen_at, zone), _at(one.last_seen_at, zone)
    times = f"on {first}" if first == last else f"from {first} to {last}"
    return f"{clean(one.source)}, {times}"


def _revised(one: Revision, zone: tzinfo) -> Iterator[str]:
    name = "text" if one.field == "body" else one.field
    yield f"{name}, as seen on {_at(one.seen_at, zone)}"
    yield from (f"  {clean(line)}" for line in one.diff.split("\n"))


def _matched(one: Reason) -> Iterator[str]:
    """Yield the watch, the words that it found, and where."""
    terms = ", ".join(dict.fromkeys(clean(hit.term) for hit in one.hits))
    silent = "" if one.origin == "news" else f"; of {_ORIGINS[one.origin]}, so nobody was told"
    found = f": {terms}" if terms else ""
    yield f"{clean(one.watch)}{found} ({one.event}{silent})"
    marked = one.snippet.marked("*", "*", lambda part: printable(part).replace("\n", " "))
    yield f"  {marked}"


def _sent(one: Told, zone: tzinfo) -> str:
    names = ", ".join(map(clean, one.watches))
    what = f"{one.event}, for {names}" if names else one.event
    return f"{clean(one.channel)}: {what}: {_state(one, zone)}  {one.id}"


def _state(one: Told, zone: tzinfo) -> str:
    error = f" ({clean(one.error)})" if one.error else ""
    if one.sent_at is not None:
        return f"sent {_at(one.sent_at, zone)}"
    if one.status == "owed":
        return f"owed, due {_at(one.due_at, zone)}{error}"
    return f"{one.status.replace('-', ' ')} after {one.attempts} attempts{error}"


def _at(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
