"""Who is told what: from what was found to the items of each channel's message."""

from collections.abc import Iterable, Mapping, Sequence

from monitor.model.configured import Channel, Watch
from monitor.model.stored import Event
from monitor.model.told import Found, Item, Match


def address(
    found: Iterable[Found], watches: Mapping[str, Watch], channels: Sequence[Channel]
) -> dict[str, tuple[Item, ...]]:
    """Return for each channel, by name, the items it is to be told; channels with none are absent.

    A release stands once in a channel's message, naming every watch that sends it there. Who was
    told of it before hears what becomes of it, wherever the watch leads now.
    """
    news = [one for one in found if one.event.origin == "news"]
    told = {
        channel.name: tuple(item for one in news for item in _items(one, watches, channel.name))
        for channel in channels
    }
    return {name: items for name, items in told.items() if items}


def _items(found: Found, watches: Mapping[str, Watch], channel: str) -> Iterable[Item]:
    event = found.event
    wanted = [match for match in found.matches if _wants(watches[match.watch], event, channel)]
    before = [one for one in found.earlier if one.channel == channel]
    follow = [name for one in before for name in one.watches if _follows(watches.get(name), event)]
    names = dict.fromkeys((*follow, *(match.watch for match in wanted)))
    if names:
        yield Item(
            event=event.kind,
            release=event.release,
            watches=tuple(sorted(names, key=[*watches, *names].index)),
            snippet=_richest(wanted).snippet if wanted else before[0].snippet,
            changes=event.changes or None,
        )


def _wants(watch: Watch, event: Event, channel: str) -> bool:
    return (watch.to is None or channel in watch.to) and _follows(watch, event)


def _follows(watch: Watch | None, event: Event) -> bool:
    """Tell whether who was told for this watch hears of this too; one that is gone leaves its word.

    Whoever heard of a release hears when it is back.
    """
    return watch is None or event.kind == "restored" or event.kind in watch.on


def _richest(matches: Sequence[Match]) -> Match:
    """Return the first match that shows most hits at once."""
    return max(matches, key=lambda match: len(match.snippet.marks))
