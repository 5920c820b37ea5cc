"""The text form of a listing: `-`, the category if there is one, the title, the text and its date.

It is a form for keeping: nothing is cleaned, and what was read is written byte for byte. Lines end
at a newline alone, not at the other characters that `str.splitlines` knows; one carriage return
before it belongs to the line's end.

It can be told apart whatever the strings say, even a title of `-` or one that ends in a date: an
entry ends with the first line from its second on that ends in a date and is followed by a line of
just `-` or by nothing. A text can't be that line, for its date stands on it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from monitor.errors import PageFault
from monitor.model.scraped import Entry

_MARK = "-"
_DATED = re.compile(r"(?:(.*) )?date([0-9]{4}-[0-9]{2}-[0-9]{2})", re.DOTALL)
_BREAKS = re.compile(r"[\r\n]+")
_ADVICE = (
    "an entry is a line of just “-”, the category (on boards that have any), the title, "
    "and the text ending in “ dateYYYY-MM-DD”"
)
_SHOWN = 60


class Writable(Protocol):
    """What an entry of the text form is made of: an `Entry` or a `Release`."""

    @property
    def title(self) -> str:
        """The title."""

    @property
    def date(self) -> date:
        """The date of the release."""

    @property
    def category(self) -> str | None:
        """The category, None for no such line."""

    @property
    def body(self) -> str:
        """The text."""


def write(entries: Iterable[Writable]) -> Iterator[str]:
    """Yield the text form piece by piece; all together end without a newline.

    A string's own line breaks become single spaces.
    """
    newline = ""
    for entry in entries:
        labels = () if entry.category is None else (entry.category,)
        text = f"{entry.body} date{entry.date}" if entry.body else f"date{entry.date}"
        lines = (_BREAKS.sub(" ", line) for line in (*labels, entry.title, text))
        yield newline + "\n".join((_MARK, *lines))
        newline = "\n"


def read(data: bytes) -> tuple[Entry, ...]:
    """Return the entries of a file in the text form; PageFault names the line of a mistake."""
    lines = [line.removesuffix("\r") for line in _text(data).split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        raise PageFault("the file holds no entries", advice=_ADVICE)
    entries: list[Entry] = []
    at = 0
    while at < len(lines):
        entry, at = _entry(lines, at, len(entries) + 1)
        entries.append(entry)
    return tuple(entries)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PageFault(
            f"line {line}: the file is not in UTF-8 (byte 0x{data[error.start]:02x})",
            advice="save it in UTF-8 and try again",
        ) from None


def _entry(lines: Sequence[str], at: int, number: int) -> tuple[Entry, int]:
    """Return the entry that begins at line `at` (from 0), and where the next one does."""
    if lines[at] != _MARK:
        raise _fault(lines, at, number, "expected “-” alone on the line")
    for end in (at + 2, at + 3):
        dated = _dated(lines[end]) if _ends(lines, end) else None
        if dated is not None:
            body, day = dated
            category = lines[at + 1] if end == at + 3 else None
            title = lines[end - 1]
            return Entry(title=title, date=day, category=category, body=body, url=None), end + 1
    raise _fault(lines, *_mistake(lines, at, number))


def _ends(lines: Sequence[str], end: int) -> bool:
    """Tell whether line `end` exists and nothing, or another entry, follows it."""
    return end < len(lines) and (end + 1 == len(lines) or lines[end + 1] == _MARK)


def _dated(line: str) -> tuple[str, date] | None:
    """Return text and date of a line that ends in a date, None if it doesn't."""
    found = _DATED.fullmatch(line)
    if found is None:
        return None
    try:
        return found[1] or "", date.fromisoformat(found[2])
    except ValueError:
        return None


def _mistake(lines: Sequence[str], at: int, number: int) -> tuple[int, int, str]:
    """Return line, entry and words for the mistake in the entry that begins at line `at`."""
    for end in (at + 2, at + 3):
        line = lines[end] if end < len(lines) else ""
        found = _DATED.fullmatch(line)
        if found and _dated(line) is None:
            return end, number, f"there is no date {found[2]}"
    if at + 3 < len(lines):
        if _dated(lines[at + 3]):
            return at + 4, number, "expected “-” alone on the line, or the end of the file"
        return at + 3, number, "expected text ending in “ dateYYYY-MM-DD”"
    return len(lines) - 1, number, "the file ends before the entry does"


def _fault(lines: Sequence[str], at: int, number: int, expected: str) -> PageFault:
    line = lines[at]
    shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
    return PageFault(
        f"entry {number}, line {at + 1}: {expected}; it reads “{shown}”", advice=_ADVICE
    )
