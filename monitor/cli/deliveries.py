"""`monitor deliveries`: the messages to each channel with their state, and sending them again."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import tzinfo
from itertools import islice

from monitor.app import App, create_system_clock
from monitor.cli.common import find_channel, is_set, load_config, print_message
from monitor.cli.display import page
from monitor.cli.once import print_send_summary
from monitor.clock import find_timezone
from monitor.errors import UsageError
from monitor.models.config import Config
from monitor.store import deliveries
from monitor.store.database import Database
from monitor.store.deliveries import DeliveryRecord
from monitor.store.readonly import open_read_only
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line


def list_deliveries(args: Namespace) -> int:
    """List the deliveries, newest first."""
    settings = load_config(args)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        all_records = deliveries.iter_deliveries(conn, channel=args.channel, status=args.status)
        records = list(islice(all_records, args.limit))
    if is_set(args, "json"):
        print(safe_dumps([record.as_json() for record in records], indent=2))
    elif not records:
        print_message("no messages match this list")
    else:
        zone = find_timezone(settings.timezone)
        page((line for record in records for line in _format_record(record, zone)), args)
    return 0


def _format_record(record: DeliveryRecord, zone: tzinfo) -> Sequence[str]:
    line = (
        f"{record.id}  {record.created_at.astimezone(zone):%Y-%m-%d %H:%M}  "
        f"{sanitize_line(record.channel)}"
    )
    headline = f"{line}  {_describe_content(record)}: {_describe_state(record, zone)}"
    return (headline, f"      {sanitize_line(record.error)}") if record.error else (headline,)


def _describe_content(record: DeliveryRecord) -> str:
    if record.subject is not None:
        return f"“{sanitize_line(record.subject)}”"
    releases = pluralize(record.release_count, "release")
    return f"digest of {releases}" if record.type == "digest" else releases


def _describe_state(record: DeliveryRecord, zone: tzinfo) -> str:
    after_attempts = f"after {pluralize(record.attempts, 'attempt')}"
    if record.sent_at is not None:
        return f"sent {record.sent_at.astimezone(zone):%Y-%m-%d %H:%M}"
    if record.due_at is None:
        return (
            f"given up {after_attempts}; send it again with: monitor deliveries retry {record.id}"
        )
    due = f"{record.due_at.astimezone(zone):%Y-%m-%d %H:%M}"
    return (
        f"owed, {'again' if record.attempts else 'due'} "
        f"{due}{f' {after_attempts}' * bool(record.attempts)}"
    )


def retry_deliveries(args: Namespace) -> int:
    """Send failed and given-up messages again, now and under the same ids."""
    settings = load_config(args)
    if args.channel is not None:
        find_channel(settings, args.channel)
    clock = create_system_clock()
    app = App(settings, clock, sys.stderr if is_set(args, "json") else sys.stdout)
    with app.open_db() as db:
        ids = (
            _find_chosen_ids(db, args.id)
            if args.id
            else _find_failed_ids(db, args.channel, settings)
        )
        _reject_unknown_channels(db, ids, settings)
        with db.begin_write() as conn:
            deliveries.requeue_messages(conn, ids, clock.now())
    send_summary = app.dispatcher.send_due()
    waiting = app.count_pending()
    if is_set(args, "json"):
        row = {"retried": len(ids), "delivered": send_summary.delivered, "waiting": waiting}
        print(safe_dumps(row | {"failed": len(send_summary.failures)}))
    elif not ids and not is_set(args, "quiet"):
        print_message("nothing has failed, so there is nothing to send again")
    print_send_summary(send_summary, waiting, quiet=is_set(args, "json") or is_set(args, "quiet"))
    return 1 if send_summary.failures else 0


def _find_chosen_ids(db: Database, id_prefixes: Sequence[str]) -> list[str]:
    ids = []
    for id_prefix in id_prefixes:
        with db.begin_read() as conn:
            matches = deliveries.find_by_id_prefix(conn, id_prefix)
        if len(matches) != 1:
            how_many = "no message has" if not matches else f"{len(matches)} messages have"
            raise UsageError(
                f"{how_many} an id that begins with “{sanitize_line(id_prefix)}”;"
                " see them with: monitor deliveries list"
            )
        ((message_id, status),) = matches
        if status == "sent":
            raise UsageError(f"{message_id} was sent already; it is not sent twice")
        ids.append(message_id)
    return ids


def _find_failed_ids(db: Database, channel: str | None, settings: Config) -> list[str]:
    """Return the ids of the failed messages.

    Leave out messages to channels that the config no longer has, unless all failed messages are
    for such channels.
    """
    with db.begin_read() as conn:
        failed = [
            record
            for record in deliveries.iter_deliveries(conn, channel=channel)
            if record.status == "given-up" or (record.status == "owed" and record.error)
        ]
    configured = {channel.name for channel in settings.channels}
    unconfigured = sorted({record.channel for record in failed} - configured)
    retryable = [record.id for record in failed if record.channel in configured]
    if retryable and unconfigured:
        print_message(
            "monitor: skipped, because the config no longer has this channel: "
            f"{', '.join(map(sanitize_line, unconfigured))}"
        )
    return retryable or [record.id for record in failed]


def _reject_unknown_channels(db: Database, ids: Sequence[str], settings: Config) -> None:
    configured = {channel.name for channel in settings.channels}
    with db.begin_read() as conn:
        unconfigured = deliveries.find_message_channels(conn, ids) - configured
    if unconfigured:
        raise UsageError(
            "the config has no channel "
            f"{', '.join(map(sanitize_line, sorted(unconfigured)))} any more; add it again "
            f"to send its pending messages"
        )
