"""A year of trouble, simulated: nothing lost, nothing twice, no period skipped."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from itertools import accumulate
from pathlib import Path

import pytest

from tests.daemon.simulation import CHANNELS, DAY, START, Year
from tests.support.site import Site


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_a_year_of_trouble(
    seed: int,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """Every match reaches each channel it is owed to, under one id; every period has its digest."""
    for number in range(5):
        site.publish(f"Round {number}", START.date(), boards=["fta", "all-releases", "energy"])
    year = Year(tmp_path, site, seed, monkeypatch)
    year.step()
    while year.clock.moment < START + 365 * DAY:
        if year.chance.random() < 0.25:
            year.publish()
        year.trouble()
        year.step()
    year.settle()
    count = sum(map(len, year.came.values()))
    faults = f"{sum(year.faults.values())} faults {dict(year.faults)}"
    record_property("told", f"{faults}, {len(site.posts)} releases, {count} messages")
    assert sum(year.faults.values()) >= 1000

    for channel in CHANNELS:
        came = year.came[channel.name]
        ids = Counter(one.id for one in came)
        assert {name for name, times in ids.items() if times > 1} <= year.excused
        assert all(len({str(one.body) for one in came if one.id == name}) == 1 for name in ids)
        messages = {one.id: one for one in came}.values()
        told = Counter(title for one in messages for title in one.titles)
        assert set(told) == year.wanted[channel.name]
        assert set(told.values()) == {1}
        if channel.send_empty:
            periods = sorted((one.body["data"]["from"], one.body["data"]["to"]) for one in messages)
            assert len({until for _, until in periods}) == len(periods) > 50
            covered = accumulate((until for _, until in periods), max)
            assert all(
                since <= until for (since, _), until in zip(periods[1:], covered, strict=False)
            )
    with closing(sqlite3.connect(year.path)) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
