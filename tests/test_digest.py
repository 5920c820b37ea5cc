"""Who is told what."""

from datetime import UTC, date, datetime

import pytest

from monitor.digest import address
from monitor.model.configured import EventKind, TerminalChannel, Watch
from monitor.model.stored import Event, Origin, Release
from monitor.model.told import Found, Match, Snippet

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
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
    number: int, *watches: str, origin: Origin = "news", kind: EventKind = "new", marks: int = 1
) -> Found:
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
    return Found(event=event, matches=matches)


def watches(*made: Watch) -> dict[str, Watch]:
    """Return watches by name."""
    return {watch.name: watch for watch in made}


STEEL = Watch(name="steel", any=("steel",))
GULF = Watch(name="gulf", any=("UAE",), to=("bot",))


def test_a_release_stands_once_and_names_all_its_watches() -> None:
    """In the order of the matches, with the snippet that shows most."""
    told = address([found(1, "steel", "gulf")], watches(STEEL, GULF), [BOT])
    (item,) = told["bot"]
    assert item.watches == ("steel", "gulf")
    assert item.snippet.text == "gulf"
    assert item.release == release(1)
    assert item.event == "new"


def test_each_channel_is_told_what_its_watches_found() -> None:
    """And a channel that has nothing to be told is left out."""
    told = address([found(1, "steel", "gulf"), found(2, "gulf")], watches(STEEL, GULF), [DESK, BOT])
    assert [item.release.id for item in told["desk"]] == [1]
    assert [item.watches for item in told["desk"]] == [("steel",)]
    assert [item.release.id for item in told["bot"]] == [1, 2]
    assert address([found(2, "gulf")], watches(GULF), [DESK]) == {}


@pytest.mark.parametrize("origin", ["baseline", "archive", "import"])
def test_only_news_is_told(origin: Origin) -> None:
    """What was there before anybody watched is nobody's message."""
    assert address([found(1, "steel", origin=origin)], watches(STEEL), [DESK]) == {}


def test_a_watch_is_told_of_the_events_it_asks_for() -> None:
    """And whoever follows a release hears when it is back."""
    only_new = Watch(name="steel", any=("steel",), on=("new",))
    for kind, wanted in (("new", True), ("revised", False), ("withdrawn", False)):
        told = address([found(1, "steel", kind=kind)], watches(only_new), [DESK])  # type: ignore[arg-type]
        assert bool(told) is wanted
    restored = address([found(1, "steel", kind="restored")], watches(only_new), [DESK])
    assert [item.event for item in restored["desk"]] == ["restored"]
