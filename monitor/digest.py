"""Who is told what, and in which order: from what was found to the items of a channel's message."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta

from monitor.model.configured import Channel, EventKind, Watch
from monitor.model.stored import Event, Release
from monitor.model.told import Digest, Found, Item, Match

_NEXT_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
# What a digest is called: about how many hours its period has, and how many more or fewer it may.
# A day has 23 hours or 25 when clocks change.
_NAMES = (("Hourly digest", 1, 0.25), ("Daily digest", 24, 1), ("Weekly digest", 168, 1))


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
    matches = (*found.matches, *found.asking)
    wanted = [match for match in matches if _wants(watches[match.watch], event, channel)]
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
    return watch.goes_to(channel) and _follows(watch, event)


def _follows(watch: Watch | None, event: Event) -> bool:
    """Tell whether who was told for this watch hears of this too; one that is gone leaves its word.

    Whoever heard of a release hears when it is back.
    """
    return watch is None or event.kind == "restored" or event.kind in watch.on


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


# ------------------------------------------------------------------ order


def name(digest: Digest) -> str:
    """Return what a scheduled message is called, from how long its period is; else ""."""
    if digest.kind != "digest":
        return ""
    if digest.since is None or digest.until is None:
        return "Digest"
    hours = (digest.until - digest.since) / _HOUR
    names = (name for name, usual, more in _NAMES if abs(hours - usual) <= more)
    return next(names, "Digest")


def sections(items: Sequence[Item]) -> tuple[tuple[str, tuple[tuple[Item, ...], ...]], ...]:
    """Return watches, each with its stories; a story is the releases that report one event.

    Watches come in the order in which the items name them, and every story stands once, under the
    first watch of the release that leads it; what no watch wants, as a correction may be, stands
    last, under "". Stories are the newest first. In each the longest release leads, and the others
    follow, newest first.
    """
    names = dict.fromkeys(name for item in items for name in item.watches)
    found: dict[str, list[tuple[Item, ...]]] = {name: [] for name in (*names, "")}
    for story in map(_led, sorted(stories(items), key=_newest, reverse=True)):
        first = next((name for item in story for name in item.watches), "")
        found[first].append(story)
    return tuple((name, tuple(told)) for name, told in found.items() if told)


def _newest(story: Sequence[Item]) -> date:
    return max(item.release.date for item in story)


def _led(story: Sequence[Item]) -> tuple[Item, ...]:
    lead = max(range(len(story)), key=lambda place: len(story[place].release.body))
    others = (*story[:lead], *story[lead + 1 :])
    return (story[lead], *sorted(others, key=lambda item: item.release.date, reverse=True))


# ------------------------------------------------------------------ stories


def stories(items: Sequence[Item]) -> tuple[tuple[Item, ...], ...]:
    """Return the items in groups, each of one event, all in the order given.

    Items of one release are one story. So are releases of the same day or the next that are alike
    (see `monitor.text.likeness`), and those alike to them; but no story spans more than two days,
    and two groups become one only if half of their pairs are alike, so that a chain of likenesses
    can't swallow a digest. In which order items come makes no difference to who stands with whom.
    """
    by_release: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_release[item.release.id].append(item)
    group = _grouped([told[0].release for told in by_release.values()])
    gathered: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        gathered[group[item.release.id]].append(item)
    return tuple(map(tuple, gathered.values()))


def _grouped(releases: Sequence[Release]) -> dict[int, int]:
    """Return for each release, by id, the id of the release that its group is named for."""
    ordered = sorted(releases, key=lambda one: (one.date, one.title, one.id))
    alike = _alike(ordered)
    groups = {release.id: [release] for release in ordered}
    for pair in alike:
        ours, theirs = groups[pair[0]], groups[pair[1]]
        if ours is not theirs and _may_join(ours, theirs, alike):
            ours += theirs
            groups |= dict.fromkeys((release.id for release in theirs), ours)
    return {number: group[0].id for number, group in groups.items()}


def _alike(ordered: Sequence[Release]) -> dict[tuple[int, int], None]:
    """Return the pairs of ids that report one event, in order; `ordered` is so by date."""
    from monitor.text.likeness import Traits, same_event  # noqa: PLC0415 - most runs tell nothing

    traits = [Traits(release.title, release.body) for release in ordered]
    found: dict[tuple[int, int], None] = {}
    for place, one in enumerate(ordered):
        for later in range(place + 1, len(ordered)):
            apart = ordered[later].date - one.date
            if apart > _NEXT_DAY:
                break
            if same_event(traits[place], traits[later], same_day=not apart):
                found[one.id, ordered[later].id] = None
    return found


def _may_join(
    ours: Sequence[Release], theirs: Sequence[Release], alike: Container[tuple[int, int]]
) -> bool:
    dates = [release.date for release in (*ours, *theirs)]
    pairs = [(one.id, other.id) for one in ours for other in theirs]
    near = sum(pair in alike or pair[::-1] in alike for pair in pairs)
    return max(dates) - min(dates) <= _NEXT_DAY and 2 * near >= len(pairs)
