"""What the archive's full-text index tells of a term for certain, so that no text need be read.

`prefilter` says where a query may match; this says also where it does. For nearly all releases the
two agree. What lies between them has to be read, and the matcher decides.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from monitor.query.nodes import Term
from monitor.query.prefilter import CAPITALS, DOUBT, ODD, encoded, prefilter
from monitor.query.terms import Wanted, parts
from monitor.query.words import spelled

COLUMNS = {None: "{title body}", "title": "{title}", "text": "{body}"}
_MAX_WAYS = 300  # to write a phrase: in singular and plural, and with 's


class Sieve(NamedTuple):
    """Two FTS5 expressions: true of no release but those that match, and of all that match.

    `certain` is None where nothing is; they are equal where the index knows all.
    """

    certain: str | None
    possible: str


def sieve(term: Term) -> Sieve:
    """Return what the index knows of a term; of one of the category it knows nothing."""
    pieces = parts(term)
    if len(pieces) > 1:
        return _phrase(term, [piece.wanted for piece in pieces])
    (wanted, _) = pieces[0]
    match wanted.kind:
        case "word":
            return _word(term, wanted)
        case "prefix":
            star = f'"{encoded(wanted.texts[0])}"*'
            return Sieve(None, f"{_with_spellings(term)} : {star}")
        case kind:
            star = "*" if kind == "capital prefix" else ""
            known = f'spellings : "{CAPITALS}{encoded(wanted.texts[0])}"{star}'
            return Sieve(known if term.field is None else None, known)


def _word(term: Term, wanted: Wanted) -> Sieve:
    keys = list(map(encoded, wanted.texts))
    possible = f"{_with_spellings(term)} : {_any(keys)}"
    seen = f"{COLUMNS[term.field]} : {_any(keys)}" if term.field else possible
    return Sieve(without_doubt(seen, keys), possible)


def _with_spellings(term: Term) -> str:
    return f"{COLUMNS[term.field][:-1]} spellings}}"


def without_doubt(seen: str, words: list[str]) -> str:
    """Return an expression with those releases left out where the index may show a word wrongly."""
    return f"(({seen}) NOT (spellings : {_any([DOUBT + word for word in words])}))"


def _phrase(term: Term, wanted: Sequence[Wanted]) -> Sieve:
    """Return where plain words follow each other, in any of their spellings."""
    anywhere = prefilter(term) or ""
    if term.within is not None or not all(map(_is_plain, wanted)):
        return Sieve(None, anywhere)
    forms = [_forms(one) for one in wanted]
    ways = list(islice(_ways(forms), _MAX_WAYS + 1))
    if not ways or len(ways) > _MAX_WAYS:
        return Sieve(None, anywhere)
    seen = f"{COLUMNS[term.field]} : {_any(ways)}"
    keys = [key for one in wanted for key in one.texts]
    odd = f"(({anywhere}) AND (spellings : {_any([ODD, *(ODD + key.lower() for key in keys)])}))"
    possible = f"({seen} OR {odd})"
    if any(one.kind != "word" for one in wanted):
        return Sieve(None, possible)
    every = [word for words in forms for word in words]
    return Sieve(without_doubt(f"({seen}) NOT {odd}", every), possible)


def _is_plain(wanted: Wanted) -> bool:
    is_word = wanted.kind in {"word", "capitals"}
    return is_word and all(text.isascii() and text.isalnum() for text in wanted.texts)


def _forms(wanted: Wanted) -> Sequence[str]:
    """Return the words of the index that a token may be."""
    keys = [text.lower() for text in wanted.texts]
    # EVs are EV whatever a plural in -s may be otherwise.
    return list(dict.fromkeys(word for key in keys for word in (*spelled(key), f"{key}s")))


def _ways(forms: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield all ways to write a phrase; SQLite takes an 's for a word."""
    *firsts, last = forms
    options = [[*words, *(f"{word} s" for word in words)] for words in firsts]
    return map(" ".join, product(*options, last))


def _any(words: Iterable[str]) -> str:
    quoted = (f'"{word}"' for word in words)
    return f"({' OR '.join(quoted)})"
