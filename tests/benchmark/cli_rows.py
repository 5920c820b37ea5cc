"""Back-tests of 100,000 releases, one of each kind of query; see tests/benchmark.py."""

import sqlite3
import statistics
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from monitor.cli.backtest import run_back_test
from monitor.cli.tune import WatchTuner
from monitor.config.loader import load_config_file
from monitor.models.config import Watch
from monitor.query.parser import parse
from monitor.store.database import open_database
from tests.benchmark.__main__ import Row, timed
from tests.benchmark.large_archive import ready
from tests.support.installation import Stage, source

GOAL = 1.0  # seconds
QUERIES = (
    "steel",
    "us",
    "US",
    "NOT us",
    "a*",
    "반도체",
    '"steel quota"',
    '"Korea and"',
    '"the US"',
    '"the of"~5',
    "battery*",
)
WATCH = Watch(name="gulf", query='(UAE OR Qatar OR "steel quota") investment NOT football')


def backtesting(runs: int) -> list[Row]:
    """A back-test, and what `watch tune` asks; the floor is reading every text once."""
    path = ready()
    with tempfile.TemporaryDirectory() as folder:
        config = replace(
            load_config_file(
                Stage(Path(folder), source("trade", "http://127.0.0.1:9/")).config, {}
            ),
            store_path=path,
        )

    def floor() -> None:
        with closing(sqlite3.connect(path)) as conn:
            for _ in conn.execute("SELECT title, body FROM releases"):
                pass

    def tune() -> None:
        with open_database(path) as db, db.begin_read() as conn:
            tuner = WatchTuner(conn, WATCH)
            assert all(map(list, (tuner.list_contributions(), tuner.list_expansions())))
            list(tuner.list_same_event_misses())

    work = {
        f"back-test of {query}": lambda query=query: run_back_test(config, parse(query), None)
        for query in QUERIES
    } | {"watch tune, five terms": tune}
    times: dict[str, list[float]] = {name: [] for name in ("floor", *work)}
    for _ in range(min(runs, 9)):
        times["floor"].append(timed(floor))
        for name, one in work.items():
            times[name].append(timed(one))
    bare = statistics.median(times["floor"])
    return [_row(name, statistics.median(times[name]), bare) for name in work]


def _row(name: str, seconds: float, floor: float) -> Row:
    return Row(
        f"{name}, 100,000 releases",
        f"{seconds * 1000:.0f} ms",
        f"{floor * 1000:.0f} ms",
        f"{seconds / floor:.2f}",
        f"{GOAL:.0f} s; the floor reads every text once",
        met=seconds <= GOAL,
    )
