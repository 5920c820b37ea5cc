"""Scanner for the lines and offsets of keys in TOML source, which tomllib does not report.

It runs only to report a mistake or to edit the file. It can be simple, because tomllib has already
accepted the text. It never fails on any text: at worst, it finds fewer locations.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from monitor.config.errors import ConfigKey

_TOKEN_PATTERN = re.compile(
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


def find_key_lines(source: str) -> dict[ConfigKey, int]:
    """Return the line, counted from 1, where each key, section and list item first appears."""
    scanner = _TomlScanner(source)
    with suppress(RecursionError):  # deeply nested lists; the lines found so far are right
        scanner.scan_document()
    return scanner.key_lines


class KeySpan(NamedTuple):
    """The offsets of a `key = value` pair: start of the key, start and end of the value."""

    key_start: int
    value_start: int
    value_end: int


def find_layout(source: str) -> tuple[list[tuple[ConfigKey, int]], dict[ConfigKey, KeySpan]]:
    """Return the headings in order, with the offsets of their brackets, and the spans of all keys.

    List items have no span of their own.
    """
    scanner = _TomlScanner(source)
    with suppress(RecursionError):
        scanner.scan_document()
    return scanner.headings, scanner.spans


def find_nearest_line(key_lines: Mapping[ConfigKey, int], key: ConfigKey) -> int | None:
    """Return the line of a key, else of the nearest enclosing section or list, else None."""
    while key and key not in key_lines:
        key = key[:-1]
    return key_lines.get(key)


class _TomlToken(NamedTuple):
    kind: str
    text: str
    line: int
    start: int


def _tokenize_toml(source: str) -> Iterator[_TomlToken]:
    line = 1
    for match in _TOKEN_PATTERN.finditer(source):
        if match.lastgroup != "blank":
            yield _TomlToken(str(match.lastgroup), match[0], line, match.start())
        line += match[0].count("\n")
    yield _TomlToken("end", "", line, len(source))


class _TomlScanner:
    """Scanner that walks the tokens of a document from left to right and records key locations."""

    def __init__(self, source: str) -> None:
        self.key_lines: dict[ConfigKey, int] = {}
        self.headings: list[tuple[ConfigKey, int]] = []
        self.spans: dict[ConfigKey, KeySpan] = {}
        self._tokens = list(_tokenize_toml(source))
        self._position = self._last_token_end = 0
        self._item_counts: dict[ConfigKey, int] = {}

    @property
    def _current(self) -> _TomlToken:
        return self._tokens[self._position]

    def _advance(self) -> None:
        self._last_token_end = self._current.start + len(self._current.text)
        self._position = min(self._position + 1, len(self._tokens) - 1)

    def _record_line(self, key: ConfigKey, line: int) -> None:
        for end in range(1, len(key) + 1):
            self.key_lines.setdefault(key[:end], line)

    def scan_document(self) -> None:
        """Scan headings and `key = value` lines to the end."""
        section: ConfigKey = ()
        while self._current.kind != "end":
            if self._current.text == "[":
                section = self._scan_heading()
            else:
                self._scan_pair(section)
            while self._current.kind not in {"newline", "end"}:
                self._advance()
            self._advance()

    def _scan_heading(self) -> ConfigKey:
        line, start = self._current.line, self._current.start
        self._advance()
        is_item = self._current.text == "["
        if is_item:
            self._advance()
        key: ConfigKey = ()
        parts = self._scan_dotted_key()
        for n, part in enumerate(parts, 1):
            key = self._add_item_index((*key, part), is_new=is_item and n == len(parts))
        self._record_line(key, line)
        self.headings.append((key, start))
        return key

    def _add_item_index(self, key: ConfigKey, *, is_new: bool) -> ConfigKey:
        """Append the index of the current item if `key` is a `[[list]]`."""
        if is_new:
            self._item_counts[key] = self._item_counts.get(key, -1) + 1
        return (*key, self._item_counts[key]) if key in self._item_counts else key

    def _scan_pair(self, section: ConfigKey) -> None:
        line, key_start = self._current.line, self._current.start
        key = (*section, *self._scan_dotted_key())
        if self._current.text == "=":
            self._advance()
            self._record_line(key, line)
            value_start = self._current.start
            self._scan_value(key)
            self.spans[key] = KeySpan(
                key_start, value_start, max(value_start, self._last_token_end)
            )

    def _scan_dotted_key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while self._current.kind in {"bare", "text"}:
            parts.append(_unquote_key(self._current.text))
            self._advance()
            if self._current.text != ".":
                break
            self._advance()
        return tuple(parts)

    def _scan_value(self, key: ConfigKey) -> None:
        if self._current.text == "[":
            self._scan_list(key)
        elif self._current.text == "{":
            self._scan_inline_table(key)
        else:
            while self._current.kind not in {"newline", "end"} and self._current.text not in ",]}":
                self._advance()

    def _scan_list(self, key: ConfigKey) -> None:
        self._advance()
        index = 0
        while self._current.kind != "end" and self._current.text != "]":
            if self._current.kind == "newline" or self._current.text == ",":
                self._advance()
            else:
                self._record_line((*key, index), self._current.line)
                self._scan_element((*key, index), is_pair=False)
                index += 1
        self._advance()

    def _scan_inline_table(self, key: ConfigKey) -> None:
        self._advance()
        while self._current.kind != "end" and self._current.text != "}":
            if self._current.kind == "newline" or self._current.text == ",":
                self._advance()
            else:
                self._scan_element(key, is_pair=True)
        self._advance()

    def _scan_element(self, key: ConfigKey, *, is_pair: bool) -> None:
        """Scan an element of a list or inline table; always advance, even on malformed text."""
        position_before = self._position
        (self._scan_pair if is_pair else self._scan_value)(key)
        if self._position == position_before:
            self._advance()


def _unquote_key(text: str) -> str:
    if text[0] not in "\"'":
        return text
    try:
        return str(tomllib.loads(f"key = {text}")["key"])
    except ValueError:
        return text.strip("\"'")
