"""The text of a config.toml cut into lines, and the lines of a [[watch]] in it.

Whose comment is whose, where a watch is taken away or one is put below it:
- words right above a heading are that section's;
- lines right below a watch's keys are the watch's, as most are keys switched off (`# to = [...]`);
  where they touch the next heading too, those after the last key switched off are that section's;
- a ruled line (`# ---- watches`) and a heading switched off (`# [[watch]]`) with what hangs on it,
  and whatever has a blank line between itself and the watch, are nobody's, and stay.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from monitor.config.locate import Place, layout
from monitor.config.wrong import Key, hint, quoted
from monitor.errors import UsageError

Value = str | bool | Sequence[str]
Watches = list[dict[str, Any]]

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_COMMENT = re.compile(r"[ \t]*#")
_RULED = re.compile(r"[ \t]*#.*?([-=#*~_+─━═])\1\1")
_HEADING_OFF = re.compile(r"[ \t]*#+[ \t]*\[.*\]")
_KEY_OFF = re.compile(r"[ \t]*#+[ \t]*[A-Za-z0-9_-]+[ \t]*=")
_IN_ONE_LIST = (
    "the watches stand in one list, watch = [ … ], which commands cannot edit; "
    "write each as a section of its own, under [[watch]]"
)
UNPROVEN = (
    "this file is written in a way that cannot be edited safely here; it was left as it is, "
    "please change it in an editor"
)


def written(key: str, value: Value) -> str:
    """Return a value as TOML. A query stands in single quotes where it can, as it has double ones.

    UsageError where text is no text: bytes that are not UTF-8 reach a command like this.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return f"[{', '.join(written('', one) for one in value)}]"
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise UsageError(f"{quoted(value)} holds what is not text; type it in UTF-8")
    if key == "query" and "'" not in value and value.isprintable():
        return f"'{value}'"
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(c: str) -> str:
    if c in '"\\':
        return f"\\{c}"
    if c.isprintable():
        return c
    return f"\\u{ord(c):04x}" if ord(c) <= 0xFFFF else f"\\U{ord(c):08x}"  # noqa: PLR2004


class _Block(NamedTuple):
    """The lines of one watch, comments of its own included: from `first` up to, not with, `end`."""

    first: int
    end: int


class Sheet:
    """A text cut into lines, with what is known of the watches in it."""

    def __init__(self, text: str, watches: object) -> None:
        headings, self._places = layout(text)
        self._text, self._lines = text, _LINE.findall(text)
        self._newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
        self._headings = [(key, self._row(start)) for key, start in headings]
        self._tops = {row for _, row in self._headings}
        if not isinstance(watches, list) or ("watch",) in self._places:
            raise UsageError(_IN_ONE_LIST)
        self.watches: Watches = watches
        self.names = [str(one.get("name")) for one in watches]

    def _row(self, offset: int) -> int:
        return self._text.count("\n", 0, offset)

    def find(self, name: str) -> int:
        """Return the number of the watch of this name, from 0."""
        if name not in self.names:
            advice = hint(name, self.names, "there are") or "; there is none"
            raise UsageError(f"no watch is called {quoted(name)}{advice}")
        return self.names.index(name)

    def _place(self, number: int, key: str) -> Place | None:
        return self._places.get(("watch", number, key))

    def _known_place(self, number: int, key: str) -> Place:
        place = self._place(number, key)
        if place is None:
            raise UsageError(UNPROVEN)
        return place

    def changed(self, number: int, **keys: Value | None) -> Watches:
        """Return the watches with other values in one; None stands for a key that is gone."""
        one = {**self.watches[number], **keys}
        kept = {key: value for key, value in one.items() if value is not None}
        return [*self.watches[:number], kept, *self.watches[number + 1 :]]

    # ---------------------------------------------------------------- keys

    def with_key(self, number: int, key: str, value: Value) -> str:
        """Put another value in place of a key's, or the key below the watch's name."""
        if (place := self._place(number, key)) is not None:
            return self._text[: place.start] + written(key, value) + self._text[place.end :]
        name = self._known_place(number, "name")
        row = self._row(name.key)
        indent = self._lines[row][: -len(self._lines[row].lstrip(" \t"))]
        return self._with_lines(self._row(name.end) + 1, [f"{indent}{key} = {written(key, value)}"])

    def without_key(self, number: int, key: str) -> str:
        """Take the lines of a key away."""
        place = self._known_place(number, key)
        rows = self._lines[: self._row(place.key)] + self._lines[self._row(place.end) + 1 :]
        return "".join(rows)

    def has_comment(self, number: int, key: str) -> bool:
        """Say whether a comment stands behind a key's value."""
        place = self._place(number, key)
        return place is not None and "#" in self._text[place.end :].partition("\n")[0]

    # ---------------------------------------------------------------- sections

    def with_section(self, lines: Sequence[str]) -> str:
        """Put a new [[watch]] below the last one, a blank line apart from its neighbours."""
        row = self._block(len(self.names) - 1).end if self.names else len(self._lines)
        before = [""] if row and not self._is_blank(row - 1) else []
        after = [""] if row < len(self._lines) and not self._is_blank(row) else []
        return self._with_lines(row, [*before, "[[watch]]", *lines, *after])

    def _with_lines(self, row: int, lines: Sequence[str]) -> str:
        before = "".join(self._lines[:row])
        if before and not before.endswith("\n"):
            before += self._newline
        new = "".join(f"{line}{self._newline}" for line in lines)
        return before + new + "".join(self._lines[row:])

    def without_section(self, number: int) -> str:
        """Take a watch away, and of the gaps above and below it the smaller one."""
        first, end = self._block(number)
        above, below = first, end
        while above > 0 and self._is_blank(above - 1):
            above -= 1
        while below < len(self._lines) and self._is_blank(below):
            below += 1
        is_smaller_above = first - above <= below - end
        if below == len(self._lines) or (above > 0 and is_smaller_above):
            first = above
        else:
            end = below
        return "".join(self._lines[:first] + self._lines[end:])

    def _block(self, number: int) -> _Block:
        """Return the lines of a watch, sections inside it and its own comments included."""
        key: Key = ("watch", number)
        heads = [row for at, row in self._headings if at[:2] == key]
        ends = [self._row(place.end) for at, place in self._places.items() if at[:2] == key]
        last = max([*heads, *ends])
        return _Block(self._lead(min(heads)), self._foot(last + 1))

    def _lead(self, heading: int) -> int:
        """Return the first of the comment lines that belong to a heading below them."""
        row = heading
        while row > 0 and self._is_plain_comment(row - 1):
            row -= 1
        return row

    def _foot(self, row: int) -> int:
        """Return the first line after the comments that belong to the keys above it."""
        end = row
        while end < len(self._lines) and _COMMENT.match(self._lines[end]):
            if _RULED.match(self._lines[end]) or _HEADING_OFF.match(self._lines[end]):
                return end
            end += 1
        return max(row, self._lead(end)) if end in self._tops else end

    def _is_plain_comment(self, row: int) -> bool:
        """Say whether a line is words behind a #: no rule, and nothing that is switched off."""
        line = self._lines[row]
        return bool(_COMMENT.match(line)) and not any(
            other.match(line) for other in (_RULED, _HEADING_OFF, _KEY_OFF)
        )

    def _is_blank(self, row: int) -> bool:
        return not self._lines[row].strip(" \t\r\n")
