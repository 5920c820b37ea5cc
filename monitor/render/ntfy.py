"""A message for ntfy, published as JSON: plain text, with the beginning shown on a phone.

The documented limit is 4,096 bytes a message: ntfy turns a longer one into an attachment, which a
phone does not show. Its server accepts twice as much JSON in total. The topic is not included: it
lets anyone read and write, so it stays out of the database and is added when the message is sent.
"""

from collections.abc import Sequence

from monitor.models.notification import HealthMessage, OutgoingMessage
from monitor.render.content import MessageContent, build_content
from monitor.render.layout import (
    PLAIN_STYLE,
    DetailLevel,
    HeadingRow,
    MessageRow,
    add_spacing,
    build_opening,
    build_title,
    count_utf8_bytes,
    fit_to_limits,
    format_paragraphs,
    format_release,
    join_parts,
)
from monitor.text.sanitize import safe_dumps

_NTFY_MAX_BYTES = 4_096
_NTFY_MAX_JSON = 5_800  # of 8,192, which leaves room for title, address and topic
_NTFY_MAX_RELEASE = 3_600
_NTFY_MAX_RELEASE_TITLE = 400  # of a release shown by its title alone
_NTFY_MAX_TITLE = 200
_NTFY_MAX_URL = 500
_NTFY_MAX_PARAGRAPHS = 2_600  # of a health message
_NTFY_TAGS = {"health": "warning", "test": "white_check_mark", "over": "white_check_mark"}
_NTFY_HIGH_PRIORITY = 4


def render_ntfy(message: OutgoingMessage) -> bytes:
    """Return the JSON without the `topic`."""
    facts = message.facts if isinstance(message, HealthMessage) else None
    is_over = facts is not None and facts.until is not None
    return render_ntfy_content(build_content(message), "over" if is_over else message.kind)


def render_ntfy_content(content: MessageContent, kind: str) -> bytes:
    """Return the ntfy message; `kind` is the message kind, or "over" when an incident has ended."""
    payload: dict[str, object] = {
        "title": build_title(content, _NTFY_MAX_TITLE),
        "message": _build_ntfy_text(content),
    }
    payload["tags"] = [_NTFY_TAGS.get(kind, "newspaper")]
    if kind == "health":
        payload["priority"] = _NTFY_HIGH_PRIORITY
    if (
        len(content.releases) == 1
        and content.releases[0].is_linkable
        and count_utf8_bytes(content.releases[0].url) <= _NTFY_MAX_URL
    ):
        payload["click"] = content.releases[0].url
    return safe_dumps(payload).encode()


def _build_ntfy_text(content: MessageContent) -> str:
    paragraphs = format_paragraphs(content, PLAIN_STYLE, _NTFY_MAX_PARAGRAPHS)
    opening_text = "\n".join(
        (*build_opening(content), *((f"\n{paragraphs}",) if paragraphs else ()))
    )

    def assemble_text(parts: Sequence[str], footer: str) -> str:
        text = join_parts((*parts, *((f"\n{footer}",) if footer else ())))
        return f"{opening_text}\n\n{text}" if text else opening_text

    fitted = fit_to_limits(
        content,
        _render_ntfy_row,
        lambda parts, footer: _is_within_ntfy_limits(assemble_text(parts, footer)),
    )
    return assemble_text(fitted.parts, fitted.footer)


def _is_within_ntfy_limits(text: str) -> bool:
    return (
        count_utf8_bytes(text) <= _NTFY_MAX_BYTES
        and count_utf8_bytes(safe_dumps(text)) <= _NTFY_MAX_JSON
    )


def _render_ntfy_row(row: MessageRow, detail: DetailLevel) -> str:
    if isinstance(row, HeadingRow):
        return add_spacing(f"{row.watch}:", row, detail)
    limit = _NTFY_MAX_RELEASE_TITLE if detail is DetailLevel.TITLES else _NTFY_MAX_RELEASE
    return add_spacing(format_release(row, detail, PLAIN_STYLE, limit), row, detail)
