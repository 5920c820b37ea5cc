"""A message for ntfy, published as JSON: plain text, of which a phone shows the beginning.

Documented are 4,096 bytes of a message: ntfy makes a longer one an attachment, which a phone does
not show. Its server takes twice as much JSON in all. The topic is not in here: whoever knows it can
read and write it, so it stays out of the database and is put in when the message is sent.
"""

from collections.abc import Sequence

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
    utf8,
)
from monitor.jsontext import dumps
from monitor.message import Message, tell
from monitor.model.told import Letter, Notice

_MESSAGE = 4_096
_AS_JSON = 5_800  # of 8,192, with room for the title, the address and the topic
_ENTRY = 3_600
_ENTRY_TITLE = 400  # of a release of which only the title is told
_TITLE = 200
_CLICK = 500
_SENTENCES = 2_600  # of a notice
_TAGS = {"health": "warning", "test": "white_check_mark", "over": "white_check_mark"}
_HIGH = 4


def render(letter: Letter) -> bytes:
    """Return the JSON but for the `topic`."""
    facts = letter.facts if isinstance(letter, Notice) else None
    is_over = facts is not None and facts.until is not None
    return write(tell(letter), "over" if is_over else letter.kind)


def write(message: Message, kind: str) -> bytes:
    """Return a message that is told already; `kind` is its letter's, "over" where trouble ended."""
    said: dict[str, object] = {"title": subject(message, _TITLE), "message": _text(message)}
    said["tags"] = [_TAGS.get(kind, "newspaper")]
    if kind == "health":
        said["priority"] = _HIGH
    if len(message.told) == 1 and message.told[0].linked and utf8(message.told[0].url) <= _CLICK:
        said["click"] = message.told[0].url
    return dumps(said).encode()


def _text(message: Message) -> str:
    said = sentences(message, PLAIN, _SENTENCES)
    above = "\n".join((*opening(message), *((f"\n{said}",) if said else ())))

    def whole(parts: Sequence[str], foot: str) -> str:
        text = joined((*parts, *((f"\n{foot}",) if foot else ())))
        return f"{above}\n\n{text}" if text else above

    fitted = fit(message, _draw, lambda parts, foot: _is_within(whole(parts, foot)))
    return whole(fitted.parts, fitted.foot)


def _is_within(text: str) -> bool:
    return utf8(text) <= _MESSAGE and utf8(dumps(text)) <= _AS_JSON


def _draw(row: Row, detail: Detail) -> str:
    if isinstance(row, Heading):
        return spaced(f"{row.watch}:", row, detail)
    limit = _ENTRY_TITLE if detail is Detail.TITLES else _ENTRY
    return spaced(entry(row, detail, PLAIN, limit), row, detail)
