"""Searching 100,000 releases, a row a kind of query: those that an index finds hard among them.

The goal is 20 ms on a quick machine; so as to mean the same on a slow one that is busy, it is also
met at four times the floor. That is the least that a search does once it knows where to look: read
the twenty newest releases, hold a query against them, and cut their snippets.
"""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice

from monitor.query.ast import Node
from monitor.query.parser import parse
from monitor.query.snippet import extract_snippet
from monitor.store import releases
from monitor.store.database import Database, open_database
from monitor.store.releases import SearchResult
from tests.benchmark.__main__ import Row, against, timed
from tests.benchmark.large_archive import ready

How = Callable[[sqlite3.Connection, Node], Iterator[SearchResult]]

HITS = 20
GOAL = 20.0  # milliseconds
RATIO = 4.0

EASY = ["steel", "Korea", "samarium", "nothinglikeit", "title:steel", "(UAE OR Qatar) NOT football"]
HARD = [
    "US",  # capitals, of a word that is everywhere
    "-the",  # nothing but a NOT, of what nearly all have
    "samarium -steel",  # rare, and not another
    "steel -the",  # what hardly anything is left of
    "수출",  # a part of a Hangul word
    "s*",  # one letter
    "st*",  # two
    "semicond*",
    "title:st*",  # in some titles, and in nearly all texts
    "source:trade -the",
    "source:nowhere",
    '"steel Korea"',  # a phrase of common words
    '"Korea of trade minister the"',  # one that hardly ever occurs
    '"the of"~3',
    "ministry minister cooperation economic the of and",
]


def searching(runs: int) -> list[Row]:
    """The newest twenty hits, and the best twenty."""
    with open_database(ready()) as db:
        rows = [_row(db, query, runs) for query in (*EASY, *HARD)]
        best = [_row(db, query, runs, ranked=True) for query in ("the", "steel", "samarium")]
    return rows + best


def _row(db: Database, query: str, runs: int, *, ranked: bool = False) -> Row:
    node, every = parse(query), parse("-zzz")
    how: How = releases.search_by_relevance if ranked else releases.search_by_date
    row = against(
        "",
        lambda: timed(lambda: _search(db, how, node)),
        lambda: timed(lambda: _search(db, releases.search_by_date, every)),
        min(runs, 9),
        1,
    )
    figure = float(row.figure.split()[0])
    what = f"{'the best' if ranked else 'newest'} {HITS} of 100,000: {query}"
    goal = "bounded: no goal" if ranked else f"{GOAL:.0f} ms, or {RATIO:.0f} × the floor"
    is_met = ranked or figure <= GOAL or float(row.ratio) <= RATIO
    return row._replace(what=what[:44], goal=goal, met=is_met)


def _search(db: Database, how: How, node: Node) -> None:
    with db.begin_read() as conn:
        for result in islice(how(conn, node), HITS):
            extract_snippet(result.document, result.hits)
