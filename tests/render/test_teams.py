"""Messages for Microsoft Teams."""

import json
from dataclasses import replace

import pytest

from monitor.models.notification import OutgoingMessage
from monitor.render import teams
from tests.render.chat_messages import GROUPED, card, many, runs_of
from tests.render.samples import FAILING, STEEL, TEST, THREE, compare, digest, item, pretty


def test_messages_read_as_agreed() -> None:
    """The digest of a channel is as its golden file shows, and so is one of two watches."""
    compare("teams-three.json", pretty(teams.render(THREE)))
    compare("teams-grouped.json", pretty(teams.render_content(GROUPED)))


def test_a_card_uses_what_teams_knows() -> None:
    """An Adaptive Card of version 1.4, of literal text alone, with no entity to call anybody."""
    found = card(json.loads(teams.render_content(many(30))))
    assert (found["type"], found["version"]) == ("AdaptiveCard", "1.4")
    assert found["msteams"] == {"width": "Full"}
    kinds = {element["type"] for element in found["body"]}
    assert kinds == {"RichTextBlock", "Container"}
    assert {run["type"] for runs in runs_of(found["body"]) for run in runs} == {"TextRun"}


def test_markdown_and_mentions_are_words() -> None:
    """A run is literal, and `<at>` is nothing without an entity."""
    title = "**a** [b](https://evil.example) <at>Ann</at> @channel"
    found = card(json.loads(teams.render(digest(item(replace(STEEL, title=title))))))
    (run,) = found["body"][2]["items"][0]["inlines"]
    assert run["text"] == title.replace("<at>", "<\u2060at>")
    assert "entities" not in found["msteams"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", f"https://example.com/{'x' * 1000}"])
def test_what_cannot_be_opened_is_shown(url: str) -> None:
    """Another address, or a huge one, is text and no action."""
    found = card(json.loads(teams.render(digest(item(replace(STEEL, url=url))))))
    assert "selectAction" not in found["body"][2]
    assert found["body"][2]["items"][-1]["inlines"][0]["text"] == url


@pytest.mark.parametrize(("message", "blocks"), [(TEST, 3), (FAILING, 4), (digest(), 2)])
def test_message_without_releases_says_what_it_is(message: OutgoingMessage, blocks: int) -> None:
    """A headline, the channel, and a block for each paragraph of a notice."""
    found = card(json.loads(teams.render(message)))
    assert len(found["body"]) == blocks
