"""A message for the terminal.

The text must be frozen when a message is decided, but width and colour depend on the terminal that
shows it later. So `compose_message` writes unwrapped lines with control characters as marks; no
release can bring its own, as sanitizing removes them from scraped text. `paint_text` turns the
marks into colours or plain signs when the message is shown.
"""

import re
from collections.abc import Iterator

from monitor.models.notification import OutgoingMessage, Snippet
from monitor.render.content import EventGroup, Line, MessageContent, ReleaseContent, build_content
from monitor.text.sanitize import strip_control_chars
from monitor.text.width import display_width, wrap_columns

_INDENT_MARK = "\t"  # text after it wraps with a hanging indent
_DATE_WIDTH = len("2025-12-01  ")
_MAX_HEADING = 70  # columns; a longer heading takes two lines

# Marks; each ends with the character 0x10 above it.
_STRONG, _HIT, _DIM, _NAME, _EVENT, _ADDED, _REMOVED = "\x01\x02\x03\x04\x05\x06\x07"
_END_MARKS = {mark: chr(ord(mark) + 0x10) for mark in "\x01\x02\x03\x04\x05\x06\x07"}
_COLOURS = {
    _STRONG: "1",
    _HIT: "22;30;43",
    _DIM: "2",
    _NAME: "36",
    _EVENT: "1;35",
    _ADDED: "32",
    _REMOVED: "31;9",
}
_PLAIN_SIGNS = str.maketrans(
    {mark: "" for pair in _END_MARKS.items() for mark in pair}
    | {_HIT: "*", _END_MARKS[_HIT]: "*", _ADDED: "{+", _END_MARKS[_ADDED]: "+}"}
    | {_REMOVED: "[-", _END_MARKS[_REMOVED]: "-]"}
)
_MARK_PATTERN = re.compile("[\x01-\x07\x11-\x17]")
_SPAN_MARKS = {"hit": _HIT, "added": _ADDED, "removed": _REMOVED}


def render(message: OutgoingMessage, *, colour: bool, width: int) -> str:
    """Return the message as text of at most `width` columns, ready to print."""
    return paint_text(compose_message(message), colour=colour, width=width)


def compose_message(message: OutgoingMessage) -> str:
    """Return the message with marks for `paint_text`, ready to be frozen."""
    content = build_content(message)
    blocks = [list(_iter_heading(content)), *([paragraph] for paragraph in content.paragraphs)]
    for section in content.sections:
        if content.has_headings:
            blocks.append([f"── {_mark_text(_NAME, section.heading)} ──"])
        blocks += [list(_iter_event_group(event_group)) for event_group in section.event_groups]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def paint_text(composed: str, *, colour: bool, width: int) -> str:
    """Return composed text, wrapped, with its marks as colours or plain signs."""
    if not colour:
        composed = composed.translate(_PLAIN_SIGNS)
    lines = [wrapped for line in composed.split("\n") for wrapped in _wrap_line(line, width)]
    return "\n".join(_colour_lines(lines) if colour else lines)


def _iter_heading(content: MessageContent) -> Iterator[str]:
    headline = f"{content.channel}: {content.title}"
    separator = " · " if len(headline) + len(content.time_label) < _MAX_HEADING else "\n"
    yield f"{_mark_text(_STRONG, headline)}{separator}{_mark_text(_DIM, content.time_label)}"
    if content.is_digest:
        yield from filter(
            None,
            (
                _format_event_counts(content),
                _format_watch_counts(content),
                _mark_text(_DIM, content.hint),
            ),
        )


def _format_event_counts(content: MessageContent) -> str:
    return " · ".join(f"{count} {kind}" for kind, count in content.event_counts)


def _format_watch_counts(content: MessageContent) -> str:
    return " · ".join(f"{_mark_text(_NAME, name)} {count}" for name, count in content.watch_counts)


def _iter_event_group(event_group: EventGroup) -> Iterator[str]:
    yield from _iter_release(event_group.lead, f"{_mark_text(_DIM, event_group.lead.date)}  ")
    if event_group.others:
        yield f"{' ' * _DATE_WIDTH}{_INDENT_MARK}{_mark_text(_DIM, 'On the same event:')}"
    for other in event_group.others:
        yield from _iter_release(
            other, f"{' ' * _DATE_WIDTH}+ ", date=f"{_mark_text(_DIM, other.date)}  "
        )


def _iter_release(release: ReleaseContent, prefix: str, date: str = "") -> Iterator[str]:
    label = f"{_mark_text(_EVENT, release.event_label)}  " if release.event_label else ""
    yield f"{prefix}{_INDENT_MARK}{date}{label}{_mark_text(_STRONG, _mark_line(release.title))}"
    details = [_mark_text(_NAME, ", ".join(release.watches)), _mark_text(_DIM, release.category)]
    detail_lines = [" · ".join(detail for detail in details if detail)]
    detail_lines += [f"{field.capitalize()}: {_mark_line(diff)}" for field, diff in release.changes]
    detail_lines += [_mark_line(release.excerpt), _mark_text(_DIM, release.url)]
    yield from (
        f"{' ' * display_width(prefix)}{_INDENT_MARK}{line}" for line in detail_lines if line
    )


def _mark_line(line: Line) -> str:
    return "".join(_mark_text(_SPAN_MARKS.get(span.kind, ""), span.text) for span in line)


def _mark_text(mark: str, text: str) -> str:
    return f"{mark}{text}{_END_MARKS[mark]}" if mark and text else text


def _wrap_line(line: str, width: int) -> list[str]:
    prefix, indent_mark, body = line.rpartition(_INDENT_MARK)
    if not indent_mark:
        return wrap_columns(line, width)
    indent = display_width(prefix)
    if "://" in body and " " not in body and indent + display_width(body) > width:
        prefix, indent = "  ", 2  # an address stays in one piece, so give it all the room
    first, *others = wrap_columns(body, width, indent)
    return [prefix + first, *(" " * indent + other for other in others)]


def _colour_lines(lines: list[str]) -> Iterator[str]:
    """Replace marks by colours that end with each line, so that pagers and indents stay clean."""
    active: list[str] = []

    def switch_mark(match: re.Match[str]) -> str:
        mark = match[0]
        if mark in _END_MARKS:
            active.append(mark)
        else:
            active.pop()
        return _build_sgr(active)

    for line in lines:
        body = line.lstrip(" ")
        start = _build_sgr(active) if active else ""
        painted = start + _MARK_PATTERN.sub(switch_mark, body)
        yield f"{line[: len(line) - len(body)]}{painted}{_build_sgr([]) if active else ''}"


def _build_sgr(active: list[str]) -> str:
    codes = ["0", *(_COLOURS[mark] for mark in active)]
    return f"\x1b[{';'.join(codes)}m"


# ------------------------------------------------------------------ for lists of releases

INDENT_MARK = _INDENT_MARK


def mark_dim(text: str) -> str:
    """Return text marked as less important; `text` must hold no marks."""
    return _mark_text(_DIM, text)


def mark_name(text: str) -> str:
    """Return text marked as the name of a watch."""
    return _mark_text(_NAME, text)


def mark_strong(text: str) -> str:
    """Return text marked as a title."""
    return _mark_text(_STRONG, text)


def mark_hits(snippet: Snippet) -> str:
    """Return a snippet, sanitized, with its hits marked."""
    return snippet.highlight_hits(
        _HIT, _END_MARKS[_HIT], lambda part: strip_control_chars(part).replace("\n", " ")
    )
