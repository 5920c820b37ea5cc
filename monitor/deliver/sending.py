"""Sending one channel's messages: claim, send, record."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from monitor import channels as transports
from monitor.deliver import claimant, trouble
from monitor.errors import DeliveryError
from monitor.model.configured import Channel
from monitor.model.told import Delivery, Letter, Notice
from monitor.schedule import asked_for, next_attempt
from monitor.store import messages, outbox
from monitor.store.database import Database
from monitor.store.outbox import Due

if TYPE_CHECKING:
    from monitor.deliver import Post, Tally


def in_zone(letter: Letter, zone: tzinfo) -> Letter:
    """Return the message with its moments in the time zone in which it tells them."""
    made = letter.created_at.astimezone(zone)
    if isinstance(letter, Notice):
        return replace(letter, created_at=made)
    return replace(
        letter,
        created_at=made,
        since=letter.since and letter.since.astimezone(zone),
        until=letter.until and letter.until.astimezone(zone),
    )


class Sender:
    """Sends for one channel, in one thread, with its own connection to the store."""

    def __init__(self, channel: Channel, db: Database, post: "Post", tally: "Tally") -> None:
        self._channel, self._db, self._tally = channel, db, tally
        self._world, self._operator = post.world, post.operator
        self._out, self._zone = post.out, post.zone()

    def send_all(self, waiting: Iterable[Due]) -> None:
        """Send messages, oldest first, until one fails that may pass later."""
        for one in waiting:
            delivery = self._claim(one)
            if delivery is not None and not self._send(delivery):
                return

    def _claim(self, one: Due) -> Delivery | None:
        """Claim a message and freeze it, in one transaction; None: another sender has it."""
        with self._db.writing() as conn:
            now, me = self._world.now(), claimant.me()
            attempt = outbox.claim(conn, one, me, now, claimant.is_dead)
            if attempt is None:
                return None
            form = transports.form(self._channel)
            messages.refit(conn, one.channel, form, self._prepared)
            payload = messages.payload(conn, one.id, self._prepared)
            taken_by = outbox.taken_by(conn, one.id)
        return Delivery(
            id=one.id, channel=one.channel, attempt=attempt, payload=payload, taken_by=taken_by
        )

    def _prepared(self, letter: Letter) -> bytes:
        shown = in_zone(letter, self._zone)
        return transports.prepare(self._channel, shown)

    def _send(self, delivery: Delivery) -> bool:
        """Send one message and record it; tell whether to go on with this channel."""
        try:
            transports.send(self._channel, delivery, now=self._world.now(), out=self._out)
        except DeliveryError as error:
            self._tally.failures.append(f"{delivery.channel}: {error}")
            self._tally.down.add(delivery.channel)
            self._failed(delivery, error)
            return error.permanent
        with self._db.writing() as conn:
            outbox.sent(conn, delivery.id, self._world.now())
            told = self._took(conn, delivery)
        self._tally.delivered += 1
        self._tally.told += told
        return True

    def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        now, me = self._world.now(), claimant.me()
        again = None
        if not error.permanent:
            again = next_attempt(delivery.attempt, now, self._world.chance(), error.retry_after)
        with self._db.writing() as conn:
            outbox.taken_in_part(conn, delivery.id, error.taken_by)
            if again is None:
                outbox.given_up(conn, delivery.id, me, str(error))
            else:
                asked = asked_for(now, error.retry_after)
                outbox.postponed(conn, delivery.id, me, str(error), again, asked=asked)
            until = again if again is None or error.retry_after is not None else now
            told = self._trouble(conn, delivery, str(error), until)
        self._tally.told += told

    def _took(self, conn: sqlite3.Connection, delivery: Delivery) -> list[str]:
        if self._operator is None:
            return []
        told = trouble.took(conn, delivery.channel, operator=self._operator, world=self._world)
        if told is None:
            return []
        # Not for every message that is taken: one that never is would be given up within minutes.
        outbox.hasten(conn, delivery.channel, self._world.now())
        return [told]

    def _trouble(
        self, conn: sqlite3.Connection, delivery: Delivery, error: str, again: datetime | None
    ) -> list[str]:
        if self._operator is None:
            return []
        told = trouble.failed(
            conn,
            delivery.channel,
            error,
            again=again,
            operator=self._operator,
            world=self._world,
        )
        return [] if told is None else [told]
