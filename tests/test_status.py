"""How everything is, by what was written down."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor import status as status_module
from monitor.config.loader import parse_config
from monitor.models.check import CheckResult, CheckStatus
from monitor.models.status import Cadence, MonitorStatus
from monitor.store import backfill_progress, checks, messages, outbox
from monitor.store.database import Database, open_database
from tests.store.samples import message, stored_release

START = datetime(2025, 12, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONFIG = """
[[source]]
name = "trade"
kind = "motir"
url = "https://example.org/trade"
every = "1h"

[[channel]]
name = "bot"
kind = "webhook"
url = "https://example.org/hook"

[[channel]]
name = "desk"
kind = "terminal"
send = "daily at 08:00"
"""


@pytest.fixture(name="db")
def db_fixture(tmp_path: Path) -> Iterator[Database]:
    """Open a store."""
    with open_database(tmp_path / "monitor.db") as db:
        yield db


def checked(conn: sqlite3.Connection, at: datetime, status: CheckStatus = "ok") -> None:
    """Write a check of trade into the log."""
    error = None if status == "ok" else "no answer"
    result = CheckResult(name="trade", status=status, started_at=at, seconds=0.1, error=error)
    checks.record_check(conn, result)


def looked(db: Database, now: datetime) -> MonitorStatus:
    """Return how everything is, and see that the cheap question has the same answer."""
    config = parse_config(CONFIG, path=db.path.with_name("config.toml"), environ={})
    with db.begin_read() as conn:
        nowhere = status_module.DaemonStatus("none", None)
        return status_module.collect_status(conn, config, nowhere, now, UTC)


def troubles(db: Database) -> list[str]:
    """Return the answer to the cheap question."""
    config = parse_config(CONFIG, path=db.path.with_name("config.toml"), environ={})
    with db.begin_read() as conn:
        return list(status_module.list_problems(conn, config, UTC))


# ------------------------------------------------------------------ sources


@pytest.mark.parametrize(
    ("went", "now", "expected"),
    [
        ([], 0.0, "trade: not checked yet; start monitor, or run: monitor --once"),
        (["ok"], 0.5, None),
        (["ok"], 1.1, None),  # it may be under way
        (["ok"], 1.5, ("trade: not checked since 2025-12-01 08:00, and due since 2025-12-01 09:00;"
         " see that monitor runs, or that cron starts it")),
        (["ok"], -1, ("trade: its last check is dated 2025-12-01 08:00, ahead of this machine's"
         " clock: set the clock, and run: monitor --once")),
        (["ok"], -0.1, None),
        (["failed"], 0.5, "trade: failed since 2025-12-01 08:00: no answer"),
        (["ok", "failed", "suspect"], 2.5,
         "trade: 2 checks in a row went wrong since 2025-12-01 09:00: no answer"),
        (["failed", "ok"], 1.5, None),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_read_or_that_nobody_reads_is_in_trouble(
    db: Database, went: list[CheckStatus], now: float, expected: str | None
) -> None:
    """A watcher that does not run must not look like a quiet ministry."""
    with db.begin_write() as conn:
        for hours, status in enumerate(went):
            checked(conn, START + hours * HOUR, status)
    (source,) = looked(db, START + now * HOUR).sources
    assert source.problem == expected


def test_cron_may_be_slower_than_the_config_says(db: Database) -> None:
    """Late is what is late by the pace that the checks have had."""
    with db.begin_write() as conn:
        for days in range(4):
            checked(conn, START + days * 24 * HOUR)
    last = START + 72 * HOUR
    assert looked(db, last + 40 * HOUR).sources[0].problem is None
    assert "not checked since" in (looked(db, last + 49 * HOUR).sources[0].problem or "")


def test_a_check_by_a_clock_that_ran_ahead_makes_none_of_the_others_look_rare(
    db: Database,
) -> None:
    """Else nobody would be missed for years once it is put right."""
    with db.begin_write() as conn:
        for at in (START, START + 9 * 365 * 24 * HOUR, START + 2 * HOUR):
            checked(conn, at)
    assert looked(db, START + 2 * HOUR).sources[0].problem is None
    assert "not checked since" in (looked(db, START + 9 * HOUR).sources[0].problem or "")


def test_what_is_unfinished_is_counted(db: Database) -> None:
    """Articles to be read, a gap, how far back a walk came; none of it is trouble."""
    with db.begin_write() as conn:
        checked(conn, START)
        release = stored_release(conn)
        conn.execute(
            "INSERT INTO listings (release_id, source, rank, first_seen_at, last_seen_at)"
            " VALUES (?, 'trade', 1.0, '', '')",
            (release.id,),
        )
        conn.execute("INSERT INTO waiting (release_id, due_at) VALUES (?, '')", (release.id,))
        gap = checks.SourceState(gap_page=31, gap_since=START, baseline_at=START)
        checks.save_source_state(conn, "trade", gap)
        conn.execute("INSERT INTO backfills VALUES ('trade', 'https://example.org/trade', 7, 10,"
                     " 1.0, NULL)")  # fmt: skip
    (source,) = looked(db, START).sources
    assert (source.release_count, source.newest_date, source.pending_articles) == (
        1,
        date(2025, 12, 1),
        1,
    )
    assert (source.gap_page, source.gap_since, source.backfill_extent) == (31, START, 7)
    assert source.problem is None
    with db.begin_write() as conn:
        backfill_progress.mark_backfill_complete(conn, "trade", START)
    assert looked(db, START).sources[0].backfill_extent == "to the end"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({}, None),
        ({30: 3}, None),  # of less than a week nothing is said
        (
            {1: 1, 8: 1, 15: 1, 22: 1, 29: 1},
            Cadence(releases_per_week=35 / 30, median_gap_days=7.0),
        ),
        ({24: 14}, Cadence(releases_per_week=14.0, median_gap_days=None)),
        ({1: 2, 2: 2, 5: 2}, Cadence(releases_per_week=42 / 30, median_gap_days=3.0)),
    ],
)
def test_cadence_is_how_much_in_a_week_and_how_far_apart(
    days: dict[int, int], expected: Cadence | None
) -> None:
    """Counted from the first known day: an archive that has just begun is no quiet ministry."""
    published = {date(2025, 11, day): count for day, count in days.items()}
    assert (
        status_module.measure_cadence(published, date(2025, 9, 1), date(2025, 11, 30)) == expected
    )


# ------------------------------------------------------------------ channels


def owe(conn: sqlite3.Connection, name: str, *, channel: str = "bot") -> None:
    """Owe a message."""
    release = stored_release(conn, f"Of {name}")
    digest = message(release, name, channel, START)
    messages.enqueue_release_message(conn, digest, due_at=START, check_id=None)


def tried(conn: sqlite3.Connection, name: str, at: datetime, how: str) -> None:
    """Let the message have been tried."""
    seen = outbox.DueMessage(name, "bot", None)
    assert outbox.claim_message(conn, seen, "me", at, lambda _: False)
    if how == "sent":
        outbox.record_sent(conn, name, at)
    elif how == "given up":
        outbox.give_up_message(conn, name, "me", "no such hook")
    else:
        outbox.reschedule_message(conn, name, "me", "no answer", at + HOUR, retry_after=None)


@pytest.mark.parametrize(
    ("went", "expected", "counts"),
    [
        ([], None, (0, 0, 0, 0)),
        (["owed"], None, (1, 0, 0, 0)),
        (["sent", "sent"], None, (0, 0, 0, 2)),
        (["sent", "failed"], "bot: 1 message was not taken: no answer", (1, 1, 0, 1)),
        (["failed", "failed"], "bot: 2 messages were not taken: no answer", (2, 2, 0, 0)),
        (["sent", "given up"], "bot: 1 message was not taken, 1 of them given up: no such hook",
         (0, 0, 1, 1)),
        (["given up", "sent"], None, (0, 0, 1, 1)),  # it works again
    ],
)  # fmt: skip
def test_a_channel_that_did_not_take_the_last_is_in_trouble(
    db: Database, went: list[str], expected: str | None, counts: tuple[int, int, int, int]
) -> None:
    """What was given up before something was taken is counted, and no trouble any more."""
    with db.begin_write() as conn:
        checked(conn, START)
        for number, how in enumerate(went):
            owe(conn, f"msg_{number}")
            if how != "owed":
                tried(conn, f"msg_{number}", START + number * HOUR, how)
    bot, _ = looked(db, START).channels
    assert bot.problem == expected
    assert (bot.pending, bot.failing, bot.given_up, bot.sent) == counts
    assert troubles(db) == ([] if expected is None else [expected])


def test_a_channel_that_the_config_has_no_more_is_in_trouble_while_it_is_owed(
    db: Database,
) -> None:
    """Else what waits for it would wait in silence for ever."""
    with db.begin_write() as conn:
        checked(conn, START)
        owe(conn, "msg_1", channel="gone")
        owe(conn, "msg_2", channel="gone")
    found = looked(db, START)
    assert [one.name for one in found.channels] == ["bot", "desk", "gone"]
    assert found.problems == (
        (
            "gone: 2 messages are pending for a channel that is no longer in the config; add it "
            "again to send them"
        ),
    )


def test_the_next_digest_is_told(db: Database) -> None:
    """Of a channel that has a schedule, in UTC whatever the zone."""
    bot, desk = looked(db, START + HOUR).channels
    assert bot.next_digest_at is None
    assert desk.next_digest_at == START + 24 * HOUR


@pytest.mark.parametrize(("hours", "expected"), [(7, 7), (30, 24), (0, 24)])
def test_a_digest_that_was_promised_sooner_is_the_next_one(
    db: Database, hours: int, expected: int
) -> None:
    """By a schedule of before; what is due already is no promise."""
    with db.begin_write() as conn:
        digest = message(stored_release(conn), "msg_1", "desk", START)
        messages.enqueue_release_message(conn, digest, due_at=START + hours * HOUR, check_id=None)
    _, desk = looked(db, START + HOUR).channels
    assert desk.next_digest_at == START + expected * HOUR


def test_the_cheap_question_has_the_same_answer_about_sources(db: Database) -> None:
    """All that is asked after each round of the daemon."""
    with db.begin_write() as conn:
        checked(conn, START, "suspect")
    assert troubles(db) == [looked(db, START).sources[0].problem]
    with db.begin_write() as conn:
        checked(conn, START + HOUR)
    assert troubles(db) == []


# ------------------------------------------------------------------ the daemon


def where(db: Database, *, near: bool = True, dead: bool = False) -> status_module.DaemonStatus:
    """Return where the daemon is."""
    with db.begin_read() as conn:
        return status_module.find_daemon_status(conn, lambda _: near, lambda _: dead)


def test_the_daemon_is_known_by_its_note(db: Database) -> None:
    """Running where it is seen, gone where it is seen no more, elsewhere where nothing is seen."""
    assert where(db) == status_module.DaemonStatus("none", None)
    with db.begin_write() as conn:
        status_module.record_daemon_start(conn, "boot:1 host 7", START)
    assert where(db) == status_module.DaemonStatus("running", START)
    assert where(db, dead=True) == status_module.DaemonStatus("stopped", START)
    assert where(db, near=False) == status_module.DaemonStatus("elsewhere", START)


def test_a_daemon_takes_only_its_own_note_away(db: Database) -> None:
    """Another one may have come since."""
    with db.begin_write() as conn:
        status_module.record_daemon_start(conn, "first", START)
        status_module.record_daemon_start(conn, "second", START + HOUR)
        status_module.record_daemon_stop(conn, "first")
    assert where(db).since == START + HOUR
    with db.begin_write() as conn:
        status_module.record_daemon_stop(conn, "second")
    assert where(db).state == "none"
