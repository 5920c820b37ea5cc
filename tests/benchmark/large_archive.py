"""An archive of 100,000 releases, made in minutes: what searches and back-tests are measured on.

As large as a ministry gets in forty years. The words of its texts are as common as Zipf's law has
them, so that some stand in every release and many in few; one release in twenty has Hangul in it.
The same number makes the same releases, always.
"""

import atexit
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path

from monitor.store import search_index as index
from monitor.store.database import open_database
from tests.support.made_up_text import COMMON, VOCABULARY

RELEASES = 100_000
WORDS = 300  # of a text, on average
FIRST = date(1986, 1, 1)
DAYS = 14_600

# What people watch for, from the common to the rare; `us` beside `US`, for the rule of capitals.
TOPICS = [
    "Minister", "FTA", "investment", "us", "industry", "energy", "US", "export", "steel", "supply",
    "chain", "semiconductor", "Canada", "battery", "quota", "UAE", "batteries", "anti-dumping",
    "hydrogen", "nuclear", "football", "Qatar", "TRQ", "shipbuilding", "semiconductors", "644.5",
    "CPTPP", "Azerbaijan", "gallium", "samarium",
]  # fmt: skip
HANGUL = [
    "산업통상부",
    "한국",
    "수출",
    "반도체",
    "철강",
    "관세",
    "협정",
    "장관",
    "배터리",
    "원자력",
]
_TAIL = 30_000  # names and numbers that hardly any release shares with another
_HANGUL_IN = 20

_RELEASE = (
    "INSERT INTO releases (id, title, date, category, body, url, article_id, board, source,"
    " origin, first_seen_at, article_read_at) VALUES (?1, ?2, ?3, 'Trade', ?4,"
    " 'https://example.org/' || ?1, ?1, '2', 'trade', 'archive', ?5, ?5)"
)
_LISTING = (
    "INSERT INTO listings (release_id, source, site, board, article_id, url, rank, first_seen_at,"
    " last_seen_at) SELECT id, source, 'example.org', board, article_id, url, id, first_seen_at,"
    " first_seen_at FROM releases ORDER BY id"
)


@cache
def ready() -> Path:
    """Return the path of such an archive, made once for all that one process measures on it."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    fill(Path(folder) / "monitor.db")
    return Path(folder) / "monitor.db"


def fill(path: Path, releases: int = RELEASES) -> None:
    """Make a database with today's schema at `path`, with so many releases in the listing trade."""
    open_database(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("BEGIN")
        conn.executemany(_RELEASE, _rows(releases))
        conn.execute(_LISTING)
        conn.execute("COMMIT")
    with open_database(path) as db:
        db.conn.execute("PRAGMA synchronous = OFF")
        index.update_index(db)
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(releases: int) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield id, title, date, text and when it was first seen; the oldest first."""
    chance = random.Random(releases)
    words = vocabulary(chance)
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
    for number in range(1, releases + 1):
        count = chance.randint(WORDS // 2, WORDS * 3 // 2)
        chosen = chance.choices(words, cum_weights=weights, k=count + 10)
        if number % _HANGUL_IN == 0:
            chosen += chance.sample(HANGUL, 2)
        day = (FIRST + timedelta(days=number * DAYS // releases)).isoformat()
        text = ". ".join(" ".join(chosen[at : at + 20]) for at in range(10, len(chosen), 20))
        yield number, " ".join(chosen[:10]), day, text, f"{day}T09:00:00.000Z"


def vocabulary(chance: random.Random) -> list[str]:
    """Return all words there are, the commonest first."""
    rare = VOCABULARY + [f"{chance.choice(VOCABULARY)}{n}".title() for n in range(_TAIL)]
    chance.shuffle(rare)
    words = [*COMMON, *rare]
    # One topic after every few words, so that each is about half as common as the one before it.
    for place, topic in enumerate(TOPICS):
        words.insert(len(COMMON) + 2 * place + place * place * place // 4, topic)
    return words
