"""`monitor digest`: what is waiting for each channel, as it will look; and sending it now."""

import json
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from monitor.cli.choosing import since
from monitor.cli.once import tell_tally
from monitor.cli.output import say
from monitor.cli.parts import channel_named, config, flag
from monitor.deliver.sending import in_zone
from monitor.errors import UsageError
from monitor.jsontext import dumps
from monitor.model.configured import Channel
from monitor.model.told import Delivery, Digest, Letter
from monitor.store import digests, ledger, messages
from monitor.store.database import Database
from monitor.store.reading import open_to_read
from monitor.wiring import Works, real_world


def run(args: Namespace) -> int:
    """Show what is waiting, or send it."""
    settings = config(args)
    begin = since(args, settings)
    channels = settings.channels
    if args.channel is not None:
        channels = (channel_named(settings, args.channel),)
    works = Works(settings, real_world(), sys.stderr if flag(args, "json") else sys.stdout)
    if not args.send:
        return _preview(args, settings.store_path, channels, begin, works)
    if args.since is not None:
        raise UsageError("--send sends what is waiting; leave --since out, it is for previews")
    return _send(args, channels, works)


# ------------------------------------------------------------------ previews


def _preview(
    args: Namespace, path: Path, channels: Sequence[Channel], begin: date | None, works: Works
) -> int:
    form = "json" if flag(args, "json") else args.format
    with open_to_read(path) as db:
        waiting = list(_waiting(db, channels, begin, works))
    if form == "json":
        print(dumps([_as_json(letter) for letter in waiting], indent=2))
    elif form == "html":
        _print_pages(waiting)
    else:
        print_text(waiting)
    if not waiting:
        say("nothing is waiting" if args.since is None else "nothing was found since then")
    return 0


def _waiting(
    db: Database, channels: Sequence[Channel], begin: date | None, works: Works
) -> Iterator[Letter]:
    zone = works.zone()
    with db.reading() as conn:
        for channel in channels:
            if begin is not None:
                yield from found_since(conn, channel, begin, works)
                continue
            owed = ledger.entries(conn, channel=channel.name, status="owed")
            for entry in reversed(list(owed)):
                yield in_zone(messages.letter(conn, entry.id), zone)


def found_since(
    conn: sqlite3.Connection, channel: Channel, begin: date, works: Works
) -> Iterator[Letter]:
    """Yield what a digest of all releases since a date would hold, whatever was told of them."""
    zone, now = works.zone(), works.now()
    items = digests.found_since(conn, works.desk().watches_to(channel.name), begin)
    if items:
        digest = Digest(
            id=f"preview of {channel.name}",
            channel=channel.name,
            kind="digest",
            created_at=now,
            items=items,
            since=datetime.combine(begin, time(), zone),
            until=now,
        )
        yield in_zone(digest, zone)


def _as_json(letter: Letter) -> object:
    from monitor.render import standard

    return json.loads(standard.render(letter))


def _print_pages(waiting: Sequence[Letter]) -> None:
    from monitor.render import mail

    for letter in waiting:
        print(mail.html(letter))


def print_text(waiting: Iterable[Letter]) -> None:
    """Print messages as the terminal shows them."""
    from monitor.channels import terminal
    from monitor.render.terminal import compose

    for letter in waiting:
        shown = Delivery(
            id=letter.id, channel=letter.channel, attempt=1, payload=compose(letter).encode()
        )
        terminal.send(shown, sys.stdout)


# ------------------------------------------------------------------ sending


def _send(args: Namespace, channels: Sequence[Channel], works: Works) -> int:
    now = works.now()
    with works.open_db() as db, db.writing() as conn:
        for channel in channels:
            digests.close(conn, channel.name, now)
            owed = ledger.entries(conn, channel=channel.name, status="owed")
            ledger.again(conn, [entry.id for entry in owed], now)
    tally = replace(works.post, channels=tuple(channels)).send_due()
    waiting = works.waiting()
    if flag(args, "json"):
        row = {"delivered": tally.delivered, "waiting": waiting, "failed": len(tally.failures)}
        print(dumps(row))
    elif not (tally.delivered or tally.failures or flag(args, "quiet")):
        say("nothing was waiting")
    tell_tally(tally, waiting, quiet=flag(args, "json") or flag(args, "quiet"))
    return 1 if tally.failures else 0
