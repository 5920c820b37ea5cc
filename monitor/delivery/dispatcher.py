"""Delivery of the messages that are due, and the record of each outcome.

A message is claimed, sent outside any transaction, and marked as sent. After a crash between the
last two steps it is sent again with the same id and the same bytes, so the receiver can detect the
duplicate. Each channel has its own thread, so a slow or failing channel delays no other. A channel
that fails once is skipped for the rest of the run, so an unreachable receiver costs one time-out
and not one for each message.

Most runs have nothing to send, so the code that sends (`sending`) is imported only when needed.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, TextIO

from monitor import channels as transports
from monitor.clock import Clock
from monitor.delivery import claims
from monitor.domain.schedule import cap_retry_after, find_next_attempt
from monitor.errors import DeliveryError
from monitor.incidents import tracker
from monitor.models.config import Channel, IncidentRecipients
from monitor.models.notification import Delivery, HealthMessage, OutgoingMessage
from monitor.parallel import run_in_threads
from monitor.store import messages, outbox
from monitor.store.database import Database
from monitor.store.outbox import DueMessage

if TYPE_CHECKING:
    from monitor.domain.schedule import PeriodFinder


@dataclass(slots=True)
class SendSummary:
    """The result of one dispatch: the number of messages sent, and the failures as text.

    `log_lines` are the alerts to the operator about the channels themselves. `failed_channels` are
    the channels that did not accept a message.
    """

    delivered: int = 0
    failures: list[str] = field(default_factory=list)
    log_lines: list[str] = field(default_factory=list)
    failed_channels: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatcher:
    """Sends due messages. `open_db` opens the store for one thread; `out` is the terminal.

    `get_zone` returns the time zone of the times in messages. `incident_recipients` are alerted
    about failing channels; with None, nobody is.
    """

    channels: Sequence[Channel]
    open_db: Callable[[], Database]
    clock: Clock
    out: TextIO
    get_zone: Callable[[], tzinfo]
    incident_recipients: IncidentRecipients | None = None

    def send_due(self, *, ahead: timedelta = timedelta()) -> SendSummary:
        """Send the messages due within `ahead`, all channels in parallel. Raises StoreError.

        A one-shot run looks a little ahead: nothing runs when a retry is due seconds later.
        """
        summary = SendSummary()
        self._send_to_channels(self.channels, ahead, summary)
        if summary.log_lines:  # alerts about failing channels go out on the others at once
            working_channels = [
                channel for channel in self.channels if channel.name not in summary.failed_channels
            ]
            self._send_to_channels(working_channels, timedelta(), summary)
        return summary

    def _send_to_channels(
        self, channels: Sequence[Channel], ahead: timedelta, summary: SendSummary
    ) -> None:
        messages_by_channel = self._load_due_messages(channels, ahead)
        if not messages_by_channel:
            return

        busy_channels = [channel for channel in channels if channel.name in messages_by_channel]

        def send_to_channel(channel: Channel) -> None:
            with self.open_db() as db:
                channel_sender = ChannelSender(channel, db, self, summary)
                channel_sender.send_messages(messages_by_channel[channel.name])

        run_in_threads(send_to_channel, busy_channels, max_workers=len(busy_channels))

    def _load_due_messages(
        self, channels: Sequence[Channel], ahead: timedelta
    ) -> Mapping[str, list[DueMessage]]:
        now = self.clock.now()
        channel_names = [channel.name for channel in channels]
        by_channel = defaultdict(list)
        with self.open_db() as db:
            self._prepare_outbox(db)
            with db.begin_read() as conn:
                for due_message in outbox.find_due_messages(conn, channel_names, now, now + ahead):
                    by_channel[due_message.channel].append(due_message)
        return by_channel

    def _prepare_outbox(self, db: Database) -> None:
        """Prepare the outbox: repair future times, apply changed schedules, open empty digests."""
        now = self.clock.now()
        with db.begin_read() as conn:
            is_in_order = not outbox.has_future_times(conn, now)
            open_until = outbox.get_open_digest_ends(conn)
        earlier_ends = dict(self._iter_earlier_ends(open_until, now))
        empty_digest_channels = [channel for channel in self.channels if channel.send_empty]
        if is_in_order and not earlier_ends and not empty_digest_channels:
            return
        from monitor.store import digests  # noqa: PLC0415 - most runs have no digest

        with db.begin_write() as conn:
            outbox.reset_future_times(conn, now)
            for channel_name, end_at in earlier_ends.items():
                digests.close_open_digests(conn, channel_name, end_at)
            for channel in empty_digest_channels:
                self._open_empty_digest(conn, channel, now)

    def _iter_earlier_ends(
        self, open_until: Mapping[str, datetime], now: datetime
    ) -> Iterator[tuple[str, datetime]]:
        """Yield each channel whose open digest should end earlier than promised, and the new end.

        Its `send` was changed since the digest was opened. A later end does not apply to it.
        """
        for channel in self.channels:
            current_end = open_until.get(channel.name)
            if current_end is not None and current_end > now:
                find_period = self._make_period_finder(channel)
                new_end = now if find_period is None else find_period(now).until
                if new_end < current_end:
                    yield channel.name, new_end

    def _make_period_finder(self, channel: Channel) -> "PeriodFinder | None":
        from monitor.domain.schedule import make_period_finder  # noqa: PLC0415 - most runs have no digest

        return make_period_finder(channel, self.get_zone)

    def _open_empty_digest(self, conn: sqlite3.Connection, channel: Channel, now: datetime) -> None:
        from monitor.store import digests  # noqa: PLC0415 - most runs have no digest

        find_period = self._make_period_finder(channel)
        if find_period is not None:
            digests.open_empty_digest(
                conn, channel.name, find_period, now=now, new_id=self.clock.new_id
            )


def localize_message(message: OutgoingMessage, zone: tzinfo) -> OutgoingMessage:
    """Return the message with its times converted to a time zone."""
    created_at = message.created_at.astimezone(zone)
    if isinstance(message, HealthMessage):
        return replace(message, created_at=created_at)
    return replace(
        message,
        created_at=created_at,
        since=message.since and message.since.astimezone(zone),
        until=message.until and message.until.astimezone(zone),
    )


class ChannelSender:
    """Sends the messages of one channel, in one thread, with its own connection to the store."""

    def __init__(
        self, channel: Channel, db: Database, dispatcher: "Dispatcher", summary: "SendSummary"
    ) -> None:
        self._channel, self._db, self._summary = channel, db, summary
        self._clock, self._incident_recipients = dispatcher.clock, dispatcher.incident_recipients
        self._out, self._zone = dispatcher.out, dispatcher.get_zone()

    def send_messages(self, due_messages: Iterable[DueMessage]) -> None:
        """Send messages, oldest first, until one fails with an error that may be temporary."""
        for due_message in due_messages:
            delivery = self._claim_message(due_message)
            if delivery is not None and not self._send_delivery(delivery):
                return

    def _claim_message(self, due_message: DueMessage) -> Delivery | None:
        """Claim and freeze a message, in one transaction; None if another sender has it."""
        with self._db.begin_write() as conn:
            now, owner = self._clock.now(), claims.get_current_owner()
            attempt = outbox.claim_message(conn, due_message, owner, now, claims.is_owner_dead)
            if attempt is None:
                return None
            message_format = transports.get_message_format(self._channel)
            messages.rerender_pending(
                conn, due_message.channel, message_format, self._render_message
            )
            payload = messages.get_payload(conn, due_message.id, self._render_message)
            delivered_to = outbox.get_accepted_recipients(conn, due_message.id)
        return Delivery(
            id=due_message.id,
            channel=due_message.channel,
            attempt=attempt,
            payload=payload,
            delivered_to=delivered_to,
        )

    def _render_message(self, message: OutgoingMessage) -> bytes:
        localized = localize_message(message, self._zone)
        return transports.render_payload(self._channel, localized)

    def _send_delivery(self, delivery: Delivery) -> bool:
        """Send one message and record the outcome; return whether to go on with this channel."""
        try:
            transports.send(self._channel, delivery, now=self._clock.now(), out=self._out)
        except DeliveryError as error:
            self._summary.failures.append(f"{delivery.channel}: {error}")
            self._summary.failed_channels.add(delivery.channel)
            self._record_failure(delivery, error)
            return error.is_permanent
        with self._db.begin_write() as conn:
            outbox.record_sent(conn, delivery.id, self._clock.now())
            log_lines = self._record_recovery(conn, delivery)
        self._summary.delivered += 1
        self._summary.log_lines += log_lines
        return True

    def _record_failure(self, delivery: Delivery, error: DeliveryError) -> None:
        now, owner = self._clock.now(), claims.get_current_owner()
        next_attempt_at = None
        if not error.is_permanent:
            next_attempt_at = find_next_attempt(
                delivery.attempt, now, self._clock.random(), error.retry_after
            )
        with self._db.begin_write() as conn:
            outbox.record_partial_acceptance(conn, delivery.id, error.delivered_to)
            if next_attempt_at is None:
                outbox.give_up_message(conn, delivery.id, owner, str(error))
            else:
                retry_after = cap_retry_after(now, error.retry_after)
                outbox.reschedule_message(
                    conn, delivery.id, owner, str(error), next_attempt_at, retry_after=retry_after
                )
            fails_until = (
                next_attempt_at if next_attempt_at is None or error.retry_after is not None else now
            )
            log_lines = self._record_channel_problem(conn, delivery, str(error), fails_until)
        self._summary.log_lines += log_lines

    def _record_recovery(self, conn: sqlite3.Connection, delivery: Delivery) -> list[str]:
        if self._incident_recipients is None:
            return []
        log_line = tracker.record_channel_success(
            conn, delivery.channel, recipients=self._incident_recipients, clock=self._clock
        )
        if log_line is None:
            return []
        # Only on recovery: after every message, one that always fails would be given up in minutes.
        outbox.retry_now(conn, delivery.channel, self._clock.now())
        return [log_line]

    def _record_channel_problem(
        self, conn: sqlite3.Connection, delivery: Delivery, error: str, fails_until: datetime | None
    ) -> list[str]:
        if self._incident_recipients is None:
            return []
        log_line = tracker.record_channel_failure(
            conn,
            delivery.channel,
            error,
            fails_until=fails_until,
            recipients=self._incident_recipients,
            clock=self._clock,
        )
        return [] if log_line is None else [log_line]
