"""Notices in the outbox: owed at once, read back as they were, frozen at the first attempt."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from monitor.models.notification import HealthMessage
from monitor.store import deliveries, incidents, messages, outbox
from monitor.store.database import open_database
from tests.render.samples import FAILING, OVER, TEST
from tests.store.samples import MOMENT, message, stored_release

NOW = FAILING.created_at.astimezone(UTC)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """Give an empty store."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as open_conn:
        yield open_conn


@pytest.mark.parametrize("notice", [FAILING, OVER, TEST])
def test_a_notice_is_read_back_as_it_was_owed(conn: Connection, notice: HealthMessage) -> None:
    """With its facts, or without any."""
    messages.enqueue_health_message(conn, notice)
    assert messages.load_message(conn, notice.id) == notice


def test_a_notice_is_due_at_once_and_frozen_when_it_is_sent(conn: Connection) -> None:
    """As every message is."""
    messages.enqueue_health_message(conn, FAILING)
    (due,) = outbox.find_due_messages(conn, ["desk"], NOW, NOW)
    assert due.id == FAILING.id
    first = messages.get_payload(conn, due.id, lambda letter: letter.id.encode())
    assert messages.get_payload(conn, due.id, lambda _: b"another") == first == FAILING.id.encode()


def test_what_tells_of_releases_is_no_notice(conn: Connection) -> None:
    """Whoever asks gets the one or the other, by what it is."""
    digest = message(stored_release(conn))
    messages.enqueue_release_message(conn, digest, due_at=MOMENT, check_id=None)
    messages.enqueue_health_message(conn, FAILING)
    assert messages.load_message(conn, digest.id) == digest
    assert messages.load_message(conn, FAILING.id) == FAILING


def test_the_ledger_shows_what_a_notice_says(conn: Connection) -> None:
    """In place of releases, of which it tells none."""
    messages.enqueue_health_message(conn, FAILING)
    messages.enqueue_health_message(conn, replace(TEST, created_at=NOW + timedelta(hours=1)))
    test, health = deliveries.iter_deliveries(conn)
    assert (health.type, health.subject, health.release_count) == ("health", FAILING.subject, 0)
    assert test.as_json()["subject"] == TEST.subject


def test_an_incident_is_open_from_its_beginning_to_its_end(conn: Connection) -> None:
    """One at a time of each subject and kind; the oldest stands first."""
    why = ("no answer", "look")
    late = incidents.open_incident(conn, "source", "trade", "failing", NOW, why)
    early = incidents.open_incident(
        conn, "channel", "trade", "failing", NOW - timedelta(days=1), why
    )
    quiet = incidents.open_incident(conn, "source", "trade", "silent", NOW + timedelta(days=1), why)
    assert incidents.list_open_incidents(conn) == [early, late, quiet]
    assert incidents.find_open_incident(conn, "source", "trade") == late
    incidents.mark_notified(conn, late, NOW)
    assert incidents.find_open_incident(conn, "source", "trade") == replace(late, notified_at=NOW)
    incidents.close_incident(conn, late, NOW)
    assert incidents.find_open_incident(conn, "source", "trade") is None
    assert incidents.list_open_incidents(conn) == [early, quiet]
    again = incidents.open_incident(conn, "source", "trade", "failing", NOW, why)
    assert again.build_facts("failing").incident != late.build_facts("failing").incident
