"""What is right in the language, and may not mean what its writer thinks."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.query.lexer import Kind, Lexeme, lex
from monitor.text.characters import QUOTES
from monitor.text.cleaning import clean

_BEFORE: tuple[Kind, ...] = ("word", "phrase", ")")
_AFTER: tuple[Kind, ...] = ("word", "phrase", "(", "field", "-", "NOT")
_MEANT = {
    "or": "write OR for one or the other",
    "and": "leave it out, as words next to each other must all be there",
    "not": "write NOT to leave out what follows",
    "near": 'write "steel quota"~5 for words near each other',
}

# Compiled where a word has such signs: few have, and every start of the program reads the queries.
_NEAR = r"(?i:near|within|pre|w)?/[0-9]+"  # with a number, as in other languages of this sort
_OPENED, _CLOSED = rf"[{QUOTES}]+\w", rf"\w[{QUOTES}]+\W*$"


def remarks(query: str) -> Iterator[str]:
    """Yield a sentence for each thing that looks like another one; `query` is a right one."""
    lexemes = lex(query)
    yield from _operators(lexemes)
    yield from _phrases(query, lexemes)


def _operators(lexemes: Sequence[Lexeme]) -> Iterator[str]:
    """Yield what there is to say of words that look like operators."""
    before: Lexeme | None = None
    for one, after in pairwise(lexemes):
        name = _operator(one)
        is_between = before is not None and before.kind in _BEFORE
        if name and after.kind in _AFTER and (is_between or name == "not"):
            yield (
                f"“{one.text}” is searched for as a word: {_MEANT[name]},"
                " or put it in quotes for the word itself"
            )
        before = one


def _operator(lexeme: Lexeme) -> str:
    """Return which operator a word looks like, "" for none: in other languages of this sort."""
    if lexeme.kind != "word":
        return ""
    if lexeme.text == "NEAR" or ("/" in lexeme.text and re.fullmatch(_NEAR, lexeme.text)):
        return "near"  # in small letters, without a number, it is a usual word
    name = lexeme.text.casefold()
    return name if name in {"or", "and", "not"} else ""


def _phrases(query: str, lexemes: Sequence[Lexeme]) -> Iterator[str]:
    """Yield what there is to say of words between quotes that make no phrase: 'steel quota'."""
    opened: Lexeme | None = None
    for one in lexemes:
        opens, closes = _quotes(one)
        if opened is not None and closes and not opens:
            yield (
                f"{clean(query[opened.start : one.end])} is searched for as single words:"
                " a phrase stands between double quotes"
            )
        if opens or closes or one.kind != "word":
            opened = one if opens and not closes else None


def _quotes(lexeme: Lexeme) -> tuple[bool, bool]:
    """Tell whether a word begins with a quote, and whether it ends with one."""
    text = lexeme.text
    if lexeme.kind != "word" or text.isalnum():
        return False, False
    return bool(re.match(_OPENED, text)), bool(re.search(_CLOSED, text))
