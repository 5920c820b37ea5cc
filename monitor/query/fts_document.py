"""The text of a release as the full-text index (`words`) stores it.

Each token becomes one index word, in order, so that phrases can be searched. The word is the
token's key, shared by singular, plural and possessive. The words of a field are followed by marks,
each once:

- the letters with which words begin,
- words in capitals that are longer than an acronym,
- plurals of acronyms that their key does not show (EVs),
- words that are capitals in one place and not in another (US, us).

Then follows each stretch of acronyms that a query must write in capitals, with the words next to
them, so that phrases with such acronyms can be searched too.

A change here changes the contents of the index: it needs a migration that has every release
indexed again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from monitor.models.notification import Document
from monitor.query.ast import Term
from monitor.query.inflection import inflect_token, is_acronym, singularize
from monitor.query.phrases import split_term
from monitor.text.normalize import normalize_text
from monitor.text.tokenize import TokenizedText, is_cjk

MATCH_ALL_WORD = "zx"  # in the title of every release: queries made only of NOTs need it
# No key begins like a mark: `encode_key` writes z followed by a number.
_CAPITALS_MARK, _INITIAL_MARK, _PLURAL_MARK, _NEIGHBOR_MARK, _MIXED_MARK = (
    "zz",
    "zy",
    "zw",
    "zv",
    "zu",
)
_MIN_CAPITALS = 2  # letters: a single capital is no acronym


def encode_document(
    title: str, text: str, category: str, sources: Iterable[str] = ()
) -> tuple[str, str, str, str]:
    """Return the index columns of a release: title, body, category, sources."""
    return (
        f"{_encode_field(title)} {MATCH_ALL_WORD}",
        _encode_field(text),
        _encode_field(category),
        " ".join(map(encode_source, sources)),
    )


def encode_source(source: str) -> str:
    """Return the name of a source as one index word."""
    return encode_key(source.casefold())


class _EncodedToken(NamedTuple):
    """A token's index word, its marks, and its capitals if a query must write them so."""

    word: str
    marks: tuple[str, ...]
    acronym: str


def _encode_field(text: str) -> str:
    tokens = [_encode_token(surface) for surface in TokenizedText(text).surfaces]
    marks = {mark for one in tokens for mark in one.marks}
    marks |= {_MIXED_MARK + word for word in _find_mixed_words(tokens)}
    words = (one.word for one in tokens)
    return " ".join([*words, *sorted(marks), *dict.fromkeys(_encode_stretches(tokens))])


def _find_mixed_words(tokens: Iterable[_EncodedToken]) -> Iterator[str]:
    """Yield the words that are acronyms in one place and ordinary words in another."""
    variant_counts = Counter(word for word, _ in {(one.word, one.acronym) for one in tokens})
    return (word for word, count in variant_counts.items() if count > 1)


def _encode_stretches(tokens: Sequence[_EncodedToken]) -> Iterator[str]:
    """Yield each stretch of acronyms and the words next to them, with a mark for its end."""
    acronym_indexes = [at for at, one in enumerate(tokens) if one.acronym]
    nearby_indexes = sorted(
        {at + step for at in acronym_indexes for step in (-1, 0, 1)} & set(range(len(tokens)))
    )
    for _, stretch in groupby(enumerate(nearby_indexes), key=lambda pair: pair[1] - pair[0]):
        words = (tokens[at] for _, at in stretch)
        yield " ".join(
            [*(one.acronym or f"{_NEIGHBOR_MARK}{one.word}" for one in words), _NEIGHBOR_MARK]
        )


@lru_cache(maxsize=1 << 16)
def _encode_token(surface: str) -> _EncodedToken:
    folded, keys, in_capitals = inflect_token(surface)
    marks = [mark_initial(folded[0])]
    acronym = mark_capitals(in_capitals) if is_acronym(in_capitals) else ""
    if len(in_capitals) >= _MIN_CAPITALS and not acronym:
        marks.append(mark_capitals(in_capitals))
    if keys[-1] not in {folded, singularize(folded)}:
        marks.append(mark_plural(folded))
    return _EncodedToken(encode_key(keys[-1]), tuple(marks), acronym)


def mark_neighbor(key: str) -> str:
    """Return the index word of a key next to an acronym."""
    return _NEIGHBOR_MARK + encode_key(key)


def mark_plural(folded: str) -> str:
    """Return the mark of a plural whose index key cannot be derived from it."""
    return _PLURAL_MARK + encode_key(folded)


def mark_capitals(text: str) -> str:
    """Return the mark of a word in capitals; a prefix of the word has a prefix of the mark."""
    return _CAPITALS_MARK + encode_key(text.casefold())


def mark_mixed(key: str) -> str:
    """Return the mark of a word that is an acronym in one place and not in another."""
    return _MIXED_MARK + encode_key(key)


def mark_initial(letter: str) -> str:
    """Return the mark of all words that begin with `letter`, in lower case."""
    return _INITIAL_MARK + encode_key(letter)


def encode_key(key: str) -> str:
    """Return a key as one word of ASCII letters and digits; prefixes stay prefixes."""
    if key.isascii() and key.isalnum() and "z" not in key:
        return key
    return "".join(c if c.isascii() and c.isalnum() and c != "z" else f"z{ord(c):x}z" for c in key)


_SIGNS_IN_WORDS = "'`’.,–—“”·"  # signs that can be inside a word, and common ones beyond ASCII


def quick_match(term: Term, document: Document) -> bool | None:
    """Return whether a release has a term, or None if only the matcher can decide."""
    texts = {"title": document.title, "text": document.text}
    fields = ("title", "text") if term.field is None else (term.field,)
    if not all(field in texts for field in fields):
        return None
    searched_texts = [texts[field] for field in fields]
    if any(normalize_text(text)[1] is not None for text in searched_texts):
        return None
    if _is_single_cjk_word(term):
        return any(term.text in text for text in searched_texts)
    prefix = _find_ascii_prefix(term)
    return None if prefix is None else _has_word_prefix(prefix, searched_texts)


def _has_word_prefix(prefix: str, texts: list[str]) -> bool | None:
    """Return whether a word has this prefix, or None if that is unclear.

    A space or line break before the prefix makes a match certain.
    """
    joined_text = "\n".join(["", *texts]).lower()
    if f" {prefix}" in joined_text or f"\n{prefix}" in joined_text:
        return True
    for sign in _SIGNS_IN_WORDS:
        joined_text = joined_text.replace(sign, "")
    return False if joined_text.isascii() and prefix not in joined_text else None


def _find_ascii_prefix(term: Term) -> str | None:
    """Return the first word of a term in lower case if it is a prefix of ASCII letters."""
    pattern = split_term(term)[0].pattern  # in a phrase, only the last word can be a prefix
    prefix = pattern.texts[0]
    is_plain = prefix.isascii() and prefix.isalpha()
    return prefix if is_plain and pattern.kind == "prefix" else None


def _is_single_cjk_word(term: Term) -> bool:
    first, *others = split_term(term)
    is_plain = not term.is_prefix and term.within is None and normalize_text(term.text)[1] is None
    is_joined_cjk = is_cjk(first.pattern.texts[0]) and all(piece.is_joined for piece in others)
    return is_plain and is_joined_cjk and len(term.text) == len(others) + 1
