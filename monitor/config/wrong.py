"""What is wrong with a value, in words for the person who wrote it."""

from collections.abc import Iterable, Mapping

Key = tuple[str | int, ...]
"""Where a value stands: `("source", 0, "every")` is `every` of the first `[[source]]`."""

_LONGEST_SHOWN = 40
_NEAR = 0.7


class Wrong(ValueError):
    """A value is not what its key expects.

    `key` leads from the value to the part of it that is wrong, such as the index in a list.
    """

    def __init__(self, message: str, *key: str | int) -> None:
        self.message, self.key = message, key
        super().__init__(message)


def expected(what: str, value: object) -> Wrong:
    """Return the error `expected …, got …`; not for values that may be secret."""
    return Wrong(f"expected {what}, got {shown(value)}")


def shown(value: object) -> str:
    """Return a value on one line, as TOML writes it; lists and tables by kind alone."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case Mapping():
            return "a table"
        case list():
            return "a list"
    return str(value)


def quoted(text: str) -> str:
    """Return text in quotes, shortened, with whatever does not print escaped."""
    short = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
    safe = (c if c.isprintable() else f"\\u{ord(c):04x}" for c in short)
    return '"{}"'.format("".join(safe).replace('"', '\\"'))


def near(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "every"?` where a known word is near, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415, only a mistake pays for it

    folded = {name.casefold(): name for name in known}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=_NEAR)
    return f"; did you mean {quoted(folded[found[0]])}?" if found else ""


def hint(word: str, known: Iterable[str], what: str = "known here") -> str:
    """Return the known word that is near; where there is none, all of them."""
    names = [name for name in known if name]
    return near(word, names) or (f"; {what}: {', '.join(names)}" if names else "")
