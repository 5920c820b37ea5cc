"""Who is told what: from what was found to the items of each channel's message."""

from collections.abc import Iterable, Mapping, Sequence

from monitor.model.configured import Channel, Watch
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
