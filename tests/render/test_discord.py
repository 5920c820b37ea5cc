"""Messages for Discord."""

import json
from dataclasses import replace

import pytest

from monitor.models.notification import OutgoingMessage
from monitor.render import discord
from tests.render.chat_messages import GROUPED
from tests.render.samples import FAILING, STEEL, TEST, THREE, compare, digest, item, marked, pretty


def shown(title: str, url: str | None = None) -> str:
    """Return how a title stands in an embed."""
    release = replace(STEEL, title=title, url=url)
    said = json.loads(discord.render(digest(item(release))))
    first: str = said["embeds"][0]["description"].splitlines()[0]
    return first


def test_messages_read_as_agreed() -> None:
    """The digest of a channel is as its golden file shows, and so is one of two watches."""
    compare("discord-three.json", pretty(discord.render(THREE)))
    compare("discord-grouped.json", pretty(discord.render_content(GROUPED)))


@pytest.mark.parametrize(
    ("title", "literal"),
    [
        ("*a* _b_ ~c~ `d` ||e||", r"\*a\* \_b\_ \~c\~ \`d\` \|\|e\|\|"),
        ("a \\* b", r"a \\\* b"),
        ("[a](https://evil.example)", r"\[a\]\(https://evil.example\)"),
        ("<@123> <@&4> <#5> <t:6>", r"\<@123\> \<@&4\> \<#5\> \<t:6\>"),
        ("@everyone, @here", "@\u2060everyone, @\u2060here"),
        ("# a", r"\# a"),
        ("- a - b", r"\- a - b"),
        ("> a", r"\> a"),
        ("12. a 13. b", r"12\. a 13. b"),
        ("2025-12-01 1.5", "2025-12-01 1.5"),
    ],
)
def test_markdown_is_literal(title: str, literal: str) -> None:
    """A release neither formats, links nor calls."""
    assert shown(title) == literal


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.com/a_b?c=(d)", "[T](https://example.com/a_b?c=%28d%29)"),
        ("https://example.com/<a>", "[T](https://example.com/%3Ca%3E)"),
        (f"https://example.com/{'x' * 400}", "T"),
        ("javascript:alert(1)", "T"),
    ],
)
def test_link_is_the_address_and_nothing_else(url: str, link: str) -> None:
    """An address cannot end its link; a huge one, or one that is not of the web, is none."""
    assert shown("T", url) == link


def test_hits_are_bold_within_the_link() -> None:
    """What the watch found stands out."""
    hit = item(
        replace(STEEL, title="A steel* quota"),
        snippet=marked("A steel* quota", "steel*", field="title"),
    )
    said = json.loads(discord.render(digest(hit)))
    assert said["embeds"][0]["description"].startswith(r"[A **steel\*** quota](https://")


@pytest.mark.parametrize("message", [TEST, FAILING, digest(scheduled=True)])
def test_message_without_releases_has_no_embed(message: OutgoingMessage) -> None:
    """Discord refuses an empty one."""
    said = json.loads(discord.render(message))
    assert "embeds" not in said
    assert said["content"].startswith("**")
