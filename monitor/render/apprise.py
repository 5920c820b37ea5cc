"""A message for Apprise, which sends it to a hundred services: a title and plain text.

Apprise knows each service's limit and splits a longer text into several messages, so the only limit
here is the reader's patience. Some services look for mentions in plain text too; an invisible
character prevents them.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from monitor.models.notification import OutgoingMessage
from monitor.render.content import MessageContent, build_content
from monitor.render.layout import (
    PLAIN_STYLE,
    DetailLevel,
    HeadingRow,
    MessageRow,
    add_spacing,
    build_opening,
    build_title,
    count_utf16_units,
    fit_to_limits,
    format_paragraphs,
    format_release,
    join_parts,
)
from monitor.text.sanitize import safe_dumps

_APPRISE_MAX_BODY = 8_000
_APPRISE_MAX_RELEASE = 6_000
_APPRISE_MAX_RELEASE_TITLE = 500  # of a release shown by its title alone
_APPRISE_MAX_TITLE = 200
_APPRISE_MAX_PARAGRAPHS = 4_000  # of a health message
_APPRISE_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[^\s<])")


def render_apprise(message: OutgoingMessage) -> bytes:
    """Return JSON with `title` and `body`."""
    return render_apprise_content(build_content(message))


def render_apprise_content(content: MessageContent) -> bytes:
    """Return the Apprise message for content that is already built."""
    payload = {
        "title": _escape_mentions(build_title(content, _APPRISE_MAX_TITLE)),
        "body": _build_apprise_body(content),
    }
    return safe_dumps(payload).encode()


def _build_apprise_body(content: MessageContent) -> str:
    paragraphs = format_paragraphs(content, _APPRISE_STYLE, _APPRISE_MAX_PARAGRAPHS)
    opening_text = "\n".join(
        (
            *map(_escape_mentions, build_opening(content)),
            *((f"\n{paragraphs}",) if paragraphs else ()),
        )
    )

    def assemble_text(parts: Sequence[str], footer: str) -> str:
        text = join_parts((*parts, *((f"\n{footer}",) if footer else ())))
        return f"{opening_text}\n\n{text}" if text else opening_text

    fitted = fit_to_limits(
        content,
        _render_apprise_row,
        lambda parts, footer: count_utf16_units(assemble_text(parts, footer)) <= _APPRISE_MAX_BODY,
    )
    return assemble_text(fitted.parts, fitted.footer)


def _render_apprise_row(row: MessageRow, detail: DetailLevel) -> str:
    if isinstance(row, HeadingRow):
        return add_spacing(f"{_escape_mentions(row.watch)}:", row, detail)
    limit = _APPRISE_MAX_RELEASE_TITLE if detail is DetailLevel.TITLES else _APPRISE_MAX_RELEASE
    return add_spacing(format_release(row, detail, _APPRISE_STYLE, limit), row, detail)


def _escape_mentions(text: str) -> str:
    """Keep "@here", "<@id>" and "<!channel>" from being read as mentions."""
    return _APPRISE_MENTION.sub(lambda match: f"{match[0]}\u2060", text)


_APPRISE_STYLE = replace(PLAIN_STYLE, escape=_escape_mentions, measure_text=count_utf16_units)
