"""Routing of events to watches and channels."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from monitor.domain import digest
from monitor.domain.schedule import make_period_finder
from monitor.models.config import Channel, EventKind, Watch
from monitor.models.notification import Document, Match, MatchedEvent, MessageItem, ReleaseMessage
from monitor.models.release import Event, Release
from monitor.query import build_watch_query, format_watch_query
from monitor.query.matcher import WatchMatcher
from monitor.store import digests, ingest, messages


class AlertRouter:
    """The router of events: the active watches, ready to match, and their channels.

    A paused watch matches nothing, and nothing is kept for it. `get_zone` returns the time zone of
    the channels' schedules.
    """

    def __init__(
        self,
        watches: Sequence[Watch],
        channels: Sequence[Channel],
        get_zone: Callable[[], tzinfo] = lambda: UTC,
    ) -> None:
        self._get_zone = get_zone
        active_watches = [watch for watch in watches if not watch.paused]
        self.watches: Mapping[str, Watch] = {watch.name: watch for watch in active_watches}
        self.channels = channels
        self._matcher = WatchMatcher(
            (watch.name, build_watch_query(watch), watch.sources) for watch in active_watches
        )

    def list_channel_watches(self, channel: str) -> tuple[str, ...]:
        """Return the names of the watches that send to a channel."""
        return tuple(name for name, watch in self.watches.items() if watch.sends_to(channel))

    def find_new_matches(self, event: Event) -> MatchedEvent:
        """Return the watches that match this event and did not match the release before it.

        A release that appears in another listing concerns only the watches of that listing.
        """
        return self._match_event(event)[0]

    def _match_event(self, event: Event) -> tuple[MatchedEvent, list[Match]]:
        """Return the event with its new and recurring matches, and all current matches."""
        current = self._match_release(event.release, event.sources)
        previous = (
            self._match_release(event.previous_release or event.release, event.previous_sources)
            if event.previous_sources
            else []
        )
        previous_by_watch = {match.watch: match for match in previous}
        recurring = self._select_recurring_matches(
            {**previous_by_watch, **{match.watch: match for match in current}}, event
        )
        excluded = previous_by_watch.keys() | {match.watch for match in recurring}
        new_matches = tuple(match for match in current if match.watch not in excluded)
        return MatchedEvent(event=event, matches=new_matches, recurring_matches=recurring), current

    def _select_recurring_matches(
        self, matches: Mapping[str, Match], event: Event
    ) -> tuple[Match, ...]:
        """Return the matches of watches that alert on every such event, but not on new releases.

        Such a watch follows every release that it matches, because it did not alert when the
        release was new.
        """
        if event.origin != "news" or not _is_worth_alerting(event):
            return ()
        watch_names = (name for name in matches if _wants_every_event(self.watches[name], event))
        return tuple(map(matches.__getitem__, watch_names))

    def _match_release(self, release: Release, source_names: tuple[str, ...]) -> list[Match]:
        return self._matcher.match_document(
            Document(
                title=release.title,
                text=release.body,
                category=release.category or "",
                sources=source_names,
            )
        )

    def record_matches(
        self, conn: sqlite3.Connection, events: Iterable[Event], check_id: int | None, now: datetime
    ) -> tuple[MatchedEvent, ...]:
        """Match events to watches and save the matches; return the events with new matches."""
        matched_events = [
            self._add_prior_recipients(conn, *self._match_event(event)) for event in events
        ]
        return ingest.record_matches(conn, matched_events, self._get_query_text, check_id, now)

    def _get_query_text(self, name: str) -> str:
        return format_watch_query(self.watches[name])

    def _add_prior_recipients(
        self,
        conn: sqlite3.Connection,
        matched_event: MatchedEvent,
        current_matches: Sequence[Match],
    ) -> MatchedEvent:
        """Add the recipients of earlier alerts on the release, if the event is worth an alert."""
        event = matched_event.event
        if event.kind == "new" or not _is_worth_alerting(event):
            return matched_event
        return replace(
            matched_event,
            prior_recipients=digests.find_prior_recipients(conn, event.release.id, current_matches),
        )

    def enqueue_alerts(
        self,
        conn: sqlite3.Connection,
        matched_events: Iterable[MatchedEvent],
        check_id: int,
        now: datetime,
        new_id: Callable[[], str],
    ) -> None:
        """Add the alerts about these events to the outbox.

        A channel gets one message, or the items go into its next digest.
        """
        items_by_channel = digest.route_events(matched_events, self.watches, self.channels)
        for channel in self.channels:
            items = items_by_channel.get(channel.name, ())
            find_period = make_period_finder(channel, self._get_zone)
            if find_period is None:
                new_items = tuple(
                    item for item in items if digests.is_new_to_channel(conn, channel.name, item)
                )
                if new_items:
                    message = _build_release_message(new_id(), channel, new_items, now)
                    messages.enqueue_release_message(conn, message, due_at=now, check_id=check_id)
            elif items:
                digests.add_items(
                    conn,
                    channel.name,
                    items,
                    find_period,
                    now=now,
                    new_id=new_id,
                    check_id=check_id,
                )


def _is_worth_alerting(event: Event) -> bool:
    """Return whether the event changes more than white space and punctuation."""
    return event.kind != "revised" or bool(event.changes)


def _wants_every_event(watch: Watch, event: Event) -> bool:
    """Return whether a watch includes this kind of event but not new releases.

    A restored release may be revised too, so an event with changes also counts as `revised`.
    """
    kinds: set[EventKind] = {event.kind, "revised"} if event.changes else {event.kind}
    return "new" not in watch.on and not kinds.isdisjoint(watch.on)


def _build_release_message(
    message_id: str, channel: Channel, items: tuple[MessageItem, ...], now: datetime
) -> ReleaseMessage:
    return ReleaseMessage(
        id=message_id, channel=channel.name, kind="releases.matched", created_at=now, items=items
    )
