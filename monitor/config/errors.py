"""Errors about config values, and the wording of their messages."""

from collections.abc import Iterable, Mapping

ConfigKey = tuple[str | int, ...]
"""The path to a value: `("source", 0, "every")` is `every` of the first `[[source]]`."""

_MAX_SHOWN_LENGTH = 40
_MIN_SIMILARITY = 0.7


class InvalidValue(ValueError):
    """Raised when a value is not valid for its key.

    `key` leads from the value to its invalid part, such as an index in a list.
    """

    def __init__(self, message: str, *key: str | int) -> None:
        self.message, self.key = message, key
        super().__init__(message)


def expectation_error(expectation: str, value: object) -> InvalidValue:
    """Return the error `expected …, got …`; do not use it for values that may be secret."""
    return InvalidValue(f"expected {expectation}, got {describe_value(value)}")


def describe_value(value: object) -> str:
    """Format a value on one line, in TOML notation; name only the type of lists and tables."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quote_text(value)
        case Mapping():
            return "a table"
        case list():
            return "a list"
    return str(value)


def quote_text(text: str) -> str:
    """Return text in quotes, shortened, with unprintable characters escaped."""
    short = text if len(text) <= _MAX_SHOWN_LENGTH else f"{text[: _MAX_SHOWN_LENGTH - 1]}…"
    safe = (c if c.isprintable() else f"\\u{ord(c):04x}" for c in short)
    return '"{}"'.format("".join(safe).replace('"', '\\"'))


def suggest_nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "every"?` if a known word is similar, else an empty string."""
    from difflib import get_close_matches  # noqa: PLC0415, only needed for a mistake

    folded = {name.casefold(): name for name in known}
    nearest = get_close_matches(word.casefold(), folded, n=1, cutoff=_MIN_SIMILARITY)
    return f"; did you mean {quote_text(folded[nearest[0]])}?" if nearest else ""


def suggest_known(word: str, known: Iterable[str], label: str = "known here") -> str:
    """Return a suggestion with the most similar known word, or else a list of all known words."""
    names = [name for name in known if name]
    return suggest_nearest(word, names) or (f"; {label}: {', '.join(names)}" if names else "")
