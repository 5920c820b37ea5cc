"""`monitor watch add`, `remove`, `rename`, `pause` and `resume`: they edit config.toml."""

import os
from argparse import Namespace
from collections.abc import Callable, Sequence
from shlex import quote

from monitor.cli.backtest import back_test, known, tell
from monitor.cli.output import in_passing, say
from monitor.cli.parts import config_to_edit, flag, warn
from monitor.cli.watch import named
from monitor.config import edit, load
from monitor.config.rewrite import rewrite
from monitor.errors import UsageError
from monitor.jsontext import dumps
from monitor.model.configured import Config
from monitor.query.syntax import parse
from monitor.store import archive, watches
from monitor.store.database import open_database
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean
from monitor.text.counting import counted


def add(args: Namespace) -> int:
    """Show what a query would have found, and make a watch of it."""
    settings = config_to_edit(args)
    edit.check_name(args.name, [watch.name for watch in settings.watches])
    watch: dict[str, str | Sequence[str]] = {"name": args.name, "query": args.query.strip()}
    if args.sources:
        watch["sources"] = known(args.sources, [one.name for one in settings.sources], "source")
    if args.to:
        watch["to"] = known(args.to, [one.name for one in settings.channels], "channel")
    found = back_test(settings, parse(args.query), args.sources or None)
    if not flag(args, "quiet") and not flag(args, "json"):
        with in_passing():
            tell(found)
        _tell_namesake(settings, args.name)
    _rewrite(settings, lambda text: edit.add(text, watch))
    _told(
        args,
        settings,
        f"added “{clean(args.name)}” to {settings.path}; it tells of what appears from now on",
        added=args.name,
        test=found.as_json(),
    )
    return 0


def _tell_namesake(settings: Config, name: str) -> None:
    """Say what is listed with a new watch though it has not found it."""
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        count = archive.matches_by_watch(conn).get(name, 0)
    if count:
        releases = counted(count, "release")
        say(f"an earlier watch of this name found {releases}, which will be listed with it too")


def remove(args: Namespace) -> int:
    """Take a watch away; what it has found stays in the archive."""
    settings = config_to_edit(args)
    named(settings, args.name)
    _rewrite(settings, lambda text: edit.remove(text, args.name))
    done = f"removed “{clean(args.name)}” from {settings.path}; what it found stays in the archive"
    _told(args, settings, done, removed=args.name)
    return 0


def rename(args: Namespace) -> int:
    """Give a watch, and what it has found, another name.

    The file is written first, the matches follow in one transaction. A crash between the two
    leaves them under the old name: running the same command again mends that, as it takes matches
    along for a watch that has its new name already.
    """
    settings = config_to_edit(args)
    if args.old == args.new:
        raise UsageError("these are the same name; give another one")
    names = [watch.name for watch in settings.watches]
    is_done = args.old not in names and args.new in names
    if not is_done:
        _rewrite(settings, lambda text: edit.rename(text, args.old, args.new))
    with open_database(settings.store_path) as db, db.writing() as conn:
        count = watches.rename(conn, args.old, args.new)
    if is_done and not count:
        named(settings, args.old)
    matches = counted(count, "match was", "matches were")
    done = f"“{clean(args.old)}” is now “{clean(args.new)}”; {matches} renamed with it"
    _told(args, settings, done, renamed=args.old, to=args.new, matches=count)
    return 0


def pause(args: Namespace) -> int:
    """Let a watch find nothing, and tell nobody, until it is resumed."""
    advice = f"go on with: monitor watch resume {clean(quote(args.name))}"
    return _switch(args, edit.pause, "paused", advice)


def resume(args: Namespace) -> int:
    """Let a paused watch go on; what appeared meanwhile is not made up for."""
    return _switch(args, edit.resume, "resumed", "it tells of what appears from now on")


def _switch(args: Namespace, change: Callable[[str, str], str], done: str, advice: str) -> int:
    settings = config_to_edit(args)
    named(settings, args.name)
    is_changed = _rewrite(settings, lambda text: change(text, args.name))
    name = clean(args.name)
    state = "is paused already" if done == "paused" else "is not paused"
    told = f"{done} “{name}”; {advice}" if is_changed else f"“{name}” {state}"
    _told(args, settings, told, **{done: args.name, "changed": is_changed})
    return 0


def _rewrite(settings: Config, change: Callable[[str], str]) -> bool:
    return rewrite(settings.path, change, os.environ)


def _told(args: Namespace, settings: Config, words: str, **document: object) -> None:
    """Say what was done, to a script as JSON, to a person in a sentence; and what is odd now."""
    if flag(args, "json"):
        print(dumps({**document, "config": str(settings.path)}, indent=2))
    elif not flag(args, "quiet"):
        say(words)
    warn(args, load(settings.path, os.environ))
