"""`monitor backfill`: walks back through the listings, and shows how far it is."""

import sys
from argparse import Namespace
from contextlib import closing

from monitor.check.distance import Target
from monitor.cli.choosing import since
from monitor.cli.once import chosen
from monitor.cli.output import say
from monitor.cli.parts import config, flag
from monitor.cli.progress import Bar, Lines, Silent
from monitor.jsontext import dumps
from monitor.model.reported import BackfillResult
from monitor.model.world import World
from monitor.store import words
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.wiring import Works, real_world


def run(args: Namespace) -> int:
    """Run the command."""
    settings = config(args)
    sources = chosen(settings, args.source)
    world = real_world()
    works = Works(settings, world, sys.stderr)
    works.open_db().close()  # trouble with the store is told before anything is fetched
    target = Target(pages=args.pages, since=since(args, settings))
    results = []
    for source in sources:
        with closing(_progress(world, quiet=flag(args, "quiet"))) as progress:
            results.append(works.backfill(source, target, progress.tell))
        _tell(results[-1], quiet=flag(args, "quiet") or flag(args, "json"))
    with works.open_db() as db:
        words.bring_up_to_date(db)  # or else the first search would have to
    if flag(args, "json"):
        print(dumps({"sources": [result.as_json() for result in results]}, indent=2))
    return 1 if any(result.error for result in results) else 0


def _progress(world: World, *, quiet: bool) -> Bar | Lines | Silent:
    """Return what shows the way; standard output is left to the results."""
    if quiet:
        return Silent()
    return (Bar if sys.stderr.isatty() else Lines)(sys.stderr, world.monotonic)


def _tell(result: BackfillResult, *, quiet: bool) -> None:
    if not quiet:
        print(f"{clean(result.name)}: {_in_words(result)}")
    if result.error is not None:
        say(
            f"{clean(result.name)}: {result.status}: {clean(result.error)};"
            " the same command goes on from there"
        )


def _in_words(result: BackfillResult) -> str:
    pages = counted(result.pages, "page")
    parts = [f"read {pages}", f"{result.added:,} added", f"{result.known:,} already known"]
    if result.oldest is not None:
        parts[0] += f" down to {result.oldest}"
    if result.left:
        parts.append(f"{result.left:,} left for the next check, which may alert on them")
    if result.complete:
        parts.append("the archive is complete")
    return ", ".join(parts)
