"""`monitor watch list` and `show`: the watches and their matches."""

import os
from argparse import Namespace
from collections.abc import Callable, Sequence
from shlex import quote

from monitor.cli.backtest import print_back_test, run_back_test, validate_names
from monitor.cli.common import (
    is_set,
    load_config,
    load_config_for_edit,
    print_config_warnings,
    print_message,
    tolerate_output_errors,
    unknown_name_error,
)
from monitor.cli.releases import print_hit
from monitor.config import editor
from monitor.config.loader import load_config_file
from monitor.config.update import update_file
from monitor.errors import UsageError
from monitor.models.config import Config, Watch
from monitor.query import build_watch_query
from monitor.query.lexer import to_query
from monitor.query.parser import parse
from monitor.store import releases
from monitor.store import releases as store_releases
from monitor.store.database import open_database
from monitor.store.readonly import open_read_only
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line

_LATEST_LIMIT = 10


def list_watches(args: Namespace) -> int:
    """List the watches, with the number of matches of each."""
    settings = load_config(args)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        counts = releases.count_matches_by_watch(conn)
    if is_set(args, "json"):
        rows = [_serialize_watch(watch, counts.get(watch.name, 0)) for watch in settings.watches]
        print(safe_dumps(rows, indent=2))
        return 0
    if not settings.watches:
        print_message("no watches yet; add one with: monitor watch add NAME QUERY")
    for watch in settings.watches:
        _print_watch(watch, counts.get(watch.name, 0))
    return 0


def show_watch(args: Namespace) -> int:
    """Show one watch: its settings and its newest matches."""
    settings = load_config(args)
    watch = find_watch(settings, args.name)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        count = releases.count_matches_by_watch(conn).get(watch.name, 0)
        matches = releases.find_latest_matches(conn, watch.name, _LATEST_LIMIT)
    if is_set(args, "json"):
        keywords = {"any": watch.any, "all": watch.all, "none": watch.none}
        latest = [release.as_json() for release, _ in matches]
        print(
            safe_dumps({**_serialize_watch(watch, count), **keywords, "latest": latest}, indent=2)
        )
        return 0
    _print_watch(watch, count)
    print(f"      on: {', '.join(watch.on)}")
    for release, snippet in matches:
        print_hit(release, snippet)
    if count > len(matches):
        name = sanitize_line(quote(watch.name))
        print_message(
            f"and {count - len(matches)} more; see them with: monitor releases --watch {name}"
        )
    return 0


def find_watch(settings: Config, name: str) -> Watch:
    """Return the watch of that name; raise UsageError, with the nearest name, if there is none."""
    for watch in settings.watches:
        if watch.name == name:
            return watch
    raise unknown_name_error("watch", name, (watch.name for watch in settings.watches))


def _serialize_watch(watch: Watch, match_count: int) -> dict[str, object]:
    return {
        "name": watch.name,
        "query": to_query(build_watch_query(watch)),
        "sources": watch.sources,
        "to": watch.to,
        "on": watch.on,
        "paused": watch.paused,
        "matches": match_count,
    }


def _print_watch(watch: Watch, match_count: int) -> None:
    paused = "  paused" if watch.paused else ""
    print(f"{sanitize_line(watch.name)}  ({match_count} found){paused}")
    print(f"      {sanitize_line(to_query(build_watch_query(watch)))}")
    for title, names in (("sources", watch.sources), ("to", watch.to)):
        if names is not None:
            print(f"      {title}: {sanitize_line(', '.join(names))}")


def add_watch(args: Namespace) -> int:
    """Show the stored releases that a query matches, and add it as a watch."""
    settings = load_config_for_edit(args)
    editor.check_watch_name(args.name, [watch_settings.name for watch_settings in settings.watches])
    watch_settings: dict[str, str | Sequence[str]] = {
        "name": args.name,
        "query": args.query.strip(),
    }
    if args.sources:
        watch_settings["sources"] = validate_names(
            args.sources, [item.name for item in settings.sources], "source"
        )
    if args.to:
        watch_settings["to"] = validate_names(
            args.to, [item.name for item in settings.channels], "channel"
        )
    report = run_back_test(settings, parse(args.query), args.sources or None)
    if not is_set(args, "quiet") and not is_set(args, "json"):
        with tolerate_output_errors():
            print_back_test(report)
        _print_namesake_matches(settings, args.name)
    _edit_config(settings, lambda text: editor.add_watch(text, watch_settings))
    _print_outcome(
        args,
        settings,
        f"added “{sanitize_line(args.name)}” to {settings.path}; it alerts on releases that "
        f"appear from now on",
        added=args.name,
        test=report.as_json(),
    )
    return 0


def _print_namesake_matches(settings: Config, name: str) -> None:
    """Print how many matches of an earlier watch of the same name the new watch will list."""
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        count = store_releases.count_matches_by_watch(conn).get(name, 0)
    if count:
        releases = pluralize(count, "release")
        print_message(
            f"an earlier watch of this name found {releases}, which will be listed with it too"
        )


def remove_watch(args: Namespace) -> int:
    """Remove a watch; its matches stay in the archive."""
    settings = load_config_for_edit(args)
    find_watch(settings, args.name)
    _edit_config(settings, lambda text: editor.remove_watch(text, args.name))
    outcome = (
        f"removed “{sanitize_line(args.name)}” from {settings.path}; its matches stay "
        f"in the archive"
    )
    _print_outcome(args, settings, outcome, removed=args.name)
    return 0


def rename_watch(args: Namespace) -> int:
    """Rename a watch together with its stored matches.

    The file is written first, then the matches are renamed in one transaction. A crash between the
    two leaves the matches under the old name. Running the same command again repairs that: it also
    renames matches for a watch that already has its new name.
    """
    settings = load_config_for_edit(args)
    if args.old == args.new:
        raise UsageError("these are the same name; give another one")
    names = [watch.name for watch in settings.watches]
    is_done = args.old not in names and args.new in names
    if not is_done:
        _edit_config(settings, lambda text: editor.rename_watch(text, args.old, args.new))
    with open_database(settings.store_path) as db, db.begin_write() as conn:
        count = store_releases.rename_watch(conn, args.old, args.new)
    if is_done and not count:
        find_watch(settings, args.old)
    matches = pluralize(count, "match was", "matches were")
    outcome = (
        f"“{sanitize_line(args.old)}” is now “{sanitize_line(args.new)}”; {matches} renamed with it"
    )
    _print_outcome(args, settings, outcome, renamed=args.old, to=args.new, matches=count)
    return 0


def pause_watch(args: Namespace) -> int:
    """Pause a watch: until it is resumed it matches nothing and alerts nobody."""
    advice = f"go on with: monitor watch resume {sanitize_line(quote(args.name))}"
    return _change_watch_state(args, editor.pause_watch, "paused", advice)


def resume_watch(args: Namespace) -> int:
    """Resume a paused watch; releases that appeared meanwhile are not alerted."""
    return _change_watch_state(
        args, editor.resume_watch, "resumed", "it alerts on releases that appear from now on"
    )


def _change_watch_state(
    args: Namespace, change: Callable[[str, str], str], new_state: str, advice: str
) -> int:
    settings = load_config_for_edit(args)
    find_watch(settings, args.name)
    is_changed = _edit_config(settings, lambda text: change(text, args.name))
    name = sanitize_line(args.name)
    unchanged_text = "is paused already" if new_state == "paused" else "is not paused"
    outcome = f"{new_state} “{name}”; {advice}" if is_changed else f"“{name}” {unchanged_text}"
    _print_outcome(args, settings, outcome, **{new_state: args.name, "changed": is_changed})
    return 0


def _edit_config(settings: Config, change: Callable[[str], str]) -> bool:
    return update_file(settings.path, change, os.environ)


def _print_outcome(args: Namespace, settings: Config, outcome: str, **document: object) -> None:
    """Print the outcome, as JSON or as a sentence, and the warnings of the new config."""
    if is_set(args, "json"):
        print(safe_dumps({**document, "config": str(settings.path)}, indent=2))
    elif not is_set(args, "quiet"):
        print_message(outcome)
    print_config_warnings(args, load_config_file(settings.path, os.environ))
