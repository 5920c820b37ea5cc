"""`monitor replay`: what today's parser makes of the pages that were kept."""

import sys
from argparse import Namespace
from collections.abc import Iterable

from monitor.check.desk import Desk
from monitor.check.replaying import replay
from monitor.cli.once import chosen
from monitor.cli.output import say
from monitor.cli.parts import config, flag
from monitor.cli.progress import Counter
from monitor.jsontext import dumps
from monitor.model.replayed import Correction, Replay, Unreadable
from monitor.model.stored import Release
from monitor.store.database import open_database
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.times import to_iso
from monitor.wiring import real_world

_SHOWN = 10
_LONGEST = 60


def run(args: Namespace) -> int:
    """Run the command."""
    settings = config(args)
    sources = chosen(settings, args.source)
    desk = Desk(settings.watches, ())
    counter = Counter(sys.stderr, shown=sys.stderr.isatty() and not flag(args, "quiet"))
    with open_database(settings.store_path) as db:
        try:
            found = replay(
                sources, desk, apply=args.apply, db=db, world=real_world(), tell=counter.tell
            )
        finally:
            counter.close()
    if flag(args, "json"):
        print(dumps(_as_json(found), indent=2))
    elif not flag(args, "quiet"):
        _tell(found)
    return 0


def _as_json(found: Replay) -> dict[str, object]:
    return {
        "applied": found.applied,
        "pages": found.pages,
        "passed_over": found.passed_over,
        "unreadable": [
            {
                "source": one.source,
                "reason": one.reason,
                "pages": one.pages,
                "url": one.url,
                "fetched_at": to_iso(one.fetched_at),
            }
            for one in found.unreadable
        ],
        "added": [
            release.as_json() | ({} if found.applied else {"id": None}) for release in found.added
        ],
        "corrected": [one.as_json() for one in found.corrected],
        "matched": found.matched,
    }


def _tell(found: Replay) -> None:
    read = f"read {counted(found.pages, 'stored page')} again"
    if found.passed_over:
        read += f", passed over {found.passed_over:,}"
    print(read)
    _tell_unreadable(found.unreadable)
    would = "" if found.applied else "would be "
    _tell_some(f"{len(found.added):,} {would}added", map(_added, found.added))
    fields = counted(len(found.corrected), "field")
    _tell_some(f"{fields} {would}put right", map(_put_right, found.corrected))
    if not found.applied and (found.added or found.corrected):
        print("nothing was changed; change it with: monitor replay --apply")
        say(
            "nobody is told of what --apply adds: run monitor --once before it, for what the"
            " listing still shows"
        )


def _tell_unreadable(unreadable: Iterable[Unreadable]) -> None:
    for one in unreadable:
        pages = counted(one.pages, "page")
        print(
            f"  {clean(one.source)}: {pages} cannot be read: {clean(one.reason)}"
            f" (the last of {to_iso(one.fetched_at)})"
        )


def _tell_some(heading: str, lines: Iterable[str]) -> None:
    """Print a heading and the first few lines below it, and how many more there are."""
    print(heading)
    told = list(lines)
    for line in told[:_SHOWN]:
        print(f"  {line}")
    if len(told) > _SHOWN:
        print(f"  and {len(told) - _SHOWN:,} more; see them all with: --json")


def _added(release: Release) -> str:
    names = f"  [{', '.join(map(clean, release.watches))}]" if release.watches else ""
    return f"{release.date}  {clean(release.title)}{names}"


def _put_right(one: Correction) -> str:
    name = f"{one.release_id:>5}  {_short(one.title)}"
    return f"{name}: {one.field}: “{_short(one.before)}” → “{_short(one.after)}”"


def _short(text: str) -> str:
    line = clean(text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
