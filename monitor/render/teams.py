"""A message for Microsoft Teams: an Adaptive Card, as the Workflows webhook takes it.

All text stands in RichTextBlocks, whose runs are literal: Teams reads Markdown in a TextBlock, and
its programs do not agree on how to escape it. A mention needs an entity of the card, and it has
none. Documented are 28 KB of a message, which others have found to end at 21.
"""

from collections.abc import Iterator, Sequence

from monitor.fitting import Detail, Entry, Heading, Row, cut, fit, lines, opening, shares, utf8
from monitor.jsontext import dumps
from monitor.message import Line, Message, Span, shorten, tell
from monitor.model.told import Letter

Element = dict[str, object]

_BYTES = 20_000
_LINE = 3_000  # bytes of a line, its runs and all
_TITLE = 800  # of a release of which only the title is told
_ADDRESS = 1_000
_HEADLINE = 200
_SENTENCES = 12_000  # bytes of a notice
_CARD = {
    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "type": "AdaptiveCard",
    "version": "1.4",
    "msteams": {"width": "Full"},
}
_LOOKS: dict[str, Element] = {
    "hit": {"weight": "Bolder", "highlight": True},
    "added": {"weight": "Bolder"},
    "removed": {"strikethrough": True},
}
_QUIET: Element = {"isSubtle": True, "size": "Small"}


def render(letter: Letter) -> bytes:
    """Return a message with one card attached."""
    return write(tell(letter))


def write(message: Message) -> bytes:
    """Return a message that is told already."""
    fitted = fit(message, _draw, lambda parts, foot: len(_message(message, parts, foot)) <= _BYTES)
    return _message(message, fitted.parts, fitted.foot)


def _message(message: Message, parts: Sequence[Element], foot: str) -> bytes:
    body = [*_above(message), *parts, *([_block(_words(foot))] if foot else [])]
    card = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": {**_CARD, "body": body},
    }
    return dumps({"type": "message", "attachments": [card]}).encode()


def _above(message: Message) -> Iterator[Element]:
    title = _words(shorten(message.title, _HEADLINE))
    yield _block(title, {"size": "Large", "weight": "Bolder"})
    for line in opening(message):
        yield _block(_words(line), _QUIET)
    said = [_words(one) for one in message.paragraphs]
    sizes = shares([_measure(line) for line in said], _SENTENCES)
    for paragraph, size in zip(said, sizes, strict=True):
        yield _block(_shown(paragraph, size))


def _draw(row: Row, detail: Detail) -> Element:
    if isinstance(row, Heading):
        look: Element = {"size": "Medium", "weight": "Bolder"}
        return {**_block(_words(row.watch), look), "separator": True, "spacing": "Large"}
    told = row.told
    address = told.url if told.linked and utf8(told.url) <= _ADDRESS else ""
    items = list(_blocks(row, detail, is_link=bool(address)))
    if told.url and not address and detail is not Detail.TITLES:
        items.append(_block(_shown(_words(told.url), _LINE), _QUIET))
    action = {"selectAction": {"type": "Action.OpenUrl", "url": address}} if address else {}
    rule = {"separator": True} if row.is_lead else {}
    return {"type": "Container", "items": items, **rule, **action}


def _blocks(row: Entry, detail: Detail, *, is_link: bool) -> Iterator[Element]:
    title, *others = lines(row, detail)
    before = f"{'' if row.is_lead else '↳ '}{row.told.label} ".lstrip(" ")
    look: Element = {"weight": "Bolder", **({"color": "Accent"} if is_link else {})}
    shown = _shown(title, _TITLE if detail is Detail.TITLES else _LINE)
    yield _block((*_words(before), *shown), look)
    for n, line in enumerate(others):
        block = _block(_shown(line, _LINE), _QUIET if n == 0 else {})
        yield {**block, "spacing": "Small"}


def _shown(line: Line, limit: int) -> Line:
    return cut(line, limit, _measure)


def _measure(line: Line) -> int:
    return utf8(dumps(_block(line)))


def _words(text: str) -> Line:
    return (Span("text", text),) if text else ()


def _block(line: Line, look: Element | None = None) -> Element:
    runs = [
        {
            "type": "TextRun",
            "text": _literal(span.text),
            **(look or {}),
            **_LOOKS.get(span.kind, {}),
        }
        for span in line
    ]
    return {"type": "RichTextBlock", "inlines": runs}


def _literal(text: str) -> str:
    """Keep `<at>` from being looked at: without an entity it is nothing, and so it stays."""
    return text.replace("<at>", "<\u2060at>")
