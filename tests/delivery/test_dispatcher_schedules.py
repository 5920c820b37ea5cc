"""What waits for a digest goes out when the channel's schedule of today says so."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import channels as transports
from monitor.domain.schedule import make_period_finder
from monitor.models.notification import MessageItem, Snippet
from monitor.store import digests
from tests.incidents.test_tracker_channels import Office

MONDAY = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Waiting(Office):
    """An office whose one channel had a release put into its weekly digest on a Monday at nine."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "desk", send="weekly on mon at 08:00")
        self.fake.moment = MONDAY
        self.find()

    def find(self, name: str = "digest") -> None:
        """Put the release into the digest of the period that lasts; a new one is called `name`."""
        periods = make_period_finder(self.channels[0], lambda: UTC)
        assert periods is not None
        shown = Snippet(field="title", text=self.release.title)
        item = MessageItem(event="new", release=self.release, watches=("steel",), snippet=shown)
        with self.open_db() as db, db.begin_write() as conn:
            digests.add_items(
                conn, "desk", [item], periods,
                now=self.fake.moment, new_id=lambda: name, check_id=None,
            )  # fmt: skip

    def change(self, send: str) -> None:
        """Give the channel another schedule."""
        self.channels = (self._channel("desk", send),)

    def periods(self) -> list[tuple[str, str]]:
        """Return what the digests that came say that they cover."""
        return [(one["data"]["from"], one["data"]["to"]) for one in self.came["desk"]]


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Waiting:
    """Give it."""
    office = Waiting(tmp_path / "monitor.db")
    monkeypatch.setattr(transports, "send", office.take)
    return office


@pytest.mark.parametrize(
    ("send", "at"),
    [
        ("immediately", MONDAY + HOUR),
        ("hourly", MONDAY + HOUR),
        ("daily at 12:00", MONDAY + 3 * HOUR),
        ("weekly on tue at 08:00", MONDAY + 23 * HOUR),
        ("weekly on mon at 08:00", MONDAY + 167 * HOUR),
        ("cron 0 8 1 * *", MONDAY + 167 * HOUR),  # later than before: what was promised is kept
    ],
)
def test_what_waits_follows_a_schedule_that_is_sooner(
    waiting: Waiting, send: str, at: datetime
) -> None:
    """Once, by the end of the hour in which it is due; and it says until when it reaches."""
    waiting.change(send)
    sent_at = [waiting.fake.moment for _ in range(24 * 8) if waiting.send(after=HOUR).delivered]
    assert sent_at == [at]
    assert [until for _, until in waiting.periods()] == [f"{at:%Y-%m-%dT%H:%M:%S}.000Z"]


@pytest.mark.parametrize(
    ("send", "at"),
    [("immediately", MONDAY + HOUR), ("daily at 12:00", MONDAY + 3 * HOUR)],
)
def test_digests_of_schedules_that_came_and_went_go_out_as_one(
    waiting: Waiting, send: str, at: datetime
) -> None:
    """One waits until tomorrow, another until next week: neither is left behind, none is twice."""
    waiting.change("weekly on tue at 08:00")
    waiting.send(after=timedelta())
    waiting.change("weekly on mon at 08:00")
    waiting.find("another")
    waiting.change(send)
    sent_at = [waiting.fake.moment for _ in range(24 * 8) if waiting.send(after=HOUR).delivered]
    assert sent_at == [at]
    (message,) = waiting.came["desk"]
    assert len(message["data"]["items"]) == 1


def test_a_schedule_that_is_as_it_was_writes_nothing(waiting: Waiting) -> None:
    """A run every few minutes leaves the outbox alone."""
    with waiting.open_db() as db:
        before = db.conn.execute("PRAGMA data_version").fetchone()
        waiting.send(after=HOUR)
        assert db.conn.execute("PRAGMA data_version").fetchone() == before
