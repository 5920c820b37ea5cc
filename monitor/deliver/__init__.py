"""Sending what is due, and recording how it went.

A message is claimed, sent outside any transaction, and marked. A crash between the last two sends
it again under the same id, with the same bytes: the receiver can tell. Each channel has its own
thread, so that a slow or dead one holds up no other; and a channel that fails once in a run is left
alone until the next, so that a dead receiver costs one time-out and not one for every message.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TextIO

from monitor import channels as transports
from monitor.deliver import claimant
from monitor.errors import DeliveryError
from monitor.model import Channel, Delivery, World
from monitor.schedule import next_attempt
from monitor.store import outbox
from monitor.store.database import Database
from monitor.store.outbox import Due
from monitor.threads import all_at_once


@dataclass(slots=True)
class Tally:
    """How a round of sending went: messages sent, and what failed, in words."""

    delivered: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What sending needs: `open_db` opens the store for a thread, `out` is the terminal."""

    channels: Sequence[Channel]
    open_db: Callable[[], Database]
    world: World
    out: TextIO

    def send_due(self, *, ahead: timedelta = timedelta()) -> Tally:
        """Send what is due within `ahead`, all channels at a time. StoreError goes through.

        A one-shot run looks a little ahead: nobody is awake when a retry falls due seconds later.
        """
        waiting = self._waiting(ahead)
        tally = Tally()
        busy = [channel for channel in self.channels if channel.name in waiting]
        all_at_once(
            lambda channel: self._send_all(channel, waiting[channel.name], tally),
            busy,
            hands=len(busy),
        )
        return tally

    def _waiting(self, ahead: timedelta) -> Mapping[str, list[Due]]:
        now = self.world.now()
        names = [channel.name for channel in self.channels]
        by_channel = defaultdict(list)
        with self.open_db() as db, db.reading() as conn:
            for one in outbox.due(conn, names, now, now + ahead):
                by_channel[one.channel].append(one)
        return by_channel

    def _send_all(self, channel: Channel, waiting: Iterable[Due], tally: Tally) -> None:
        with self.open_db() as db:
            for one in waiting:
                delivery = self._claim(db, channel, one)
                if delivery is not None and not self._send(db, channel, delivery, tally):
                    return

    def _claim(self, db: Database, channel: Channel, one: Due) -> Delivery | None:
        """Claim a message and freeze it, in one transaction; None: another sender has it."""
        with db.writing() as conn:
            attempt = outbox.claim(conn, one, claimant.me(), self.world.now(), claimant.is_dead)
            if attempt is None:
                return None
            payload = outbox.payload(
                conn, one.id, lambda digest: transports.prepare(channel, digest)
            )
        return Delivery(id=one.id, channel=channel.name, attempt=attempt, payload=payload)

    def _send(self, db: Database, channel: Channel, delivery: Delivery, tally: Tally) -> bool:
        """Send one message and record it; tell whether to go on with this channel."""
        try:
            transports.send(channel, delivery, now=self.world.now(), out=self.out)
        except DeliveryError as error:
            tally.failures.append(f"{channel.name}: {error}")
            self._failed(db, delivery, error)
            return error.permanent
        with db.writing() as conn:
            outbox.sent(conn, delivery, self.world.now())
        tally.delivered += 1
        return True

    def _failed(self, db: Database, delivery: Delivery, error: DeliveryError) -> None:
        now, me = self.world.now(), claimant.me()
        again = None
        if not error.permanent:
            again = next_attempt(delivery.attempt, now, self.world.chance(), error.retry_after)
        with db.writing() as conn:
            if again is None:
                outbox.given_up(conn, delivery, me, str(error))
            else:
                held = error.retry_after is not None
                outbox.postponed(conn, delivery, me, str(error), again, held=held)
