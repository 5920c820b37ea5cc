"""A channel that takes no messages is told on the others: once, and once when it does again."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from monitor import channels as transports
from monitor.delivery.dispatcher import Dispatcher, SendSummary
from monitor.errors import DeliveryError
from monitor.incidents import tracker
from monitor.incidents.tracker import CHANNEL_GRACE_PERIOD
from monitor.models.config import Channel, IncidentRecipients, WebhookChannel
from monitor.models.notification import Delivery
from monitor.store import messages
from monitor.store.database import Database, open_database
from tests.channels.peers import secret
from tests.store.samples import message, stored_release
from tests.support.fake_clock import FakeWorld

MINUTE = timedelta(minutes=1)


class Office:
    """A store, and channels of which some are down: passing, or for good."""

    def __init__(self, path: Path, *names: str, send: str = "immediately") -> None:
        self.path, self.fake = path, FakeWorld()
        self.channels = tuple(self._channel(name, send) for name in names)
        self.operator = IncidentRecipients(
            channels=names, failure_threshold=3, get_zone=lambda: UTC
        )
        self.down: dict[str, bool] = {}
        self.asked: timedelta | None = None
        self.came: dict[str, list[Any]] = {name: [] for name in names}
        self.ids = count()
        with self.open_db() as db, db.begin_write() as conn:
            self.release = stored_release(conn)

    def _channel(self, name: str, send: str) -> Channel:
        return WebhookChannel(name=name, url=secret("http://127.0.0.1:1/"), send=send)

    def open_db(self) -> Database:
        """Open the store."""
        return open_database(self.path)

    def take(self, channel: Channel, delivery: Delivery, **_: object) -> None:
        """Be the world: take a message, or not."""
        if channel.name in self.down:
            permanent = self.down[channel.name]
            self.fake.pass_time(timedelta(seconds=5))  # an answer takes its time
            raise DeliveryError(
                f"no room; it answered 4{permanent:d}0",
                is_permanent=permanent,
                retry_after=self.asked,
            )
        self.came[channel.name].append(json.loads(delivery.payload))

    def owe(self, *names: str) -> None:
        """Owe channels word of a release."""
        with self.open_db() as db, db.begin_write() as conn:
            for name in names:
                one = message(self.release, f"m{next(self.ids)}", name, self.fake.moment)
                messages.enqueue_release_message(conn, one, due_at=self.fake.moment, check_id=None)

    def send(self, after: timedelta = MINUTE) -> SendSummary:
        """Let time pass, and send what is due."""
        self.fake.pass_time(after)
        post = Dispatcher(
            channels=self.channels,
            open_db=self.open_db,
            clock=self.fake.world,
            out=StringIO(),
            get_zone=lambda: UTC,
            incident_recipients=self.operator,
        )
        return post.send_due()

    def work(self, span: timedelta) -> list[str]:
        """Send every minute for a while; return all that the operator was told."""
        return [told for _ in range(span // MINUTE) for told in self.send().log_lines]

    def notices(self, name: str) -> list[tuple[str, str]]:
        """Return whom the notices that came to a channel are about, and their state."""
        health = [one["data"] for one in self.came[name] if one["type"] == "health"]
        assert all(one["about"]["kind"] == "channel" for one in health)
        return [(one["about"]["name"], one["state"]) for one in health]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Give an office with three channels."""
    found = Office(tmp_path / "monitor.db", "desk", "bot", "phone")
    monkeypatch.setattr(transports, "send", found.take)
    return found


def test_a_hiccup_ends_untold(office: Office) -> None:
    """A channel that is down for some minutes is tried again, and nobody hears of it."""
    office.owe("desk")
    office.down["desk"] = False
    assert office.work(10 * MINUTE) == []
    office.down.clear()
    assert office.work(30 * MINUTE) == []
    assert len(office.came["desk"]) == 1
    assert office.came["bot"] == []


def test_a_channel_that_stays_down_is_told_on_the_others_and_so_is_its_end(office: Office) -> None:
    """Once each, whatever else it is owed meanwhile; never on itself."""
    office.owe("desk")
    office.down["desk"] = False
    assert office.work(CHANNEL_GRACE_PERIOD) == []
    office.owe("desk")
    (told,) = office.work(timedelta(hours=1))
    assert told.startswith("warning sent to bot, phone: The channel desk does not accept")
    assert [said for _ in range(8) for said in office.send(timedelta(hours=2)).log_lines] == []
    office.down.clear()
    assert len(office.send(timedelta(hours=13)).log_lines) == 1
    for name in ("bot", "phone"):
        assert office.notices(name) == [("desk", "failing"), ("desk", "recovered")]
    assert office.notices("desk") == []
    text = office.came["bot"][0]["data"]["text"]
    assert text[0] == "Sending to it fails since 2025-12-01 09:01 UTC: no room; it answered 400."
    assert text[1].startswith("2 messages are pending for it.")


def test_what_waited_through_the_trouble_goes_out_as_soon_as_it_is_over(office: Office) -> None:
    """And not half a day later, when its own next attempt would have been."""
    office.owe("desk")
    office.down["desk"] = False
    for _ in range(12):
        office.send(timedelta(hours=2))
    office.down.clear()
    office.owe("desk")
    assert office.send().delivered == 4  # both, and word of it to the two others
    assert len(office.came["desk"]) == 2


def test_a_time_that_the_receiver_named_is_waited_for_by_all_that_waits(office: Office) -> None:
    """It asked to be left alone; other channels are not."""
    office.owe("desk")
    office.down["desk"], office.asked = False, timedelta(hours=10)
    office.send()
    office.down.clear()
    office.owe("desk", "bot")
    office.send()
    assert (len(office.came["desk"]), len(office.came["bot"])) == (0, 2)  # and word of it
    office.send(timedelta(hours=10))
    assert len(office.came["desk"]) == 2


def test_a_failure_that_was_noted_a_moment_later_is_not_long(office: Office) -> None:
    """The clock goes on between the attempt and what is written of it."""
    before = office.fake.moment - timedelta(milliseconds=1)
    with office.open_db() as db, db.begin_write() as conn:
        told = tracker.record_channel_failure(
            conn,
            "desk",
            "no room",
            fails_until=before,
            recipients=office.operator,
            clock=office.fake.world,
        )
    assert told is None


@pytest.mark.parametrize(("asked", "told"), [(20 * MINUTE, 0), (timedelta(days=999), 1)])
def test_who_wants_no_message_for_long_is_told_at_once(
    office: Office, asked: timedelta, told: int
) -> None:
    """Nobody would hear of it for as long as it asked to be left alone."""
    office.owe("desk")
    office.down["desk"], office.asked = False, asked
    assert len(office.send().log_lines) == told
    assert len(office.notices("bot")) == told


def test_a_message_that_is_given_up_is_told_at_once_in_the_same_round(office: Office) -> None:
    """And how to send it again; a second one is in the same trouble."""
    office.owe("desk", "desk")
    office.down["desk"] = True
    assert len(office.send().log_lines) == 1
    assert office.notices("bot") == office.notices("phone") == [("desk", "failing")]
    data = office.came["bot"][0]["data"]
    assert data["missed"].startswith("1 message is pending") is False
    assert data["text"][-1].endswith("monitor deliveries retry --channel desk")
    office.owe("desk")
    office.down.clear()
    office.send()
    assert office.notices("bot") == [("desk", "failing"), ("desk", "recovered")]
    assert "2 messages were given up." in office.came["bot"][1]["data"]["text"]


def test_retries_that_end_are_told_though_the_hour_was_never_up(office: Office) -> None:
    """Three days of attempts by a machine that is on for a moment a day."""
    office.owe("desk")
    office.down["desk"] = False
    told = [said for _ in range(20) for said in office.send(timedelta(days=1)).log_lines]
    assert len(told) == 1
    assert office.notices("bot") == [("desk", "failing")]


def test_when_all_are_down_there_is_no_end_of_notices_about_notices(office: Office) -> None:
    """Each is owed one word about each other one, however long that lasts."""
    office.owe("desk", "bot", "phone")
    office.down = dict.fromkeys(("desk", "bot", "phone"), False)
    for _ in range(60):
        office.send(timedelta(hours=2))
    with office.open_db() as db, db.begin_read() as conn:
        (owed,) = conn.execute("SELECT count(*) FROM notices").fetchone()
    assert owed == 6
    office.down.clear()
    office.owe("desk", "bot", "phone")
    for _ in range(5):
        office.send(timedelta(hours=13))
    for name in ("desk", "bot", "phone"):
        states = [state for _, state in office.notices(name)]
        assert sorted(states)[-2:] == ["recovered", "recovered"]


def test_where_there_is_no_other_channel_it_is_said_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is owed to anybody."""
    office = Office(tmp_path / "monitor.db", "desk")
    monkeypatch.setattr(transports, "send", office.take)
    office.owe("desk")
    office.down["desk"] = True
    (told,) = office.send().log_lines
    assert told.endswith("there is no other channel to report it on")
    with office.open_db() as db, db.begin_read() as conn:
        assert conn.execute("SELECT count(*) FROM notices").fetchone() == (0,)


def test_only_the_channels_of_health_are_told(office: Office) -> None:
    """Whoever is not named there hears of releases alone."""
    office.operator = office.operator._replace(channels=("phone",))
    office.owe("desk")
    office.down["desk"] = True
    office.send()
    assert (office.notices("bot"), office.notices("phone")) == ([], [("desk", "failing")])


def test_notices_do_not_wait_for_a_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that is told of releases once a week hears of trouble at once."""
    office = Office(tmp_path / "monitor.db", "desk", "bot", send="weekly on mon at 08:00")
    monkeypatch.setattr(transports, "send", office.take)
    office.owe("desk")
    office.down["desk"] = True
    office.send()
    assert office.notices("bot") == [("desk", "failing")]


def test_a_clock_that_ran_ahead_does_not_keep_trouble_secret(office: Office) -> None:
    """What began in a year that is not here counts as long."""
    office.owe("desk")
    office.down["desk"] = False
    office.send()
    office.fake.moment = datetime(2025, 11, 1, tzinfo=UTC)
    assert len(office.send().log_lines) == 1
