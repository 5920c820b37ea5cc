"""Who is told what, and what stands together."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.digest import (
    group_by_event,
    group_by_watch,
    merge_items,
    name_digest,
    route_events,
)
from monitor.models.config import EventKind, TerminalChannel, Watch
from monitor.models.notification import (
    Match,
    MatchedEvent,
    MessageItem,
    PriorRecipient,
    ReleaseMessage,
    Snippet,
)
from monitor.models.release import Event, FieldChange, Release, ReleaseOrigin
from tests.render.seed_releases import Reported, fixtures, items, pairs, seed

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
DESK, BOT = TerminalChannel(name="desk"), TerminalChannel(name="bot")


def release(number: int) -> Release:
    """Return a release."""
    return Release(
        id=number,
        title=f"Release {number}",
        date=date(2025, 12, 1),
        category=None,
        body="",
        url=None,
        source="trade",
        first_seen_at=NOW,
    )


def found(
    number: int,
    *watches: str,
    origin: ReleaseOrigin = "news",
    kind: EventKind = "new",
    marks: int = 1,
) -> MatchedEvent:
    """Return an event that these watches found, each with more marks than the one before."""
    event = Event(kind=kind, release=release(number), origin=origin, sources=("trade",))
    matches = tuple(
        Match(
            watch=name,
            hits=(),
            snippet=Snippet(field="text", text=name, marks=((0, 1),) * (marks + place)),
        )
        for place, name in enumerate(watches)
    )
    return MatchedEvent(event=event, matches=matches)


PRICE = FieldChange(field="text", before="5 won", after="6 won", diff="[-5-] {+6+} won")
DATE = FieldChange(field="date", before="2025-12-01", after="2025-12-02", diff="")


def shown(text: str) -> Snippet:
    """Return a snippet."""
    return Snippet(field="text", text=text)


def owed(
    kind: EventKind, *watches: str, title: str = "", changes: tuple[FieldChange, ...] | None = None
) -> MessageItem:
    """Return an item of one release, called so then, which is shown by its title."""
    told = replace(release(1), title=title)
    return MessageItem(
        event=kind, release=told, watches=watches, snippet=shown(title), changes=changes
    )


def watches(*made: Watch) -> dict[str, Watch]:
    """Return watches by name."""
    return {watch.name: watch for watch in made}


STEEL = Watch(name="steel", any=("steel",))
GULF = Watch(name="gulf", any=("UAE",), to=("bot",))


def test_a_release_stands_once_and_names_all_its_watches() -> None:
    """In the order of the matches, with the snippet that shows most."""
    told = route_events([found(1, "steel", "gulf")], watches(STEEL, GULF), [BOT])
    (item,) = told["bot"]
    assert item.watches == ("steel", "gulf")
    assert item.snippet.text == "gulf"
    assert item.release == release(1)
    assert item.event == "new"


def test_each_channel_is_told_what_its_watches_found() -> None:
    """And a channel that has nothing to be told is left out."""
    told = route_events(
        [found(1, "steel", "gulf"), found(2, "gulf")], watches(STEEL, GULF), [DESK, BOT]
    )
    assert [item.release.id for item in told["desk"]] == [1]
    assert [item.watches for item in told["desk"]] == [("steel",)]
    assert [item.release.id for item in told["bot"]] == [1, 2]
    assert route_events([found(2, "gulf")], watches(GULF), [DESK]) == {}


@pytest.mark.parametrize("origin", ["baseline", "archive", "import"])
def test_only_news_is_told(origin: ReleaseOrigin) -> None:
    """What was there before anybody watched is nobody's message."""
    assert route_events([found(1, "steel", origin=origin)], watches(STEEL), [DESK]) == {}


def test_a_watch_is_told_of_the_events_it_asks_for() -> None:
    """And whoever follows a release hears when it is back."""
    only_new = Watch(name="steel", any=("steel",), on=("new",))
    for kind, wanted in (("new", True), ("revised", False), ("withdrawn", False)):
        told = route_events([found(1, "steel", kind=kind)], watches(only_new), [DESK])  # type: ignore[arg-type]
        assert bool(told) is wanted
    restored = route_events([found(1, "steel", kind="restored")], watches(only_new), [DESK])
    assert [item.event for item in restored["desk"]] == ["restored"]


def test_who_asks_for_such_events_alone_is_told_of_them() -> None:
    """Beside who finds the release for the first time, in the order of the config."""
    asking = Watch(name="gone", any=("steel",), on=("withdrawn",), to=("desk",))
    one = replace(found(1, "steel", kind="withdrawn"), recurring_matches=found(1, "gone").matches)
    told = route_events([one], watches(asking, STEEL), [DESK, BOT])
    assert [item.watches for item in told["desk"]] == [("gone", "steel")]
    assert [item.watches for item in told["bot"]] == [("steel",)]


def test_who_was_told_before_hears_what_becomes_of_it() -> None:
    """On the channel where it was told, for the watches of then, though none finds it now."""
    told = PriorRecipient(
        channel="desk", watches=("old", "gulf", "steel"), snippet=shown("as told")
    )
    other = PriorRecipient(channel="bot", watches=("steel",), snippet=shown("as told to another"))
    event = replace(found(1, kind="withdrawn"), prior_recipients=(other, told))
    items = route_events([event], watches(STEEL, GULF), [DESK, BOT])
    assert [(one.watches, one.snippet.text) for one in items["desk"]] == [
        (("steel", "gulf", "old"), "as told")
    ]
    assert [one.watches for one in items["bot"]] == [("steel",)]
    again = replace(found(1, "steel", kind="withdrawn"), prior_recipients=(told,))
    (item,) = route_events([again], watches(STEEL, GULF), [DESK])["desk"]
    assert (item.watches, item.snippet.text) == (("steel", "gulf", "old"), "steel")


def test_a_watch_that_asks_for_less_now_follows_no_more() -> None:
    """One that is gone cannot take back its word."""
    only_new = Watch(name="steel", any=("steel",), on=("new",))
    told = PriorRecipient(channel="desk", watches=("steel", "gone"), snippet=shown("as told"))
    event = replace(found(1, kind="revised"), prior_recipients=(told,))
    (item,) = route_events([event], watches(only_new), [DESK])["desk"]
    assert item.watches == ("gone",)
    event = replace(event, prior_recipients=(replace(told, watches=("steel",)),))
    assert route_events([event], watches(only_new), [DESK]) == {}


def test_a_revision_is_told_with_its_changes() -> None:
    """And what changed nothing is told with none."""
    one = found(1, "steel", kind="revised")
    for changes, told in (((PRICE,), (PRICE,)), ((), None)):
        event = replace(one.event, changes=changes)
        (item,) = route_events([replace(one, event=event)], watches(STEEL), [DESK])["desk"]
        assert item.changes == told


@pytest.mark.parametrize(
    ("before", "then", "told", "changes"),
    [
        # at once, when it is new to the reader: never what became of it meanwhile
        ("new", "revised", "new", None),
        ("new", "restored", "new", None),
        ("new", "withdrawn", "withdrawn", (PRICE, DATE)),
        ("new", "new", "new", None),
        # what was known already
        ("revised", "revised", "revised", (PRICE, DATE)),
        ("revised", "withdrawn", "withdrawn", (PRICE, DATE)),
        ("revised", "restored", "restored", (PRICE, DATE)),
        ("withdrawn", "revised", "withdrawn", (PRICE, DATE)),
        ("withdrawn", "restored", "restored", (PRICE, DATE)),
        ("restored", "revised", "restored", (PRICE, DATE)),
        ("restored", "withdrawn", "withdrawn", (PRICE, DATE)),
        # another watch or listing brings it later
        ("revised", "new", "revised", (PRICE, DATE)),
        ("withdrawn", "new", "withdrawn", (PRICE, DATE)),
        ("restored", "new", "restored", (PRICE, DATE)),
    ],
)
def test_two_things_owed_of_one_release_are_told_as_one(
    before: EventKind, then: EventKind, told: EventKind, changes: tuple[FieldChange, ...] | None
) -> None:
    """As the release is now, for all the watches, with the changes of both."""
    one = owed(before, "steel", "gulf", title="Then", changes=(PRICE,))
    other = owed(then, "fta", "steel", title="Now", changes=(DATE,))
    item = merge_items(one, other)
    assert (item.event, item.changes) == (told, changes)
    assert item.watches == ("steel", "gulf", "fta")
    assert item.release.title == "Now"
    assert item.snippet.text == ("Now" if then == "revised" else "Then")


@pytest.mark.parametrize(
    ("before", "then", "told"),
    [
        (None, None, None),
        (None, (DATE,), (DATE,)),
        ((PRICE,), None, (PRICE,)),
    ],
)
def test_one_that_changed_nothing_adds_no_changes(
    before: tuple[FieldChange, ...] | None,
    then: tuple[FieldChange, ...] | None,
    told: tuple[FieldChange, ...] | None,
) -> None:
    """And none at all is told as none."""
    one, other = owed("revised", changes=before), owed("withdrawn", changes=then)
    assert merge_items(one, other).changes == told


def report(number: int, title: str, body: str = "", day: date = date(2025, 12, 1)) -> MessageItem:
    """Return a release as an item that no watch asked for."""
    told = replace(release(number), title=title, body=body, date=day)
    return MessageItem(
        event="new", release=told, watches=(), snippet=Snippet(field="text", text="")
    )


def titles(found: Sequence[MessageItem]) -> list[list[str]]:
    """Return the titles of every story."""
    return [[item.release.title for item in story] for story in group_by_event(found)]


@pytest.mark.parametrize("listing", [fixtures, seed])
def test_three_pairs_of_the_listing_report_one_event_each(
    listing: Callable[[], list[Reported]],
) -> None:
    """On the Commission, on Tajikistan and on the UAE, and nothing else, in whatever order."""
    found = list(items(listing()))
    for turn in range(len(found)):
        turned = [*found[turn:], *found[:turn]]
        assert pairs(titles(turned))
        assert pairs(titles(turned[::-1]))


@pytest.mark.parametrize("listing", [fixtures, seed])
def test_nothing_else_stands_together_had_all_come_on_one_day(
    listing: Callable[[], list[Reported]],
) -> None:
    """Dates only help: the words of the ten entries tell their events apart."""
    assert pairs(titles(items(one._replace(date=date(2025, 12, 1)) for one in listing())))


@pytest.mark.parametrize(("days", "told"), [(0, 1), (1, 1), (2, 2)])
def test_event_is_of_one_day_or_the_next(days: int, told: int) -> None:
    """The same title two days later is another event."""
    day = date(2025, 12, 1)
    found = [report(1, "Ships and Steel"), report(2, "Ships and Steel", day=day - days * DAY)]
    assert len(group_by_event(found)) == told


def test_same_release_is_one_story() -> None:
    """What happened twice to a release within a period is told in one place."""
    found = [report(1, "A"), report(2, "B"), replace(report(1, "A"), event="revised")]
    assert [[item.event for item in story] for story in group_by_event(found)] == [
        ["new", "revised"],
        ["new"],
    ]


def test_chain_of_days_is_no_event() -> None:
    """A title that comes back each day makes stories of two days, not one of ten."""
    days = [report(n, "Ships and Steel", day=date(2025, 12, 1 + n)) for n in range(10)]
    assert [len(story) for story in group_by_event(days)] == [2] * 5


def test_chain_of_likeness_is_no_event() -> None:
    """Each like the next, the first unlike the last: not all of them become one story."""
    words = [f"word{chr(97 + n)}" for n in range(12)]
    chain = [report(n, " ".join(words[: 3 + n])) for n in range(9)]
    assert [len(story) for story in group_by_event(chain[:3])] == [3]
    assert max(len(story) for story in group_by_event(chain)) < 9


@pytest.mark.parametrize(
    ("alike", "told"),
    [
        ("", ["a", "b", "c", "d", "e"]),
        ("ab", ["ab", "c", "d", "e"]),
        ("ab bc", ["abc", "d", "e"]),
        ("ab bc cd", ["abc", "d", "e"]),
        ("ab bc cd bd", ["abcd", "e"]),
        ("ac bd cd", ["ac", "bd", "e"]),
        ("ab ac de cd", ["abc", "de"]),
        ("ac ad bc be ce de", ["abcde"]),
    ],
)
def test_groups_become_one_where_half_of_their_pairs_are_alike(
    monkeypatch: pytest.MonkeyPatch, alike: str, told: list[str]
) -> None:
    """Of each pair one stands in either group, whichever of them comes first."""

    def same_event(one: str, other: str, *, same_day: bool) -> bool:
        return same_day and f"{one}{other}" in alike.split()

    monkeypatch.setattr("monitor.text.similarity.ReleaseTraits", lambda title, _: title)
    monkeypatch.setattr("monitor.text.similarity.is_same_event", same_event)
    found = [report(number, title) for number, title in enumerate("abcde")]
    assert ["".join(one) for one in titles(found)] == told


def test_empty_digest_has_no_stories() -> None:
    """Nothing comes of nothing."""
    assert group_by_event([]) == ()
    assert group_by_watch([]) == ()


def wanted(number: int, *watches: str, day: int = 1, body: str = "") -> MessageItem:
    """Return a release of a day of December that these watches want."""
    return replace(report(number, f"Title {number}", body, date(2025, 12, day)), watches=watches)


def placed(found: Sequence[MessageItem]) -> dict[str, list[list[int]]]:
    """Return the ids of releases by section and story."""
    return {
        watch: [[item.release.id for item in story] for story in told]
        for watch, told in group_by_watch(found)
    }


def test_sections_are_by_watch_newest_first() -> None:
    """Each release stands once, under the first of its watches, newest first."""
    found = [
        wanted(1, "steel", day=1),
        wanted(2, "gulf", "steel", day=2),
        wanted(3, "gulf", day=3),
        wanted(4, day=4),
        wanted(5, "gulf", day=3),
        wanted(6, "steel", day=5),
    ]
    assert placed(found) == {"steel": [[6], [1]], "gulf": [[3], [5], [2]], "": [[4]]}
    assert list(placed(found)) == ["steel", "gulf", ""]


def test_longest_release_leads_its_story() -> None:
    """The others follow, newest first; a watch of theirs counts where the leader has none."""
    found = [
        wanted(9, "steel", day=9),
        replace(report(1, "Ships and Steel", "short"), watches=("gulf",)),
        replace(report(2, "Ships and Steel", "the longest text"), watches=()),
        replace(report(3, "Ships and Steel", "short", date(2025, 12, 2)), watches=("steel",)),
    ]
    assert placed(found) == {"steel": [[9], [2, 3, 1]]}
    assert placed(
        [replace(one, watches=("gulf",)) if one is found[2] else one for one in found]
    ) == {
        "steel": [[9]],
        "gulf": [[2, 3, 1]],
    }


@pytest.mark.parametrize(
    ("hours", "called"),
    [
        (1, "Hourly digest"),
        (23, "Daily digest"),
        (24, "Daily digest"),
        (25, "Daily digest"),
        (167, "Weekly digest"),
        (168, "Weekly digest"),
        (169, "Weekly digest"),
        (0.5, "Digest"),
        (22, "Digest"),
        (26, "Digest"),
        (166, "Digest"),
        (170, "Digest"),
        (72, "Digest"),
        (2, "Digest"),
        (None, "Digest"),
    ],
)
def test_digest_is_called_by_its_period(hours: float | None, called: str) -> None:
    """An hour, a day (also when clocks change) or a week; one that was late has no such name."""
    message = ReleaseMessage(
        id="x",
        channel="desk",
        kind="digest",
        created_at=NOW,
        items=(),
        since=None if hours is None else NOW - timedelta(hours=hours),
        until=NOW,
    )
    assert name_digest(message) == called
    assert name_digest(replace(message, kind="releases.matched")) == ""


def test_five_hundred_releases_of_one_day_are_grouped_in_time() -> None:
    """The worst day there can be takes seconds at most."""
    texts = [" ".join(f"w{n * k % 9973}" for k in range(1, 300)) for n in range(500)]
    found = [report(n, f"Title of {n}", text) for n, text in enumerate(texts)]
    began = time.perf_counter()
    assert len(group_by_event(found)) > 400
    assert time.perf_counter() - began < 20
