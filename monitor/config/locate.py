"""Finds the line and the place of each key in TOML source, which tomllib does not tell.

Used only once something is wrong, or is to be edited. It reads what tomllib has read before, so it
can be simple; but no text whatever makes it fail: at worst it knows fewer places.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from monitor.config.wrong import Key

_TOKEN = re.compile(
    r'''
      (?P<blank> [ \t]+ | \#[^\n]* )
    | (?P<newline> \r?\n )
    | (?P<text>
          """ (?: [^"\\] | \\. | "{1,2}(?!") )*+ "{3,5}
        | \'\'\' (?: [^'] | '{1,2}(?!') )*+ '{3,5}
        | " (?: [^"\\\n] | \\. )*+ "
        | ' [^'\n]*+ '
      )
    | (?P<bare> [A-Za-z0-9_-]+ )
    | (?P<mark> . )
    ''',
    re.VERBOSE | re.DOTALL,
)


def lines(source: str) -> dict[Key, int]:
    """Return the line, from 1, where each key, section and list item first stands."""
    scan = _Scan(source)
    with suppress(RecursionError):  # lists in lists in lists; what was found until there is right
        scan.document()
    return scan.lines


class Place(NamedTuple):
    """Where a `key = value` stands: offsets of the key's first character and of its value."""

    key: int
    start: int
    end: int


def layout(source: str) -> tuple[list[tuple[Key, int]], dict[Key, Place]]:
    """Return the headings in order, each with the offset of its bracket, and where values stand.

    Items of lists have no place of their own here.
    """
    scan = _Scan(source)
    with suppress(RecursionError):
        scan.document()
    return scan.headings, scan.places


def nearest(places: Mapping[Key, int], key: Key) -> int | None:
    """Return the line of a key, or of what it stands in, or None."""
    while key and key not in places:
        key = key[:-1]
    return places.get(key)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int
    start: int


def _tokens(source: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(source):
        if found.lastgroup != "blank":
            yield _Token(str(found.lastgroup), found[0], line, found.start())
        line += found[0].count("\n")
    yield _Token("end", "", line, len(source))


class _Scan:
    """Walks the tokens of one document from left to right and notes where keys stand."""

    def __init__(self, source: str) -> None:
        self.lines: dict[Key, int] = {}
        self.headings: list[tuple[Key, int]] = []
        self.places: dict[Key, Place] = {}
        self._tokens = list(_tokens(source))
        self._at = self._end = 0
        self._counts: dict[Key, int] = {}

    @property
    def _here(self) -> _Token:
        return self._tokens[self._at]

    def _step(self) -> None:
        self._end = self._here.start + len(self._here.text)
        self._at = min(self._at + 1, len(self._tokens) - 1)

    def _note(self, key: Key, line: int) -> None:
        for end in range(1, len(key) + 1):
            self.lines.setdefault(key[:end], line)

    def document(self) -> None:
        """Read headings and `key = value` lines to the end."""
        section: Key = ()
        while self._here.kind != "end":
            if self._here.text == "[":
                section = self._heading()
            else:
                self._pair(section)
            while self._here.kind not in {"newline", "end"}:
                self._step()
            self._step()

    def _heading(self) -> Key:
        line, start = self._here.line, self._here.start
        self._step()
        is_item = self._here.text == "["
        if is_item:
            self._step()
        key: Key = ()
        parts = self._dotted()
        for n, part in enumerate(parts, 1):
            key = self._numbered((*key, part), is_new=is_item and n == len(parts))
        self._note(key, line)
        self.headings.append((key, start))
        return key

    def _numbered(self, key: Key, *, is_new: bool) -> Key:
        """Add the index of the item that is open, where `key` is a `[[list]]`."""
        if is_new:
            self._counts[key] = self._counts.get(key, -1) + 1
        return (*key, self._counts[key]) if key in self._counts else key

    def _pair(self, section: Key) -> None:
        line, first = self._here.line, self._here.start
        key = (*section, *self._dotted())
        if self._here.text == "=":
            self._step()
            self._note(key, line)
            start = self._here.start
            self._value(key)
            self.places[key] = Place(first, start, max(start, self._end))

    def _dotted(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self._here.kind in {"bare", "text"}:
            parts.append(_unquoted(self._here.text))
            self._step()
            if self._here.text != ".":
                break
            self._step()
        return tuple(parts)

    def _value(self, key: Key) -> None:
        if self._here.text == "[":
            self._list(key)
        elif self._here.text == "{":
            self._inline_table(key)
        else:
            while self._here.kind not in {"newline", "end"} and self._here.text not in ",]}":
                self._step()

    def _list(self, key: Key) -> None:
        self._step()
        index = 0
        while self._here.kind != "end" and self._here.text != "]":
            if self._here.kind == "newline" or self._here.text == ",":
                self._step()
            else:
                self._note((*key, index), self._here.line)
                self._inside((*key, index), is_pair=False)
                index += 1
        self._step()

    def _inline_table(self, key: Key) -> None:
        self._step()
        while self._here.kind != "end" and self._here.text != "}":
            if self._here.kind == "newline" or self._here.text == ",":
                self._step()
            else:
                self._inside(key, is_pair=True)
        self._step()

    def _inside(self, key: Key, *, is_pair: bool) -> None:
        """Read a part of a list or inline table, and get on even where it makes no sense."""
        before = self._at
        (self._pair if is_pair else self._value)(key)
        if self._at == before:
            self._step()


def _unquoted(text: str) -> str:
    if text[0] not in "\"'":
        return text
    try:
        return str(tomllib.loads(f"key = {text}")["key"])
    except ValueError:
        return text.strip("\"'")
