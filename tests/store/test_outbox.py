"""What is owed, who is sending it, and how that went."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor.models.notification import Delivery
from monitor.models.release import FieldChange
from monitor.store import deliveries, messages, outbox
from monitor.store.database import open_database
from monitor.store.outbox import LEASE_DURATION
from monitor.store.rows import dump_changes
from tests.store.samples import MOMENT, message, stored_release

SECOND = timedelta(seconds=1)


def alive(_: str) -> bool:
    """Say of every claimant that it is not known to be dead."""
    return False


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """Give a store in which one message is owed."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as open_conn:
        messages.enqueue_release_message(
            open_conn, message(stored_release(open_conn)), due_at=MOMENT, check_id=None
        )
        yield open_conn


def claimed(conn: Connection, me: str = "me", at: timedelta = timedelta()) -> Delivery | None:
    """Claim the one message that is due."""
    for one in outbox.find_due_messages(conn, ["bot"], MOMENT + at, MOMENT + at):
        attempt = outbox.claim_message(conn, one, me, MOMENT + at, alive)
        if attempt is not None:
            return Delivery(id=one.id, channel=one.channel, attempt=attempt, payload=b"")
    return None


def test_what_is_owed_comes_back_whole(conn: Connection) -> None:
    """A message is rebuilt from the store as it was owed."""
    digest = messages.load_release_message(conn, "msg_1")
    assert digest == message(digest.items[0].release)
    assert digest.items[0].release.title.endswith("TRQ Measures")


def test_changes_survive_the_store(conn: Connection) -> None:
    """A revision's changes are part of the message."""
    change = FieldChange(field="title", before="a", after="b", diff="[-a-]{+b+}")
    conn.execute("UPDATE items SET changes = ?", (dump_changes((change,)),))
    assert messages.load_release_message(conn, "msg_1").items[0].changes == (change,)


def test_nothing_is_due_before_its_time_or_on_another_channel(conn: Connection) -> None:
    """Due is what is due by then, for the channels that are asked about."""
    assert outbox.find_due_messages(conn, ["bot"], MOMENT - SECOND, MOMENT - SECOND) == []
    assert outbox.find_due_messages(conn, ["desk"], MOMENT, MOMENT) == []
    assert len(outbox.find_due_messages(conn, ["desk", "bot"], MOMENT, MOMENT)) == 1


def test_only_one_sender_gets_a_message(conn: Connection) -> None:
    """Also where both saw it due before either claimed it."""
    (seen,) = outbox.find_due_messages(conn, ["bot"], MOMENT, MOMENT)
    assert outbox.claim_message(conn, seen, "one", MOMENT, alive) == 1
    assert outbox.claim_message(conn, seen, "other", MOMENT, alive) is None
    assert claimed(conn, "other") is None


def test_a_claim_lapses_with_its_lease(conn: Connection) -> None:
    """A sender that is silent for longer than its lease has lost its claim."""
    assert claimed(conn, "one") is not None
    assert claimed(conn, "other", LEASE_DURATION - SECOND) is None
    again = claimed(conn, "other", LEASE_DURATION + SECOND)
    assert again is not None
    assert again.attempt == 2


def test_a_dead_senders_claim_is_taken_over_at_once(conn: Connection) -> None:
    """Where its process is known to be gone, nobody waits for the lease."""
    claimed(conn, "one")
    (seen,) = outbox.find_due_messages(conn, ["bot"], MOMENT, MOMENT)
    assert outbox.claim_message(conn, seen, "other", MOMENT, lambda who: who == "one") == 2


def test_the_payload_is_made_once(conn: Connection) -> None:
    """Every attempt sends the bytes of the first."""
    assert messages.get_payload(conn, "msg_1", lambda _: b"first") == b"first"
    assert messages.get_payload(conn, "msg_1", lambda _: b"second") == b"first"


def test_what_was_sent_is_never_due_again(conn: Connection) -> None:
    """And its bytes are let go."""
    delivery = claimed(conn)
    assert delivery is not None
    messages.get_payload(conn, "msg_1", lambda _: b"bytes")
    outbox.record_sent(conn, delivery.id, MOMENT)
    assert claimed(conn, at=timedelta(days=99)) is None
    assert outbox.count_by_status(conn) == {"sent": 1}
    assert conn.execute("SELECT payload FROM deliveries").fetchone() == (None,)


def test_a_failed_attempt_is_due_again_later(conn: Connection) -> None:
    """At the time that was set, with the reason kept."""
    delivery = claimed(conn)
    assert delivery is not None
    outbox.reschedule_message(
        conn, delivery.id, "me", "down", MOMENT + 5 * SECOND, retry_after=None
    )
    assert claimed(conn, at=4 * SECOND) is None
    again = claimed(conn, at=5 * SECOND)
    assert again is not None
    assert again.attempt == 2
    assert conn.execute("SELECT error FROM deliveries").fetchone() == ("down",)


def test_looking_ahead_does_not_go_past_what_the_receiver_asked(conn: Connection) -> None:
    """A one-shot run takes what falls due within its minute, but Retry-After is a word."""
    delivery = claimed(conn)
    assert delivery is not None
    later = MOMENT + 5 * SECOND
    outbox.reschedule_message(conn, delivery.id, "me", "down", later, retry_after=None)
    assert len(outbox.find_due_messages(conn, ["bot"], MOMENT, MOMENT + 60 * SECOND)) == 1
    claimed(conn, at=5 * SECOND)
    outbox.reschedule_message(conn, delivery.id, "me", "down", later, retry_after=MOMENT)
    assert outbox.find_due_messages(conn, ["bot"], MOMENT, MOMENT + 60 * SECOND) == []
    assert len(outbox.find_due_messages(conn, ["bot"], later, later)) == 1


def test_who_asked_to_be_left_alone_gets_nothing_until_then(conn: Connection) -> None:
    """No other message either; others' channels do. Where we wait for longer, others go before."""
    delivery = claimed(conn)
    assert delivery is not None
    later = MOMENT + 60 * SECOND
    release = stored_release(conn, "Other")
    for name, channel in (("msg_2", "bot"), ("msg_3", "desk")):
        messages.enqueue_release_message(
            conn, message(release, name, channel), due_at=MOMENT, check_id=None
        )

    def due(at: datetime) -> list[str]:
        return [one.id for one in outbox.find_due_messages(conn, ["bot", "desk"], at, at)]

    outbox.reschedule_message(conn, delivery.id, "me", "down", later, retry_after=later)
    assert due(MOMENT) == ["msg_3"]
    assert due(later - SECOND) == ["msg_3"]
    assert due(later) == [delivery.id, "msg_2", "msg_3"]
    assert outbox.find_next_due_time(conn, "bot") == later
    assert outbox.find_next_due_time(conn, "desk") == MOMENT
    conn.execute("UPDATE deliveries SET claimed_by = 'me' WHERE id = ?", (delivery.id,))
    outbox.reschedule_message(conn, delivery.id, "me", "down", later, retry_after=MOMENT + SECOND)
    assert due(MOMENT) == ["msg_2", "msg_3"]
    assert outbox.find_next_due_time(conn, "bot") == MOMENT


def test_who_sends_again_by_hand_overrules_what_the_receiver_asked(conn: Connection) -> None:
    """Of one message, on its whole channel."""
    delivery = claimed(conn)
    assert delivery is not None
    later = MOMENT + 60 * SECOND
    outbox.reschedule_message(conn, delivery.id, "me", "down", later, retry_after=later)
    release = stored_release(conn, "Other")
    messages.enqueue_release_message(
        conn, message(release, "msg_2", "bot"), due_at=MOMENT, check_id=None
    )
    deliveries.requeue_messages(conn, ["msg_2"], MOMENT)
    assert [one.id for one in outbox.find_due_messages(conn, ["bot"], MOMENT, MOMENT)] == ["msg_2"]


def test_what_is_given_up_is_kept(conn: Connection) -> None:
    """With its reason and its bytes, and no attempt is made by itself."""
    delivery = claimed(conn)
    assert delivery is not None
    messages.get_payload(conn, "msg_1", lambda _: b"bytes")
    outbox.give_up_message(conn, delivery.id, "me", "gone")
    assert claimed(conn, at=timedelta(days=99)) is None
    row = conn.execute("SELECT status, error, payload FROM deliveries").fetchone()
    assert row == ("given-up", "gone", b"bytes")


def test_who_has_it_is_remembered_over_all_attempts(conn: Connection) -> None:
    """A message to several of whom some refused it goes to those alone when it is sent again."""
    assert outbox.get_accepted_recipients(conn, "msg_1") == frozenset()
    outbox.record_partial_acceptance(conn, "msg_1", ())
    assert conn.execute("SELECT taken_by FROM deliveries").fetchone() == (None,)
    outbox.record_partial_acceptance(conn, "msg_1", ["b@example.com"])
    outbox.record_partial_acceptance(conn, "msg_1", ["a@example.com", "b@example.com"])
    assert outbox.get_accepted_recipients(conn, "msg_1") == {"a@example.com", "b@example.com"}


def test_who_has_lost_a_claim_cannot_undo_the_next_ones_work(conn: Connection) -> None:
    """A late outcome of the first sender does not free what the second holds."""
    first = claimed(conn, "one")
    second = claimed(conn, "other", LEASE_DURATION + SECOND)
    assert first is not None
    assert second is not None
    outbox.reschedule_message(conn, first.id, "one", "late", MOMENT, retry_after=None)
    outbox.give_up_message(conn, first.id, "one", "late")
    assert claimed(conn, "third", LEASE_DURATION + 2 * SECOND) is None
    assert outbox.count_by_status(conn) == {"owed": 1}


ENDS = ["sent", "failed", "asked", "dies", "dies after sending"]


class Senders(RuleBasedStateMachine):
    """Three senders, who may die or dawdle at any step, and a clock."""

    def __init__(self) -> None:
        super().__init__()
        from tempfile import TemporaryDirectory  # noqa: PLC0415 - one folder for each machine

        self.folder = TemporaryDirectory()
        self.db = open_database(Path(self.folder.name) / "monitor.db")
        self.now = MOMENT
        self.owed: set[str] = set()
        self.received: list[str] = []
        self.at_work: dict[str, Delivery] = {}
        self.until: dict[str, datetime] = {}
        self.dead: set[str] = set()
        with self.db.begin_write() as conn:
            self.release = stored_release(conn)

    def teardown(self) -> None:
        """Let the folder go."""
        self.db.close()
        self.folder.cleanup()

    @rule()
    def owe(self) -> None:
        """Another message is owed."""
        name = f"msg_{len(self.owed)}"
        self.owed.add(name)
        with self.db.begin_write() as conn:
            digest = message(self.release, name, at=self.now)
            messages.enqueue_release_message(conn, digest, due_at=self.now, check_id=None)

    @rule(me=st.sampled_from("abc"))
    def claim(self, me: str) -> None:
        """A living, idle sender looks for work."""
        if me in self.at_work or me in self.dead:
            return
        with self.db.begin_write() as conn:
            for one in outbox.find_due_messages(conn, ["bot"], self.now, self.now):
                attempt = outbox.claim_message(conn, one, me, self.now, self.dead.__contains__)
                if attempt is not None:
                    held = Delivery(id=one.id, channel="bot", attempt=attempt, payload=b"")
                    self.at_work[me] = held
                    self.until[me] = self.now + LEASE_DURATION
                    return

    @precondition(lambda self: self.at_work)
    @rule(data=st.data(), how=st.sampled_from(ENDS))
    def end(self, data: st.DataObject, how: str) -> None:
        """A sender's work ends, one way or another."""
        me = data.draw(st.sampled_from(sorted(self.at_work)))
        delivery = self.at_work.pop(me)
        if how in ("sent", "dies after sending"):
            self.received.append(delivery.id)
        if how.startswith("dies"):
            self.dead.add(me)
            return
        with self.db.begin_write() as conn:
            if how == "sent":
                outbox.record_sent(conn, delivery.id, self.now)
            else:
                due_at = self.now + 5 * SECOND
                asked = due_at if how == "asked" else None
                outbox.reschedule_message(conn, delivery.id, me, "down", due_at, retry_after=asked)

    @rule(minutes=st.integers(1, 15))
    def pass_time(self, minutes: int) -> None:
        """Time passes; the dead are replaced."""
        self.now += timedelta(minutes=minutes)
        self.dead.clear()

    @invariant()
    def no_two_hold_one(self) -> None:
        """A lease is long enough for its holder: within it, nobody else holds the message."""
        held = [one.id for me, one in self.at_work.items() if self.until[me] >= self.now]
        assert len(held) == len(set(held))

    @invariant()
    def nothing_is_lost(self) -> None:
        """What was owed was received or is owed still; what is marked as sent was received."""
        with self.db.begin_read() as conn:
            by_status = conn.execute("SELECT status, id FROM deliveries").fetchall()
        assert {name for _, name in by_status} == self.owed
        assert {name for status, name in by_status if status == "sent"} <= set(self.received)


TestSenders = Senders.TestCase
TestSenders.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
