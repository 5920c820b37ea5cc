"""Reader for a section of the file that collects problems instead of stopping at the first.

So users see every mistake at once. If a key is invalid, its default or a placeholder is returned
and reading continues; in the end, `parse_config` raises and discards the result.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from monitor.config.errors import ConfigKey, InvalidValue, quote_text, suggest_known
from monitor.errors import ConfigError

T = TypeVar("T")
D = TypeVar("D")


class ConfigProblem(NamedTuple):
    """A mistake in the config: its key, and a message with the expected value."""

    key: ConfigKey
    message: str


class SectionReader:
    """Reader for a section of the file; the keys that are read become the known keys."""

    __slots__ = ("_known", "_problems", "_raw", "key")

    def __init__(
        self, raw: Mapping[str, object], key: ConfigKey, problems: list[ConfigProblem]
    ) -> None:
        self.key = key
        self._raw, self._problems, self._known = raw, problems, dict[str, None]()

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def is_valid(self, name: str) -> bool:
        """Return whether no problem has been recorded for a key."""
        key = (*self.key, name)
        return all(problem.key[: len(key)] != key for problem in self._problems)

    def get(self, name: str, convert: Callable[[object], T], default: D) -> T | D:
        """Return the converted value, or the default if the key is missing or invalid."""
        self._known[name] = None
        if name not in self._raw:
            return default
        try:
            return convert(self._raw[name])
        except InvalidValue as error:
            self.add_problem(error.message, name, *error.key)
            return default

    def require(self, example: str, convert: Callable[[object], T], placeholder: T) -> T:
        """Return the converted value of a required key, or the placeholder if it is invalid.

        `example` is a valid line for the key, such as `name = "desk"`; it starts with the key.
        """
        name = example.partition(" ")[0]
        if name not in self._raw:
            self.add_problem(f"missing; write for instance {example}", name)
        return self.get(name, convert, placeholder)

    def get_section(self, name: str) -> "SectionReader":
        """Return the section `[name]`; it is empty if the file has none."""
        return SectionReader(
            self.get(name, _expect_section(name), {}), (*self.key, name), self._problems
        )

    def get_sections(self, name: str) -> list["SectionReader"]:
        """Return the sections `[[name]]` in file order."""
        raws = self.get(name, _expect_sections(name), [])
        return [
            SectionReader(raw, (*self.key, name, n), self._problems) for n, raw in enumerate(raws)
        ]

    def add_problem(self, message: str, *key: str | int) -> None:
        """Record a problem at `key`, relative to this section."""
        self._problems.append(ConfigProblem((*self.key, *key), message))

    def reject_unknown(self, advice_by_key: Mapping[str, str] | None = None) -> None:
        """Record a problem for every key that was not read.

        `advice_by_key` gives advice for keys that belong in another section.
        """
        for name, value in self._raw.items():
            if name not in self._known:
                advice = (advice_by_key or {}).get(name) or suggest_known(name, self._known)
                self.add_problem(f"unknown {_name_entry_kind(value)}{advice}", name)


def _name_entry_kind(value: object) -> str:
    tables = value if isinstance(value, list) and value else [value]
    return "section" if all(isinstance(table, dict) for table in tables) else "key"


def _expect_section(name: str) -> Callable[[object], Mapping[str, object]]:
    def convert(value: object) -> Mapping[str, object]:
        if isinstance(value, dict):
            return value
        raise InvalidValue(f"expected a section: [{name}] with its keys below it")

    return convert


def _expect_sections(name: str) -> Callable[[object], list[Mapping[str, object]]]:
    advice = f"expected [[{name}]] in double brackets, once for each {name}"

    def convert(value: object) -> list[Mapping[str, object]]:
        if not isinstance(value, list):
            raise InvalidValue(advice)
        for n, item in enumerate(value):
            if not isinstance(item, dict):
                raise InvalidValue(advice, n)
        return value

    return convert


_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TOML_POSITION = re.compile(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)$")
_DUPLICATE_KEY = "this key or section is already in the file"
_UNCLOSED_TEXT = "a text is not closed: its last quote is missing"
_PLAIN_MESSAGES = (
    ("Invalid value", 'expected a value; text needs quotes, such as every = "30m"'),
    ("Expected newline", 'expected one value a line; text needs quotes, such as every = "30m"'),
    ("Illegal character '\\n'", _UNCLOSED_TEXT),
    ("Found invalid character '\\n'", _UNCLOSED_TEXT),
    ("Unterminated string", _UNCLOSED_TEXT),
    ("Expected \"'", _UNCLOSED_TEXT),
    ("Cannot overwrite", _DUPLICATE_KEY),
    ("Cannot declare", f"{_DUPLICATE_KEY}; [[source]] and its like take two brackets every time"),
    ("Cannot mutate", _DUPLICATE_KEY),
    ("Cannot redefine", _DUPLICATE_KEY),
    ("Duplicate", _DUPLICATE_KEY),
    ("Expected '='", "expected = and a value after the key"),
    ("Expected ']", "a [section] is not closed: its last bracket is missing"),
    ("Unclosed array", "a list is not closed: a comma or its last ] is missing"),
    ("Unclosed inline", "a { table } is not closed: a comma or its last } is missing"),
    ("Unescaped", "a backslash means something in double quotes: put the text in 'single quotes'"),
    ("Invalid statement", 'expected a key such as every = "30m", or a section such as [[source]]'),
    ("Invalid initial", 'expected a key such as every = "30m", or a section such as [[source]]'),
)


def build_config_error(problems: Sequence[ConfigProblem], source: str, path: Path) -> ConfigError:
    """Return an error with all problems in file order; its line and key are those of the first."""
    # Only a mistake needs the positions of keys.
    from monitor.config.toml_locations import (  # noqa: PLC0415
        find_key_lines,
        find_nearest_line,
    )

    key_lines = find_key_lines(source)
    located = sorted(
        ((find_nearest_line(key_lines, problem.key), problem) for problem in problems),
        key=lambda pair: pair[0] or 0,
    )
    errors = [
        ConfigError(problem.message, path=path, line=line, key=format_key(problem.key) or None)
        for line, problem in located
    ]
    first, rest = errors[0], errors[1:]
    message = "\n".join((first.message, *map(str, rest)))
    return ConfigError(message, path=path, line=first.line, key=first.key)


def format_key(key: ConfigKey) -> str:
    """Format a key for display, such as `source[0].every`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += (
                f"{'.' if text else ''}{part if _BARE_KEY.fullmatch(part) else quote_text(part)}"
            )
    return text


def build_toml_error(error: ValueError, source: str, path: Path) -> ConfigError:
    """Return an error for a mistake that tomllib found, in a plain sentence and with its line."""
    toml_message = str(error)
    position = _TOML_POSITION.search(toml_message)
    if position is None:
        return ConfigError("this is not TOML: a number in it is too long", path=path)
    toml_message = toml_message[: position.start()]
    line = int(position[1]) if position[1] else _find_unclosed_line(toml_message, source)
    plain_message = next(
        (
            plain_message
            for start, plain_message in _PLAIN_MESSAGES
            if toml_message.startswith(start)
        ),
        None,
    )
    return ConfigError(plain_message or f"this is not TOML: {toml_message}", path=path, line=line)


def _find_unclosed_line(toml_message: str, source: str) -> int:
    """Return the line of the quote that is not closed, for an error at the end of the file."""
    quote = (
        '"'
        if toml_message == "Unterminated string"
        else "'"
        if toml_message.startswith("Expected \"'")
        else None
    )
    end = source.rfind(quote) if quote else len(source.rstrip())
    return source.count("\n", 0, end) + 1
