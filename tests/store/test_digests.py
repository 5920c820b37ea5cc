"""Digests that wait for their time."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from monitor.domain.schedule import DigestPeriod, find_period
from monitor.models.notification import MessageItem, ReleaseMessage, Snippet
from monitor.models.release import Release
from monitor.store import digests, messages, outbox
from monitor.store.database import open_database
from tests.store.samples import message, stored_release

NOON = datetime(2025, 12, 1, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EIGHT = datetime(2025, 12, 2, 8, 0, tzinfo=UTC)


def daily(moment: datetime) -> DigestPeriod:
    """Return the period of a digest at eight every day."""
    return find_period("0 8 * * *", moment, UTC)


class Desk:
    """Somebody who is sent a digest at eight."""

    def __init__(self, conn: Connection) -> None:
        self.conn, self._ids = conn, itertools.count(1)

    def new_id(self) -> str:
        """Return a name for a message."""
        return f"msg_{next(self._ids)}"

    def add(self, *items: MessageItem, at: datetime = NOON) -> None:
        """Put items into the digest."""
        digests.add_items(
            self.conn, "desk", items, daily, now=at, new_id=self.new_id, check_id=None
        )

    def empty(self, at: datetime) -> None:
        """Open what has to be opened empty."""
        digests.open_empty_digest(self.conn, "desk", daily, now=at, new_id=self.new_id)

    def owed(self) -> list[ReleaseMessage]:
        """Return all messages, by the end of their periods."""
        rows = self.conn.execute("SELECT id FROM deliveries ORDER BY until, id").fetchall()
        return [messages.load_release_message(self.conn, name) for (name,) in rows]

    def send(self, at: datetime) -> list[str]:
        """Send what is due, as a sender would."""
        ids = []
        for one in outbox.find_due_messages(self.conn, ["desk"], at, at):
            if outbox.claim_message(self.conn, one, "me", at, lambda _: False):
                messages.get_payload(self.conn, one.id, lambda _: b"frozen")
                outbox.record_sent(self.conn, one.id, at)
                ids.append(one.id)
        return ids


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a desk with an empty store."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as conn:
        yield Desk(conn)


def item(release: Release, *watches: str, event: str = "new") -> MessageItem:
    """Return an item about a release."""
    shown = Snippet(field="title", text=release.title)
    return MessageItem(event=event, release=release, watches=watches or ("steel",), snippet=shown)  # type: ignore[arg-type]


def test_what_is_found_in_one_period_stands_in_one_digest(desk: Desk) -> None:
    """Due at the end of the period and not a moment before, also for a run that looks ahead."""
    one, other = stored_release(desk.conn, "One"), stored_release(desk.conn, "Other")
    desk.add(item(one))
    desk.add(item(other), at=NOON + HOUR)
    (digest,) = desk.owed()
    assert [found.release.title for found in digest.items] == ["One", "Other"]
    assert (digest.since, digest.until, digest.kind) == (EIGHT - DAY, EIGHT, "digest")
    assert digest.created_at == EIGHT
    early = EIGHT - timedelta(seconds=1)
    assert outbox.find_due_messages(desk.conn, ["desk"], early, EIGHT) == []
    assert outbox.find_next_due_time(desk.conn, "desk") == EIGHT
    assert desk.send(EIGHT) == ["msg_1"]


def test_a_release_stands_once_in_a_digest_with_all_its_watches(desk: Desk) -> None:
    """However often, by whichever listing, and for whatever reason it was found."""
    release = stored_release(desk.conn)
    desk.add(item(release, "steel"))
    desk.add(item(release, "canada", "steel"), at=NOON + HOUR)
    desk.add(item(release, "trq", event="revised"), at=NOON + 2 * HOUR)
    (digest,) = desk.owed()
    (found,) = digest.items
    assert found.watches == ("steel", "canada", "trq")
    assert (found.event, found.changes) == ("new", None)


def test_what_was_told_is_new_in_no_later_digest(desk: Desk) -> None:
    """Another watch has found it since; an edit of it is told, and what nobody took counts not."""
    release = stored_release(desk.conn)
    desk.add(item(release, "steel"))
    assert desk.send(EIGHT) == ["msg_1"]
    desk.add(item(release, "canada"), at=EIGHT + HOUR)
    assert len(desk.owed()) == 1
    desk.add(item(stored_release(desk.conn, "Other")), at=EIGHT + HOUR)
    desk.add(item(release, "canada"), at=EIGHT + 2 * HOUR)
    desk.add(item(release, "steel", event="revised"), at=EIGHT + 3 * HOUR)
    _, second = desk.owed()
    assert [(one.event, one.watches) for one in second.items] == [
        ("new", ("steel",)),
        ("revised", ("steel",)),
    ]
    desk.conn.execute("UPDATE deliveries SET status = 'given-up', sent_at = NULL")
    desk.add(item(release, "canada"), at=EIGHT + 2 * DAY)
    assert [one.watches for one in desk.owed()[-1].items] == [("canada",)]


@pytest.mark.parametrize("late", [timedelta(seconds=1), 5 * HOUR, 3 * DAY + HOUR])
def test_what_is_found_when_a_digest_is_overdue_goes_into_the_next(
    desk: Desk, late: timedelta
) -> None:
    """The machine was off at eight: the missed digest is whole, and is sent once on return."""
    desk.add(item(stored_release(desk.conn, "Before")))
    desk.add(item(stored_release(desk.conn, "After")), at=EIGHT + late)
    missed, coming = desk.owed()
    assert [found.release.title for found in missed.items] == ["Before"]
    assert [found.release.title for found in coming.items] == ["After"]
    assert desk.send(EIGHT + late) == [missed.id]
    assert desk.send(EIGHT + late) == []


def test_nothing_is_put_into_a_digest_that_is_frozen(desk: Desk) -> None:
    """Its receiver may have it already; what comes after goes into the next free period."""
    desk.add(item(stored_release(desk.conn, "One")))
    (waiting,) = outbox.find_due_messages(desk.conn, ["desk"], EIGHT, EIGHT)
    outbox.claim_message(desk.conn, waiting, "me", EIGHT, lambda _: False)
    messages.get_payload(desk.conn, waiting.id, lambda _: b"frozen")
    desk.add(item(stored_release(desk.conn, "Other")), at=NOON)
    first, second = desk.owed()
    assert len(first.items) == len(second.items) == 1
    assert (second.since, second.until) == (EIGHT - DAY, EIGHT + DAY)


def test_a_clock_that_is_set_back_sends_no_period_twice(desk: Desk) -> None:
    """What is found in a period that has had its digest goes into the next."""
    desk.add(item(stored_release(desk.conn, "One")))
    assert desk.send(EIGHT) == ["msg_1"]
    desk.add(item(stored_release(desk.conn, "Other")), at=EIGHT - HOUR)
    assert desk.send(EIGHT) == []
    assert desk.send(EIGHT + DAY) == ["msg_2"]


def test_what_a_clock_far_ahead_has_put_off_is_due_when_it_is_right_again(desk: Desk) -> None:
    """A digest for next year, a retry for tomorrow, a claim until then: none of them waits."""
    desk.add(item(stored_release(desk.conn, "One")), at=NOON + 400 * DAY)
    assert outbox.has_future_times(desk.conn, NOON)
    outbox.reset_future_times(desk.conn, NOON)
    assert not outbox.has_future_times(desk.conn, NOON)
    assert desk.send(NOON) == ["msg_1"]


def test_a_digest_found_an_hour_ahead_keeps_its_time(desk: Desk) -> None:
    """A right clock could have set it."""
    desk.add(item(stored_release(desk.conn)), at=NOON + HOUR)
    outbox.reset_future_times(desk.conn, NOON)
    assert outbox.find_next_due_time(desk.conn, "desk") == EIGHT


def test_a_retry_put_off_by_a_clock_ahead_is_due(desk: Desk) -> None:
    """And so is what another sender claims for longer than a lease lasts."""
    messages.enqueue_release_message(
        desk.conn,
        message(stored_release(desk.conn), channel="desk", at=NOON),
        due_at=NOON,
        check_id=None,
    )
    (waiting,) = outbox.find_due_messages(desk.conn, ["desk"], NOON, NOON)
    assert outbox.claim_message(desk.conn, waiting, "other", NOON + DAY, lambda _: False) == 1
    assert desk.send(NOON) == []
    outbox.reset_future_times(desk.conn, NOON)
    assert desk.send(NOON + HOUR) == ["msg_1"]


def test_periods_with_nothing_in_them_get_one_empty_digest(desk: Desk) -> None:
    """A sign of life a period, from the first period on that the channel is known in."""
    desk.empty(NOON)
    assert desk.owed() == []
    desk.empty(EIGHT - timedelta(seconds=1))
    assert desk.owed() == []
    desk.empty(EIGHT)
    desk.empty(EIGHT + HOUR)
    (first,) = desk.owed()
    assert (first.items, first.since, first.until) == ((), NOON, EIGHT)
    assert desk.send(EIGHT + HOUR) == [first.id]
    desk.empty(EIGHT + 3 * DAY + HOUR)
    _, second = desk.owed()
    assert (second.since, second.until) == (EIGHT, EIGHT + 3 * DAY)


def test_a_period_that_had_something_gets_no_empty_digest(desk: Desk) -> None:
    """Sent or not."""
    desk.empty(NOON)
    desk.add(item(stored_release(desk.conn)))
    desk.empty(EIGHT)
    assert len(desk.owed()) == 1


def test_ending_a_digest_early_begins_the_next_there(desk: Desk) -> None:
    """Nothing is told twice, and no stretch of time falls between the two."""
    desk.add(item(stored_release(desk.conn, "One")))
    digests.close_open_digests(desk.conn, "desk", NOON + HOUR)
    desk.add(item(stored_release(desk.conn, "Other")), at=NOON + 2 * HOUR)
    assert desk.send(NOON + 2 * HOUR) == ["msg_1"]
    early, usual = desk.owed()
    assert (early.since, early.until) == (EIGHT - DAY, NOON + HOUR)
    assert (usual.since, usual.until) == (NOON + HOUR, EIGHT)


def test_what_was_found_since_a_date_can_be_looked_at(desk: Desk) -> None:
    """Newest first, each release once, of the watches that are asked for."""
    for title, day in (("Old", "2025-11-01"), ("One", "2025-12-01"), ("Two", "2025-12-02")):
        release = stored_release(desk.conn, title)
        desk.conn.execute("UPDATE releases SET date = ? WHERE id = ?", (day, release.id))
        for watch in ("steel", "canada"):
            desk.conn.execute(
                "INSERT INTO matches (release_id, watch, event, origin, matched_at, hits, snippet)"
                " VALUES (?, ?, 'new', 'baseline', '2025-12-02', '[]',"
                """ '{"field": "title", "text": "x", "marks": []}')""",
                (release.id, watch),
            )
    found = digests.find_items_since(desk.conn, ("steel", "canada"), NOON.date())
    assert [one.release.title for one in found] == ["Two", "One"]
    assert {one.watches for one in found} == {("steel", "canada")}
    (only, _) = digests.find_items_since(desk.conn, ("steel",), NOON.date())
    assert only == replace(found[0], watches=("steel",))
    assert digests.find_items_since(desk.conn, (), NOON.date()) == ()
