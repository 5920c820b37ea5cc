"""Pages as they came: each body once, and only as long as they are to be kept."""

from datetime import timedelta
from pathlib import Path

from monitor.model.scraped import Fetched
from monitor.store import snapshots
from monitor.store.database import open_database
from tests.store.samples import MOMENT

DAY = timedelta(days=1)


def page(body: bytes, days: int) -> Fetched:
    """Return a page that was read so many days after the first."""
    return Fetched(
        url="https://example.org/",
        status=200,
        headers={},
        body=body,
        fetched_at=MOMENT + days * DAY,
    )


def test_pages_are_let_go_when_their_time_is_over(tmp_path: Path) -> None:
    """With bodies that no other page has; those of other sources stay."""
    with open_database(tmp_path / "monitor.db", keep=30 * DAY) as db, db.writing() as conn:
        for days, source, body in ((0, "a", b"old"), (0, "a", b"same"), (0, "b", b"other")):
            snapshots.keep(conn, source, None, (page(body, days),), MOMENT)
        now = MOMENT + 31 * DAY
        snapshots.keep(conn, "a", None, (page(b"same", 31), page(b"new", 31)), now - db.keep)
        kept = [snapshots.fetched(conn, one).body for one in snapshots.kept(conn)]
        (bodies,) = conn.execute("SELECT count(*) FROM bodies").fetchone()
    assert kept == [b"other", b"same", b"new"]
    assert bodies == 3


def test_a_page_of_the_last_moment_is_kept(tmp_path: Path) -> None:
    """Thirty days are thirty days."""
    with open_database(tmp_path / "monitor.db") as db, db.writing() as conn:
        snapshots.keep(conn, "a", None, (page(b"x", 0),), MOMENT)
        snapshots.keep(conn, "a", None, (), MOMENT)
        assert len(list(snapshots.kept(conn))) == 1
        assert db.keep == 400 * DAY
