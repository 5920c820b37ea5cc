"""A small digest of releases for every renderer, and the golden files they are compared with.

Titles and dates are real ones of the ministry's listing; the texts are our own.
"""

import json
import os
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from monitor.models.config import EventKind
from monitor.models.notification import (
    HealthMessage,
    IncidentFacts,
    MessageItem,
    ReleaseMessage,
    Snippet,
)
from monitor.models.release import FieldChange, Release

KST = timezone(timedelta(hours=9), "KST")
NOON = datetime(2025, 12, 1, 12, 30, tzinfo=KST)
SITE = "https://english.motir.go.kr/eng/article/EATCLdfa319ada"
GOLDEN = Path(__file__).parent / "golden"

STEEL = Release(
    id=41,
    title="Korea and Canada Discuss Economic and Trade Issues, "
    "Including Canada’s Steel TRQ Measures",
    date=date(2025, 12, 1),
    category="FTA/Economic Cooperation",
    body="Officials of the two countries met in Seoul on Monday. Korea asked Canada to take back "
    "the smaller steel import quota, which it was told of only last week, and to spare companies "
    "that are about to invest in Canada. Both sides will look for common projects in batteries, "
    "critical minerals & energy, and meet again in spring.\n\nMore in the annex.",
    url=f"{SITE}/2649/view?pageIndex=1&bbsCdN=2",
    source="trade",
    first_seen_at=datetime(2025, 12, 1, 3, 29, 58, 250000, tzinfo=UTC),
    watches=("steel", "canada"),
)
FORUM = Release(
    id=40,
    title="Korea Diversifies Markets Through Latin America Amid Shifting Global Trade Environment",
    date=date(2025, 11, 28),
    category=None,
    body="A forum in Seoul asked how Korean companies can sell more in Latin America.",
    url=None,
    source="trade",
    first_seen_at=datetime(2025, 11, 28, 8, 0, tzinfo=UTC),
    withdrawn_at=datetime(2025, 12, 1, 3, 29, 58, 250000, tzinfo=UTC),
)
QUOTA = "steel import quota, which it was told of only last week, and to spare companies"
BEFORE = "Korea’s exports of steel rose by 4.5 percent in the first ten months."
AFTER = "Korea’s exports of steel fell by 4.5 percent in the first ten months."


def marked(text: str, *words: str, field: str = "text") -> Snippet:
    """Return a snippet with the first place of every word marked."""
    marks = sorted((text.index(word), text.index(word) + len(word)) for word in words)
    return Snippet(field=field, text=text, marks=tuple(marks))


def item(
    release: Release, event: EventKind = "new", *, snippet: Snippet | None = None
) -> MessageItem:
    """Return a release as an item of a message, as its watches found it."""
    found = snippet or Snippet(field="text", text=release.body)
    return MessageItem(event=event, release=release, watches=release.watches, snippet=found)


NEW = item(STEEL, snippet=marked(STEEL.title, "Steel", "TRQ", field="title"))
REVISED = MessageItem(
    event="revised",
    release=STEEL,
    watches=("steel",),
    snippet=marked(f"… the smaller {QUOTA} …", "steel", "quota"),
    changes=(
        FieldChange(
            field="text",
            before=BEFORE,
            after=AFTER,
            diff="Korea’s exports of steel [-rose-] {+fell+} by 4.5 percent in the first ten "
            "months.",
        ),
    ),
)
WITHDRAWN = item(FORUM, "withdrawn")


def digest(*items: MessageItem, id: str = "5f0c9c1e", scheduled: bool = False) -> ReleaseMessage:  # noqa: A002
    """Return a message at noon to the channel "desk", or its digest of the day before."""
    return ReleaseMessage(
        id=id,
        channel="desk",
        kind="digest" if scheduled else "releases.matched",
        created_at=NOON,
        items=items,
        since=NOON - timedelta(days=1) if scheduled else None,
        until=NOON if scheduled else None,
    )


ONE = digest(NEW)
THREE = digest(NEW, REVISED, WITHDRAWN, scheduled=True)


FAILING = HealthMessage(
    id="6a1d0d2f",
    channel="desk",
    kind="health",
    created_at=NOON,
    subject="trade cannot be read",
    text=(
        "It has not been read since 12:00 KST: english.motir.go.kr did not answer in time.",
        "Open https://english.motir.go.kr/eng/15/topics/4 in a browser.",
    ),
    facts=IncidentFacts(
        incident="7-20251201T030000Z",
        about="source",
        name="trade",
        state="failing",
        since=NOON - timedelta(minutes=30),
        reason="english.motir.go.kr did not answer in time",
        advice="open https://english.motir.go.kr/eng/15/topics/4 in a browser",
        missed="what was published since 2025-12-01 11:30 KST is not known yet",
    ),
)
OVER = HealthMessage(
    id="6a1d0d30",
    channel="desk",
    kind="health",
    created_at=NOON,
    subject="trade is read again",
    text=("It was not for 30 minutes.",),
    facts=IncidentFacts(
        incident="7-20251201T030000Z",
        about="source",
        name="trade",
        state="recovered",
        since=NOON - timedelta(minutes=30),
        until=NOON,
    ),
)
TEST = HealthMessage(
    id="6a1d0d31",
    channel="desk",
    kind="test",
    created_at=NOON,
    subject="A test message",
    text=("This is a test. If you can read it, the channel works.",),
)


def pretty(payload: bytes) -> str:
    """Return JSON as somebody reads it in a golden file."""
    return json.dumps(json.loads(payload), indent=2, ensure_ascii=False) + "\n"


def compare(name: str, rendered: str) -> None:
    """Compare with the golden file of that name; a missing one is written and fails the test."""
    path = GOLDEN / name
    if not path.exists():
        path.write_bytes(rendered.encode())
        pytest.fail(f"{name} was missing and has been written: read it, then run again")
    assert rendered == path.read_bytes().decode(), f"differs from {os.fspath(path)}"
