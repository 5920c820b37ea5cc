"""Who waits for what, and what they are owed."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from monitor import digest
from monitor.model.configured import Channel, EventKind, Watch
from monitor.model.stored import Event, Release
from monitor.model.told import Digest, Document, Found, Item, Match
from monitor.query.keywords import asked, of
from monitor.query.match import Matcher
from monitor.schedule import periods_of
from monitor.store import digests, intake, messages, told


class Desk:
    """Who waits for what: the watches, ready to match, and the channels that they go to.

    A paused watch waits for nothing: what it would have matched is not kept for it either. `zone`
    gives the time zone of the channels' schedules.
    """

    def __init__(
        self,
        watches: Sequence[Watch],
        channels: Sequence[Channel],
        zone: Callable[[], tzinfo] = lambda: UTC,
    ) -> None:
        self._zone = zone
        active = [watch for watch in watches if not watch.paused]
        self.watches: Mapping[str, Watch] = {watch.name: watch for watch in active}
        self.channels = channels
        self._matcher = Matcher((watch.name, of(watch), watch.sources) for watch in active)

    def watches_to(self, channel: str) -> tuple[str, ...]:
        """Return the names of the watches that a channel is told of."""
        return tuple(name for name, watch in self.watches.items() if watch.goes_to(channel))

    def find(self, event: Event) -> Found:
        """Return the watches that this event concerns, and did not before it.

        A release that appears in another listing concerns only those who watch that listing.
        """
        return self._split(event)[0]

    def _split(self, event: Event) -> tuple[Found, list[Match]]:
        """Return what is found for the first time or asked for each time, and all matches now."""
        now = self._matches(event.release, event.sources)
        was = self._matches(event.was or event.release, event.before) if event.before else []
        before = {match.watch: match for match in was}
        each = self._each({**before, **{match.watch: match for match in now}}, event)
        others = before.keys() | {match.watch for match in each}
        matches = tuple(match for match in now if match.watch not in others)
        return Found(event=event, matches=matches, asking=each), now

    def _each(self, matches: Mapping[str, Match], event: Event) -> tuple[Match, ...]:
        """Return the matches of watches that ask for such events alone, of new releases not.

        Nobody was told for them of a release when it was new, so that they follow what they match.
        """
        if event.origin != "news" or not _is_worth_telling(event):
            return ()
        asking = (name for name in matches if _asks_each(self.watches[name], event))
        return tuple(map(matches.__getitem__, asking))

    def _matches(self, release: Release, seen_in: tuple[str, ...]) -> list[Match]:
        return self._matcher.matches(
            Document(
                title=release.title,
                text=release.body,
                category=release.category or "",
                sources=seen_in,
            )
        )

    def match(
        self, conn: sqlite3.Connection, events: Iterable[Event], check_id: int | None, now: datetime
    ) -> tuple[Found, ...]:
        """Match events and keep the matches; return what was not known before."""
        found = [self._with_earlier(conn, *self._split(event)) for event in events]
        return intake.add_matches(conn, found, self._asked, check_id, now)

    def _asked(self, name: str) -> str:
        return asked(self.watches[name])

    def _with_earlier(
        self, conn: sqlite3.Connection, found: Found, all_now: Sequence[Match]
    ) -> Found:
        """Add those who were told of the release before, if what happened is worth telling."""
        event = found.event
        if event.kind == "new" or not _is_worth_telling(event):
            return found
        return replace(found, earlier=told.earlier(conn, event.release.id, all_now))

    def owe(
        self,
        conn: sqlite3.Connection,
        found: Iterable[Found],
        check_id: int,
        now: datetime,
        new_id: Callable[[], str],
    ) -> None:
        """Write into the outbox what each channel is owed for this.

        That is one message a channel, or what its next digest holds.
        """
        owed = digest.address(found, self.watches, self.channels)
        for channel in self.channels:
            items = owed.get(channel.name, ())
            periods = periods_of(channel, self._zone)
            if periods is None:
                fresh = tuple(one for one in items if told.is_fresh(conn, channel.name, one))
                if fresh:
                    message = _message(new_id(), channel, fresh, now)
                    messages.owe(conn, message, due_at=now, check_id=check_id)
            elif items:
                digests.add(
                    conn,
                    channel.name,
                    items,
                    periods,
                    now=now,
                    new_id=new_id,
                    check_id=check_id,
                )


def _is_worth_telling(event: Event) -> bool:
    """Tell whether more has changed than spelling."""
    return event.kind != "revised" or bool(event.changes)


def _asks_each(watch: Watch, event: Event) -> bool:
    """Tell whether it asks for this and not for what is new; what comes back may be edited."""
    kinds: set[EventKind] = {event.kind, "revised"} if event.changes else {event.kind}
    return "new" not in watch.on and not kinds.isdisjoint(watch.on)


def _message(name: str, channel: Channel, items: tuple[Item, ...], now: datetime) -> Digest:
    return Digest(
        id=name, channel=channel.name, kind="releases.matched", created_at=now, items=items
    )
