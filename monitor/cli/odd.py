"""What is odd about a query: words that never matched, and what matches most of everything."""

import re
import sqlite3
from collections.abc import Iterator

from monitor.query.leaving import Leaf, leaves
from monitor.query.nodes import Node, Source, Term
from monitor.query.printing import unparse
from monitor.store import archive
from monitor.store.sifting import Sifter
from monitor.text.cleaning import clean
from monitor.text.tokens import Tokens

_MOST = 10
_LENGTHS = 2
_NEAR = 0.75
_TITLES = 20_000  # older ones hardly hold another word, and would take a second
_WORD = re.compile(r"\w+")


def warnings(
    conn: sqlite3.Connection, sifter: Sifter, query: Node, count: int, total: int
) -> Iterator[str]:
    """Yield what a user should know of a query that matches `count` of `total` releases."""
    wanted = [leaf for leaf, is_excluded in leaves(query) if not is_excluded]
    unmet = [leaf for leaf in wanted if not sifter.is_met(leaf)]
    words = _words(conn) if unmet else {}
    for one in unmet[:_MOST]:
        yield f"“{clean(unparse(one))}” matched nothing{_meant(sifter, one, words)}"
    if len(unmet) > _MOST:
        yield f"{len(unmet) - _MOST} more matched nothing"
    if count > total / 2:
        yield f"this matches {count / total:.0%} of everything; narrow it down with more words"


def _words(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the words of titles, as they are written, by how they are compared."""
    titles = "\n".join(archive.titles(conn, _TITLES))
    return {word.casefold(): word for word in set(_WORD.findall(titles))}


def _meant(sifter: Sifter, odd: Leaf, words: dict[str, str]) -> str:
    """Return `; did you mean “steel”?` where a word of the titles is near an unknown one."""
    if isinstance(odd, Source):
        return ""
    for surface in Tokens(odd.text).surfaces:
        word = surface.casefold()
        if word not in words and not sifter.is_met(Term(surface, prefix=odd.prefix)):
            near = _nearest(word, words, is_beginning=odd.prefix)
            return f"; did you mean “{clean(near)}”?" if near else ""
    return ""


def _nearest(word: str, words: dict[str, str], *, is_beginning: bool) -> str | None:
    from difflib import get_close_matches

    end = len(word) if is_beginning else None
    alike = {
        one[:end]: shown
        for one, shown in words.items()
        if is_beginning or abs(len(one) - len(word)) <= _LENGTHS
    }
    found = get_close_matches(word, alike, n=1, cutoff=_NEAR)
    return alike[found[0]] if found else None
