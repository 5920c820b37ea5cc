"""What is right in the language, and may not mean what its writer thinks."""

from collections.abc import Iterator
from itertools import pairwise

from monitor.query.lexer import Kind, Lexeme, lex

_BEFORE: tuple[Kind, ...] = ("word", "phrase", ")")
_AFTER: tuple[Kind, ...] = ("word", "phrase", "(", "field", "-", "NOT")
_MEANT = {
    "or": "write OR for one or the other",
    "and": "leave it out, as words next to each other must all be there",
    "not": "write NOT to leave out what follows",
    "near": 'write "steel quota"~5 for words near each other',
}


def remarks(query: str) -> Iterator[str]:
    """Yield a sentence for each word that looks like an operator; `query` is a right one."""
    before: Lexeme | None = None
    for one, after in pairwise(lex(query)):
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
    if lexeme.text == "NEAR" or lexeme.text.startswith("NEAR/"):  # near is a usual word
        return "near"
    name = lexeme.text.casefold()
    return name if name in {"or", "and", "not"} else ""
