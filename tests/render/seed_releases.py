"""Digests of the ministry's board on trade agreements: of our own fixtures, and of the seed."""

import os
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.formats.text_listing import read_entries
from monitor.models.notification import Document, MessageItem, ReleaseMessage
from monitor.models.release import Release
from monitor.query.matcher import WatchMatcher
from monitor.query.parser import parse

ROOT = Path(__file__).parents[2]
SEED = ROOT.parent / "shared" / "seed" / "fta-listing.txt"
MORNING = datetime(2025, 12, 1, 8, 0, tzinfo=timezone(timedelta(hours=9), "KST"))
SITE = "https://english.motir.go.kr/eng/article/EATCLdfa319ada"
WATCHES = {
    "steel": "steel OR TRQ OR minerals OR shipyard OR automobiles",
    "gulf": "UAE OR CEPA",
    "europe": '"European Union" OR EU OR "European Commission" OR Portuguese OR chips OR Chile '
    "OR embassies OR ambassadors",
}
# Of each pair the beginnings of both titles.
PAIRS = [
    {"Korea–EU to Deepen", "Meeting with the Executive"},
    {"Korea and Tajikistan", "Meeting with the Deputy"},
    {"Korea and the UAE to", "Korea and the UAE Establish"},
]


class Reported(NamedTuple):
    """What a listing says of a release."""

    title: str
    date: date
    body: str


def fixtures() -> list[Reported]:
    """Return the ten entries of the board in our own fixtures."""
    with (ROOT / "fixtures" / "releases.toml").open("rb") as file:
        releases = tomllib.load(file)["release"]
    return [
        Reported(one["title"], one["date"], one["body"])
        for one in releases
        if "fta" in one["boards"]
    ]


def seed() -> list[Reported]:
    """Return the ten entries of the ministry's own page; without it the test is skipped."""
    if not SEED.exists():
        assert os.environ.get("CI") != "true", f"the seed is missing: {SEED}"
        pytest.skip("the seed is not beside this checkout")
    return [Reported(one.title, one.date, one.body) for one in read_entries(SEED.read_bytes())]


def items(reported: Iterable[Reported]) -> tuple[MessageItem, ...]:
    """Return releases as the three watches find them; every one has to be found."""
    matcher = WatchMatcher((name, parse(query), None) for name, query in WATCHES.items())
    return tuple(_item(number, one, matcher) for number, one in enumerate(reported, 1))


def _item(number: int, one: Reported, matcher: WatchMatcher) -> MessageItem:
    found = matcher.match_document(Document(title=one.title, text=one.body))
    assert found, f"no watch finds {one.title}"
    release = Release(
        id=number,
        title=one.title,
        date=one.date,
        category="FTA/Economic Cooperation",
        body=one.body,
        url=f"{SITE}/{2650 - number}/view?pageIndex=1&bbsCdN=2",
        source="trade",
        first_seen_at=MORNING.astimezone(UTC),
    )
    shown = max((match.snippet for match in found), key=lambda snippet: len(snippet.marks))
    names = tuple(match.watch for match in found)
    return MessageItem(event="new", release=release, watches=names, snippet=shown)


def daily(found: tuple[MessageItem, ...]) -> ReleaseMessage:
    """Return the digest of the morning."""
    return ReleaseMessage(
        id="7b1d20c4",
        channel="desk",
        kind="digest",
        created_at=MORNING,
        items=found,
        since=MORNING - timedelta(days=1),
        until=MORNING,
    )


FTA = daily(items(fixtures()))


def pairs(told: Iterable[Iterable[str]]) -> bool:
    """Say whether of these titles, in groups, just the three pairs stand together."""
    groups = [tuple(titles) for titles in told]
    return sorted(map(sorted, PAIRS)) == sorted(
        sorted(start for start in _STARTS if any(title.startswith(start) for title in titles))
        for titles in groups
        if len(titles) > 1
    ) and all(len(titles) <= 2 for titles in groups)


_STARTS = [start for pair in PAIRS for start in pair]
