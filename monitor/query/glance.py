"""Whether a word of Hangul, Han or Kana is in a text, seen without cutting it into tokens.

Such a word is found inside others, so the index knows only its characters. In a text that needs no
normalising it is there if its characters are, side by side.
"""

from monitor.model.told import Document
from monitor.query.nodes import Term
from monitor.query.terms import parts
from monitor.text.normal import normal
from monitor.text.tokens import is_cjk


def glance(term: Term, document: Document) -> bool | None:
    """Say whether a release has a term; None where only the matcher can tell."""
    texts = {"title": document.title, "text": document.text}
    fields = ("title", "text") if term.field is None else (term.field,)
    if not _is_one_cjk_word(term) or not all(field in texts for field in fields):
        return None
    sought = [texts[field] for field in fields]
    if any(normal(text)[1] is not None for text in sought):
        return None
    return any(term.text in text for text in sought)


def _is_one_cjk_word(term: Term) -> bool:
    first, *others = parts(term)
    plain = not term.prefix and term.within is None and normal(term.text)[1] is None
    one = is_cjk(first.wanted.texts[0]) and all(piece.joined for piece in others)
    return plain and one and len(term.text) == len(others) + 1
