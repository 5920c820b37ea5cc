"""`monitor digest`: previews the messages that wait for each channel, or sends them now."""

import json
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from monitor.app import App, create_system_clock
from monitor.cli.common import find_channel, is_set, load_config, print_message
from monitor.cli.once import print_send_summary
from monitor.cli.selection import parse_since
from monitor.delivery.dispatcher import localize_message
from monitor.errors import UsageError
from monitor.models.config import Channel
from monitor.models.notification import Delivery, OutgoingMessage, ReleaseMessage
from monitor.store import deliveries, digests, messages
from monitor.store.database import Database
from monitor.store.readonly import open_read_only
from monitor.text.sanitize import safe_dumps


def run(args: Namespace) -> int:
    """Preview the waiting messages, or send them."""
    settings = load_config(args)
    begin_date = parse_since(args, settings)
    channels = settings.channels
    if args.channel is not None:
        channels = (find_channel(settings, args.channel),)
    app = App(settings, create_system_clock(), sys.stderr if is_set(args, "json") else sys.stdout)
    if not args.send:
        return _print_preview(args, settings.store_path, channels, begin_date, app)
    if args.since is not None:
        raise UsageError("--send sends the pending messages; --since is only for previews")
    return _send_pending(args, channels, app)


# ------------------------------------------------------------------ previews


def _print_preview(
    args: Namespace, path: Path, channels: Sequence[Channel], begin_date: date | None, app: App
) -> int:
    output_format = "json" if is_set(args, "json") else args.format
    with open_read_only(path) as db:
        previews = list(_collect_previews(db, channels, begin_date, app))
    if output_format == "json":
        print(safe_dumps([_serialize_message(message) for message in previews], indent=2))
    elif output_format == "html":
        _print_html(previews)
    else:
        print_previews(previews)
    if not previews:
        print_message(
            "nothing is waiting" if args.since is None else "nothing was found since then"
        )
    return 0


def _collect_previews(
    db: Database, channels: Sequence[Channel], begin_date: date | None, app: App
) -> Iterator[OutgoingMessage]:
    zone = app.get_zone()
    with db.begin_read() as conn:
        for channel in channels:
            if begin_date is not None:
                yield from preview_since(conn, channel, begin_date, app)
                continue
            pending = deliveries.iter_deliveries(conn, channel=channel.name, status="owed")
            for record in reversed(list(pending)):
                yield localize_message(messages.load_message(conn, record.id), zone)


def preview_since(
    conn: sqlite3.Connection, channel: Channel, begin_date: date, app: App
) -> Iterator[OutgoingMessage]:
    """Yield a digest of all matches since a date, sent or not; nothing if there are none."""
    zone, now = app.get_zone(), app.now()
    items = digests.find_items_since(
        conn, app.get_router().list_channel_watches(channel.name), begin_date
    )
    if items:
        digest = ReleaseMessage(
            id=f"preview of {channel.name}",
            channel=channel.name,
            kind="digest",
            created_at=now,
            items=items,
            since=datetime.combine(begin_date, time(), zone),
            until=now,
        )
        yield localize_message(digest, zone)


def _serialize_message(message: OutgoingMessage) -> object:
    from monitor.render import standard

    return json.loads(standard.render(message))


def _print_html(previews: Sequence[OutgoingMessage]) -> None:
    from monitor.render import email

    for message in previews:
        print(email.render_html(message))


def print_previews(previews: Iterable[OutgoingMessage]) -> None:
    """Print messages as the terminal channel shows them."""
    from monitor.channels import terminal
    from monitor.render.terminal import compose_message

    for message in previews:
        delivery = Delivery(
            id=message.id,
            channel=message.channel,
            attempt=1,
            payload=compose_message(message).encode(),
        )
        terminal.send(delivery, sys.stdout)


# ------------------------------------------------------------------ sending


def _send_pending(args: Namespace, channels: Sequence[Channel], app: App) -> int:
    now = app.now()
    with app.open_db() as db, db.begin_write() as conn:
        for channel in channels:
            digests.close_open_digests(conn, channel.name, now)
            pending = deliveries.iter_deliveries(conn, channel=channel.name, status="owed")
            deliveries.requeue_messages(conn, [record.id for record in pending], now)
    send_summary = replace(app.dispatcher, channels=tuple(channels)).send_due()
    waiting = app.count_pending()
    if is_set(args, "json"):
        row = {
            "delivered": send_summary.delivered,
            "waiting": waiting,
            "failed": len(send_summary.failures),
        }
        print(safe_dumps(row))
    elif not (send_summary.delivered or send_summary.failures or is_set(args, "quiet")):
        print_message("nothing was waiting")
    print_send_summary(send_summary, waiting, quiet=is_set(args, "json") or is_set(args, "quiet"))
    return 1 if send_summary.failures else 0
