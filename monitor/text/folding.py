"""The form in which two titles are compared."""

import re
import unicodedata

from monitor.text.characters import DASHES, INVISIBLE, QUOTES

_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_DASHES = re.compile(f"[{DASHES}]+")
_QUOTES = re.compile(f"[{QUOTES}]+")


def fold(text: str) -> str:
    """Return the form in which `text` equals its variants, the same when folded again.

    Case, full-width letters, kinds of dash, quote and white space make no difference.
    """
    folded = _fold(text)
    # Folding case can make a letter that normalises on, and that again one that folds: rare,
    # but with it the form would not be stable.
    while not folded.isascii() and (again := _fold(folded)) != folded:
        folded = again
    return folded


def _fold(text: str) -> str:
    """Fold once. Quotes go first, as NFKC makes a space and a mark of the acute accent."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _quotes_and_dashes(_INVISIBLE.sub("", text)))
    return " ".join(_quotes_and_dashes(text).casefold().split())


def _quotes_and_dashes(text: str) -> str:
    return _DASHES.sub("-", _QUOTES.sub("'", text))
