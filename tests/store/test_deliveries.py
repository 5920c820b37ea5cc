"""The ledger of messages, and sending again."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from monitor.store import deliveries, messages, outbox
from monitor.store.database import open_database
from tests.store.samples import MOMENT, message, stored_release

HOUR = timedelta(hours=1)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """Give a store with a message that is owed, one that was sent, one that was given up."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as open_conn:
        release = stored_release(open_conn)
        for number, name in enumerate(("msg_aa1", "msg_ab2", "msg_c3")):
            digest = message(release, name, "bot" if number else "desk", MOMENT + number * HOUR)
            messages.enqueue_release_message(
                open_conn, digest, due_at=digest.created_at, check_id=None
            )
        later = MOMENT + 9 * HOUR
        for one in outbox.find_due_messages(open_conn, ["bot"], later, later):
            outbox.claim_message(open_conn, one, "me", MOMENT, lambda _: False)
            messages.get_payload(open_conn, one.id, lambda _: b"frozen")
        outbox.record_sent(open_conn, "msg_ab2", MOMENT)
        outbox.give_up_message(open_conn, "msg_c3", "me", "gone")
        yield open_conn


def test_the_ledger_shows_everything_newest_first(conn: Connection) -> None:
    """What is owed says when, what was sent says when, what went wrong says why."""
    given_up, sent, owed = deliveries.iter_deliveries(conn)
    assert (given_up.status, given_up.error, given_up.due_at) == ("given-up", "gone", None)
    assert (sent.status, sent.sent_at, sent.due_at) == ("sent", MOMENT, None)
    assert (owed.status, owed.due_at, owed.attempts, owed.release_count) == ("owed", MOMENT, 0, 1)
    assert owed.as_json()["due_at"] == "2025-12-01T09:00:00.000Z"


def test_it_can_be_narrowed_down(conn: Connection) -> None:
    """To one channel, or one status."""
    assert [one.id for one in deliveries.iter_deliveries(conn, channel="desk")] == ["msg_aa1"]
    assert [one.id for one in deliveries.iter_deliveries(conn, status="sent")] == ["msg_ab2"]
    assert list(deliveries.iter_deliveries(conn, channel="desk", status="sent")) == []


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("msg_c3", ["msg_c3"]),
        ("msg_c", ["msg_c3"]),
        ("c3", ["msg_c3"]),
        ("a", ["msg_aa1", "msg_ab2"]),
        ("%", []),
        ("_", []),
    ],
)
def test_ids_can_be_typed_in_part(conn: Connection, beginning: str, found: list[str]) -> None:
    """With or without what all of them begin with."""
    assert [name for name, _ in deliveries.find_by_id_prefix(conn, beginning)] == found


def test_what_was_given_up_is_sent_again_under_its_id_and_with_its_bytes(conn: Connection) -> None:
    """And has all its attempts before it again."""
    deliveries.requeue_messages(conn, ["msg_c3"], MOMENT + HOUR)
    (one,) = outbox.find_due_messages(conn, ["bot"], MOMENT + HOUR, MOMENT + HOUR)
    assert one.id == "msg_c3"
    assert outbox.claim_message(conn, one, "me", MOMENT + HOUR, lambda _: False) == 1
    assert messages.get_payload(conn, "msg_c3", lambda _: b"other") == b"frozen"


def test_what_was_sent_or_is_being_sent_is_left_alone(conn: Connection) -> None:
    """Nobody is told twice by asking for it."""
    (one,) = outbox.find_due_messages(conn, ["desk"], MOMENT, MOMENT)
    outbox.claim_message(conn, one, "other", MOMENT, lambda _: False)
    before = list(deliveries.iter_deliveries(conn))
    deliveries.requeue_messages(conn, ["msg_ab2", "msg_aa1"], MOMENT + timedelta(minutes=1))
    assert list(deliveries.iter_deliveries(conn)) == before
