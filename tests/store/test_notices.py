"""Notices in the outbox: owed at once, read back as they were, frozen at the first attempt."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from monitor.model.told import Notice
from monitor.store import incidents, ledger, messages, outbox
from monitor.store.database import open_database
from tests.render.samples import FAILING, OVER, TEST
from tests.store.samples import MOMENT, message, stored_release

NOW = FAILING.created_at.astimezone(UTC)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """Give an empty store."""
    with open_database(tmp_path / "monitor.db") as db, db.writing() as open_conn:
        yield open_conn


@pytest.mark.parametrize("notice", [FAILING, OVER, TEST])
def test_a_notice_is_read_back_as_it_was_owed(conn: Connection, notice: Notice) -> None:
    """With its facts, or without any."""
    messages.owe_notice(conn, notice)
    assert messages.letter(conn, notice.id) == notice


def test_a_notice_is_due_at_once_and_frozen_when_it_is_sent(conn: Connection) -> None:
    """As every message is."""
    messages.owe_notice(conn, FAILING)
    (due,) = outbox.due(conn, ["desk"], NOW, NOW)
    assert due.id == FAILING.id
    first = messages.payload(conn, due.id, lambda letter: letter.id.encode())
    assert messages.payload(conn, due.id, lambda _: b"another") == first == FAILING.id.encode()


def test_what_tells_of_releases_is_no_notice(conn: Connection) -> None:
    """Whoever asks gets the one or the other, by what it is."""
    digest = message(stored_release(conn))
    messages.owe(conn, digest, due_at=MOMENT, check_id=None)
    messages.owe_notice(conn, FAILING)
    assert messages.letter(conn, digest.id) == digest
    assert messages.letter(conn, FAILING.id) == FAILING


def test_the_ledger_shows_what_a_notice_says(conn: Connection) -> None:
    """In place of releases, of which it tells none."""
    messages.owe_notice(conn, FAILING)
    messages.owe_notice(conn, replace(TEST, created_at=NOW + timedelta(hours=1)))
    test, health = ledger.entries(conn)
    assert (health.type, health.subject, health.releases) == ("health", FAILING.subject, 0)
    assert test.as_json()["subject"] == TEST.subject


def test_an_incident_is_open_from_its_beginning_to_its_end(conn: Connection) -> None:
    """One at a time of each subject and kind; the oldest stands first."""
    why = ("no answer", "look")
    late = incidents.begin(conn, "source", "trade", "failing", NOW, why)
    early = incidents.begin(conn, "channel", "trade", "failing", NOW - timedelta(days=1), why)
    quiet = incidents.begin(conn, "source", "trade", "silent", NOW + timedelta(days=1), why)
    assert incidents.open_ones(conn) == [early, late, quiet]
    assert incidents.find(conn, "source", "trade") == late
    incidents.told(conn, late, NOW)
    assert incidents.find(conn, "source", "trade") == replace(late, told_at=NOW)
    incidents.end(conn, late, NOW)
    assert incidents.find(conn, "source", "trade") is None
    assert incidents.open_ones(conn) == [early, quiet]
    again = incidents.begin(conn, "source", "trade", "failing", NOW, why)
    assert again.facts("failing").incident != late.facts("failing").incident
