"""A message for a Discord webhook: a line of text, and embeds with the releases.

Documented are 2,000 characters of text, 10 embeds, 4,096 characters of an embed's description and
6,000 of all embeds together. Nobody is ever called: `allowed_mentions` is empty, and what would be
a mention or Markdown is made literal all the same.
"""

import re
from collections.abc import Sequence

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
from monitor.message import Message, shorten, tell
from monitor.model.told import Letter

_TOGETHER = 6_000
_EMBED = 4_096
_ENTRY = 4_000
_TITLE = 500  # of a release of which only the title is told
_HEADLINE = 200
_ADDRESS = 400
_SENTENCES = 1_200  # of a notice: the line of text has 2,000, with the title
_BLUE = 0x0B4FA8

_SIGN = re.compile(r"([\\`*_~|<>\[\]()])")
_BEGINNING = re.compile(r"^( *(?:\d+(?=\.))?)([-+#.])")  # of a list or a heading
_MENTION = re.compile(r"@(?=everyone\b|here\b|channel\b)", re.IGNORECASE)
_ADDRESS_ESCAPES = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C"})


def render(letter: Letter) -> bytes:
    """Return the body of Discord's "execute webhook"."""
    return write(tell(letter))


def write(message: Message) -> bytes:
    """Return a message that is told already."""
    fitted = fit(message, _draw, _is_within)
    embeds = [
        {"description": text, "color": _BLUE} for text in _descriptions(fitted.parts, fitted.foot)
    ]
    said: dict[str, object] = {"content": _content(message), "allowed_mentions": {"parse": []}}
    return dumps(said | ({"embeds": embeds} if embeds else {})).encode()


def _content(message: Message) -> str:
    title = f"**{_escape(shorten(message.title, _HEADLINE))}**"
    lines = (title, *map(_escape, opening(message)), sentences(message, _STYLE, _SENTENCES))
    return "\n".join(line for line in lines if line)


def _draw(row: Row, detail: Detail) -> str:
    if isinstance(row, Heading):
        return spaced(f"### {_escape(row.watch)}", row, detail)
    limit = _TITLE if detail is Detail.TITLES else _ENTRY
    return spaced(entry(row, detail, _STYLE, limit), row, detail)


def _is_within(parts: Sequence[str], foot: str) -> bool:
    return sum(map(utf16, _descriptions(parts, foot))) <= _TOGETHER


def _descriptions(parts: Sequence[str], foot: str) -> list[str]:
    return packed((*parts, *((f"\n{foot}",) if foot else ())), _EMBED, utf16)


def _escape(text: str) -> str:
    """Make text literal: no Markdown, no link, and nobody is called."""
    literal = _BEGINNING.sub(r"\1\\\2", _SIGN.sub(r"\\\1", text))
    return _MENTION.sub("@\u2060", literal)


def _address(url: str) -> str:
    found = url.translate(_ADDRESS_ESCAPES)
    return found if utf16(found) <= _ADDRESS else ""


_STYLE = Style(
    escape=_escape,
    marks={"hit": ("**", "**"), "added": ("**", "**"), "removed": ("~~", "~~")},
    label=("`", "` "),
    size=utf16,
    link=lambda text, address: f"[{text}]({address})",
    address=_address,
)
