"""A message for Slack, in Block Kit.

Documented limits are 50 blocks, 3,000 characters for a section and 150 for a header. The limit for
all blocks together is not documented; Slack's staff speak of 12,000 characters including some
overhead for each block, and Slack has refused messages of a little over 11,000.
"""

import re
from collections.abc import Iterator, Sequence

from monitor.models.notification import OutgoingMessage
from monitor.render.content import MessageContent, build_content, shorten_text, to_plain_text
from monitor.render.layout import (
    DetailLevel,
    HeadingRow,
    MessageRow,
    TextStyle,
    add_spacing,
    build_opening,
    count_utf16_units,
    fit_to_limits,
    format_paragraphs,
    format_release,
    pack_parts,
)
from monitor.text.sanitize import safe_dumps

_MAX_BLOCKS = 46  # for releases: 50 less header, context, paragraphs and footer
_MAX_TOTAL = 10_000
_MAX_SECTION = 3_000
_MAX_HEADER = 150
_MAX_TITLE = 400  # of a release shown by its title alone
_MAX_URL = 1_000
_MAX_FALLBACK = 300
_MAX_PARAGRAPHS = 2_900  # of a health message

_MENTION = re.compile(r"@(?=channel\b|here\b|everyone\b)", re.IGNORECASE)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_URL_ESCAPES = str.maketrans({"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C"})


def render(message: OutgoingMessage) -> bytes:
    """Return a Slack message, with `text` for notifications."""
    return render_content(build_content(message))


def render_content(content: MessageContent) -> bytes:
    """Return the Slack message for content that is already built."""
    return safe_dumps(
        {"text": _build_fallback(content), "blocks": list(_iter_blocks(content))}
    ).encode()


def _iter_blocks(content: MessageContent) -> Iterator[dict[str, object]]:
    yield {"type": "header", "text": _build_plain_text(shorten_text(content.title, _MAX_HEADER))}
    yield {
        "type": "context",
        "elements": [_build_plain_text(line) for line in build_opening(content)],
    }
    fitted = fit_to_limits(content, _render_row, _is_within_limits)
    sections = (
        format_paragraphs(content, _STYLE, _MAX_PARAGRAPHS),
        *_build_sections(fitted.parts),
        fitted.footer,
    )
    yield from (_build_section(text) for text in sections if text)


def _render_row(row: MessageRow, detail: DetailLevel) -> str:
    if isinstance(row, HeadingRow):
        return add_spacing(f"*{_escape_mrkdwn(row.watch)}*", row, detail)
    limit = _MAX_TITLE if detail is DetailLevel.TITLES else _MAX_SECTION
    return add_spacing(format_release(row, detail, _STYLE, limit), row, detail)


def _is_within_limits(parts: Sequence[str], _footer: str) -> bool:
    sections = _build_sections(parts)
    return len(sections) <= _MAX_BLOCKS and sum(map(count_utf16_units, sections)) <= _MAX_TOTAL


def _build_sections(parts: Sequence[str]) -> list[str]:
    """Return one text for each event, or several events in a text if there are too many."""
    separate = pack_parts(parts, _MAX_SECTION, count_utf16_units, separate=True)
    return (
        separate
        if len(separate) <= _MAX_BLOCKS
        else pack_parts(parts, _MAX_SECTION, count_utf16_units)
    )


def _build_plain_text(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": _MENTION.sub("@\u2060", text), "emoji": False}


def _build_section(mrkdwn: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def _build_fallback(content: MessageContent) -> str:
    titles = "; ".join(to_plain_text(release.title) for release in content.releases)
    return _escape_mrkdwn(
        shorten_text(f"{content.title}: {titles}" if titles else content.title, _MAX_FALLBACK)
    )


def _escape_mrkdwn(text: str) -> str:
    """Make text literal: no links, and no mention from a release that says "@channel"."""
    return _MENTION.sub("@\u2060", text.translate(_ESCAPES))


def _format_url(url: str) -> str:
    escaped = url.translate(_URL_ESCAPES)
    return escaped if count_utf16_units(escaped) <= _MAX_URL else ""


_STYLE = TextStyle(
    escape=_escape_mrkdwn,
    marks={"hit": ("*", "*"), "added": ("*", "*"), "removed": ("~", "~")},
    label_marks=("`", "` "),
    measure_text=count_utf16_units,
    make_link=lambda text, address: f"<{address}|{text}>",
    format_url=_format_url,
)
