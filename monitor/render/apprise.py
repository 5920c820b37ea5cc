"""A message for Apprise, which carries it to a hundred services: a title and plain text.

What a service allows, Apprise knows: it sends a longer text in several messages. So there is no
limit to keep but a reader's patience. Some services look for mentions in plain text too; a sign
that shows as nothing keeps them from finding any.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from monitor.fitting import (
    PLAIN,
    Detail,
    Heading,
    Row,
    entry,
    fit,
    joined,
    opening,
    sentences,
    spaced,
    subject,
    utf16,
)
from monitor.jsontext import dumps
from monitor.message import Message, tell
from monitor.model.told import Letter

_BODY = 8_000
_ENTRY = 6_000
_ENTRY_TITLE = 500  # of a release of which only the title is told
_TITLE = 200
_SENTENCES = 4_000  # of a notice
_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[^\s<])")


def render(letter: Letter) -> bytes:
    """Return JSON with `title` and `body`."""
    return write(tell(letter))


def write(message: Message) -> bytes:
    """Return a message that is told already."""
    said = {"title": _escape(subject(message, _TITLE)), "body": _body(message)}
    return dumps(said).encode()


def _body(message: Message) -> str:
    said = sentences(message, _STYLE, _SENTENCES)
    above = "\n".join((*map(_escape, opening(message)), *((f"\n{said}",) if said else ())))

    def whole(parts: Sequence[str], foot: str) -> str:
        text = joined((*parts, *((f"\n{foot}",) if foot else ())))
        return f"{above}\n\n{text}" if text else above

    fitted = fit(message, _draw, lambda parts, foot: utf16(whole(parts, foot)) <= _BODY)
    return whole(fitted.parts, fitted.foot)


def _draw(row: Row, detail: Detail) -> str:
    if isinstance(row, Heading):
        return spaced(f"{_escape(row.watch)}:", row, detail)
    limit = _ENTRY_TITLE if detail is Detail.TITLES else _ENTRY
    return spaced(entry(row, detail, _STYLE, limit), row, detail)


def _escape(text: str) -> str:
    """Keep "@here", "<@id>" and "<!channel>" from being more than words."""
    return _MENTION.sub(lambda found: f"{found[0]}\u2060", text)


_STYLE = replace(PLAIN, escape=_escape, size=utf16)
