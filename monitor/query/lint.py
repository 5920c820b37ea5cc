"""Warnings for valid queries that may not mean what their writer intends."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.query.lexer import QueryToken, TokenKind, tokenize_query
from monitor.text.sanitize import QUOTES, sanitize_line

_OPERAND_ENDS: tuple[TokenKind, ...] = ("word", "phrase", ")")
_OPERAND_STARTS: tuple[TokenKind, ...] = ("word", "phrase", "(", "field", "-", "NOT")
_OPERATOR_ADVICE = {
    "or": "write OR for one or the other",
    "and": "leave it out, as words next to each other must all be there",
    "not": "write NOT to exclude a word",
    "near": 'write "steel quota"~5 for words near each other',
}

# Compiled only for words with such signs: these are rare, and every start of the program lints the
# queries.
_NEAR_PATTERN = r"(?i:near|within|pre|w)?/[0-9]+"  # with a number, as in other query languages
_OPENING_QUOTE, _CLOSING_QUOTE = rf"[{QUOTES}]+\w", rf"\w[{QUOTES}]+\W*$"


def lint_query(query: str) -> Iterator[str]:
    """Yield a sentence for each suspicious part of `query`, which must be valid."""
    tokens = tokenize_query(query)
    yield from _lint_operators(tokens)
    yield from _lint_quotes(query, tokens)


def _lint_operators(tokens: Sequence[QueryToken]) -> Iterator[str]:
    """Yield warnings for words that look like operators."""
    previous: QueryToken | None = None
    for token, following in pairwise(tokens):
        operator = _find_intended_operator(token)
        is_between = previous is not None and previous.kind in _OPERAND_ENDS
        if operator and following.kind in _OPERAND_STARTS and (is_between or operator == "not"):
            yield (
                f"“{token.text}” is searched for as a word: {_OPERATOR_ADVICE[operator]},"
                " or put it in quotes for the word itself"
            )
        previous = token


def _find_intended_operator(token: QueryToken) -> str:
    """Return the operator of other query languages that a word looks like, or "" for none."""
    if token.kind != "word":
        return ""
    if token.text == "NEAR" or ("/" in token.text and re.fullmatch(_NEAR_PATTERN, token.text)):
        return "near"  # in lower case, without a number, it is an ordinary word
    name = token.text.casefold()
    return name if name in {"or", "and", "not"} else ""


def _lint_quotes(query: str, tokens: Sequence[QueryToken]) -> Iterator[str]:
    """Yield warnings for quoted words that make no phrase, as in 'steel quota'."""
    opening: QueryToken | None = None
    for token in tokens:
        opens, closes = _find_quotes(token)
        if opening is not None and closes and not opens:
            yield (
                f"{sanitize_line(query[opening.start : token.end])} is searched for as "
                f"single words: put a phrase in double quotes"
            )
        if opens or closes or token.kind != "word":
            opening = token if opens and not closes else None


def _find_quotes(token: QueryToken) -> tuple[bool, bool]:
    """Return whether a word begins with a quote, and whether it ends with one."""
    text = token.text
    if token.kind != "word" or text.isalnum():
        return False, False
    return bool(re.match(_OPENING_QUOTE, text)), bool(re.search(_CLOSING_QUOTE, text))
