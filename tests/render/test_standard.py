"""Messages as our own JSON."""

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.render import standard
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
    pretty,
)


def read(payload: bytes) -> Any:
    """Return the JSON as a receiver reads it."""
    return json.loads(payload)


def test_messages_read_as_agreed() -> None:
    """Both are as the golden files show."""
    compare("webhook-one.json", pretty(standard.render(ONE)))
    compare("webhook-three.json", pretty(standard.render(THREE)))


def test_standard_is_the_shape_that_the_product_promises() -> None:
    """Type, UTC timestamp, channel and items; a message of matches has no period."""
    said = read(standard.render(ONE))
    assert said["type"] == "releases.matched"
    assert said["timestamp"] == "2025-12-01T03:30:00.000Z"
    assert list(said["data"]) == ["channel", "items"]
    assert said["data"]["items"][0] == {
        "event": "new",
        "watches": ["steel", "canada"],
        "snippet": NEW.snippet.highlight_hits(),
        "changes": None,
        "release": STEEL.as_json(),
    }


def test_revision_carries_its_changes() -> None:
    """A revision says which field changed, from what, to what."""
    (said,) = read(standard.render(digest(REVISED)))["data"]["items"]
    assert REVISED.changes is not None
    assert said["changes"] == [REVISED.changes[0].as_json()]


@pytest.mark.parametrize("since", [NOON, None])
def test_digest_carries_its_period(since: Any) -> None:
    """A digest has `from` and `to`, null where there is no beginning."""
    said = read(standard.render(replace(THREE, since=since)))
    assert said["type"] == "digest"
    assert said["data"]["from"] == ("2025-12-01T03:30:00.000Z" if since else None)
    assert said["data"]["to"] == "2025-12-01T03:30:00.000Z"


def test_standard_is_lossless_and_safe_to_look_at() -> None:
    """Control, bidi and zero-width characters arrive as they are, but are sent escaped."""
    title = "a\x1b]0;x\x07\u202eb\u200bc\u2028d\x85e\ud83df😀한"
    payload = standard.render(digest(item(replace(STEEL, title=title))))
    assert read(payload)["data"]["items"][0]["release"]["title"] == title
    assert b"\\u202e" in payload
    assert b"\\u200b" in payload
    assert "😀한".encode() in payload
