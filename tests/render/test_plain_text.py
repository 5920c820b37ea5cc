"""Messages as plain text: for ntfy, and through Apprise."""

import json
from dataclasses import replace

import pytest

from monitor.models.notification import OutgoingMessage
from monitor.render import apprise, ntfy
from tests.render.chat_messages import GROUPED
from tests.render.samples import (
    FAILING,
    ONE,
    OVER,
    STEEL,
    TEST,
    THREE,
    compare,
    digest,
    item,
    pretty,
)


def test_messages_read_as_agreed() -> None:
    """One release, a channel's digest and one of two watches are as their golden files show."""
    compare("ntfy-one.json", pretty(ntfy.render_ntfy(ONE)))
    compare("ntfy-three.json", pretty(ntfy.render_ntfy(THREE)))
    compare("ntfy-grouped.json", pretty(ntfy.render_ntfy_content(GROUPED, "digest")))
    compare("apprise-three.json", pretty(apprise.render_apprise(THREE)))
    compare("apprise-grouped.json", pretty(apprise.render_apprise_content(GROUPED)))


def test_the_topic_is_not_in_it() -> None:
    """Whoever knows it can read and write it: it stays out of the database."""
    assert "topic" not in json.loads(ntfy.render_ntfy(ONE))


@pytest.mark.parametrize(
    ("message", "priority", "tag"),
    [
        (ONE, None, "newspaper"),
        (THREE, None, "newspaper"),
        (FAILING, 4, "warning"),
        (OVER, None, "white_check_mark"),
        (TEST, None, "white_check_mark"),
    ],
)
def test_ntfy_shows_what_is_urgent(
    message: OutgoingMessage, priority: int | None, tag: str
) -> None:
    """Trouble with the watching comes with a high priority, its end does not; all have signs."""
    said = json.loads(ntfy.render_ntfy(message))
    assert (said.get("priority"), said["tags"]) == (priority, [tag])


@pytest.mark.parametrize(
    ("urls", "click"),
    [
        (["https://example.com/1"], "https://example.com/1"),
        (["https://example.com/1", "https://example.com/2"], None),
        (["javascript:alert(1)"], None),
        ([f"https://example.com/{'x' * 500}"], None),
    ],
)
def test_a_tap_opens_the_one_release(urls: list[str], click: str | None) -> None:
    """Where there is one, with an address of the web that is not huge."""
    message = digest(*(item(replace(STEEL, url=url)) for url in urls))
    assert json.loads(ntfy.render_ntfy(message)).get("click") == click


@pytest.mark.parametrize(
    ("text", "calm"),
    [
        ("@everyone and @here", "@\u2060everyone and @\u2060here"),
        ("<@123> <!channel> <#4>", "<\u2060@\u2060123> <\u2060!channel> <\u2060#4>"),
        ("press@example.com, a < b", "press@example.com, a < b"),
    ],
)
def test_apprise_calls_nobody(text: str, calm: str) -> None:
    """Some of its services find mentions in plain text; what is none is left alone."""
    said = json.loads(apprise.render_apprise(digest(item(replace(STEEL, title=text)))))
    assert calm in said["body"].splitlines()
