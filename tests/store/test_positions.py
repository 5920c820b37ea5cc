"""Where entries stand in their listing."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from sqlite3 import Connection

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.store.database import open_database
from monitor.store.positions import assign_ranks, drop_moved_ranks

DAY = date(2025, 12, 1)


class Listing:
    """A listing in a real database, entries known by a letter."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    def show(self, entries: str, day: date = DAY) -> None:
        """Let the listing show these entries, top first."""
        ranks = [self._rank(name) for name in entries]
        for name, rank in zip(entries, assign_ranks(self.conn, "trade", ranks, day), strict=True):
            self._keep(name, rank, day)

    def _rank(self, name: str) -> float | None:
        row = self.conn.execute(
            "SELECT rank FROM listings WHERE release_id = ?", (ord(name),)
        ).fetchone()
        return None if row is None else float(row[0])

    def _keep(self, name: str, rank: float, day: date) -> None:
        self.conn.execute(
            "INSERT OR IGNORE INTO releases (id, title, date, body, source, origin, first_seen_at)"
            " VALUES (?, ?, ?, '', 'trade', 'news', '')",
            (ord(name), name, day.isoformat()),
        )
        self.conn.execute(
            "INSERT OR IGNORE INTO listings (release_id, source, rank, first_seen_at, last_seen_at)"
            " VALUES (?, 'trade', ?, '', '')",
            (ord(name), rank),
        )

    def order(self) -> str:
        """Return all entries known, top first."""
        rows = self.conn.execute("SELECT release_id FROM listings ORDER BY rank DESC, id")
        return "".join(chr(number) for (number,) in rows)


@pytest.fixture
def listing(tmp_path: Path) -> Iterator[Listing]:
    """Give an empty listing."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as conn:
        yield Listing(conn)


@pytest.mark.parametrize(
    ("shown", "order"),
    [
        (["cba"], "cba"),
        (["cba", "dcb"], "dcba"),
        (["cba", "edcba"], "edcba"),
        (["cba", "cxba"], "cxba"),
        (["cba", "bax"], "cbax"),
        (["cba", "xcyybza"[:6]], "xcybza"),
        # withdrawn entries keep their place while others come and go around them
        (["dcba", "dba", "dxba"], "dcxba"),
        (["dcba", "cba", "xcba"], "dxcba"),
    ],
)
def test_new_entries_stand_where_the_listing_shows_them(
    listing: Listing, shown: list[str], order: str
) -> None:
    """Above, among and below what is known."""
    for entries in shown:
        listing.show("".join(dict.fromkeys(entries)))
    assert listing.order() == order


def test_a_page_without_known_neighbours_is_placed_by_its_date(listing: Listing) -> None:
    """Files may be imported in any order."""
    listing.show("fe", date(2025, 11, 20))
    listing.show("ba", date(2025, 9, 1))
    listing.show("dc", date(2025, 10, 1))
    listing.show("hg", date(2025, 12, 1))
    assert listing.order() == "hgfedcba"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None
)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=25))
def test_a_listing_that_only_grows_is_kept_in_its_order(tmp_path: Path, places: list[int]) -> None:
    """Wherever entries are put in, the store holds the listing's own order."""
    truth: list[str] = []
    path = tmp_path / "grows.db"
    path.unlink(missing_ok=True)
    with open_database(path) as db, db.begin_write() as conn:
        listing = Listing(conn)
        for number, at in enumerate(places):
            truth.insert(min(at, len(truth)), chr(ord("a") + number))
            listing.show("".join(truth))
        assert listing.order() == "".join(truth)


@pytest.mark.parametrize(
    ("ranks", "kept"),
    [
        ([3.0, 2.0, 1.0], [3.0, 2.0, 1.0]),
        ([1.0, 3.0, 2.0], [None, 3.0, 2.0]),  # moved to the top
        ([3.0, 2.0, 9.0, 1.0], [3.0, 2.0, None, 1.0]),  # moved down
        ([3.0, None, 2.0], [3.0, None, 2.0]),
        ([2.0, 2.0], [None, 2.0]),
        ([], []),
    ],
)
def test_only_what_moved_past_others_loses_its_rank(
    ranks: list[float | None], kept: list[float | None]
) -> None:
    """As many as can be stay where they are."""
    found = drop_moved_ranks(ranks)
    assert [rank for rank in found if rank is not None] == [r for r in kept if r is not None]
    assert found.count(None) == kept.count(None)
