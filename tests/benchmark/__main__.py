"""Figures that matter, each against a floor measured in the same run: `python -m tests.benchmark`.

Machines are noisy: what counts are the ratios, medians of interleaved runs. The figures to beat are
printed beside them. Whole processes are timed from outside; what is too quick for that, inside.
"""

import argparse
import gc
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tests.support.installation import ROOT, WATCHES, Stage, environment, source
from tests.support.made_up_text import prose
from tests.support.site import Site

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
    from tests.benchmark.cli_rows import backtesting  # noqa: PLC0415 - they need this module whole
    from tests.benchmark.daemon_rows import daemon  # noqa: PLC0415
    from tests.benchmark.query_rows import matching  # noqa: PLC0415
    from tests.benchmark.search_rows import searching  # noqa: PLC0415
    from tests.benchmark.store_rows import archive  # noqa: PLC0415

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
        backtesting,
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

    from monitor import sources as sources_module  # noqa: PLC0415
    from monitor.models.check import FetchResponse  # noqa: PLC0415

    body = (ROOT / "fixtures/motir/fta.html").read_bytes()
    fetched = FetchResponse(
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
        assert len(sources_module.parse_listing("motir", 1, fetched).entries) == 10

    return [
        against(
            f"a page of {len(body) // 1000} KB into ten entries",
            lambda: timed(ours, 20),
            lambda: timed(bare, 20),
            runs * 2,
            1.25,
        )
    ]


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Return the seconds that one round of `work` takes, the mean of a few."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times


if __name__ == "__main__":
    with ExitStack():
        sys.exit(main())
