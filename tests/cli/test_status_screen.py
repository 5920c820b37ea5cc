"""The page that `monitor status` shows, from literals."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.cli.status import format_status
from monitor.models.status import Cadence, ChannelStatus, MonitorStatus, SourceStatus

NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)
AGO = NOW - timedelta(minutes=5)

SOURCE = SourceStatus(
    name="trade",
    problem=None,
    status="ok",
    last_check_at=AGO,
    last_good_at=AGO,
    next_check_at=NOW + timedelta(minutes=25),
    failures=0,
    failing_since=None,
    error=None,
    release_count=412,
    newest_date=date(2025, 12, 1),
    cadence=Cadence(releases_per_week=3.2, median_gap_days=2.0),
    gap_page=None,
    gap_since=None,
    pending_articles=0,
    backfill_extent=None,
    notified_at=None,
    silent_since=None,
)
CHANNEL = ChannelStatus(
    name="desk",
    problem=None,
    kind="email",
    send="daily at 08:00",
    pending=3,
    failing=0,
    given_up=0,
    sent=40,
    last_sent_at=AGO,
    due_at=NOW,
    next_digest_at=NOW + timedelta(hours=23),
    error=None,
)
VITALS = MonitorStatus(
    collected_at=NOW,
    sources=(SOURCE,),
    channels=(CHANNEL,),
    daemon_state="running",
    daemon_since=AGO,
    database_path="/srv/monitor.db",
    database_size=3_100_000,
)


def shown(vitals: MonitorStatus) -> list[str]:
    """Return the page's lines."""
    return "\n".join(format_status(vitals, UTC)).splitlines()


def test_the_page() -> None:
    """Where all is well it says so, and then the rest."""
    assert shown(VITALS) == [
        "all well",
        "",
        "sources",
        "  trade  ok, checked 2025-12-01 08:55 (5 min ago), next check 2025-12-01 09:25",
        "         412 releases, the newest of 2025-12-01; about 3 a week, mostly 2 days apart",
        "",
        "channels",
        "  desk   email, daily at 08:00: 3 waiting, 40 sent, last 2025-12-01 08:55",
        "         next digest 2025-12-02 08:00",
        "",
        "daemon    running since 2025-12-01 08:55",
        "database  /srv/monitor.db, 3.1 MB",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"next_check_at": NOW}, "(5 min ago), due now"),
        ({"last_check_at": NOW}, "(a moment ago)"),
        ({"last_check_at": NOW - timedelta(hours=5)}, "(5 h ago)"),
        ({"last_check_at": NOW + timedelta(seconds=50)}, "(a moment ago)"),
        ({"last_check_at": NOW + timedelta(days=400)}, "(ahead of the clock)"),
        ({"last_check_at": NOW - timedelta(hours=50)}, "(2 days ago)"),
        ({"failures": 2, "status": "suspect", "problem": "trade: oh"},
         "suspect; last successful check: 2025-12-01 08:55; next check"),
        ({"failures": 2, "status": "failed", "last_good_at": None}, "last successful check: never"),
        ({"cadence": None}, "412 releases, the newest of 2025-12-01"),
        ({"cadence": Cadence(releases_per_week=0.2, median_gap_days=None)}, "2025-12-01; rarely"),
        ({"cadence": Cadence(releases_per_week=20.0, median_gap_days=1.0)},
         "20 a week, mostly day by day"),
        ({"release_count": 1, "newest_date": None}, "1 release; about"),
        ({"gap_page": 31, "gap_since": AGO},
         "from page 31 on not proven read since 2025-12-01 08:55; the next checks go on there"),
        ({"gap_page": 31}, "from page 31 on not proven read; the next"),
        ({"pending_articles": 1}, "1 article page still to be read, a few each check"),
        ({"backfill_extent": 7}, "walked back to page 7"),
        ({"backfill_extent": "to the end"}, "walked back to the end"),
        ({"failures": 3, "status": "failed", "notified_at": AGO},
         "operator alerted 2025-12-01 08:55, and will be when it is over"),
        ({"silent_since": date(2025, 10, 1)},
         "silent since 2025-10-01, for longer than it ever was: look whether it moved"),
    ],
)  # fmt: skip
def test_a_source_in_words(changes: dict[str, object], expected: str) -> None:
    """Each thing that there is to know of one."""
    one = replace(SOURCE, **changes)  # type: ignore[arg-type]
    assert any(expected in line for line in shown(replace(VITALS, sources=(one,))))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last_sent_at": None}, "3 waiting, nothing sent yet"),
        ({"failing": 2, "problem": "desk: oh"}, "2 not accepted yet, next try 2025-12-01 09:00"),
        ({"given_up": 1},
         "1 given up; send again with: monitor deliveries retry --channel desk"),
        ({"kind": None, "send": None}, "not in the config any more; 3 waiting"),
    ],
)  # fmt: skip
def test_a_channel_in_words(changes: dict[str, object], expected: str) -> None:
    """And what to do where something was given up."""
    one = replace(CHANNEL, **changes)  # type: ignore[arg-type]
    assert any(expected in line for line in shown(replace(VITALS, channels=(one,))))


def test_names_line_up_however_wide_they_are() -> None:
    """A letter of Hangul takes two columns; what cannot be seen is not shown."""
    lines = shown(replace(VITALS, sources=(replace(SOURCE, name="무역\x1b"),)))
    assert lines[3].startswith("  무역  ok, ")
    assert lines[7].startswith("  desk  email")


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("stopped", "not running; the last one, started 2025-12-01 08:55, ended without a goodbye"),
        ("elsewhere", "started 2025-12-01 08:55 on another machine or in a container; not seen"),
    ],
)
def test_where_the_daemon_is(state: str, expected: str) -> None:
    """As far as can be seen from here."""
    found = replace(VITALS, daemon_state=state)  # type: ignore[arg-type]
    assert any(expected in line for line in shown(found))


def test_scripts_read_the_same() -> None:
    """Moments in UTC, days as such, and nothing for what is not."""
    one = replace(
        SOURCE, gap_page=31, gap_since=AGO, backfill_extent=7, silent_since=date(2025, 10, 1)
    )
    other = replace(SOURCE, cadence=None, newest_date=None).as_json()
    assert one.as_json() == {
        "name": "trade",
        "trouble": None,
        "status": "ok",
        "last_check_at": "2025-12-01T08:55:00.000Z",
        "last_good_at": "2025-12-01T08:55:00.000Z",
        "next_check_at": "2025-12-01T09:25:00.000Z",
        "failures": 0,
        "failing_since": None,
        "error": None,
        "releases": 412,
        "newest": "2025-12-01",
        "cadence": {"per_week": 3.2, "median_gap_days": 2.0},
        "gap_page": 31,
        "gap_since": "2025-12-01T08:55:00.000Z",
        "articles_waiting": 0,
        "backfill": {"page": 7, "complete": False},
        "told_at": None,
        "silent_since": "2025-10-01",
    }
    assert (other["newest"], other["cadence"], other["silent_since"]) == (None, None, None)
    assert other["backfill"] == {"page": None, "complete": False}
    assert CHANNEL.as_json() == {
        "name": "desk",
        "trouble": None,
        "kind": "email",
        "send": "daily at 08:00",
        "waiting": 3,
        "failing": 0,
        "given_up": 0,
        "sent": 40,
        "last_sent_at": "2025-12-01T08:55:00.000Z",
        "due_at": "2025-12-01T09:00:00.000Z",
        "next_digest_at": "2025-12-02T08:00:00.000Z",
        "error": None,
    }
