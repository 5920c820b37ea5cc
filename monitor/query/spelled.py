"""How the words of a release are written for the archive's own index, `words`.

One word of the index for every token, in order, so that phrases can be asked for: its key, which
singular, plural and possessive share. Behind those of a field stand marks, each once: the capitals
in it and the letters that its words begin with. What changes here changes what the index says:
then a migration has to have every release indexed anew.
"""

from collections.abc import Iterable
from functools import lru_cache

from monitor.query.words import form
from monitor.text.tokens import Tokens

EVERY = "zx"  # stands in the title of every release: what a query of mere NOTs begins with
_CAPITALS, _INITIAL = "zz", "zy"  # no key begins so: `encoded` writes z followed by a number
_LEAST = 2  # letters: one capital alone is no acronym


def spelled(
    title: str, text: str, category: str, sources: Iterable[str] = ()
) -> tuple[str, str, str, str]:
    """Return what the columns of the index hold of a release: title, body, category, sources."""
    return (
        f"{_field(title)} {EVERY}",
        _field(text),
        _field(category),
        " ".join(map(listed, sources)),
    )


def listed(source: str) -> str:
    """Return the name of a listing as one word."""
    return encoded(source.casefold())


def _field(raw: str) -> str:
    written = [_written(surface) for surface in Tokens(raw).surfaces]
    marks = {mark for _, of_word in written for mark in of_word}
    return " ".join([*(word for word, _ in written), *sorted(marks)])


@lru_cache(maxsize=1 << 16)
def _written(surface: str) -> tuple[str, tuple[str, ...]]:
    """Return a token's word in the index, and its marks."""
    folded, keys, in_capitals = form(surface)
    first = initial(folded[0])
    marks = (first, capitals(in_capitals)) if len(in_capitals) >= _LEAST else (first,)
    return encoded(keys[-1]), marks


def capitals(text: str) -> str:
    """Return the mark of a word in capitals; a beginning of the word has a beginning of it."""
    return _CAPITALS + encoded(text.casefold())


def initial(letter: str) -> str:
    """Return the mark of all words that begin with a letter, in lower case."""
    return _INITIAL + encoded(letter)


def encoded(key: str) -> str:
    """Return a key as one word of ASCII letters and digits; a beginning stays a beginning."""
    if key.isascii() and key.isalnum() and "z" not in key:
        return key
    return "".join(c if c.isascii() and c.isalnum() and c != "z" else f"z{ord(c):x}z" for c in key)
