"""What several commands need: the config that the command line names, and words beside."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path

from monitor.cli.output import say
from monitor.config import find, load
from monitor.errors import UsageError
from monitor.model.configured import Channel, Config
from monitor.store import notes
from monitor.store.database import Database
from monitor.text.cleaning import printable

_RIGHT = "fingerprint of the config found right"


def config(args: Namespace, *, check_queries: bool = True) -> Config:
    """Return the config that the command line names; its warnings go to standard error."""
    found = config_to_edit(args, check_queries=check_queries)
    warn(args, found)
    return found


def config_to_edit(args: Namespace, *, check_queries: bool = True) -> Config:
    """Return the config; what it warns of may not be so any more in a moment."""
    given: Path | None = getattr(args, "config", None)
    path = find(given, os.environ, Path.cwd(), Path.home())
    return load(path, os.environ, check_queries=check_queries)


def warn(args: Namespace, settings: Config) -> None:
    """Tell the person what the config warns of."""
    if not flag(args, "quiet"):
        for warning in settings.warnings:
            say(f"monitor: {warning}")


def remark(args: Namespace, query: str) -> None:
    """Tell the person what a query may not mean as it was thought."""
    if not flag(args, "quiet"):
        from monitor.query.remarks import remarks

        for one in remarks(query):
            say(f"monitor: {one}")


def confirm_queries(settings: Config, db: Database) -> None:
    """Check the watches' queries, unless this very file was found right by an earlier run."""
    with db.reading() as conn:
        if notes.read(conn, _RIGHT) == settings.fingerprint:
            return
    again = load(settings.path, os.environ)
    with db.writing() as conn:
        notes.write(conn, _RIGHT, again.fingerprint)


def flag(args: Namespace, name: str) -> bool:
    """Tell whether an option that stands before or after the command was given."""
    return bool(getattr(args, name, False))


def channel_named(settings: Config, name: str) -> Channel:
    """Return the channel of that name; UsageError where there is none."""
    for channel in settings.channels:
        if channel.name == name:
            return channel
    raise no_such("channel", name, (channel.name for channel in settings.channels))


def no_such(what: str, name: str, names: Iterable[str]) -> UsageError:
    """Return the error for a name that the config has not, with the one that is meant, or all."""
    from monitor.config.wrong import hint, quoted

    advice = hint(name, names, "there are") or "; there is none"
    return UsageError(f"no {what} is called {quoted(name)}{advice}")


def write(pieces: Iterable[str]) -> None:
    """Write to standard output byte for byte; a terminal is shown nothing that could steer it."""
    if sys.stdout.isatty():
        for piece in pieces:
            sys.stdout.write(printable(piece))
        sys.stdout.write("\n")
        return
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()
