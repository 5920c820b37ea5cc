"""400 days of a listing in good health: no false alarm, nothing missed, nothing told twice."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from monitor.check.alerts import AlertRouter
from monitor.check.runner import check_source
from monitor.incidents import tracker
from monitor.models.config import IncidentRecipients, Source, TerminalChannel, Watch
from monitor.store.database import open_database
from tests.support.fake_clock import FakeWorld
from tests.support.healthy_listing import URL, Healthy

TOLD = (
    "SELECT r.title, i.event FROM deliveries AS d JOIN items AS i ON i.delivery_id = d.id"
    " JOIN releases AS r ON r.id = i.release_id"
)


@pytest.mark.slow
def test_a_year_in_good_health_gives_no_false_alarm(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Weekends, holidays, summits, edits, redesigns and a bad line: the log has the line alone.

    The operator is told of nothing at all: neither of the line, which is bad for once, nor of
    silence.
    """
    ministry = Healthy(seed=7)
    fake = FakeWorld(ministry.moment)
    desk = AlertRouter((Watch(name="talks", any=("talks",)),), (TerminalChannel(name="terminal"),))
    operator = IncidentRecipients(channels=("terminal",), failure_threshold=3, get_zone=lambda: UTC)
    source = Source(name="trade", kind="motir", url=URL, sweep_every=timedelta(days=7))
    kinds: Counter[str] = Counter()
    with open_database(tmp_path / "monitor.db") as db:
        db.conn.execute("PRAGMA synchronous = OFF")
        for moment in ministry.moments(400, timedelta(hours=4)):
            fake.moment = moment
            assert tracker.update_source_incidents(source, operator, db, fake.world) == ()
            report = check_source(
                source, lambda: desk, fetch_page=ministry.fetch, db=db, clock=fake.world
            )
            result = report.result
            kinds[result.status if result.rule is None else result.rule] += 1
            assert (result.error is None) == (ministry.trouble is None), (moment, result)
        with db.begin_read() as conn:
            told = Counter(conn.execute(TOLD).fetchall())
            gone = conn.execute("SELECT title FROM releases WHERE withdrawn_at IS NOT NULL")
            assert {title for (title,) in gone} <= ministry.withdrawn
    new = {title: count for (title, event), count in told.items() if event == "new"}
    missed = set(ministry.published) - set(new)
    # What was published and withdrawn between two checks was never there to be seen.
    assert missed <= ministry.withdrawn
    assert set(new.values()) == {1}
    assert set(new) <= set(ministry.published)
    assert len(new) > 300
    record_property("told", f"{len(new)} releases; checks: {json.dumps(kinds)}")
