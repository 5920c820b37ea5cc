"""`monitor deliveries`: what was owed to whom, how that went, and sending it again."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import tzinfo
from itertools import islice

from monitor.cli.once import tell_tally
from monitor.cli.output import say
from monitor.cli.pager import page
from monitor.cli.parts import channel_named, config, flag
from monitor.errors import UsageError
from monitor.jsontext import dumps
from monitor.model.configured import Config
from monitor.store import ledger
from monitor.store.database import Database
from monitor.store.ledger import Entry
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.wiring import Works, real_world
from monitor.zones import zone_named


def list_(args: Namespace) -> int:
    """List the ledger, newest first."""
    settings = config(args)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        every = ledger.entries(conn, channel=args.channel, status=args.status)
        found = list(islice(every, args.limit))
    if flag(args, "json"):
        print(dumps([entry.as_json() for entry in found], indent=2))
    elif not found:
        say("nothing was ever owed, as far as this list goes")
    else:
        zone = zone_named(settings.timezone)
        page((line for entry in found for line in _told(entry, zone)), args)
    return 0


def _told(entry: Entry, zone: tzinfo) -> Sequence[str]:
    line = f"{entry.id}  {entry.created_at.astimezone(zone):%Y-%m-%d %H:%M}  {clean(entry.channel)}"
    told = f"{line}  {_what(entry)}: {_state(entry, zone)}"
    return (told, f"      {clean(entry.error)}") if entry.error else (told,)


def _what(entry: Entry) -> str:
    if entry.subject is not None:
        return f"“{clean(entry.subject)}”"
    releases = counted(entry.releases, "release")
    return f"digest of {releases}" if entry.type == "digest" else releases


def _state(entry: Entry, zone: tzinfo) -> str:
    tried = f"after {counted(entry.attempts, 'attempt')}"
    if entry.sent_at is not None:
        return f"sent {entry.sent_at.astimezone(zone):%Y-%m-%d %H:%M}"
    if entry.due_at is None:
        return f"given up {tried}; send it again with: monitor deliveries retry {entry.id}"
    due = f"{entry.due_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"owed, {'again' if entry.attempts else 'due'} {due}{f' {tried}' * bool(entry.attempts)}"


def retry(args: Namespace) -> int:
    """Send again, now and under the same id, what was given up or failed."""
    settings = config(args)
    if args.channel is not None:
        channel_named(settings, args.channel)
    world = real_world()
    works = Works(settings, world, sys.stderr if flag(args, "json") else sys.stdout)
    with works.open_db() as db:
        ids = _chosen(db, args.id) if args.id else _failed(db, args.channel, settings)
        _refuse_unknown(db, ids, settings)
        with db.writing() as conn:
            ledger.again(conn, ids, world.now())
    tally = works.post.send_due()
    waiting = works.waiting()
    if flag(args, "json"):
        row = {"retried": len(ids), "delivered": tally.delivered, "waiting": waiting}
        print(dumps(row | {"failed": len(tally.failures)}))
    elif not ids and not flag(args, "quiet"):
        say("nothing has failed, so there is nothing to send again")
    tell_tally(tally, waiting, quiet=flag(args, "json") or flag(args, "quiet"))
    return 1 if tally.failures else 0


def _chosen(db: Database, beginnings: Sequence[str]) -> list[str]:
    ids = []
    for beginning in beginnings:
        with db.reading() as conn:
            found = ledger.find(conn, beginning)
        if len(found) != 1:
            how_many = "no message has" if not found else f"{len(found)} messages have"
            raise UsageError(
                f"{how_many} an id that begins with “{clean(beginning)}”;"
                " see them with: monitor deliveries list"
            )
        ((name, status),) = found
        if status == "sent":
            raise UsageError(f"{name} was sent; nobody is told twice")
        ids.append(name)
    return ids


def _failed(db: Database, channel: str | None, settings: Config) -> list[str]:
    """Return what has failed: of all channels that are there, if it is not of others alone."""
    with db.reading() as conn:
        failed = [
            entry
            for entry in ledger.entries(conn, channel=channel)
            if entry.status == "given-up" or (entry.status == "owed" and entry.error)
        ]
    there = {channel.name for channel in settings.channels}
    gone = sorted({entry.channel for entry in failed} - there)
    reached = [entry.id for entry in failed if entry.channel in there]
    if reached and gone:
        say(f"monitor: left alone, as the config has it no more: {', '.join(map(clean, gone))}")
    return reached or [entry.id for entry in failed]


def _refuse_unknown(db: Database, ids: Sequence[str], settings: Config) -> None:
    known = {channel.name for channel in settings.channels}
    with db.reading() as conn:
        gone = ledger.channels(conn, ids) - known
    if gone:
        raise UsageError(
            f"the config has no channel {', '.join(map(clean, sorted(gone)))} any more;"
            " put it back to send what it was owed"
        )
