"""Route matched events to channels, and group and order the items of a channel's message."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta

from monitor.models.config import Channel, EventKind, Watch
from monitor.models.notification import Match, MatchedEvent, MessageItem, ReleaseMessage
from monitor.models.release import Event, Release

_MAX_EVENT_SPAN = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
# The names of digests, with the hours of their period and the tolerance in hours: a day has 23 or
# 25 hours when clocks change.
_DIGEST_NAMES = (("Hourly digest", 1, 0.25), ("Daily digest", 24, 1), ("Weekly digest", 168, 1))


def route_events(
    matched_events: Iterable[MatchedEvent],
    watches: Mapping[str, Watch],
    channels: Sequence[Channel],
) -> dict[str, tuple[MessageItem, ...]]:
    """Return the items for each channel, by name; channels without items are absent.

    A release occurs once in a channel's message, with every watch that sends it there. Channels
    that were notified of it before also get its later events, even if the watch sends elsewhere
    now.
    """
    news_events = [
        matched_event for matched_event in matched_events if matched_event.event.origin == "news"
    ]
    items_by_channel = {
        channel.name: tuple(
            item
            for matched_event in news_events
            for item in _build_items(matched_event, watches, channel.name)
        )
        for channel in channels
    }
    return {name: items for name, items in items_by_channel.items() if items}


def _build_items(
    matched_event: MatchedEvent, watches: Mapping[str, Watch], channel: str
) -> Iterable[MessageItem]:
    event = matched_event.event
    matches = (*matched_event.matches, *matched_event.recurring_matches)
    channel_matches = [
        match for match in matches if _should_send_match(watches[match.watch], event, channel)
    ]
    recipients = [
        recipient for recipient in matched_event.prior_recipients if recipient.channel == channel
    ]
    follow_up_names = [
        name
        for recipient in recipients
        for name in recipient.watches
        if _should_report_event(watches.get(name), event)
    ]
    names = dict.fromkeys((*follow_up_names, *(match.watch for match in channel_matches)))
    if names:
        yield MessageItem(
            event=event.kind,
            release=event.release,
            watches=tuple(sorted(names, key=[*watches, *names].index)),
            snippet=_choose_best_match(channel_matches).snippet
            if channel_matches
            else recipients[0].snippet,
            changes=event.changes or None,
        )


def _should_send_match(watch: Watch, event: Event, channel: str) -> bool:
    return watch.sends_to(channel) and _should_report_event(watch, event)


def _should_report_event(watch: Watch | None, event: Event) -> bool:
    """Return whether readers notified of a release for this watch get this event too.

    They do if the watch was removed, and every restored release is reported.
    """
    return watch is None or event.kind == "restored" or event.kind in watch.on


def _choose_best_match(matches: Sequence[Match]) -> Match:
    """Return the match whose snippet shows the most hits; the first of several."""
    return max(matches, key=lambda match: len(match.snippet.marks))


# The event to report for two pending events of one release: (earlier, later) → event.
_MERGED_EVENTS: Mapping[tuple[EventKind, EventKind], EventKind] = {
    ("new", "revised"): "new",
    ("new", "restored"): "new",
    ("withdrawn", "revised"): "withdrawn",
    ("restored", "revised"): "restored",
}


def merge_items(earlier: MessageItem, later: MessageItem) -> MessageItem:
    """Merge two pending items of one release that belong to the same message.

    The result shows the release as it is now. A release that is new to the reader is not shown as
    revised.
    """
    event = _MERGED_EVENTS.get((earlier.event, later.event), later.event)
    if later.event == "new":  # another watch or listing added it
        event = earlier.event
    changes = None if event == "new" else (*(earlier.changes or ()), *(later.changes or ())) or None
    return MessageItem(
        event=event,
        release=later.release,
        watches=tuple(dict.fromkeys((*earlier.watches, *later.watches))),
        snippet=later.snippet if later.event == "revised" else earlier.snippet,
        changes=changes,
    )


# ------------------------------------------------------------------ names and order


def name_digest(message: ReleaseMessage) -> str:
    """Return the name of a scheduled message by the length of its period, "" for other messages."""
    if message.kind != "digest":
        return ""
    if message.since is None or message.until is None:
        return "Digest"
    hours = (message.until - message.since) / _ONE_HOUR
    names = (
        name
        for name, usual_hours, tolerance in _DIGEST_NAMES
        if abs(hours - usual_hours) <= tolerance
    )
    return next(names, "Digest")


def group_by_watch(
    items: Sequence[MessageItem],
) -> tuple[tuple[str, tuple[tuple[MessageItem, ...], ...]], ...]:
    """Return watches, each with its groups; a group is the releases that report one event.

    Watches come in the order in which the items name them. Every group occurs once, under the first
    watch of its lead release. Groups without a watch, such as corrections, come last, under "".
    Groups are sorted newest first. In each, the longest release leads, and the others follow,
    newest first.
    """
    names = dict.fromkeys(name for item in items for name in item.watches)
    groups_by_watch: dict[str, list[tuple[MessageItem, ...]]] = {name: [] for name in (*names, "")}
    for group in map(
        _put_lead_first, sorted(group_by_event(items), key=_get_newest_date, reverse=True)
    ):
        watch_name = next((name for item in group for name in item.watches), "")
        groups_by_watch[watch_name].append(group)
    return tuple((name, tuple(groups)) for name, groups in groups_by_watch.items() if groups)


def _get_newest_date(group: Sequence[MessageItem]) -> date:
    return max(item.release.date for item in group)


def _put_lead_first(group: Sequence[MessageItem]) -> tuple[MessageItem, ...]:
    lead_index = max(range(len(group)), key=lambda index: len(group[index].release.body))
    others = (*group[:lead_index], *group[lead_index + 1 :])
    return (group[lead_index], *sorted(others, key=lambda item: item.release.date, reverse=True))


# ------------------------------------------------------------------ groups


def group_by_event(items: Sequence[MessageItem]) -> tuple[tuple[MessageItem, ...], ...]:
    """Return the items in groups of one event each, in the given order.

    Items of one release are one group. So are similar releases of the same or the next day (see
    `monitor.text.similarity`), and those similar to them. But no group spans more than two days,
    and two groups are merged only if half of their pairs are similar, so that a chain of similar
    releases cannot swallow a digest. The order of the items does not affect the groups.
    """
    by_release: dict[int, list[MessageItem]] = defaultdict(list)
    for item in items:
        by_release[item.release.id].append(item)
    group_ids = _group_releases([release_items[0].release for release_items in by_release.values()])
    items_by_group: dict[int, list[MessageItem]] = defaultdict(list)
    for item in items:
        items_by_group[group_ids[item.release.id]].append(item)
    return tuple(map(tuple, items_by_group.values()))


def _group_releases(releases: Sequence[Release]) -> dict[int, int]:
    """Return a map from each release's id to the id that identifies its group."""
    ordered = sorted(releases, key=lambda release: (release.date, release.title, release.id))
    similar_pairs = _find_similar_pairs(ordered)
    groups = {release.id: [release] for release in ordered}
    for pair_ids in similar_pairs:
        first_group, second_group = groups[pair_ids[0]], groups[pair_ids[1]]
        if first_group is not second_group and _can_merge_groups(
            first_group, second_group, similar_pairs
        ):
            first_group += second_group
            groups |= dict.fromkeys((release.id for release in second_group), first_group)
    return {release_id: group[0].id for release_id, group in groups.items()}


def _find_similar_pairs(ordered: Sequence[Release]) -> dict[tuple[int, int], None]:
    """Return the pairs of ids that report one event, in order; `ordered` is sorted by date."""
    from monitor.text.similarity import (  # noqa: PLC0415 - most runs send nothing
        ReleaseTraits,
        is_same_event,
    )

    traits = [ReleaseTraits(release.title, release.body) for release in ordered]
    similar_pairs: dict[tuple[int, int], None] = {}
    for index, release in enumerate(ordered):
        for later_index in range(index + 1, len(ordered)):
            distance = ordered[later_index].date - release.date
            if distance > _MAX_EVENT_SPAN:
                break
            if is_same_event(traits[index], traits[later_index], same_day=not distance):
                similar_pairs[release.id, ordered[later_index].id] = None
    return similar_pairs


def _can_merge_groups(
    first_group: Sequence[Release],
    second_group: Sequence[Release],
    similar_pairs: Container[tuple[int, int]],
) -> bool:
    dates = [release.date for release in (*first_group, *second_group)]
    pairs = [(first.id, second.id) for first in first_group for second in second_group]
    similar_count = sum(pair in similar_pairs or pair[::-1] in similar_pairs for pair in pairs)
    return max(dates) - min(dates) <= _MAX_EVENT_SPAN and 2 * similar_count >= len(pairs)
