"""Editor for the [[watch]] sections in the text of a config.toml; it changes nothing else.

The file belongs to the user, so everything outside an edit is preserved byte for byte: order,
comments, blank lines, line endings, a byte order mark and a last line without a newline. TOML
libraries that preserve formatting move comments from one section to the next, so this module cuts
lines itself, at the positions that `toml_locations` finds. Each edit is verified: tomllib must
parse the new text to the old document plus the intended change. Otherwise no text is returned.

Every function takes TOML text and returns the new text, or raises UsageError with the reason.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from monitor.config import converters
from monitor.config.errors import ConfigKey, InvalidValue, quote_text, suggest_known
from monitor.config.toml_locations import KeySpan, find_layout
from monitor.errors import UsageError

WatchTables = list[dict[str, Any]]

EditResult = tuple[str, WatchTables]
"""The new text, and the watch tables that it must parse to."""

_BOM = "\ufeff"


def check_watch_name(name: str, existing_names: Sequence[str]) -> None:
    """Raise UsageError if a new watch cannot have this name."""
    try:
        converters.parse_name(name)
    except InvalidValue as error:
        raise UsageError(error.message) from None
    for existing_name in existing_names:
        if existing_name.casefold() == name.casefold():
            raise UsageError(
                f"there is a watch called “{existing_name}” already; choose another name"
            )


TomlValue = str | bool | Sequence[str]


def add_watch(text: str, watch: Mapping[str, TomlValue]) -> str:
    """Add a watch below the last one, or at the end of the file if there are no watches.

    `watch` has the keys in the order in which they are written; its `name` must be unused.
    """

    def edit_source(source: TomlSource) -> EditResult:
        check_watch_name(str(watch["name"]), source.names)
        lines = [f"{key} = {format_toml_value(key, value)}" for key, value in watch.items()]
        return source.with_watch(lines), [*source.watches, _to_plain_values(watch)]

    return _apply_and_verify(text, edit_source)


def remove_watch(text: str, name: str) -> str:
    """Remove a watch with its own comments and one of the gaps around it."""

    def edit_source(source: TomlSource) -> EditResult:
        number = source.find_watch(name)
        return source.without_watch(number), source.watches[:number] + source.watches[number + 1 :]

    return _apply_and_verify(text, edit_source)


def rename_watch(text: str, old_name: str, new_name: str) -> str:
    """Rename a watch; the new name must be unused, but may differ from the old one only in case."""

    def edit_source(source: TomlSource) -> EditResult:
        number = source.find_watch(old_name)
        check_watch_name(new_name, source.names[:number] + source.names[number + 1 :])
        return source.with_key(number, "name", new_name), source.updated_watches(
            number, name=new_name
        )

    return _apply_and_verify(text, edit_source)


def pause_watch(text: str, name: str) -> str:
    """Pause a watch, so that it matches nothing until resumed; a paused watch stays unchanged."""

    def edit_source(source: TomlSource) -> EditResult:
        number = source.find_watch(name)
        return source.with_key(number, "paused", True), source.updated_watches(number, paused=True)

    return _apply_and_verify(text, edit_source)


def resume_watch(text: str, name: str) -> str:
    """Resume a paused watch; a watch that is not paused stays unchanged.

    The line with the key is removed. If a comment follows the value, the key is set to false
    instead.
    """

    def edit_source(source: TomlSource) -> EditResult:
        number = source.find_watch(name)
        if not source.watches[number].get("paused"):
            return text.removeprefix(_BOM), source.watches
        if source.has_comment(number, "paused"):
            return source.with_key(number, "paused", False), source.updated_watches(
                number, paused=False
            )
        return source.without_key(number, "paused"), source.updated_watches(number, paused=None)

    return _apply_and_verify(text, edit_source)


def _to_plain_values(watch: Mapping[str, TomlValue]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str | bool) else list(value) for key, value in watch.items()
    }


class _WatchBlock(NamedTuple):
    """The rows of a watch and its own comments, from `first` up to but not including `end`."""

    first: int
    end: int


class TomlSource:
    """The text of a config file as lines, with the positions of the watches in it."""

    def __init__(self, text: str, watches: object) -> None:
        headings, self._spans = find_layout(text)
        self._text, self._lines = text, _LINE.findall(text)
        self._newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
        self._headings = [(key, self._find_row(start)) for key, start in headings]
        self._heading_rows = {row for _, row in self._headings}
        if not isinstance(watches, list) or ("watch",) in self._spans:
            raise UsageError(_INLINE_LIST_MESSAGE)
        self.watches: WatchTables = watches
        self.names = [str(watch.get("name")) for watch in watches]

    def _find_row(self, offset: int) -> int:
        return self._text.count("\n", 0, offset)

    def find_watch(self, name: str) -> int:
        """Return the index of the watch with this name, from 0; raise UsageError if none has it."""
        if name not in self.names:
            advice = suggest_known(name, self.names, "there are") or "; there is none"
            raise UsageError(f"no watch is called {quote_text(name)}{advice}")
        return self.names.index(name)

    def _find_span(self, number: int, key: str) -> KeySpan | None:
        return self._spans.get(("watch", number, key))

    def _require_span(self, number: int, key: str) -> KeySpan:
        span = self._find_span(number, key)
        if span is None:
            raise UsageError(UNSAFE_EDIT_MESSAGE)
        return span

    def updated_watches(self, number: int, **keys: TomlValue | None) -> WatchTables:
        """Return the watch tables with new values in one of them; None removes a key."""
        watch = {**self.watches[number], **keys}
        remaining = {key: value for key, value in watch.items() if value is not None}
        return [*self.watches[:number], remaining, *self.watches[number + 1 :]]

    # ---------------------------------------------------------------- keys

    def with_key(self, number: int, key: str, value: TomlValue) -> str:
        """Return the text with a new value for a key, or with the key added below the name."""
        if (span := self._find_span(number, key)) is not None:
            return (
                self._text[: span.value_start]
                + format_toml_value(key, value)
                + self._text[span.value_end :]
            )
        name = self._require_span(number, "name")
        row = self._find_row(name.key_start)
        indent = self._lines[row][: -len(self._lines[row].lstrip(" \t"))]
        return self._with_inserted_lines(
            self._find_row(name.value_end) + 1, [f"{indent}{key} = {format_toml_value(key, value)}"]
        )

    def without_key(self, number: int, key: str) -> str:
        """Return the text without the lines of a key."""
        span = self._require_span(number, key)
        rows = (
            self._lines[: self._find_row(span.key_start)]
            + self._lines[self._find_row(span.value_end) + 1 :]
        )
        return "".join(rows)

    def has_comment(self, number: int, key: str) -> bool:
        """Return whether a comment follows the value of a key on the same line."""
        span = self._find_span(number, key)
        return span is not None and "#" in self._text[span.value_end :].partition("\n")[0]

    # ---------------------------------------------------------------- sections

    def with_watch(self, lines: Sequence[str]) -> str:
        """Return the text with a new [[watch]] below the last one, between blank lines."""
        row = self._find_block(len(self.names) - 1).end if self.names else len(self._lines)
        before = [""] if row and not self._is_blank(row - 1) else []
        after = [""] if row < len(self._lines) and not self._is_blank(row) else []
        return self._with_inserted_lines(row, [*before, "[[watch]]", *lines, *after])

    def _with_inserted_lines(self, row: int, lines: Sequence[str]) -> str:
        before = "".join(self._lines[:row])
        if before and not before.endswith("\n"):
            before += self._newline
        new = "".join(f"{line}{self._newline}" for line in lines)
        return before + new + "".join(self._lines[row:])

    def without_watch(self, number: int) -> str:
        """Return the text without a watch and the smaller of the gaps above and below it."""
        first, end = self._find_block(number)
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

    def _find_block(self, number: int) -> _WatchBlock:
        """Return the rows of a watch, including its subsections and its own comments."""
        key: ConfigKey = ("watch", number)
        heading_rows = [row for at, row in self._headings if at[:2] == key]
        value_rows = [
            self._find_row(place.value_end) for at, place in self._spans.items() if at[:2] == key
        ]
        last_row = max([*heading_rows, *value_rows])
        return _WatchBlock(
            self._find_comments_start(min(heading_rows)), self._find_comments_end(last_row + 1)
        )

    def _find_comments_start(self, heading: int) -> int:
        """Return the first row of the comments that belong to the heading below them."""
        row = heading
        while row > 0 and self._is_plain_comment(row - 1):
            row -= 1
        return row

    def _find_comments_end(self, row: int) -> int:
        """Return the first row after the comments that belong to the keys above them."""
        end = row
        while end < len(self._lines) and _COMMENT.match(self._lines[end]):
            if _RULER_LINE.match(self._lines[end]) or _COMMENTED_HEADING.match(self._lines[end]):
                return end
            end += 1
        return max(row, self._find_comments_start(end)) if end in self._heading_rows else end

    def _is_plain_comment(self, row: int) -> bool:
        """Return whether a line is a comment, but no ruler and no commented-out key or heading."""
        line = self._lines[row]
        return bool(_COMMENT.match(line)) and not any(
            pattern.match(line) for pattern in (_RULER_LINE, _COMMENTED_HEADING, _COMMENTED_KEY)
        )

    def _is_blank(self, row: int) -> bool:
        return not self._lines[row].strip(" \t\r\n")


def _apply_and_verify(text: str, edit_source: Callable[[TomlSource], EditResult]) -> str:
    """Apply an edit, and verify that it makes exactly the intended change."""
    bom = _BOM if text.startswith(_BOM) else ""
    before = text.removeprefix(_BOM)
    document = tomllib.loads(before)
    after, watches = edit_source(TomlSource(before, document.get("watch", [])))
    if before and not before.endswith("\n"):
        after = after.removesuffix("\n").removesuffix("\r")
    if watches:
        document["watch"] = watches
    else:
        document.pop("watch", None)
    if _try_parse_toml(after) != document:
        raise UsageError(UNSAFE_EDIT_MESSAGE)
    return bom + after


def _try_parse_toml(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_COMMENT = re.compile(r"[ \t]*#")
_RULER_LINE = re.compile(r"[ \t]*#.*?([-=#*~_+─━═])\1\1")
_COMMENTED_HEADING = re.compile(r"[ \t]*#+[ \t]*\[.*\]")
_COMMENTED_KEY = re.compile(r"[ \t]*#+[ \t]*[A-Za-z0-9_-]+[ \t]*=")
_INLINE_LIST_MESSAGE = (
    "the watches are in one list, watch = [ … ], which commands cannot "
    "edit; write each as its own [[watch]] section"
)
UNSAFE_EDIT_MESSAGE = (
    "this file cannot be edited safely by a command; it was not changed, please use an editor"
)


def format_toml_value(key: str, value: TomlValue) -> str:
    """Format a value as TOML.

    A query is put in single quotes if possible, because it often contains double quotes. Raise
    UsageError if text contains surrogates: command-line arguments that are not UTF-8 have them.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return f"[{', '.join(format_toml_value('', item) for item in value)}]"
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise UsageError(f"{quote_text(value)} is not valid text; save it as UTF-8")
    if key == "query" and "'" not in value and value.isprintable():
        return f"'{value}'"
    return f'"{"".join(map(_escape_char, value))}"'


def _escape_char(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"  # noqa: PLR2004
