"""Holding 1,000 watches against new releases; see tests/benchmark.py."""

import random
import statistics

from monitor.model.told import Document
from monitor.query.keywords import keywords
from monitor.query.match import Matcher
from monitor.query.nodes import Node
from monitor.query.syntax import parse
from tests.benchmark import Row, against, timed
from tests.prose import VOCABULARY, prose


def matching(runs: int) -> list[Row]:
    """1,000 watches against 100 new releases, with spans and snippets.

    Twice: where one watch in a hundred wants a release, and where one in twenty-five does.
    """
    chance = random.Random(7)
    documents = [
        Document(title=prose(chance, 12), text=prose(chance, 350), sources=("trade",))
        for _ in range(100)
    ]

    def floor() -> None:
        for document in documents:
            set(document.text.lower().split())

    rows = []
    for share in (0.3, 1.0):
        watches = watchlist(chance, share)
        matcher = Matcher(watches)

        def ours(matcher: Matcher = matcher) -> None:
            for document in documents:
                matcher.matches(document)

        found = sum(len(matcher.matches(document)) for document in documents)
        row = against("", lambda ours=ours: timed(ours), lambda: timed(floor), runs, 1)  # type: ignore[misc]
        what = f"1,000 watches, 100 releases ({found:,} matches)"
        rows.append(row._replace(what=what, goal="40 ms", met=float(row.figure.split()[0]) <= 40))
    build = statistics.median(timed(lambda: Matcher(watches)) for _ in range(5)) * 1000
    what = "making the matcher of 1,000 watches"
    return [*rows, Row(what, f"{build:.1f} ms", "", "", "30 ms", met=build <= 30)]


def watchlist(chance: random.Random, share: float) -> list[tuple[str, Node, None]]:
    """Return 1,000 watches of three words, of which this share looks for words that occur."""
    made: list[tuple[str, Node, None]] = []
    for number in range(1000):
        begin = "" if chance.random() < share else "zz"
        one, two, three = (begin + word for word in chance.sample(VOCABULARY, 3))
        node = keywords(any=(one, two, three)) if number % 2 else parse(f'{one} "{two} {three}"')
        made.append((f"w{number}", node, None))
    return made
