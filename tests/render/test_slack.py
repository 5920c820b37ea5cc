"""Messages for Slack."""

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.models.notification import MessageItem, OutgoingMessage, ReleaseMessage
from monitor.models.release import FieldChange
from monitor.render import slack
from tests.render.chat_messages import GROUPED, many
from tests.render.samples import (
    FAILING,
    NEW,
    STEEL,
    TEST,
    THREE,
    compare,
    digest,
    item,
    marked,
    pretty,
)


def read(payload: bytes) -> Any:
    """Return the JSON as a receiver reads it."""
    return json.loads(payload)


def sections(message: ReleaseMessage) -> list[str]:
    """Return the text of every section of a Slack message."""
    return sections_of(slack.render(message))


def sections_of(payload: bytes) -> list[str]:
    """Return the text of every section."""
    return [b["text"]["text"] for b in read(payload)["blocks"] if b["type"] == "section"]


def test_messages_read_as_agreed() -> None:
    """The digest of a channel is as its golden file shows, and so is one of two watches."""
    compare("slack-three.json", pretty(slack.render(THREE)))
    compare("slack-grouped.json", pretty(slack.render_content(GROUPED)))


def test_few_releases_have_a_section_each() -> None:
    """And nothing is said of what does not fit."""
    found = sections_of(slack.render_content(many(15)))
    titles = [text.partition("|")[2].split()[0] for text in found if "|" in text]
    assert titles == [f"R{n}R" for n in range(15)]
    assert len(found) == 17
    assert not [text for text in found if "monitor releases" in text]


def test_many_releases_share_sections() -> None:
    """There are 50 blocks at most, so sections hold several titles, each on its line."""
    found = sections_of(slack.render_content(many(80)))
    assert len(found) < 10
    assert found[0].startswith("*steel*\n<https://example.com/0|R0R")
    assert found[-1] == "Only titles fit here. To see the rest, run `monitor releases`."


def test_sections_keep_their_limit_and_say_how_much_more() -> None:
    """A huge title, change and snippet fit in 3,000 characters, each with the rest counted."""
    huge = "<steel> & quota " * 700
    change = FieldChange(field="text", before="", after=huge, diff=f"{{+{huge}+}}")
    found = MessageItem(
        event="revised",
        release=replace(STEEL, title=huge),
        watches=("steel",),
        snippet=marked(huge, "steel"),
        changes=(change,),
    )
    (section,) = sections(digest(found))
    assert 2500 < len(section) <= 3000
    assert section.count(" characters more)") == 3
    assert section.startswith("`REVISED` <https://")


def test_address_that_is_too_long_is_shown_as_text() -> None:
    """Half an address leads nowhere, so a huge one is no link; how much is missing is said."""
    release = replace(STEEL, url=f"https://example.com/{'x' * 4000}")
    (section,) = sections(digest(item(release)))
    assert section.startswith("Korea and Canada")
    assert "characters more)" in section
    assert len(section) <= 3000


def test_address_cannot_end_its_link() -> None:
    """Signs that mean something to Slack are encoded in addresses."""
    (section,) = sections(digest(item(replace(STEEL, url="https://example.com/a|b>c<d&e"))))
    assert section.startswith("<https://example.com/a%7Cb%3Ec%3Cd&amp;e|Korea")


def test_header_keeps_its_limit() -> None:
    """The header is short and the notification text names the first titles."""
    said = read(slack.render(digest(*[NEW] * 20)))
    assert len(said["blocks"][0]["text"]["text"]) <= 150
    assert said["text"].startswith("20 releases match: Korea and Canada")
    assert len(said["text"]) <= 300


@pytest.mark.parametrize("message", [TEST, FAILING])
def test_message_without_releases_says_what_it_is(message: OutgoingMessage) -> None:
    """A test or health message has a headline and a sentence."""
    said = read(slack.render(message))
    assert said["text"] == said["blocks"][0]["text"]["text"]
    assert len(said["blocks"]) == 3
