"""Turns mistakes into one ConfigError that a person can work through from top to bottom."""

import re
from collections.abc import Sequence
from pathlib import Path

from monitor.config.locate import lines, nearest
from monitor.config.table import Problem
from monitor.config.wrong import Key, quoted
from monitor.errors import ConfigError

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLACE = re.compile(r" \(at (?:line ([0-9]+), column [0-9]+|end of document)\)$")
_TWICE = "this key or section stands in the file for the second time"
_UNCLOSED = "a text is not closed: its last quote is missing"
_PLAIN = (
    ("Invalid value", 'expected a value; text needs quotes, such as every = "30m"'),
    ("Expected newline", 'expected one value a line; text needs quotes, such as every = "30m"'),
    ("Illegal character '\\n'", _UNCLOSED),
    ("Found invalid character '\\n'", _UNCLOSED),
    ("Unterminated string", _UNCLOSED),
    ("Expected \"'", _UNCLOSED),
    ("Cannot overwrite", _TWICE),
    ("Cannot declare", f"{_TWICE}; [[source]] and its like take two brackets every time"),
    ("Cannot mutate", _TWICE),
    ("Cannot redefine", _TWICE),
    ("Duplicate", _TWICE),
    ("Expected '='", "expected = and a value after the key"),
    ("Expected ']", "a [section] is not closed: its last bracket is missing"),
    ("Unclosed array", "a list is not closed: a comma or its last ] is missing"),
    ("Unclosed inline", "a { table } is not closed: a comma or its last } is missing"),
    ("Unescaped", "a backslash means something in double quotes: put the text in 'single quotes'"),
    ("Invalid statement", 'expected a key such as every = "30m", or a section such as [[source]]'),
    ("Invalid initial", 'expected a key such as every = "30m", or a section such as [[source]]'),
)


def mistakes(problems: Sequence[Problem], source: str, path: Path) -> ConfigError:
    """Return one error for all problems, in the order of the file; its place is the first's."""
    places = lines(source)
    found = sorted(
        ((nearest(places, problem.key), problem) for problem in problems),
        key=lambda pair: pair[0] or 0,
    )
    errors = [
        ConfigError(problem.message, path=path, line=line, key=spelled(problem.key) or None)
        for line, problem in found
    ]
    first, rest = errors[0], errors[1:]
    message = "\n".join((first.message, *map(str, rest)))
    return ConfigError(message, path=path, line=first.line, key=first.key)


def spelled(key: Key) -> str:
    """Return a key as people write it: `source[0].every`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f"{'.' if text else ''}{part if _BARE.fullmatch(part) else quoted(part)}"
    return text


def not_toml(error: ValueError, source: str, path: Path) -> ConfigError:
    """Return what tomllib found wrong, in a plain sentence and with its line."""
    told = str(error)
    place = _PLACE.search(told)
    if place is None:
        return ConfigError("this is not TOML: a number in it is too long", path=path)
    told = told[: place.start()]
    line = int(place[1]) if place[1] else _last_line(told, source)
    plain = next((plain for start, plain in _PLAIN if told.startswith(start)), None)
    return ConfigError(plain or f"this is not TOML: {told}", path=path, line=line)


def _last_line(told: str, source: str) -> int:
    """Return where the trouble began that was met at the end: at the quote without its like."""
    quote = (
        '"' if told == "Unterminated string" else "'" if told.startswith("Expected \"'") else None
    )
    end = source.rfind(quote) if quote else len(source.rstrip())
    return source.count("\n", 0, end) + 1
