"""A message for Slack, in Block Kit.

Documented are 50 blocks, 3,000 characters of a section and 150 of a header. What all blocks may
hold together is not; Slack's own people speak of 12,000 characters with something for the blocks
around them, and messages of a little over 11,000 have been refused.
"""

import re
from collections.abc import Iterator, Sequence

from monitor.fitting import (
    Detail,
    Heading,
    Row,
    Style,
    entry,
    fit,
    opening,
    packed,
    sentences,
    spaced,
    utf16,
)
from monitor.jsontext import dumps
from monitor.message import Message, plain, shorten, tell
from monitor.model.told import Letter

_BLOCKS = 46  # for releases: 50 but the header, the context, the note, and the word about the rest
_TOGETHER = 10_000
_SECTION = 3_000
_HEADER = 150
_TITLE = 400  # of a release of which only the title is told
_ADDRESS = 1_000
_FALLBACK = 300
_SENTENCES = 2_900  # of a notice

_MENTION = re.compile(r"@(?=channel\b|here\b|everyone\b)", re.IGNORECASE)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ADDRESS_ESCAPES = str.maketrans({"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C"})


def render(letter: Letter) -> bytes:
    """Return a Slack message, with `text` for notifications."""
    return write(tell(letter))


def write(message: Message) -> bytes:
    """Return a message that is told already."""
    return dumps({"text": _fallback(message), "blocks": list(_blocks(message))}).encode()


def _blocks(message: Message) -> Iterator[dict[str, object]]:
    yield {"type": "header", "text": _plain(shorten(message.title, _HEADER))}
    yield {"type": "context", "elements": [_plain(line) for line in opening(message)]}
    fitted = fit(message, _draw, _is_within)
    sections = (sentences(message, _STYLE, _SENTENCES), *_sections(fitted.parts), fitted.foot)
    yield from (_section(text) for text in sections if text)


def _draw(row: Row, detail: Detail) -> str:
    if isinstance(row, Heading):
        return spaced(f"*{_escape(row.watch)}*", row, detail)
    limit = _TITLE if detail is Detail.TITLES else _SECTION
    return spaced(entry(row, detail, _STYLE, limit), row, detail)


def _is_within(parts: Sequence[str], _foot: str) -> bool:
    sections = _sections(parts)
    return len(sections) <= _BLOCKS and sum(map(utf16, sections)) <= _TOGETHER


def _sections(parts: Sequence[str]) -> list[str]:
    """Return a text for each event, or as many in one as it holds where there are too many."""
    apart = packed(parts, _SECTION, utf16, apart=True)
    return apart if len(apart) <= _BLOCKS else packed(parts, _SECTION, utf16)


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": _MENTION.sub("@\u2060", text), "emoji": False}


def _section(mrkdwn: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def _fallback(message: Message) -> str:
    titles = "; ".join(plain(told.title) for told in message.told)
    return _escape(shorten(f"{message.title}: {titles}" if titles else message.title, _FALLBACK))


def _escape(text: str) -> str:
    """Make text literal: no links, and nobody is called by a release that says "@channel"."""
    return _MENTION.sub("@\u2060", text.translate(_ESCAPES))


def _address(url: str) -> str:
    found = url.translate(_ADDRESS_ESCAPES)
    return found if utf16(found) <= _ADDRESS else ""


_STYLE = Style(
    escape=_escape,
    marks={"hit": ("*", "*"), "added": ("*", "*"), "removed": ("~", "~")},
    label=("`", "` "),
    size=utf16,
    link=lambda text, address: f"<{address}|{text}>",
    address=_address,
)
