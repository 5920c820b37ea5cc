"""Figures that matter, each against a floor measured in the same run: `python -m tests.benchmark`.

Machines are noisy: what counts are the ratios, medians of interleaved runs. The figures to beat are
printed beside them. Whole processes are timed from outside; what is too quick for that, inside.
"""

import argparse
import gc
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from unittest.mock import patch
from urllib.parse import urlsplit

from tests.site import Site
from tests.site_wire import Request
from tests.stage import ROOT, WATCHES, Stage, environment, source

if TYPE_CHECKING:
    from monitor.query.nodes import Node

RUNS = 15

FLOOR = """
import sys, httpx, sqlite_utils
from selectolax.lexbor import LexborHTMLParser
page = httpx.get(sys.argv[1], trust_env=False)
assert len(LexborHTMLParser(page.text).css("div.board-list li")) == 10
"""


class Row(NamedTuple):
    """A line of the table: a figure, its floor, and what it should be at or under."""

    what: str
    figure: str
    floor: str
    ratio: str
    goal: str
    met: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs of each ({RUNS})")
    parser.add_argument("--only", help="rows whose name holds this word")
    args = parser.parse_args(argv)
    from tests.daemon.benchmark import daemon  # noqa: PLC0415 - they need this module whole
    from tests.search_benchmark import searching  # noqa: PLC0415

    rows = []
    for measure in (
        one_source,
        many_sources,
        parsing,
        matching,
        archive,
        memory,
        daemon,
        searching,
    ):
        if not args.only or args.only in measure.__name__:
            rows += measure(args.runs)
            gc.collect()
    print(f"{'work':<44} {'figure':>12} {'floor':>12} {'ratio':>7}  goal")
    for row in rows:
        mark = "" if row.met else "   MISSED"
        print(f"{row.what:<44} {row.figure:>12} {row.floor:>12} {row.ratio:>7}  {row.goal}{mark}")
    return 0


def against(
    what: str, ours: Callable[[], float], floor: Callable[[], float], runs: int, goal: float
) -> Row:
    """Time two things in turn and compare them pair by pair."""
    ours(), floor()
    pairs = [(ours(), floor()) for _ in range(runs)]
    ratio = statistics.median(one / other for one, other in pairs)
    figures = [statistics.median(side) * 1000 for side in zip(*pairs, strict=True)]
    return Row(
        what,
        f"{figures[0]:.2f} ms",
        f"{figures[1]:.2f} ms",
        f"{ratio:.2f}",
        f"at or under {goal} × the floor",
        ratio <= goal,
    )


def process(*command: str) -> float:
    """Return the seconds that a whole process takes."""
    start = time.perf_counter()
    subprocess.run(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True
    )
    return time.perf_counter() - start


def published(site: Site, count: int = 60, first: date = date(2025, 1, 1)) -> None:
    """Let a ministry have published something."""
    for number in range(count):
        site.publish(
            f"Round {number} of the talks on trade and investment",
            first + timedelta(days=number),
            body=prose(random.Random(number), 350),
        )


# ------------------------------------------------------------------ whole processes


def one_source(runs: int) -> list[Row]:
    """`--once`, one source, page unchanged."""
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        published(site)
        stage = Stage(Path(folder), source("trade", site.url()), WATCHES)
        stage.settle()
        once = ("-m", "monitor", "--config", str(stage.config), "--once", "-q")
        return [
            against(
                "--once, one source, unchanged (process)",
                lambda: process(sys.executable, *once),
                lambda: process(sys.executable, "-c", FLOOR, f"{site.url()}?pageIndex=1"),
                runs,
                1.0,
            )
        ]


def many_sources(runs: int) -> list[Row]:
    """`--once` with 100 and with 1,000 sources, unchanged."""
    rows = []
    for count, goal in ((100, 0.6), (1000, 3.5)):
        with Site() as site, tempfile.TemporaryDirectory() as folder:
            published(site, 20)
            url = site.url()
            sources = [source(f"s{n}", f"{url}?n={n}") for n in range(count)]
            stage = Stage(Path(folder), *sources, WATCHES)
            stage.patience = 600  # a thousand first checks of one board are no figure
            stage.settle()
            site.requests.clear()
            once = (sys.executable, "-m", "monitor", "--config", str(stage.config), "--once", "-q")
            seconds = statistics.median(process(*once) for _ in range(min(runs, 9)))
            bare = statistics.median(process(sys.executable, "-c", "pass") for _ in range(9))
            rows.append(
                Row(
                    f"--once, {count} sources, unchanged (process)",
                    f"{seconds * 1000:.0f} ms",
                    f"{bare * 1000:.0f} ms",
                    f"{seconds / bare:.0f}",
                    f"at or under {goal} s; the floor is a bare python",
                    seconds <= goal,
                )
            )
    return rows


def memory(_: int) -> list[Row]:
    """Resident memory of a one-shot run."""
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        published(site)
        stage = Stage(Path(folder), source("trade", site.url()), WATCHES)
        stage.settle()
        site.publish("Steel talks", date(2025, 12, 1), body="Of quotas.")
        ours = peak("-m", "monitor", "--config", str(stage.config), "--once", "-q")
        again = peak("-m", "monitor", "--config", str(stage.config), "--once", "-q")
        floor = peak("-c", FLOOR, f"{site.url()}?pageIndex=1")
    return [
        Row(name, f"{mb:.1f} MB", f"{floor:.1f} MB", f"{mb / floor:.2f}", "40 MB", mb <= 40)
        for name, mb in (("memory, --once, unchanged", again), ("memory, --once, one new", ours))
    ]


def peak(*args: str) -> float:
    """Return the peak resident memory of a python process, in MB (10^6 bytes)."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True,"
        " stdout=subprocess.DEVNULL);"
        " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, sys.executable, *args],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert resource.RUSAGE_CHILDREN
    return int(done.stdout) * 1024 / 1e6


# ------------------------------------------------------------------ inside a process


def parsing(runs: int) -> list[Row]:
    """A page of 52 KB into ten entries."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only for this row

    from monitor import sources  # noqa: PLC0415
    from monitor.model.scraped import Fetched  # noqa: PLC0415

    body = (ROOT / "fixtures/motir/fta.html").read_bytes()
    fetched = Fetched(
        url="https://english.motir.go.kr/eng/15/topics/4?pageIndex=1",
        status=200,
        headers={"content-type": "text/html; charset=utf-8"},
        body=body,
        fetched_at=datetime(2025, 12, 1, tzinfo=UTC),
    )

    def bare() -> None:
        for item in LexborHTMLParser(body).css("div.board-list li"):
            for what in ("strong.title", "span.cont", "span.date"):
                found = item.css_first(what)
                assert found is not None
                found.text()

    def ours() -> None:
        assert len(sources.parse("motir", 1, fetched).entries) == 10

    return [
        against(
            f"a page of {len(body) // 1000} KB into ten entries",
            lambda: timed(ours, 20),
            lambda: timed(bare, 20),
            runs * 2,
            1.25,
        )
    ]


def archive(runs: int) -> list[Row]:
    """An archive of 2,700 full releases that was walked back: its size, and replaying it."""
    count = 2700
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        published(site, count, date(2018, 1, 1))
        stage = Stage(Path(folder), source("trade", site.url()), WATCHES)
        seconds = process(
            sys.executable,
            "-m",
            "monitor",
            "--config",
            str(stage.config),
            "backfill",
            "--all",
            "-q",
        )
        assert stage.rows("SELECT count(*) FROM releases") == [(count,)]
        read_articles(stage, site, count)
        return [
            Row("backfill of 270 pages (process)", f"{seconds:.1f} s", "", "", "no goal", met=True),
            *database_size(stage, count),
            *replaying(stage, runs),
        ]


def read_articles(stage: Stage, site: Site, count: int) -> None:
    """Let one check read all article pages, of which it would read a few."""
    from monitor.check import check  # noqa: PLC0415 - only for these rows
    from monitor.check.desk import Desk  # noqa: PLC0415
    from monitor.config import load  # noqa: PLC0415
    from monitor.model.scraped import Fetched  # noqa: PLC0415
    from monitor.store.database import open_database  # noqa: PLC0415
    from monitor.wiring import real_world  # noqa: PLC0415

    config, world = load(stage.config, {}), real_world()

    def fetch(url: str, _: object) -> Fetched:
        parts = urlsplit(url)
        answer = site.answer(Request("GET", f"{parts.path}?{parts.query}", {}, 0.0))
        headers = {"content-type": "text/html; charset=UTF-8"}
        return Fetched(
            url=url, status=200, headers=headers, body=answer.body, fetched_at=world.now()
        )

    desk = Desk(config.watches, ())
    with open_database(stage.db) as db, patch("monitor.check._AT_A_TIME", count):
        check(config.sources[0], lambda: desk, fetch=fetch, db=db, world=world)
    assert stage.rows("SELECT count(*) FROM waiting") == [(0,)]


def database_size(stage: Stage, count: int) -> list[Row]:
    """Bytes per release, with and without raw pages, against the bare texts."""
    whole = stage.db.stat().st_size
    ((texts,),) = stage.rows("SELECT sum(length(CAST(title || body AS BLOB))) FROM releases")
    bare = stage.folder / "bare.db"
    with closing(sqlite3.connect(stage.db, isolation_level=None)) as conn:
        conn.execute("VACUUM INTO ?", (str(bare),))
    with closing(sqlite3.connect(bare, isolation_level=None)) as conn:
        conn.execute("DELETE FROM snapshots")
        conn.execute("DELETE FROM bodies")
        conn.execute("VACUUM")
    return [
        Row(
            f"database, {count:,} full releases, {name}",
            f"{size / 1e6:.1f} MB",
            f"{texts / 1e6:.1f} MB",
            f"{size / texts:.2f}",
            f"{goal}; {size / count:,.0f} bytes a release",
            met=size <= 25e6,
        )
        for name, size, goal in (
            ("with raw pages", whole, "25 MB"),
            ("without", bare.stat().st_size, "the floor is the texts alone"),
        )
    ]


def replaying(stage: Stage, runs: int) -> list[Row]:
    """All kept pages parsed again and held against the store."""
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only for these rows

    from monitor.check.desk import Desk  # noqa: PLC0415
    from monitor.check.replaying import replay  # noqa: PLC0415
    from monitor.config import load  # noqa: PLC0415
    from monitor.store import snapshots  # noqa: PLC0415
    from monitor.store.database import open_database  # noqa: PLC0415
    from monitor.wiring import real_world  # noqa: PLC0415

    config = load(stage.config, {})
    desk, world = Desk(config.watches, ()), real_world()
    with open_database(stage.db) as db, db.reading() as conn:
        bodies = [snapshots.fetched(conn, one).body for one in snapshots.kept(conn)]

    def bare() -> None:
        for body in bodies:
            page = LexborHTMLParser(body)
            for item in (*page.css("div.board-list li"), *page.css("div.board-detail")):
                for what in ("strong.title", "span.cont, div.detail-cont", "span.date"):
                    found = item.css_first(what)
                    assert found is not None
                    found.text()

    with open_database(stage.db) as db:

        def ours() -> None:
            done = replay(
                config.sources, desk, apply=False, db=db, world=world, tell=lambda _: None
            )
            assert (done.pages, done.added, done.corrected) == (len(bodies), (), ())

        row = against("", lambda: timed(ours), lambda: timed(bare), min(runs, 9), 2.5)
    ours_, bare_ = (len(bodies) * 1000 / float(cell.split()[0]) for cell in (row.figure, row.floor))
    return [
        row._replace(
            what=f"replay of {len(bodies)} pages",
            figure=f"{ours_:,.0f} pages/s",
            floor=f"{bare_:,.0f} pages/s",
        )
    ]


def matching(runs: int) -> list[Row]:
    """1,000 watches against 100 new releases, with spans and snippets.

    Twice: where one watch in a hundred wants a release, and where one in twenty-five does.
    """
    from monitor.model.told import Document  # noqa: PLC0415 - only for these rows
    from monitor.query.match import Matcher  # noqa: PLC0415

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


def watchlist(chance: random.Random, share: float) -> "list[tuple[str, Node, None]]":
    """Return 1,000 watches of three words, of which this share looks for words that occur."""
    from monitor.query.keywords import keywords  # noqa: PLC0415 - only for these rows
    from monitor.query.syntax import parse  # noqa: PLC0415

    made: list[tuple[str, Node, None]] = []
    for number in range(1000):
        begin = "" if chance.random() < share else "zz"
        one, two, three = (begin + word for word in chance.sample(VOCABULARY, 3))
        node = keywords(any=(one, two, three)) if number % 2 else parse(f'{one} "{two} {three}"')
        made.append((f"w{number}", node, None))
    return made


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Return the seconds that one round of `work` takes, the mean of a few."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


# Some five thousand words, of which a release has a hundred, beside the few that all of them have.
VOCABULARY = [
    first + second + third
    for first in ("ste", "tra", "quo", "chi", "batte", "ener", "nu", "fi", "shi", "so", "inve",
                  "expo", "impo", "tari", "su", "fo", "rea", "hydro", "mine", "digi", "tex")
    for second in ("l", "d", "t", "p", "r", "g", "cl", "sh", "mm", "nd", "rt", "ff", "pl", "ct")
    for third in ("", "ing", "er", "ment", "ist", "al", "ward", "ful", "ness", "ery", "age", "ive",
                  "ship", "some", "able", "ian", "ous")
]  # fmt: skip
COMMON = ["the", "of", "and", "Korea", "ministry", "trade", "minister", "said", "with", "for", "in",
          "to", "MOTIR", "Korea’s", "countries", "cooperation", "AI", "economic"]  # fmt: skip


def prose(chance: random.Random, words: int) -> str:
    """Return so many words, as a release has them: most are common, some are not."""
    return " ".join(
        chance.choice(COMMON) if chance.random() < 0.6 else chance.choice(VOCABULARY)
        for _ in range(words)
    )


if __name__ == "__main__":
    with ExitStack():
        sys.exit(main())
