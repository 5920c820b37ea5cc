"""A message for Microsoft Teams: an Adaptive Card, as the Workflows webhook accepts it.

All text is in RichTextBlocks, with literal runs: Teams reads Markdown in a TextBlock, and its
clients disagree on how to escape it. A mention needs an entity in the card, and there is none. The
documented limit is 28 KB a message; in practice others have found 21.
"""

from collections.abc import Iterator, Sequence

from monitor.models.notification import OutgoingMessage
from monitor.render.content import Line, MessageContent, TextSpan, build_content, shorten_text
from monitor.render.layout import (
    DetailLevel,
    HeadingRow,
    MessageRow,
    ReleaseRow,
    build_lines,
    build_opening,
    count_utf8_bytes,
    cut_line,
    fit_to_limits,
    share_space,
)
from monitor.text.sanitize import safe_dumps

CardElement = dict[str, object]

_MAX_BYTES = 20_000
_MAX_LINE = 3_000  # bytes of a line as JSON, with its runs
_MAX_TITLE = 800  # of a release shown by its title alone
_MAX_URL = 1_000
_MAX_HEADLINE = 200
_MAX_PARAGRAPHS = 12_000  # bytes of a health message
_CARD = {
    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "type": "AdaptiveCard",
    "version": "1.4",
    "msteams": {"width": "Full"},
}
_SPAN_STYLES: dict[str, CardElement] = {
    "hit": {"weight": "Bolder", "highlight": True},
    "added": {"weight": "Bolder"},
    "removed": {"strikethrough": True},
}
_SUBTLE: CardElement = {"isSubtle": True, "size": "Small"}


def render(message: OutgoingMessage) -> bytes:
    """Return a message with one card attached."""
    return render_content(build_content(message))


def render_content(content: MessageContent) -> bytes:
    """Return the Teams message for content that is already built."""
    fitted = fit_to_limits(
        content,
        _render_row,
        lambda parts, footer: len(_build_message(content, parts, footer)) <= _MAX_BYTES,
    )
    return _build_message(content, fitted.parts, fitted.footer)


def _build_message(content: MessageContent, parts: Sequence[CardElement], footer: str) -> bytes:
    body = [
        *_iter_opening(content),
        *parts,
        *([_build_block(_build_line(footer))] if footer else []),
    ]
    card = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": {**_CARD, "body": body},
    }
    return safe_dumps({"type": "message", "attachments": [card]}).encode()


def _iter_opening(content: MessageContent) -> Iterator[CardElement]:
    title = _build_line(shorten_text(content.title, _MAX_HEADLINE))
    yield _build_block(title, {"size": "Large", "weight": "Bolder"})
    for line in build_opening(content):
        yield _build_block(_build_line(line), _SUBTLE)
    paragraphs = [_build_line(paragraph_text) for paragraph_text in content.paragraphs]
    sizes = share_space([_measure_line(line) for line in paragraphs], _MAX_PARAGRAPHS)
    for paragraph, size in zip(paragraphs, sizes, strict=True):
        yield _build_block(_cut_line_to(paragraph, size))


def _render_row(row: MessageRow, detail: DetailLevel) -> CardElement:
    if isinstance(row, HeadingRow):
        style: CardElement = {"size": "Medium", "weight": "Bolder"}
        return {
            **_build_block(_build_line(row.watch), style),
            "separator": True,
            "spacing": "Large",
        }
    release = row.release
    address = (
        release.url if release.is_linkable and count_utf8_bytes(release.url) <= _MAX_URL else ""
    )
    items = list(_iter_blocks(row, detail, is_link=bool(address)))
    if release.url and not address and detail is not DetailLevel.TITLES:
        items.append(_build_block(_cut_line_to(_build_line(release.url), _MAX_LINE), _SUBTLE))
    action = {"selectAction": {"type": "Action.OpenUrl", "url": address}} if address else {}
    separator = {"separator": True} if row.is_lead else {}
    return {"type": "Container", "items": items, **separator, **action}


def _iter_blocks(row: ReleaseRow, detail: DetailLevel, *, is_link: bool) -> Iterator[CardElement]:
    title, *others = build_lines(row, detail)
    prefix = f"{'' if row.is_lead else '↳ '}{row.release.event_label} ".lstrip(" ")
    style: CardElement = {"weight": "Bolder", **({"color": "Accent"} if is_link else {})}
    shown_title = _cut_line_to(title, _MAX_TITLE if detail is DetailLevel.TITLES else _MAX_LINE)
    yield _build_block((*_build_line(prefix), *shown_title), style)
    for index, line in enumerate(others):
        block = _build_block(_cut_line_to(line, _MAX_LINE), _SUBTLE if index == 0 else {})
        yield {**block, "spacing": "Small"}


def _cut_line_to(line: Line, limit: int) -> Line:
    return cut_line(line, limit, _measure_line)


def _measure_line(line: Line) -> int:
    return count_utf8_bytes(safe_dumps(_build_block(line)))


def _build_line(text: str) -> Line:
    return (TextSpan("text", text),) if text else ()


def _build_block(line: Line, style: CardElement | None = None) -> CardElement:
    runs = [
        {
            "type": "TextRun",
            "text": _escape_mention_tag(span.text),
            **(style or {}),
            **_SPAN_STYLES.get(span.kind, {}),
        }
        for span in line
    ]
    return {"type": "RichTextBlock", "inlines": runs}


def _escape_mention_tag(text: str) -> str:
    """Keep `<at>` from being read as a mention; without an entity it must remain plain text."""
    return text.replace("<at>", "<\u2060at>")
