"""Sending one channel's messages: claim, send, record."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, TextIO

from monitor import channels as transports
from monitor.deliver import claimant
from monitor.errors import DeliveryError
from monitor.model.configured import Channel
from monitor.model.told import Delivery, Digest
from monitor.model.world import World
from monitor.schedule import next_attempt
from monitor.store import messages, outbox
from monitor.store.database import Database
from monitor.store.outbox import Due

if TYPE_CHECKING:
    from monitor.deliver import Tally


def in_zone(digest: Digest, zone: tzinfo) -> Digest:
    """Return the message with its moments in the time zone in which it tells them."""
    return replace(
        digest,
        created_at=digest.created_at.astimezone(zone),
        since=digest.since and digest.since.astimezone(zone),
        until=digest.until and digest.until.astimezone(zone),
    )


class Sender:
    """Sends for one channel, in one thread, with its own connection to the store."""

    def __init__(
        self, channel: Channel, db: Database, world: World, out: TextIO, zone: tzinfo
    ) -> None:
        self._channel, self._db, self._world = channel, db, world
        self._out, self._zone = out, zone

    def send_all(self, waiting: Iterable[Due], tally: "Tally") -> None:
        """Send messages, oldest first, until one fails that may pass later."""
        for one in waiting:
            delivery = self._claim(one)
            if delivery is not None and not self._send(delivery, tally):
                return

    def _claim(self, one: Due) -> Delivery | None:
        """Claim a message and freeze it, in one transaction; None: another sender has it."""
        with self._db.writing() as conn:
            now, me = self._world.now(), claimant.me()
            attempt = outbox.claim(conn, one, me, now, claimant.is_dead)
            if attempt is None:
                return None
            payload = messages.payload(conn, one.id, self._prepared)
        return Delivery(id=one.id, channel=one.channel, attempt=attempt, payload=payload)

    def _prepared(self, digest: Digest) -> bytes:
        shown = in_zone(digest, self._zone)
        return transports.prepare(self._channel, shown)

    def _send(self, delivery: Delivery, tally: "Tally") -> bool:
        """Send one message and record it; tell whether to go on with this channel."""
        try:
            transports.send(self._channel, delivery, now=self._world.now(), out=self._out)
        except DeliveryError as error:
            tally.failures.append(f"{delivery.channel}: {error}")
            self._failed(delivery, error)
            return error.permanent
        with self._db.writing() as conn:
            outbox.sent(conn, delivery.id, self._world.now())
        tally.delivered += 1
        return True

    def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        now, me = self._world.now(), claimant.me()
        again = None
        if not error.permanent:
            again = next_attempt(delivery.attempt, now, self._world.chance(), error.retry_after)
        with self._db.writing() as conn:
            if again is None:
                outbox.given_up(conn, delivery.id, me, str(error))
            else:
                held = error.retry_after is not None
                outbox.postponed(conn, delivery.id, me, str(error), again, held=held)
