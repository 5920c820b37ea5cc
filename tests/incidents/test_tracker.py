"""Telling the operator of a source: once when trouble begins, once when it ends."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from monitor.domain.silence import SEOUL, is_workday
from monitor.incidents import tracker
from monitor.models.check import CheckResult, CheckStatus
from monitor.models.config import IncidentRecipients, Source, TerminalChannel
from monitor.store import checks
from monitor.store.database import Database, open_database
from tests.support.fake_clock import FakeWorld

TRADE = Source(name="trade", kind="motir", url="https://example.org/news")
OTHER = Source(name="other", kind="motir", url="https://example.org/other")
DAY = timedelta(days=1)


class Watcher:
    """A store, a clock, and checks of which only the outcome is written down."""

    def __init__(self, db: Database, after: int = 3) -> None:
        self.db, self.fake = db, FakeWorld()
        self.operator = IncidentRecipients(
            channels=("desk", "bot"), failure_threshold=after, get_zone=lambda: SEOUL
        )

    def record(
        self, status: CheckStatus, *, error: str = "", name: str = "trade", **more: Any
    ) -> None:
        """Write down how a check went, half an hour after the last one."""
        self.fake.pass_time(timedelta(minutes=30))
        result = CheckResult(
            name=name,
            status=status,
            started_at=self.fake.moment,
            seconds=0.1,
            error=error or (None if status in ("ok", "not-modified") else "no answer; look"),
            **more,
        )
        with self.db.begin_write() as conn:
            checks.record_check(conn, result)

    def look(self, source: Source = TRADE) -> tuple[str, ...]:
        """Look whether the operator has to be told."""
        return tracker.update_source_incidents(source, self.operator, self.db, self.fake.world)

    def check(self, status: CheckStatus, **more: Any) -> tuple[str, ...]:
        """Check and look, as every check does."""
        told = self.look()
        self.record(status, **more)
        return told + self.look()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the store something."""
        with self.db.begin_read() as conn:
            return conn.execute(sql).fetchall()

    def notices(self, channel: str = "desk") -> list[tuple[str, str]]:
        """Return name and state of all that a channel is told, in order."""
        rows = self.rows(
            "SELECT n.facts FROM notices AS n JOIN deliveries AS d ON d.id = n.delivery_id"
            f" WHERE d.channel = '{channel}' AND d.type = 'health' AND d.status = 'owed'"
            " ORDER BY d.created_at, d.id"
        )
        facts = [json.loads(text) for (text,) in rows]
        return [(one["about"]["name"], one["state"]) for one in facts]

    def publish(self, *days: date) -> None:
        """Let releases of these days be known, as if from an archive."""
        with self.db.begin_write() as conn:
            for day in days:
                cursor = conn.execute(
                    "INSERT INTO releases (title, date, body, source, origin, first_seen_at)"
                    " VALUES ('x', ?, '', 'trade', 'baseline', '2020-01-01T00:00:00.000Z')",
                    (day.isoformat(),),
                )
                conn.execute(
                    "INSERT INTO listings (release_id, source, rank, first_seen_at, last_seen_at)"
                    " VALUES (?, 'trade', 0, '', '')",
                    (cursor.lastrowid,),
                )


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    """Give a watcher whose source was read once."""
    with open_database(tmp_path / "monitor.db") as db:
        found = Watcher(db)
        found.check("ok")
        yield found


BEGIN, END = ("trade", "failing"), ("trade", "recovered")


@pytest.mark.parametrize(
    ("after", "went", "told"),
    [
        (3, "ok failed failed ok failed failed ok", []),
        (3, "failed failed failed", [BEGIN]),
        (3, "failed failed failed failed failed failed", [BEGIN]),
        (3, "failed failed failed ok", [BEGIN, END]),
        (3, "failed failed failed not-modified ok failed", [BEGIN, END]),
        (1, "failed", [BEGIN]),
        (1, "failed ok failed ok", [BEGIN, END, BEGIN, END]),
        (3, "suspect", [BEGIN]),
        (3, "suspect failed suspect ok", [BEGIN, END]),
        (3, "failed suspect", [BEGIN]),
        (9, "failed failed suspect failed ok suspect", [BEGIN, END, BEGIN]),
        # a page that shows the trouble of the hour is a failure like others
        (3, "suspect:maintenance ok suspect:cut ok suspect:error suspect:blocked ok", []),
        (3, "failed suspect:maintenance suspect:maintenance ok", [BEGIN, END]),
        (3, "suspect:maintenance suspect:far-fewer ok", [BEGIN, END]),
    ],
)
def test_trouble_is_told_once_and_its_end_once(
    tmp_path: Path, after: int, went: str, told: list[tuple[str, str]]
) -> None:
    """After so many failures in a row, or at once where the layout has changed; on each channel."""
    with open_database(tmp_path / "monitor.db") as db:
        watcher = Watcher(db, after)
        for word in ["ok", *went.split()]:
            status, _, rule_ = word.partition(":")
            watcher.check(status, rule=rule_ or None)  # type: ignore[arg-type]
        assert watcher.notices("desk") == watcher.notices("bot") == told


def test_notice_says_why_since_when_and_what_was_caught_up(watcher: Watcher) -> None:
    """The reason is the one that it began with; a later one tells nobody again."""
    for error in ("first", "second", "no entries; open it", "fourth"):
        watcher.check("failed", error=error)
    watcher.check("ok", new=4)
    texts = [json.loads(text) for (text,) in watcher.rows("SELECT text FROM notices")]
    begin, end = texts[0], texts[2]
    assert begin[0] == (
        "Its last 3 checks went wrong, the first at 2025-12-01 19:00 KST: no entries."
    )
    assert begin[1].startswith("What was published since 2025-12-01 18:30 KST is not known yet.")
    assert begin[2] == "What to do: open it"
    assert end[0].startswith("It was in trouble for 2 hours, since 2025-12-01 19:00 KST: no entr")
    assert end[1].startswith("4 new releases had appeared meanwhile.")


def test_what_a_crash_left_untold_is_told_by_the_next_look(watcher: Watcher) -> None:
    """Even if the check after it goes well."""
    for _ in range(3):
        watcher.record("failed")
    told = watcher.check("ok")
    assert told == (
        "warning sent to desk, bot: trade cannot be read",
        "warning sent to desk, bot: trade can be read again",
    )


def test_a_source_that_could_never_be_read_is_told_when_it_is(tmp_path: Path) -> None:
    """Its first good check is its baseline: nothing had been missed."""
    with open_database(tmp_path / "monitor.db") as db:
        watcher = Watcher(db, after=1)
        watcher.check("failed")
        watcher.check("ok", new=50, is_baseline=True)
        texts = [json.loads(text) for (text,) in watcher.rows("SELECT text FROM notices")]
    assert texts[0][1].startswith("It has never been read")
    assert texts[2][1].startswith("It was read for the first time")


def test_two_that_look_at_once_tell_once(watcher: Watcher, tmp_path: Path) -> None:
    """The second finds what the first wrote."""
    watcher.record("suspect")
    with open_database(tmp_path / "monitor.db") as db:
        other = Watcher(db)
        other.fake = watcher.fake
        assert len([*watcher.look(), *other.look()]) == 1
    assert watcher.notices() == [BEGIN]


def test_a_changed_config_in_the_middle_is_taken_as_it_is(watcher: Watcher) -> None:
    """More patience unsays nothing, less tells at once; who is told of the end is who is now."""
    watcher.check("failed")
    watcher.operator = watcher.operator._replace(failure_threshold=1)
    assert len(watcher.look()) == 1
    watcher.operator = watcher.operator._replace(failure_threshold=5, channels=("bot",))
    watcher.check("failed")
    assert watcher.notices("bot") == [BEGIN]
    watcher.check("ok")
    assert watcher.notices("bot") == [BEGIN, END]
    assert watcher.notices("desk") == [BEGIN]


def test_a_source_or_channel_that_is_no_more_ends_its_trouble_without_a_word(
    watcher: Watcher,
) -> None:
    """One that is there keeps it; one that is put back and still broken is told again."""
    watcher.check("suspect")
    watcher.record("suspect", name="other")
    watcher.look(OTHER)
    desk = TerminalChannel(name="desk")
    tracker.close_obsolete_incidents(watcher.db, [TRADE], [desk], watcher.fake.world)
    assert watcher.rows("SELECT name FROM incidents WHERE ended_at IS NULL") == [("trade",)]
    tracker.close_obsolete_incidents(watcher.db, [], [desk], watcher.fake.world)
    tracker.close_obsolete_incidents(watcher.db, [], [desk], watcher.fake.world)
    assert watcher.rows("SELECT name FROM incidents WHERE ended_at IS NULL") == []
    assert watcher.notices() == [BEGIN, ("other", "failing")]
    watcher.check("failed")
    watcher.check("ok")
    assert watcher.notices() == [BEGIN, ("other", "failing"), BEGIN, END]


def test_nobody_to_tell_is_no_reason_to_forget(watcher: Watcher) -> None:
    """The incident stands in the store all the same."""
    watcher.operator = watcher.operator._replace(channels=())
    (told,) = watcher.check("suspect")
    assert told.endswith("there is no other channel to report it on")
    assert watcher.rows("SELECT told_at IS NOT NULL FROM incidents") == [(1,)]


# ------------------------------------------------------------------ silence


def workdays_until(day: date, count: int) -> list[date]:
    """Return the last working days up to one."""
    return [one for one in (day - n * DAY for n in range(400)) if is_workday(one)][:count]


def test_silence_is_told_once_and_so_is_its_end(watcher: Watcher) -> None:
    """A listing that spoke every day falls silent, is read well all the time, and speaks again."""
    watcher.publish(*workdays_until(date(2025, 12, 1), 100))
    told: list[str] = []
    for _ in range(20):
        watcher.fake.pass_time(DAY)
        told += watcher.check("not-modified")
    assert told == ["warning sent to desk, bot: trade has shown nothing new for 6 working days"]
    watcher.publish(watcher.fake.moment.date())
    watcher.check("ok", new=1)
    watcher.check("not-modified")
    assert watcher.notices() == [("trade", "silent"), ("trade", "resumed")]
    watcher.fake.pass_time(60 * DAY)
    watcher.check("not-modified")
    assert watcher.notices()[2:] == [("trade", "silent")]


def test_while_nothing_can_be_read_nothing_is_said_of_silence(watcher: Watcher) -> None:
    """Nobody knows whether the ministry is silent."""
    watcher.publish(*workdays_until(date(2025, 12, 1), 100))
    for _ in range(30):
        watcher.fake.pass_time(DAY)
        watcher.check("failed")
    assert watcher.notices() == [BEGIN]


def test_news_of_an_old_date_are_a_sign_of_life(watcher: Watcher) -> None:
    """An entry that was added late ends the silence on the day on which it was seen."""
    watcher.publish(*workdays_until(date(2025, 12, 1), 100))
    watcher.fake.pass_time(20 * DAY)
    watcher.check("ok")
    assert watcher.notices() == [("trade", "silent")]
    with watcher.db.begin_write() as conn:
        conn.execute(
            "UPDATE releases SET origin = 'news', first_seen_at = '2025-12-21T00:00:00.000Z'"
            " WHERE date = '2025-11-28'"
        )
    watcher.check("ok")
    assert watcher.notices() == [("trade", "silent"), ("trade", "resumed")]


def test_a_clock_that_ran_ahead_does_not_end_the_listening(watcher: Watcher) -> None:
    """What it wrote is not waited for."""
    moment = watcher.fake.moment
    watcher.fake.pass_time(4000 * DAY)
    watcher.check("ok")
    watcher.fake.moment = moment
    watcher.publish(*workdays_until(date(2025, 12, 1), 100))
    watcher.fake.pass_time(20 * DAY)
    watcher.check("ok")
    assert watcher.notices() == [("trade", "silent")]


def test_a_source_that_is_well_costs_one_read(watcher: Watcher) -> None:
    """No transaction that writes, and no look into the archive."""
    watcher.publish(*workdays_until(date(2025, 12, 1), 100))
    watcher.record("ok")
    watcher.fake.pass_time(2 * DAY)
    watcher.look()
    watcher.record("not-modified")
    statements: list[str] = []
    watcher.db.conn.set_trace_callback(statements.append)
    assert watcher.look() == ()
    watcher.db.conn.set_trace_callback(None)
    assert [one.split()[0] for one in statements] == ["BEGIN", "SELECT", "ROLLBACK"]
    plan = watcher.rows(f"EXPLAIN QUERY PLAN {statements[1]}")
    assert not [row for row in plan if "SCAN" in row[3] and "CONSTANT" not in row[3]]


# ------------------------------------------------------------------ whatever happens


class Operated(RuleBasedStateMachine):
    """Checks of two sources, crashes between a check and the look, and edits of the config."""

    @initialize(after=st.integers(1, 4))
    def begin(self, after: int) -> None:
        """Start with an empty store."""
        self.folder = TemporaryDirectory()
        self.db = open_database(Path(self.folder.name) / "monitor.db")
        self.db.conn.execute("PRAGMA synchronous = OFF")
        self.watcher = Watcher(self.db, after)
        self.streak = {"trade": 0, "other": 0}
        self.suspected = {"trade": False, "other": False}
        self.open = {"trade": False, "other": False}
        self.expected: list[tuple[str, str]] = []

    def _model(self, name: str) -> None:
        """What should be known after a look."""
        is_bad = (
            self.streak[name] >= self.watcher.operator.failure_threshold or self.suspected[name]
        )
        if is_bad and not self.open[name]:
            self.expected.append((name, "failing"))
            self.open[name] = True
        elif self.open[name] and not self.streak[name]:
            self.expected.append((name, "recovered"))
            self.open[name] = False

    def _look(self, name: str) -> None:
        self.watcher.look(TRADE if name == "trade" else OTHER)
        self._model(name)

    @rule(
        name=st.sampled_from(["trade", "other"]),
        status=st.sampled_from(["ok", "not-modified", "failed", "failed", "suspect"]),
        crashes=st.booleans(),
    )
    def check(self, name: str, status: CheckStatus, *, crashes: bool) -> None:
        """Check as a round does: look, check, look; or be killed before the second look."""
        self._look(name)
        self.watcher.record(status, name=name)
        is_good = status in ("ok", "not-modified")
        self.streak[name] = 0 if is_good else self.streak[name] + 1
        self.suspected[name] = not is_good and (self.suspected[name] or status == "suspect")
        if not crashes:
            self._look(name)

    @rule(name=st.sampled_from(["trade", "other"]))
    def look_again(self, name: str) -> None:
        """As another process may at any time."""
        self._look(name)

    @rule(after=st.integers(1, 4))
    def edit(self, after: int) -> None:
        """Change the config."""
        self.watcher.operator = self.watcher.operator._replace(failure_threshold=after)

    @rule()
    def restart(self) -> None:
        """End the process and begin anew."""
        self.db.close()
        self.db = open_database(Path(self.folder.name) / "monitor.db")
        self.db.conn.execute("PRAGMA synchronous = OFF")
        self.watcher.db = self.db

    @invariant()
    def told_as_modelled(self) -> None:
        """Each channel is owed what the model says, neither more nor less."""
        if hasattr(self, "expected"):
            assert self.watcher.notices("desk") == self.expected
            assert self.watcher.notices("bot") == self.expected

    def teardown(self) -> None:
        """Tidy up."""
        if hasattr(self, "db"):
            self.db.close()
            self.folder.cleanup()


def test_notices_are_the_models_whatever_happens() -> None:
    """Sequences of good, failed and suspect checks, crashes, restarts, edits, other processes."""
    run_state_machine_as_test(
        Operated,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
