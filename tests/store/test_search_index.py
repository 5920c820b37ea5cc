"""The archive's own index: always right, whatever it holds, and quick when it holds all."""

import random
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.models.notification import Document
from monitor.query.ast import Node
from monitor.query.matcher import find_hits
from monitor.query.parser import parse
from monitor.store import releases, search_index
from monitor.store.database import Database, open_database
from monitor.store.rows import ReleaseFilter
from monitor.store.transactions import SCHEMA_VERSION
from tests.query.reference_model import nodes

DAY = date(2025, 12, 1)
TEXTS = [
    "steel quota", "US steel", "us and them", "AI and battery plants", "batteries for the UAE",
    "한국 철강", "quota of steel", "semiconductors", "news of STEEL", "nothing", "", "zinc",
]  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """Give an empty store."""
    with open_database(tmp_path / "monitor.db") as db:
        yield db


def add(conn: sqlite3.Connection, title: str, body: str = "", day: date = DAY) -> int:
    """Put a release into the store, seen in the listing trade."""
    cursor = conn.execute(
        "INSERT INTO releases (title, date, category, body, source, origin, first_seen_at)"
        " VALUES (?, ?, 'Trade', ?, 'trade', 'news', '2025-12-01T09:00:00.000Z')",
        (title, day.isoformat(), body),
    )
    number = int(cursor.lastrowid or 0)
    conn.execute(
        "INSERT INTO listings (release_id, source, rank, first_seen_at, last_seen_at)"
        " VALUES (?, 'trade', ?, '', '')",
        (number, number),
    )
    return number


def found(conn: sqlite3.Connection, query: str, only: ReleaseFilter | None = None) -> list[int]:
    """Return the numbers of what a query finds, in order."""
    results = releases.search_by_date(conn, parse(query), only or ReleaseFilter())
    return [result.release.id for result in results]


def filled(conn: sqlite3.Connection, chance: random.Random, count: int = 40) -> None:
    """Put releases into the store, not in order of date."""
    for _ in range(count):
        day = DAY - timedelta(days=chance.randrange(12))
        add(conn, chance.choice(TEXTS), chance.choice(TEXTS), day)


def by_hand(conn: sqlite3.Connection, query: Node) -> list[int]:
    """Return the numbers of what matches, every release held against the query."""
    rows = conn.execute(
        "SELECT id, title, body, category, (SELECT json_group_array(source) FROM listings"
        " WHERE release_id = releases.id) FROM releases ORDER BY date DESC, id DESC"
    )
    return [
        number
        for number, title, body, category, sources in rows
        if find_hits(
            query,
            Document(title=title, text=body, category=category, sources=(sources[2:-2],)),
        )
        is not None
    ]


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Give a store of which half is indexed."""
    with open_database(tmp_path_factory.mktemp("words") / "monitor.db") as db:
        with db.begin_write() as conn:
            filled(conn, random.Random(1))
            search_index.index_changed_releases(conn, 20)
            conn.execute("UPDATE releases SET body = 'steel' WHERE id % 7 = 0")
        with db.begin_read() as conn:
            yield conn


@settings(max_examples=200)
@given(query=nodes)
def test_a_search_is_every_release_held_against_the_query(
    conn: sqlite3.Connection, query: Node
) -> None:
    """Newest first, each once; whether it is indexed or not, or has changed since."""
    expected = by_hand(conn, query)
    assert [result.release.id for result in releases.search_by_date(conn, query)] == expected
    assert sorted(
        result.release.id for result in releases.search_by_relevance(conn, query)
    ) == sorted(expected)


@given(query=nodes, seed=st.integers(0, 3))
@settings(max_examples=60)
def test_a_search_stays_right_while_releases_change(
    tmp_path_factory: pytest.TempPathFactory, query: Node, seed: int
) -> None:
    """Edited, moved to another day, removed, seen elsewhere; indexed between, or not."""
    chance = random.Random(seed)
    path = tmp_path_factory.getbasetemp() / f"changing-{seed}.db"
    with open_database(path) as db, db.begin_dry_run() as conn:
        filled(conn, chance, 12)
        for change in (
            "UPDATE releases SET title = 'steel quota' WHERE id % 3 = 0",
            "UPDATE releases SET date = '2025-11-30' WHERE id % 4 = 0",
            "DELETE FROM releases WHERE id % 5 = 0",
            "UPDATE listings SET source = 'energy' WHERE release_id % 3 = 1",
        ):
            search_index.index_changed_releases(conn, chance.choice([3, 100]))
            conn.execute(change)
            expected = by_hand(conn, query)
            assert [
                result.release.id for result in releases.search_by_date(conn, query)
            ] == expected


@pytest.mark.parametrize("query", ["st*", "se*", "b* OR z*", "title:n* -steel", "semi*", "AI*"])
@pytest.mark.parametrize("brief", [30, 300])
def test_beginnings_are_found_among_many(
    db: Database, query: str, brief: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among the newest at first, and then in all of the index; in order, and each once."""
    monkeypatch.setattr(search_index, "_TITLE_SCAN_LIMIT", brief)
    with db.begin_write() as conn:
        chance = random.Random(3)
        filled(conn, chance, 150)
        search_index.index_changed_releases(conn)
        assert found(conn, query) == by_hand(conn, parse(query))


@pytest.mark.parametrize(
    ("only", "numbers"),
    [
        (ReleaseFilter(), [3, 2, 1]),
        (ReleaseFilter(since=DAY), [3]),
        (ReleaseFilter(until=DAY - timedelta(days=1)), [2, 1]),
        (ReleaseFilter(since=DAY - timedelta(days=1), until=DAY - timedelta(days=1)), [2]),
        (ReleaseFilter(categories=("Trade", "x")), [3, 2, 1]),
        (ReleaseFilter(categories=("x",)), []),
        (ReleaseFilter(source="trade"), [3, 2, 1]),
        (ReleaseFilter(source="x"), []),
        (ReleaseFilter(watch="x"), []),
    ],
)
def test_searches_are_narrowed_down(db: Database, only: ReleaseFilter, numbers: list[int]) -> None:
    """Both ends are in; in both orders, indexed or not."""
    with db.begin_write() as conn:
        for days in (2, 1, 0):
            add(conn, "Steel", day=DAY - timedelta(days=days))
        for _ in range(2):
            assert found(conn, "steel", only) == numbers
            ranked = releases.search_by_relevance(conn, parse("steel"), only)
            assert sorted(result.release.id for result in ranked) == sorted(numbers)
            search_index.index_changed_releases(conn)


def test_the_index_is_made_anew_when_most_of_it_is_waste(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places that nothing stands at any more cost room and time."""
    monkeypatch.setattr(search_index, "_MIN_UNUSED_PLACES", 4)
    with db.begin_write() as conn:
        for number in range(4):
            add(conn, f"Steel {number}")
        search_index.index_changed_releases(conn)
        for body in ("a", "b", "c"):
            conn.execute("UPDATE releases SET body = ?", (body,))
            search_index.index_changed_releases(conn)
        (places,) = conn.execute("SELECT count(*) FROM indexed").fetchone()
        assert places == 4
        assert found(conn, "steel c") == [4, 3, 2, 1]
        assert found(conn, "steel b") == []


def test_bringing_it_up_to_date_tells_what_takes_a_while(db: Database) -> None:
    """And says nothing of a few; nothing is left to do then."""
    told: list[int] = []
    with db.begin_write() as conn:
        filled(conn, random.Random(2), 3)
    search_index.update_index(db, told.append)
    assert told == []
    with db.begin_write() as conn:
        filled(conn, random.Random(2), 1200)
    search_index.update_index(db, told.append)
    assert told == [1200]
    with db.begin_read() as conn:
        assert conn.execute("SELECT count(*) FROM unindexed").fetchone() == (0,)
        assert conn.execute("SELECT count(release_id) FROM indexed").fetchone() == (1203,)


def test_an_index_that_cannot_be_written_is_no_trouble(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search finds the same without it."""

    def fail(*_: object) -> int:
        raise StoreError("the disk is full")

    with db.begin_write() as conn:
        number = add(conn, "Steel")
    monkeypatch.setattr(search_index, "index_changed_releases", fail)
    search_index.update_index(db)
    with db.begin_read() as conn:
        assert found(conn, "steel") == [number]


def test_a_search_reads_no_more_than_it_is_asked_for(db: Database) -> None:
    """What is common is not read to its end."""
    with db.begin_write() as conn:
        for number in range(300):
            add(conn, "Steel", day=DAY - timedelta(days=number))
        search_index.index_changed_releases(conn)
        steps = 0

        def count() -> int:
            nonlocal steps
            steps += 1
            return 0

        conn.set_progress_handler(count, 100)
        assert len(list(islice(releases.search_by_date(conn, parse("steel")), 5))) == 5
        few, steps = steps, 0
        assert len(list(releases.search_by_date(conn, parse("steel")))) == 300
        conn.set_progress_handler(None, 0)
    assert few * 5 < steps


def test_an_archive_from_before_the_index_is_searched_and_indexed(tmp_path: Path) -> None:
    """The migration is quick, and nothing is missed before it is made up for."""
    path = tmp_path / "monitor.db"
    with open_database(path) as db, db.begin_write() as conn:
        filled(conn, random.Random(5), 30)
        search_index.index_changed_releases(conn)
        for (trigger,) in conn.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'unindexed%'"
        ).fetchall():
            conn.execute(f"DROP TRIGGER {trigger}")
        for table in ("words", "indexed", "unindexed"):
            conn.execute(f"DROP TABLE {table}")
        conn.execute("DROP INDEX releases_by_category")
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'own_index'")
        conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    with open_database(path) as db:
        for _ in range(2):
            with db.begin_read() as conn:
                expected = by_hand(conn, parse("steel"))
                assert expected
                assert found(conn, "steel") == expected
            search_index.update_index(db)
        with db.begin_read() as conn:
            assert conn.execute("SELECT count(*) FROM indexed").fetchone() == (30,)


def test_an_index_that_knew_less_is_made_anew(tmp_path: Path) -> None:
    """When the program is; and what is searched for before that is found as well."""
    path = tmp_path / "monitor.db"
    with open_database(path) as db, db.begin_write() as conn:
        number = add(conn, "Talks with the US")
        search_index.index_changed_releases(conn)
        conn.execute("INSERT INTO words (words) VALUES ('delete-all')")
        (place,) = conn.execute("SELECT place FROM indexed").fetchone()
        conn.execute("INSERT INTO words (rowid, title) VALUES (?, 'talk with the us zx')", (place,))
        assert found(conn, '"the US"') == []
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'better_indexes'")
        conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
    with open_database(path) as db:
        for _ in range(2):
            with db.begin_read() as conn:
                assert found(conn, '"the US"') == [number]
            search_index.update_index(db)
        with db.begin_read() as conn:
            assert conn.execute("SELECT count(*) FROM unindexed").fetchone() == (0,)
