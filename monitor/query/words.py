"""Singular, plural and possessive as one: the forms under which a token is found."""

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from monitor.query import vocabulary as known
from monitor.text.tokens import APOSTROPHE

_MIN_PLURAL = 4  # letters: "gas" and "yes" are no plurals; "EVs" is known by its capitals
_ACRONYM = (2, 4)  # letters: where capitals in a query mean capitals

_MARKS = re.compile(r"[\u0300-\u036f]+")
# Letters that Unicode does not take for a letter with a mark, but readers without them do.
_LETTERS = str.maketrans(
    {
        **dict(zip("øØłŁđĐðÐı", "oOlLdDdDi", strict=True)),
        **dict(zip("þÞæÆœŒßẞ", ("th", "TH", "ae", "AE", "oe", "OE", "ss", "SS"), strict=True)),
    }
)


class Form(NamedTuple):
    """A token as it is compared: two words are one if they share a key.

    `folded` is its spelling in lower case without accents, dots and possessive, the first of its
    `keys`; `capitals` is the acronym in it, empty if it has small letters.
    """

    folded: str
    keys: tuple[str, ...]
    capitals: str = ""


@lru_cache(maxsize=1 << 16)
def form(surface: str) -> Form:
    """Return the forms under which a token is found."""
    bare = _bare(surface)
    folded = bare.casefold()
    if folded == bare or not bare.isalpha():
        return Form(folded, _keys(folded, singular(folded) if folded[0].isalpha() else folded))
    if bare.isupper():
        one = folded if folded in known.ACRONYMS else singular(folded)
        return Form(folded, _keys(folded, one), bare)
    if bare[-1] == "s" and bare[-2].isupper() and len(bare) > len("As"):
        # EVs and MoUs: too short for a plural, or ending in -us; the latter is no acronym.
        return Form(folded, _keys(folded, folded[:-1]), bare[:-1] if bare[:-1].isupper() else "")
    return Form(folded, _keys(folded, singular(folded)))


def _keys(folded: str, one: str) -> tuple[str, ...]:
    return (folded,) if one == folded else (folded, one)


def is_acronym(capitals: str) -> bool:
    """Say whether a query word with these capitals matches nothing but capitals."""
    least, most = _ACRONYM
    return least <= len(capitals) <= most


def _bare(surface: str) -> str:
    """Return a token without accents, possessive, inner apostrophes, dots and commas."""
    if not surface.isascii():
        surface = normalize("NFC", _MARKS.sub("", normalize("NFKD", surface)).translate(_LETTERS))
    if not surface.isalnum():
        surface = APOSTROPHE.sub("'", surface)
        head, apostrophe, tail = surface.rpartition("'")
        if apostrophe and tail in {"s", "S"}:
            surface = head
        surface = surface.replace("'", "").replace(",", "")
        if not surface[0].isdecimal():
            surface = surface.replace(".", "")
    return surface


def singular(word: str) -> str:
    """Return the key that `word`, in lower case and without possessive, shares with its plural.

    It need not be a word ("Texas" has "texa"), but no two words have the same.
    """
    if len(word) < _MIN_PLURAL:
        return "man" if word == "men" else word
    if word in known.IRREGULAR:
        return known.IRREGULAR[word]
    if word[-1] == "s":
        return word if _stays(word) else _without_s(word)
    return f"{word[:-2]}an" if word.endswith(known.MEN) else word


def having(key: str) -> tuple[str, ...]:
    """Return all words that have this key, itself among them if it is one."""
    stem, ends = key[:-1], ("s", "es")
    endings = (key, *(key + end for end in ends), f"{stem}ies", f"{key[:-2]}es", f"{key[:-2]}en")
    irregular = (many for many, one in known.IRREGULAR.items() if one == key)
    words = dict.fromkeys((*endings, *irregular))
    return tuple(word for word in words if key in (word, singular(word)))


def _stays(word: str) -> bool:
    """Say whether the s at the end belongs to the word."""
    if word in known.SINGULAR or word.endswith("ss"):
        return True
    return word.endswith(("us", "is", "ics")) and word not in known.PLURAL


def _without_s(word: str) -> str:
    if word.endswith("ies"):
        has_e = word in known.IE or len(word) == _MIN_PLURAL
        return word[:-1] if has_e else f"{word[:-3]}y"
    if word.endswith("theses"):
        return f"{word[:-2]}is"
    return word[:-2] if _has_es(word) else word[:-1]


def _has_es(word: str) -> bool:
    if word.endswith("uses"):
        return not (word in known.USE or word.endswith(known.USE_ENDINGS))
    return word.endswith(known.ES) and word not in known.E
