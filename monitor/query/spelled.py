"""How the words of a release are written for the archive's own index, `words`.

One word of the index for every token, in order, so that phrases can be asked for: its key, which
singular, plural and possessive share. Behind those of a field stand marks, each once: the letters
that its words begin with, the capitals in it, plurals whose key is not to be seen from them (EVs),
and words that are capitals in one place and not in another (US, us). Capitals that a query must
write so stand there together with the words around them, so that a phrase can be asked for as well.
What changes here changes what the index says: then a migration has to have every release indexed
anew.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from monitor.query.words import form, is_acronym, singular
from monitor.text.tokens import Tokens

EVERY = "zx"  # stands in the title of every release: what a query of mere NOTs begins with
# No key begins like a mark: `encoded` writes z followed by a number.
_CAPITALS, _INITIAL, _OTHERWISE, _BESIDE, _MIXED = "zz", "zy", "zw", "zv", "zu"
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


class _Written(NamedTuple):
    """A token's word in the index, its marks, and its capitals if a query must write them so."""

    word: str
    marks: tuple[str, ...]
    acronym: str


def _field(raw: str) -> str:
    written = [_written(surface) for surface in Tokens(raw).surfaces]
    marks = {mark for one in written for mark in one.marks}
    marks |= {_MIXED + word for word in _written_differently(written)}
    words = (one.word for one in written)
    return " ".join([*words, *sorted(marks), *dict.fromkeys(_around_capitals(written))])


def _written_differently(written: Iterable[_Written]) -> Iterator[str]:
    """Yield the words that are capitals somewhere, and others elsewhere."""
    ways = Counter(word for word, _ in {(one.word, one.acronym) for one in written})
    return (word for word, count in ways.items() if count > 1)


def _around_capitals(written: Sequence[_Written]) -> Iterator[str]:
    """Yield each stretch of capitals and the words beside them, with a mark for its end."""
    found = [at for at, one in enumerate(written) if one.acronym]
    near = sorted({at + step for at in found for step in (-1, 0, 1)} & set(range(len(written))))
    for _, stretch in groupby(enumerate(near), key=lambda pair: pair[1] - pair[0]):
        words = (written[at] for _, at in stretch)
        yield " ".join([*(one.acronym or f"{_BESIDE}{one.word}" for one in words), _BESIDE])


@lru_cache(maxsize=1 << 16)
def _written(surface: str) -> _Written:
    folded, keys, in_capitals = form(surface)
    marks = [initial(folded[0])]
    acronym = capitals(in_capitals) if is_acronym(in_capitals) else ""
    if len(in_capitals) >= _LEAST and not acronym:
        marks.append(capitals(in_capitals))
    if keys[-1] not in {folded, singular(folded)}:
        marks.append(otherwise(folded))
    return _Written(encoded(keys[-1]), tuple(marks), acronym)


def beside(key: str) -> str:
    """Return how a word stands beside capitals."""
    return _BESIDE + encoded(key)


def otherwise(folded: str) -> str:
    """Return the mark of a plural whose key is not to be seen from it."""
    return _OTHERWISE + encoded(folded)


def capitals(text: str) -> str:
    """Return the mark of a word in capitals; a beginning of the word has a beginning of it."""
    return _CAPITALS + encoded(text.casefold())


def mixed(key: str) -> str:
    """Return the mark of a word that is capitals somewhere, and something else elsewhere."""
    return _MIXED + encoded(key)


def initial(letter: str) -> str:
    """Return the mark of all words that begin with a letter, in lower case."""
    return _INITIAL + encoded(letter)


def encoded(key: str) -> str:
    """Return a key as one word of ASCII letters and digits; a beginning stays a beginning."""
    if key.isascii() and key.isalnum() and "z" not in key:
        return key
    return "".join(c if c.isascii() and c.isalnum() and c != "z" else f"z{ord(c):x}z" for c in key)
