"""A message for a Discord webhook: a line of text, and embeds with the releases.

Documented limits are 2,000 characters of text, 10 embeds, 4,096 characters for an embed's
description and 6,000 for all embeds together. No message mentions anybody: `allowed_mentions` is
empty, and mentions and Markdown in the text are escaped as well.
"""

import re
from collections.abc import Sequence

from monitor.models.notification import OutgoingMessage
from monitor.render.content import MessageContent, build_content, shorten_text
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

_MAX_TOTAL = 6_000
_MAX_EMBED = 4_096
_MAX_RELEASE = 4_000
_MAX_TITLE = 500  # of a release shown by its title alone
_MAX_HEADLINE = 200
_MAX_URL = 400
_MAX_PARAGRAPHS = 1_200  # of a health message: the text has 2,000 with the title
_EMBED_COLOUR = 0x0B4FA8

_MARKDOWN_SIGN = re.compile(r"([\\`*_~|<>\[\]()])")
_LINE_START_SIGN = re.compile(r"^( *(?:\d+(?=\.))?)([-+#.])")  # a list or heading mark
_MENTION = re.compile(r"@(?=everyone\b|here\b|channel\b)", re.IGNORECASE)
_URL_ESCAPES = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C"})


def render(message: OutgoingMessage) -> bytes:
    """Return the body of Discord's "execute webhook"."""
    return render_content(build_content(message))


def render_content(content: MessageContent) -> bytes:
    """Return the Discord message for content that is already built."""
    fitted = fit_to_limits(content, _render_row, _is_within_limits)
    embeds = [
        {"description": text, "color": _EMBED_COLOUR}
        for text in _build_descriptions(fitted.parts, fitted.footer)
    ]
    payload: dict[str, object] = {
        "content": _build_text(content),
        "allowed_mentions": {"parse": []},
    }
    return safe_dumps(payload | ({"embeds": embeds} if embeds else {})).encode()


def _build_text(content: MessageContent) -> str:
    title = f"**{_escape_markdown(shorten_text(content.title, _MAX_HEADLINE))}**"
    lines = (
        title,
        *map(_escape_markdown, build_opening(content)),
        format_paragraphs(content, _STYLE, _MAX_PARAGRAPHS),
    )
    return "\n".join(line for line in lines if line)


def _render_row(row: MessageRow, detail: DetailLevel) -> str:
    if isinstance(row, HeadingRow):
        return add_spacing(f"### {_escape_markdown(row.watch)}", row, detail)
    limit = _MAX_TITLE if detail is DetailLevel.TITLES else _MAX_RELEASE
    return add_spacing(format_release(row, detail, _STYLE, limit), row, detail)


def _is_within_limits(parts: Sequence[str], footer: str) -> bool:
    return sum(map(count_utf16_units, _build_descriptions(parts, footer))) <= _MAX_TOTAL


def _build_descriptions(parts: Sequence[str], footer: str) -> list[str]:
    return pack_parts(
        (*parts, *((f"\n{footer}",) if footer else ())), _MAX_EMBED, count_utf16_units
    )


def _escape_markdown(text: str) -> str:
    """Make text literal: no Markdown, no links, no mentions."""
    literal = _LINE_START_SIGN.sub(r"\1\\\2", _MARKDOWN_SIGN.sub(r"\\\1", text))
    return _MENTION.sub("@\u2060", literal)


def _format_url(url: str) -> str:
    escaped = url.translate(_URL_ESCAPES)
    return escaped if count_utf16_units(escaped) <= _MAX_URL else ""


_STYLE = TextStyle(
    escape=_escape_markdown,
    marks={"hit": ("**", "**"), "added": ("**", "**"), "removed": ("~~", "~~")},
    label_marks=("`", "` "),
    measure_text=count_utf16_units,
    make_link=lambda text, address: f"[{text}]({address})",
    format_url=_format_url,
)
