"""Hostile releases in the forms for chats and phones: they are shown, and do nothing."""

import json
import re
from typing import Any

import pytest

from tests.render.chat_messages import FORMS, check_limits, texts
from tests.render.test_hostile import ADDRESSES, Make, every_message, every_title, hostile, unseen

every_form = pytest.mark.parametrize("form", FORMS)


@every_form
@every_title
@every_message
def test_every_form_shows_words_alone(form: str, text: str, make: Make) -> None:
    """No control, bidi or zero-width character but our own word joiner; and no limit is broken."""
    payload = FORMS[form](make(text))
    assert not unseen(payload.decode(), "")
    for shown in texts(form, payload):
        assert not unseen(shown, "\n\u2060")
    check_limits(form, payload)


@pytest.mark.parametrize("form", ["slack", "discord", "apprise"])
@every_title
@every_message
def test_nobody_is_called(form: str, text: str, make: Make) -> None:
    """What would call people, or all of them, is broken by a sign that shows as nothing."""
    for shown in texts(form, FORMS[form](make(text))):
        assert not re.search(r"@(channel|here|everyone)\b", shown, re.IGNORECASE)
        if form != "slack" or "\n" in shown:  # the others of Slack's texts are literal
            assert not re.search(r"(?<!\\)<[@!#]", shown)


@every_form
@pytest.mark.parametrize("url", ADDRESSES)
def test_only_web_addresses_become_links(form: str, url: str) -> None:
    """Another address is text at most."""
    said = json.loads(FORMS[form](hostile("steel", url)))
    found = [*_links(said), *re.findall(r"\]\((.*?)\)|<(.*?)\|", json.dumps(said))]
    for link in found:
        assert re.match(r"https://example\.com/", link if isinstance(link, str) else "".join(link))


def _links(value: Any) -> list[str]:
    """Return every value that a receiver opens when somebody taps it."""
    if isinstance(value, list):
        return [link for one in value for link in _links(one)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("click", "url") if key in value]
    return own + [link for one in value.values() for link in _links(one)]
