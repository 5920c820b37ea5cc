"""Reading and writing the text format: `-`, an optional category, the title, the text and its date.

The format is lossless: nothing is cleaned, and entries are written back byte for byte. Lines end at
a newline alone, not at the other characters that `str.splitlines` knows; one carriage return before
it belongs to the line's end.

It can be parsed whatever the strings hold, even a title of `-` or one that ends in a date. An entry
ends with its first line, from the second on, that ends in a date and is followed by a line of only
`-` or by the end of the file. The text cannot be mistaken for that line, as its date is on it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from monitor.errors import InvalidPageError
from monitor.models.check import Entry

_ENTRY_MARK = "-"
_DATED_LINE = re.compile(r"(?:(.*) )?date([0-9]{4}-[0-9]{2}-[0-9]{2})", re.DOTALL)
_LINE_BREAKS = re.compile(r"[\r\n]+")
_ADVICE = (
    "an entry is a line of just “-”, the category (on boards that have any), the title, "
    "and the text ending in “ dateYYYY-MM-DD”"
)
_MAX_QUOTE = 60


class WritableEntry(Protocol):
    """The fields that the text format writes: an `Entry` or a `Release` has them."""

    @property
    def title(self) -> str:
        """The title."""

    @property
    def date(self) -> date:
        """The date of the release."""

    @property
    def category(self) -> str | None:
        """The category; None writes no line."""

    @property
    def body(self) -> str:
        """The text."""


def write_entries(entries: Iterable[WritableEntry]) -> Iterator[str]:
    """Yield the text format piece by piece, without a newline at the end of the last piece.

    Line breaks within a string become single spaces.
    """
    newline = ""
    for entry in entries:
        category_lines = () if entry.category is None else (entry.category,)
        text = f"{entry.body} date{entry.date}" if entry.body else f"date{entry.date}"
        lines = (_LINE_BREAKS.sub(" ", line) for line in (*category_lines, entry.title, text))
        yield newline + "\n".join((_ENTRY_MARK, *lines))
        newline = "\n"


def read_entries(data: bytes) -> tuple[Entry, ...]:
    """Return the entries of a text file; InvalidPageError names the line of a mistake."""
    lines = [line.removesuffix("\r") for line in _decode_text(data).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        raise InvalidPageError("the file holds no entries", advice=_ADVICE)
    entries: list[Entry] = []
    position = 0
    while position < len(lines):
        entry, position = _read_entry(lines, position, len(entries) + 1)
        entries.append(entry)
    return tuple(entries)


def _decode_text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidPageError(
            f"line {line}: the file is not in UTF-8 (byte 0x{data[error.start]:02x})",
            advice="save it in UTF-8 and try again",
        ) from None


def _read_entry(lines: Sequence[str], start: int, number: int) -> tuple[Entry, int]:
    """Return the entry at line `start` (from 0), and the line where the next entry begins."""
    if lines[start] != _ENTRY_MARK:
        raise _build_format_error(lines, start, number, "expected “-” alone on the line")
    for end in (start + 2, start + 3):
        text_and_date = _split_dated_line(lines[end]) if _can_end_entry(lines, end) else None
        if text_and_date is not None:
            body, release_date = text_and_date
            category = lines[start + 1] if end == start + 3 else None
            title = lines[end - 1]
            return Entry(
                title=title, date=release_date, category=category, body=body, url=None
            ), end + 1
    raise _build_format_error(lines, *_find_mistake(lines, start, number))


def _can_end_entry(lines: Sequence[str], end: int) -> bool:
    """Return whether line `end` exists, with another entry or the end of the file after it."""
    return end < len(lines) and (end + 1 == len(lines) or lines[end + 1] == _ENTRY_MARK)


def _split_dated_line(line: str) -> tuple[str, date] | None:
    """Return the text and the date of a line that ends in a date, None for any other line."""
    match = _DATED_LINE.fullmatch(line)
    if match is None:
        return None
    try:
        return match[1] or "", date.fromisoformat(match[2])
    except ValueError:
        return None


def _find_mistake(lines: Sequence[str], start: int, number: int) -> tuple[int, int, str]:
    """Return the line, the entry and a message for the mistake in the entry at line `start`."""
    for end in (start + 2, start + 3):
        line = lines[end] if end < len(lines) else ""
        match = _DATED_LINE.fullmatch(line)
        if match and _split_dated_line(line) is None:
            return end, number, f"there is no date {match[2]}"
    if start + 3 < len(lines):
        if _split_dated_line(lines[start + 3]):
            return start + 4, number, "expected “-” alone on the line, or the end of the file"
        return start + 3, number, "expected text ending in “ dateYYYY-MM-DD”"
    return len(lines) - 1, number, "the file ends before the entry does"


def _build_format_error(
    lines: Sequence[str], index: int, number: int, problem: str
) -> InvalidPageError:
    line = lines[index]
    quote = line if len(line) <= _MAX_QUOTE else f"{line[:_MAX_QUOTE]}…"
    return InvalidPageError(
        f"entry {number}, line {index + 1}: {problem}; it reads “{quote}”", advice=_ADVICE
    )
