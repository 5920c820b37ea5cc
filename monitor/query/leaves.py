"""Words, phrases, source names and plain keywords made into terms, or refused with the reason."""

import re
from unicodedata import normalize

from monitor.query.lexer import (
    KNOWN_FIELDS,
    Lexeme,
    as_operator,
    begins_with_field,
    fail,
    signs,
)
from monitor.query.nodes import Source, Term
from monitor.query.terms import parts
from monitor.text.characters import CONTROLS, DASHES, INVISIBLE, SURROGATES
from monitor.text.cleaning import clean
from monitor.text.tokens import Tokens

_MAX_SCATTERED = 32  # words: a phrase that may be in any order is tried in all of them
_MAX_DIGITS = 4
_DASHES = re.compile(f"[{DASHES}]+")
_UNSEEN = f"[{CONTROLS}{INVISIBLE}{SURROGATES}]*"
_STAR_IN_PHRASE = re.compile(rf"\w{_UNSEEN}\*|\*{_UNSEEN}\w")

_FIELD = "A field begins a word: put a space before it, or all of this in double quotes."

# Signs of other languages of this sort, and of this one where they do nothing: what stands in a
# word, in plain characters, and what to write instead. Compiled for the few words that have signs.
_MISTAKES = (
    ("~", 'A ~ and a number follow a phrase: "steel quota"~5.'),
    (r"\|", "For one or the other, write OR between them."),
    ("^[!¬]", "To leave out a word, write - or NOT before it; else put it in double quotes."),
    (
        r"&&|^&$|^\+$|^\+[^\W\d_]",
        "All words must be there: leave out this sign, or put a name that has it in double quotes.",
    ),
    (r"\*.", "A * stands only at the end of a word, as in semicond*."),
    (
        r"[a-z]\?[a-z]",
        "A ? stands for no letter; write both words with OR, or a beginning as in semicond*.",
    ),
    (rf"\W(?:{'|'.join(KNOWN_FIELDS)}):", _FIELD),
)


def word(query: str, lexeme: Lexeme) -> Term:
    """Return the term that a word without quotes is."""
    _check(query, lexeme)
    if not signs(lexeme.text).endswith("*"):
        return _no_operator(query, lexeme, _term(query, lexeme))
    beginning = clean(lexeme.text[:-1])
    spans = [token[1:] for token in Tokens(beginning)]
    if not spans or spans[-1][1] != len(beginning):
        message = "A * needs the beginning of a word right before it, as in semicond*."
        fail(query, message, lexeme.start, lexeme.end)
    begun = beginning[spans[0][0] :]
    if begins_with_field(begun):  # behind a sign, as in ,a:b* which would not be printed with it
        fail(query, _FIELD, lexeme.start, lexeme.end)
    return Term(begun, prefix=True)


def _check(query: str, lexeme: Lexeme) -> None:
    """Refuse a word with signs that mean nothing there."""
    plain = normalize("NFKC", lexeme.text)
    for sign, message in () if plain.isalnum() else _MISTAKES:
        if re.search(sign, plain, re.IGNORECASE):
            fail(query, message, lexeme.start, lexeme.end)


def _no_operator(query: str, lexeme: Lexeme, term: Term) -> Term:
    """Refuse an operator that only a sign beside it makes a word, such as `OR,`."""
    name = as_operator(term.text)
    if name is not None:
        message = f'Put a space on either side of {name}; to search for the word, write "{name}".'
        fail(query, message, lexeme.start, lexeme.end)
    return term


def phrase(query: str, lexeme: Lexeme) -> Term:
    """Return the term that a phrase is."""
    if not lexeme.text.strip():
        fail(query, "There is nothing between these quotes.", lexeme.start, lexeme.end)
    if _STAR_IN_PHRASE.search(signs(lexeme.text)):
        message = "A * does not work inside a phrase; write the word without quotes: semicond*."
        fail(query, message, lexeme.start, lexeme.end)
    term = _term(query, lexeme)
    if lexeme.within is None:
        return term
    return Term(term.text, within=_within(query, lexeme, len(parts(term))))


def _within(query: str, lexeme: Lexeme, words: int) -> int:
    start = lexeme.end - len(lexeme.within or "") - 1
    digits = lexeme.within or ""
    if not re.fullmatch(rf"[0-9]{{1,{_MAX_DIGITS}}}", digits):
        message = 'After ~ comes a number of words, at most 9999: "steel quota"~5.'
        fail(query, message, start, lexeme.end)
    if words > _MAX_SCATTERED:
        message = f"A phrase with ~ has at most {_MAX_SCATTERED} words, this one has {words}."
        fail(query, message, lexeme.start, lexeme.end)
    if int(digits) < words - 1:
        message = f"{words} words cannot be within {int(digits)}; the least here is ~{words - 1}."
        fail(query, message, start, lexeme.end)
    return int(digits)


def _term(query: str, lexeme: Lexeme) -> Term:
    term = trimmed(lexeme.text)
    if term is None:
        message = (
            "A dash must touch the word that it leaves out."
            if _DASHES.fullmatch(lexeme.text)
            else "There is no letter or digit in this."
        )
        fail(query, message, lexeme.start, lexeme.end)
    return term


def trimmed(text: str) -> Term | None:
    """Return the term for `text` without the signs around it, None if it is nothing but signs."""
    tidy = clean(text)
    tokens = Tokens(tidy)
    if not tokens.surfaces:
        return None
    start, end = tokens.span(0, len(tokens.surfaces) - 1)
    return Term(tidy[start:end])


def source(query: str, lexeme: Lexeme) -> Source:
    """Return the condition that the release is in this listing."""
    name = clean(lexeme.text)
    if not name:
        fail(query, "There is nothing between these quotes.", lexeme.start, lexeme.end)
    if lexeme.within is not None or "*" in signs(name):
        message = "source: takes the whole name of a source, as it is in config.toml."
        fail(query, message, lexeme.start, lexeme.end)
    return Source(name)


def keyword(text: str) -> Term:
    """Return the term that a plain keyword is: a word or phrase, whose signs mean nothing."""
    plain = signs(text)
    if star := _STAR_IN_PHRASE.search(plain):
        message = (
            'A keyword has no *; for words that begin like this, write query = "semicond*" instead.'
        )
        fail(text, message, *star.span())
    # A phrase is printed between double quotes, so it must have none of its own.
    term = trimmed("".join(" " if sign == '"' else c for c, sign in zip(text, plain, strict=True)))
    if term is None:
        fail(text, "There is no letter or digit in this keyword.", 0, len(text))
    return term
