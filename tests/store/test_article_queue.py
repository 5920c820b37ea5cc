"""Whose article is still to be read."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest

from monitor.clock import to_iso
from monitor.store import article_queue
from monitor.store.database import open_database
from tests.store.samples import MOMENT, stored_release

HOUR = timedelta(hours=1)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """Give a store with three releases in a listing, of which nothing was read."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as open_conn:
        for number in (1, 2, 3):
            release = stored_release(open_conn, f"Release {number}")
            _listed(open_conn, release.id, f"https://h/{number}")
            article_queue.add_articles(open_conn, [release.id], MOMENT)
        yield open_conn


def _listed(conn: Connection, release_id: int, url: str | None, source: str = "trade") -> None:
    conn.execute(
        "INSERT INTO listings (release_id, source, article_id, url, rank, first_seen_at,"
        " last_seen_at) VALUES (?, ?, ?, ?, 1, '', ?)",
        (release_id, source, str(release_id), url, to_iso(MOMENT)),
    )


def due(conn: Connection, after: timedelta = timedelta(), limit: int = 9) -> list[int]:
    """Return whose turn it is."""
    return [
        one.release_id
        for one in article_queue.find_due_articles(conn, "trade", MOMENT + after, limit)
    ]


def test_the_newest_comes_first_and_what_was_read_before_last(conn: Connection) -> None:
    """As many as a check may read."""
    assert due(conn) == [3, 2, 1]
    assert due(conn, limit=2) == [3, 2]
    conn.execute("UPDATE releases SET article_read_at = 'then' WHERE id = 3")
    assert due(conn) == [2, 1, 3]
    (first, *_) = article_queue.find_due_articles(conn, "trade", MOMENT, 1)
    assert (first.url, first.article_id) == ("https://h/2", "2")


def test_nobody_waits_before_his_time_without_an_address_or_in_another_listing(
    conn: Connection,
) -> None:
    """What is due is due here and now."""
    assert due(conn, -HOUR) == []
    assert article_queue.find_due_articles(conn, "other", MOMENT, 9) == []
    conn.execute("UPDATE listings SET url = NULL WHERE release_id = 2")
    assert due(conn) == [3, 1]


def test_who_waits_already_is_not_put_back_or_forward(conn: Connection) -> None:
    """Being asked for twice changes nothing; being read ends it."""
    article_queue.defer_articles(conn, "trade", ["https://h/3"], MOMENT, is_temporary=False)
    article_queue.add_articles(conn, [1, 2, 3], MOMENT + HOUR)
    assert due(conn) == [2, 1]
    article_queue.remove_article(conn, 2)
    assert due(conn) == [1]


def test_a_site_that_is_deaf_is_asked_again_at_once_five_times(conn: Connection) -> None:
    """Then ever more rarely, up to a week; the others come first meanwhile."""
    waits = []
    for _ in range(14):
        article_queue.defer_articles(conn, "trade", ["https://h/3"], MOMENT, is_temporary=True)
        (at,) = conn.execute("SELECT due_at FROM waiting WHERE release_id = 3").fetchone()
        waits.append(at)
    hours = [0] * 5 + [1, 2, 4, 8, 16, 32, 64, 128, 168]
    assert waits == [to_iso(MOMENT + hours_ * HOUR) for hours_ in hours]
    assert due(conn, timedelta(days=7)) == [2, 1, 3]


def test_a_page_that_is_no_article_is_asked_for_an_hour_later(conn: Connection) -> None:
    """And then ever more rarely; for as long as it takes."""
    for hours in (1, 2, 4):
        article_queue.defer_articles(
            conn, "trade", ["https://h/3", "https://h/9"], MOMENT, is_temporary=False
        )
        assert 3 not in due(conn, hours * HOUR - timedelta(seconds=1))
        assert 3 in due(conn, hours * HOUR)
    for _ in range(2000):
        article_queue.defer_articles(conn, "trade", ["https://h/3"], MOMENT, is_temporary=False)
    assert 3 in due(conn, timedelta(days=7))


def test_an_address_of_another_listing_puts_nobody_off(conn: Connection) -> None:
    """It was asked for by that one."""
    article_queue.defer_articles(conn, "other", ["https://h/3"], MOMENT, is_temporary=False)
    article_queue.defer_articles(conn, "trade", [], MOMENT, is_temporary=False)
    assert due(conn) == [3, 2, 1]
