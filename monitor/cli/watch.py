"""`monitor watch list` and `show`: what is waited for, and what it has found."""

from argparse import Namespace
from shlex import quote

from monitor.cli.archive import tell_hit
from monitor.cli.output import say
from monitor.cli.parts import config, flag, no_such
from monitor.jsontext import dumps
from monitor.model.configured import Config, Watch
from monitor.query.keywords import of
from monitor.query.printing import unparse
from monitor.store import archive, watches
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean

_LATEST = 10


def list_(args: Namespace) -> int:
    """List the watches, with how many releases each has found."""
    settings = config(args)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        counts = archive.matches_by_watch(conn)
    if flag(args, "json"):
        rows = [_row(watch, counts.get(watch.name, 0)) for watch in settings.watches]
        print(dumps(rows, indent=2))
        return 0
    if not settings.watches:
        say("no watches yet; add one with: monitor watch add NAME QUERY")
    for watch in settings.watches:
        _tell(watch, counts.get(watch.name, 0))
    return 0


def show(args: Namespace) -> int:
    """Show one watch: its settings, and the newest releases that it has found."""
    settings = config(args)
    watch = named(settings, args.name)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        count = archive.matches_by_watch(conn).get(watch.name, 0)
        found = watches.latest(conn, watch.name, _LATEST)
    if flag(args, "json"):
        keywords = {"any": watch.any, "all": watch.all, "none": watch.none}
        latest = [release.as_json() for release, _ in found]
        print(dumps({**_row(watch, count), **keywords, "latest": latest}, indent=2))
        return 0
    _tell(watch, count)
    print(f"      on: {', '.join(watch.on)}")
    for release, snippet in found:
        tell_hit(release, snippet)
    if count > len(found):
        name = clean(quote(watch.name))
        say(f"and {count - len(found)} more; see them with: monitor releases --watch {name}")
    return 0


def named(settings: Config, name: str) -> Watch:
    """Return the watch of a name; UsageError, with the one that is meant, where there is none."""
    for watch in settings.watches:
        if watch.name == name:
            return watch
    raise no_such("watch", name, (watch.name for watch in settings.watches))


def _row(watch: Watch, matches: int) -> dict[str, object]:
    return {
        "name": watch.name,
        "query": unparse(of(watch)),
        "sources": watch.sources,
        "to": watch.to,
        "on": watch.on,
        "paused": watch.paused,
        "matches": matches,
    }


def _tell(watch: Watch, matches: int) -> None:
    paused = "  paused" if watch.paused else ""
    print(f"{clean(watch.name)}  ({matches} found){paused}")
    print(f"      {clean(unparse(of(watch)))}")
    for title, names in (("sources", watch.sources), ("to", watch.to)):
        if names is not None:
            print(f"      {title}: {clean(', '.join(names))}")
