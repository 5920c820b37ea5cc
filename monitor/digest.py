"""Who is told what: from what was found to the items of each channel's message."""

from collections.abc import Iterable, Mapping, Sequence

from monitor.model.configured import Channel, EventKind, Watch
from monitor.model.stored import Event
from monitor.model.told import Found, Item, Match


def address(
    found: Iterable[Found], watches: Mapping[str, Watch], channels: Sequence[Channel]
) -> dict[str, tuple[Item, ...]]:
    """Return for each channel, by name, the items it is to be told; channels with none are absent.

    A release stands once in a channel's message, naming every watch that sends it there.
    """
    news = [one for one in found if one.event.origin == "news"]
    told = {
        channel.name: tuple(item for one in news for item in _items(one, watches, channel.name))
        for channel in channels
    }
    return {name: items for name, items in told.items() if items}


def _items(found: Found, watches: Mapping[str, Watch], channel: str) -> Iterable[Item]:
    wanted = [
        match for match in found.matches if _wants(watches[match.watch], found.event, channel)
    ]
    if wanted:
        yield Item(
            event=found.event.kind,
            release=found.event.release,
            watches=tuple(match.watch for match in wanted),
            snippet=_richest(wanted).snippet,
        )


def _wants(watch: Watch, event: Event, channel: str) -> bool:
    if watch.to is not None and channel not in watch.to:
        return False
    return event.kind == "restored" or event.kind in watch.on


def _richest(matches: Sequence[Match]) -> Match:
    """Return the first match that shows most hits at once."""
    return max(matches, key=lambda match: len(match.snippet.marks))


# What is told of a release of which two things are owed at once: what was told first, what then.
_TOGETHER: Mapping[tuple[EventKind, EventKind], EventKind] = {
    ("new", "revised"): "new",
    ("new", "restored"): "new",
    ("withdrawn", "revised"): "withdrawn",
    ("restored", "revised"): "restored",
}


def merged(before: Item, then: Item) -> Item:
    """Return one item for two of one release that stand in one message, told of neither yet.

    It shows the release as it is now; a release that is new to the reader was never revised.
    """
    event = _TOGETHER.get((before.event, then.event), then.event)
    if then.event == "new":  # another watch or listing brought it
        event = before.event
    changes = None if event == "new" else (*(before.changes or ()), *(then.changes or ())) or None
    return Item(
        event=event,
        release=then.release,
        watches=tuple(dict.fromkeys((*before.watches, *then.watches))),
        snippet=then.snippet if then.event == "revised" else before.snippet,
        changes=changes,
    )
