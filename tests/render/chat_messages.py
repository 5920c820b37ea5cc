"""What the tests of every form for chats and phones share: what a reader sees, and big messages."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from monitor.models.notification import OutgoingMessage
from monitor.render import apprise, discord, ntfy, slack, teams
from monitor.render.content import (
    EventGroup,
    MessageContent,
    ReleaseContent,
    TextSpan,
    WatchSection,
)

FORMS: dict[str, Callable[[OutgoingMessage], bytes]] = {
    "slack": slack.render,
    "discord": discord.render,
    "teams": teams.render,
    "ntfy": ntfy.render_ntfy,
    "apprise": apprise.render_apprise,
}
WRITERS: dict[str, Callable[[MessageContent], bytes]] = {
    "slack": slack.render_content,
    "discord": discord.render_content,
    "teams": teams.render_content,
    "ntfy": partial(ntfy.render_ntfy_content, kind="digest"),
    "apprise": apprise.render_apprise_content,
}


def texts(form: str, payload: bytes) -> list[str]:
    """Return every text of a payload that its receiver shows, in order."""
    said = json.loads(payload)
    match form:
        case "slack":
            return [text["text"] for block in said["blocks"] for text in _slack(block)]
        case "discord":
            return [said["content"], *(one["description"] for one in said.get("embeds", ()))]
        case "teams":
            return ["".join(run["text"] for run in runs) for runs in runs_of(card(said)["body"])]
        case "ntfy":
            return [said["title"], said["message"]]
        case _:
            return [said["title"], said["body"]]


def _slack(block: dict[str, Any]) -> list[dict[str, str]]:
    return block["elements"] if block["type"] == "context" else [block["text"]]


def card(said: dict[str, Any]) -> dict[str, Any]:
    """Return the one card of a message to Teams."""
    (attachment,) = said["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    found: dict[str, Any] = attachment["content"]
    return found


def runs_of(elements: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the runs of each block of a card, in order."""
    found: list[list[dict[str, Any]]] = []
    for element in elements:
        found += runs_of(element["items"]) if "items" in element else [element["inlines"]]
    return found


def check_limits(form: str, payload: bytes) -> None:
    """Fail where a receiver would refuse or cut what it documents as too long."""
    said = json.loads(payload)
    match form:
        case "slack":
            _check_slack(said["blocks"])
        case "discord":
            _check_discord(said)
        case "teams":
            assert len(payload) <= 28 * 1024
            assert all(run["text"] for runs in runs_of(card(said)["body"]) for run in runs)
        case "ntfy":
            assert len(said["message"].encode()) <= 4096
            assert len(json.dumps(said | {"topic": "x" * 64}, ensure_ascii=False).encode()) <= 8192
        case _:
            assert len(said["title"]) <= 400
            assert len(said["body"]) <= 8000


def _check_slack(blocks: list[dict[str, Any]]) -> None:
    assert len(blocks) <= 50
    shown = [block["text"]["text"] for block in blocks if block["type"] != "context"]
    assert all(0 < len(text) <= 3000 for text in shown)
    assert len(blocks[0]["text"]["text"]) <= 150
    assert sum(map(len, shown)) <= 11_000


def _check_discord(said: dict[str, Any]) -> None:
    embeds = [embed["description"] for embed in said.get("embeds", ())]
    assert said["allowed_mentions"] == {"parse": []}
    assert len(said["content"]) <= 2000
    assert len(embeds) <= 10
    assert all(0 < len(text.encode("utf-16-le")) // 2 <= 4096 for text in embeds)
    assert sum(len(text.encode("utf-16-le")) // 2 for text in embeds) <= 6000


def told(number: int, title: str = "", **more: Any) -> ReleaseContent:
    """Return a release of that number, with a word in its title that is its own."""
    base: dict[str, Any] = {
        "event": "new",
        "date": "2025-12-01",
        "watches": ("steel",),
        "category": "Trade",
        "excerpt": (
            TextSpan("text", "The "),
            TextSpan("hit", "steel"),
            TextSpan("text", " quota."),
        ),
        "changes": (),
        "url": f"https://example.com/{number}",
        "is_linkable": True,
    }
    return ReleaseContent(
        id=number, title=(TextSpan("text", f"R{number}R {title}".strip()),), **(base | more)
    )


def message(*sections: WatchSection, **more: Any) -> MessageContent:
    """Return a digest of a day with these sections."""
    base: dict[str, Any] = {
        "channel": "desk",
        "headline": "3 releases match",
        "time_label": "2025-11-30 08:00 to 2025-12-01 08:00 KST",
    }
    return MessageContent(sections=sections, is_digest=True, **(base | more))


GROUPED = message(
    WatchSection(
        watch="steel & iron",
        event_groups=(
            EventGroup(lead=told(1, "Talks on steel"), others=(told(2, "Steel talks held"),)),
            EventGroup(lead=told(3, "Quota", event="withdrawn")),
        ),
    ),
    WatchSection(
        watch="gulf",
        event_groups=(EventGroup(lead=told(4, "UAE"), others=(told(5, event="revised"),)),),
    ),
)


def many(count: int) -> MessageContent:
    """Return a digest of that many releases, under two watches."""
    found = tuple(
        EventGroup(lead=told(n, "A title of a usual length for this site " * 2))
        for n in range(count)
    )
    half = count // 2
    return message(
        WatchSection(watch="steel", event_groups=found[:half]),
        WatchSection(watch="gulf", event_groups=found[half:]),
    )
