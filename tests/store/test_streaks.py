"""How the last checks of a source went, in a row."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.reported import CheckResult, Status
from monitor.store import checks
from monitor.store.database import open_database
from monitor.store.streaks import Streak, streak

START = datetime(2025, 12, 1, 8, tzinfo=UTC)


def at(hours: int) -> datetime:
    """Return a moment of the test."""
    return START + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("went", "expected"),
    [
        ([], Streak()),
        (["ok"], Streak(last_good_at=at(0), status="ok")),
        (["ok", "not-modified"], Streak(last_good_at=at(1), status="not-modified")),
        (
            ["ok", "failed", "suspect"],
            Streak(
                last_good_at=at(0),
                failures=2,
                broken=frozenset({"layout"}),
                since=at(1),
                status="suspect",
                error="no. 2",
            ),
        ),
        (["failed"], Streak(failures=1, since=at(0), status="failed", error="no. 0")),
        (["failed", "failed", "ok"], Streak(last_good_at=at(2), status="ok")),
    ],
)
def test_a_streak_is_what_went_wrong_since_the_last_good_check(
    tmp_path: Path, went: list[Status], expected: Streak
) -> None:
    """Another source's checks are none of it."""
    with open_database(tmp_path / "monitor.db") as db:
        with db.writing() as conn:
            for hours, status in enumerate(went):
                is_wrong = status in ("failed", "suspect")
                for name, told in (("trade", status), ("other", "ok")):
                    result = CheckResult(
                        name=name,
                        status=told,
                        started_at=at(hours),
                        seconds=0.1,
                        error=f"no. {hours}" if is_wrong and name == "trade" else None,
                    )
                    checks.record(conn, result)
        with db.reading() as conn:
            assert streak(conn, "trade") == expected
