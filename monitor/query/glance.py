"""Whether a word is in a text, seen without cutting it into tokens.

Only the characters of a word of Hangul, Han or Kana are in the index, as it is found inside others:
in a text that needs no normalising it is there if they are, side by side. And the index holds no
plurals, so that it cannot tell whether a word begins with `battery` where there are batteries: in a
text of ASCII that is plain to see.
"""

from monitor.model.told import Document
from monitor.query.nodes import Term
from monitor.query.terms import parts
from monitor.text.normal import normal
from monitor.text.tokens import is_cjk

_NO_LETTERS = "'`’.,–—“”·"  # signs that may stand inside a word, and the usual ones beyond ASCII


def glance(term: Term, document: Document) -> bool | None:
    """Say whether a release has a term; None where only the matcher can tell."""
    texts = {"title": document.title, "text": document.text}
    fields = ("title", "text") if term.field is None else (term.field,)
    if not all(field in texts for field in fields):
        return None
    sought = [texts[field] for field in fields]
    if any(normal(text)[1] is not None for text in sought):
        return None
    if _is_one_cjk_word(term):
        return any(term.text in text for text in sought)
    beginning = _ascii_beginning(term)
    return None if beginning is None else _begins(beginning, sought)


def _begins(beginning: str, texts: list[str]) -> bool | None:
    """Say whether a word begins so: surely where a space stands before it."""
    whole = "\n".join(["", *texts]).lower()
    if f" {beginning}" in whole or f"\n{beginning}" in whole:
        return True
    for sign in _NO_LETTERS:
        whole = whole.replace(sign, "")
    return False if whole.isascii() and beginning not in whole else None


def _ascii_beginning(term: Term) -> str | None:
    """Return the only word of a term, in small letters, if it is plain and a beginning."""
    wanted = parts(term)[0].wanted  # of a phrase, only the last is a beginning
    beginning = wanted.texts[0]
    is_plain = beginning.isascii() and beginning.isalpha()
    return beginning if is_plain and wanted.kind == "prefix" else None


def _is_one_cjk_word(term: Term) -> bool:
    first, *others = parts(term)
    plain = not term.prefix and term.within is None and normal(term.text)[1] is None
    one = is_cjk(first.wanted.texts[0]) and all(piece.joined for piece in others)
    return plain and one and len(term.text) == len(others) + 1
