"""Holding 1,000 watches against new releases; see tests/benchmark.py."""

import math
import random
import statistics
from collections.abc import Callable, Sized

from monitor.models.notification import Document
from monitor.query import build_keyword_query
from monitor.query.ast import Node
from monitor.query.matcher import WatchMatcher
from monitor.query.parser import parse
from tests.benchmark.__main__ import Row, against, timed
from tests.support.made_up_text import VOCABULARY, prose


def matching(runs: int) -> list[Row]:
    """1,000 watches against 100 new releases: with spans, then with the snippets to be stored.

    Twice: where one watch in a hundred wants a release, and where one in twenty-five does.
    """
    chance = random.Random(7)
    documents = [
        Document(title=prose(chance, 12), text=prose(chance, 350), sources=("trade",))
        for _ in range(100)
    ]

    def split() -> None:
        for document in documents:
            set(document.text.lower().split())

    def row(matching: Callable[[Document], Sized], what: str, goal: float = math.inf) -> Row:
        def ours() -> int:
            return sum(len(matching(document)) for document in documents)

        measured = against("", lambda: timed(ours), lambda: timed(split), runs, 1)
        what = f"1,000 watches, 100 releases ({ours():,} {what})"
        is_met = float(measured.figure.split()[0]) <= goal
        stated = "no goal" if goal == math.inf else f"{goal:.0f} ms"
        return measured._replace(what=what, goal=stated, met=is_met)

    rows = []
    for share in (0.3, 1.0):
        watches = watchlist(chance, share)
        matcher = WatchMatcher(watches)
        rows.append(row(matcher.find_watch_hits, "matches", 40))
        rows.append(row(matcher.match_document, "snippets"))
    build = statistics.median(timed(lambda: WatchMatcher(watches)) for _ in range(5)) * 1000
    what = "making the matcher of 1,000 watches"
    return [*rows, Row(what, f"{build:.1f} ms", "", "", "30 ms", met=build <= 30)]


def watchlist(chance: random.Random, share: float) -> list[tuple[str, Node, None]]:
    """Return 1,000 watches of three words, of which this share looks for words that occur."""
    made: list[tuple[str, Node, None]] = []
    for number in range(1000):
        begin = "" if chance.random() < share else "zz"
        one, two, three = (begin + word for word in chance.sample(VOCABULARY, 3))
        node = (
            build_keyword_query(any=(one, two, three))
            if number % 2
            else parse(f'{one} "{two} {three}"')
        )
        made.append((f"w{number}", node, None))
    return made
