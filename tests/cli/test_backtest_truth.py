"""A back-test is the truth: it finds what alerts would have been, had the watch been there."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitor.check.alerts import AlertRouter
from monitor.cli.backtest import run_back_test
from monitor.config.loader import load_config_file
from monitor.models.config import Config, TerminalChannel
from monitor.query import build_watch_query
from monitor.query.lexer import to_query
from monitor.store.database import open_database
from tests.check.fake_ministry import Line
from tests.query.reference_model import BLOCKS, Written, documents, nodes
from tests.support.fake_clock import FakeWorld
from tests.support.installation import Stage, source
from tests.support.site import Site

PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # to shrink one of these takes minutes
DAY = date(2025, 12, 1)
BOARDS = {"trade": "fta", "energy": "energy"}

keywords = st.lists(st.sampled_from(sorted(BLOCKS)), min_size=1, max_size=2)
watches = st.one_of(
    st.fixed_dictionaries({"query": nodes.map(to_query)}),
    st.fixed_dictionaries({"any": keywords}, optional={"none": keywords}),
    st.fixed_dictionaries({"all": keywords}, optional={"any": keywords}),
)
confined = st.tuples(watches, st.sampled_from([None, None, ["trade"], ["energy"]]))
# Each in one listing: one that turned up in a second later may have been told for not being there.
releases = st.tuples(documents, st.sampled_from(sorted(BOARDS.values())))


def watch(number: int, keys: Mapping[str, Any], sources: Sequence[str] | None) -> str:
    """Return a [[watch]]."""
    all_keys = {"name": f"w{number}", **keys} | ({"sources": sources} if sources else {})
    return "\n".join(
        ["[[watch]]", *(f"{key} = {json.dumps(value)}" for key, value in all_keys.items())]
    )


def published_one_by_one(config: Config, site: Site, some: Sequence[tuple[Written, str]]) -> None:
    """Let every release appear by itself, and be found by a check of each listing."""
    world = FakeWorld()
    line, desk = Line(site, world), AlertRouter(config.watches, [TerminalChannel(name="bot")])
    with open_database(config.store_path) as db:
        db.conn.execute("PRAGMA synchronous = OFF")
        for number, (written, board) in enumerate(some):
            title = f"{written.document.title} no. {number}"
            site.publish(title, DAY, body=written.document.text, boards=[board])
            for one in config.sources:
                world.pass_time(timedelta(minutes=1))
                assert line.check(one, desk, db).result.error is None


def found(config: Config) -> dict[str, set[int]]:
    """Return the releases that each watch found, by their ids."""
    with open_database(config.store_path) as db, db.begin_read() as conn:
        rows = conn.execute("SELECT watch, release_id FROM matches").fetchall()
    return {
        one.name: {number for name, number in rows if name == one.name} for one in config.watches
    }


@pytest.mark.slow
@settings(
    max_examples=20, deadline=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow]
)
@given(
    some=st.lists(releases, min_size=2, max_size=4),
    wanted=st.lists(confined, min_size=4, max_size=10),
)
def test_a_back_test_is_what_the_alerts_would_have_been(
    some: list[tuple[Written, str]], wanted: list[tuple[dict[str, Any], list[str] | None]]
) -> None:
    """Of any watch, on any releases that a ministry may publish one after the other."""
    with TemporaryDirectory() as folder, Site() as site:
        boards = [source(name, site.url(board)) for name, board in BOARDS.items()]
        parts = [watch(number, *one) for number, one in enumerate(wanted)]
        config = load_config_file(Stage(Path(folder), *boards, *parts).config, {})
        for board in BOARDS.values():
            site.publish(f"What {board} was before", DAY, body="Nothing.", boards=[board])
        published_one_by_one(config, site, some)
        alerted = found(config)
        for one in config.watches:
            tested = run_back_test(config, build_watch_query(one), one.sources)
            assert {result.release.id for result in tested.latest} == alerted[one.name]
            assert tested.count == len(alerted[one.name])
