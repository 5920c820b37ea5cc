"""How the last checks of a source went, in a row."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.models.check import CheckResult, CheckStatus
from monitor.store import checks
from monitor.store.database import open_database
from monitor.store.statistics import FailureStreak, load_failure_streak

START = datetime(2025, 12, 1, 8, tzinfo=UTC)


def at(hours: int) -> datetime:
    """Return a moment of the test."""
    return START + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("went", "expected"),
    [
        ([], FailureStreak()),
        (["ok"], FailureStreak(last_good_at=at(0), status="ok")),
        (["ok", "not-modified"], FailureStreak(last_good_at=at(1), status="not-modified")),
        (
            ["ok", "failed", "suspect"],
            FailureStreak(
                last_good_at=at(0),
                failures=2,
                violated_rules=frozenset({"layout"}),
                failing_since=at(1),
                status="suspect",
                error="no. 2",
            ),
        ),
        (
            ["failed"],
            FailureStreak(failures=1, failing_since=at(0), status="failed", error="no. 0"),
        ),
        (["failed", "failed", "ok"], FailureStreak(last_good_at=at(2), status="ok")),
    ],
)
def test_a_streak_is_what_went_wrong_since_the_last_good_check(
    tmp_path: Path, went: list[CheckStatus], expected: FailureStreak
) -> None:
    """Another source's checks are none of it."""
    with open_database(tmp_path / "monitor.db") as db:
        with db.begin_write() as conn:
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
                    checks.record_check(conn, result)
        with db.begin_read() as conn:
            assert load_failure_streak(conn, "trade") == expected
