"""Messages as JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.model.stored import Change
from monitor.model.told import Digest, Item
from monitor.render import webhook
from tests.render.samples import (
    NEW,
    NOON,
    ONE,
    REVISED,
    STEEL,
    THREE,
    compare,
    digest,
    item,
    marked,
)


def read(payload: bytes) -> Any:
    """Return the JSON as a receiver reads it."""
    return json.loads(payload)


def sections(message: Digest) -> list[str]:
    """Return the text of every section of a Slack message."""
    blocks = read(webhook.slack(message))["blocks"]
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def pretty(payload: bytes) -> str:
    """Return the JSON as somebody reads it in a golden file."""
    return json.dumps(read(payload), indent=2, ensure_ascii=False) + "\n"


def test_messages_read_as_agreed() -> None:
    """Both shapes are as the golden files show."""
    compare("webhook-one.json", pretty(webhook.standard(ONE)))
    compare("webhook-three.json", pretty(webhook.standard(THREE)))
    compare("slack-three.json", pretty(webhook.slack(THREE)))


def test_standard_is_the_shape_that_the_product_promises() -> None:
    """Type, UTC timestamp, channel and items; a message of matches has no period."""
    said = read(webhook.standard(ONE))
    assert said["type"] == "releases.matched"
    assert said["timestamp"] == "2025-12-01T03:30:00.000Z"
    assert list(said["data"]) == ["channel", "items"]
    assert said["data"]["items"][0] == {
        "event": "new",
        "watches": ["steel", "canada"],
        "snippet": NEW.snippet.marked(),
        "changes": None,
        "release": STEEL.as_json(),
    }


def test_revision_carries_its_changes() -> None:
    """A revision says which field changed, from what, to what."""
    (said,) = read(webhook.standard(digest(REVISED)))["data"]["items"]
    assert REVISED.changes is not None
    assert said["changes"] == [REVISED.changes[0].as_json()]


@pytest.mark.parametrize("since", [NOON, None])
def test_digest_carries_its_period(since: Any) -> None:
    """A digest has `from` and `to`, null where there is no beginning."""
    said = read(webhook.standard(replace(THREE, since=since)))
    assert said["type"] == "digest"
    assert said["data"]["from"] == ("2025-12-01T03:30:00.000Z" if since else None)
    assert said["data"]["to"] == "2025-12-01T03:30:00.000Z"


def test_standard_is_lossless_and_safe_to_look_at() -> None:
    """Control, bidi and zero-width characters arrive as they are, but are sent escaped."""
    title = "a\x1b]0;x\x07\u202eb\u200bc\u2028d\x85e\ud83df😀한"
    payload = webhook.standard(digest(item(replace(STEEL, title=title))))
    assert read(payload)["data"]["items"][0]["release"]["title"] == title
    assert b"\\u202e" in payload
    assert b"\\u200b" in payload
    assert "😀한".encode() in payload


@pytest.mark.parametrize("count", [1, 46, 47, 300])
def test_slack_takes_at_most_50_blocks_and_says_how_many_more(count: int) -> None:
    """What does not fit is counted, and where to find it is said."""
    message = digest(*[NEW] * count)
    blocks = read(webhook.slack(message))["blocks"]
    shown = min(count, 46)
    assert len(blocks) == 2 + shown + (count > shown) <= 50
    if count > shown:
        assert sections(message)[-1].startswith(f"… and {count - 46} more.")


def test_slack_sections_keep_their_limit_and_say_how_much_more() -> None:
    """A huge title, change and snippet fit in 3,000 characters, each with the rest counted."""
    huge = "<steel> & quota " * 700
    change = Change(field="text", before="", after=huge, diff=f"{{+{huge}+}}")
    release = replace(STEEL, title=huge)
    found = Item(
        event="revised",
        release=release,
        watches=("steel",),
        snippet=marked(huge, "steel"),
        changes=(change,),
    )
    (section,) = sections(digest(found))
    assert len(section) <= 3000
    assert section.count(" characters more)") == 3
    assert section.startswith("`REVISED` <https://")


def test_slack_address_that_is_too_long_is_shown_as_text() -> None:
    """Half an address leads nowhere, so a huge one is no link; how much is missing is said."""
    release = replace(STEEL, url=f"https://example.com/{'x' * 4000}")
    (section,) = sections(digest(item(release)))
    assert section.startswith("Korea and Canada")
    assert "characters more)" in section
    assert len(section) <= 3000


def test_slack_address_cannot_end_its_link() -> None:
    """Signs that mean something to Slack are encoded in addresses."""
    (section,) = sections(digest(item(replace(STEEL, url="https://example.com/a|b>c<d&e"))))
    assert section.startswith("<https://example.com/a%7Cb%3Ec%3Cd&amp;e|Korea")


def test_slack_header_keeps_its_limit() -> None:
    """The header is short and the notification text names the first titles."""
    said = read(webhook.slack(digest(*[NEW] * 20)))
    assert len(said["blocks"][0]["text"]["text"]) <= 150
    assert said["text"].startswith("20 releases match: Korea and Canada")
    assert len(said["text"]) <= 300


@pytest.mark.parametrize("kind", ["test", "health"])
def test_slack_message_without_releases_says_what_it_is(kind: Any) -> None:
    """A test or health message has a headline and a sentence."""
    said = read(webhook.slack(replace(digest(), kind=kind)))
    assert said["text"] == said["blocks"][0]["text"]["text"]
    assert len(said["blocks"]) == 3
