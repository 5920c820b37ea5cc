"""Pages as they came: what is kept of them, and for how long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.models.check import FetchResponse
from monitor.store import snapshots
from monitor.store.database import DEFAULT_RETENTION, open_database

NOW = datetime(2025, 12, 1, 9, tzinfo=UTC)
FRAME = "\n".join(f"<li>Line {number} of the frame, on every page.</li>" for number in range(400))


def page(number: int, at: datetime) -> FetchResponse:
    """Return a page of one frame."""
    body = f"{FRAME}\n<p>This is {number}.</p>".encode()
    return FetchResponse(
        url=f"https://h/{number}", status=200, headers={}, body=body, fetched_at=at
    )


def test_a_page_is_kept_until_nothing_needs_it(tmp_path: Path) -> None:
    """The one that others are packed against goes with the last of them."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as conn:
        for number in range(4):
            at = NOW + timedelta(days=number)
            snapshots.save_pages(conn, "trade", None, [page(number, at)], at - DEFAULT_RETENTION)
        sizes = [size for (size,) in conn.execute("SELECT length(data) FROM bodies")]
        assert max(sizes) > 10 * sorted(sizes)[-2]

        def left(days: int) -> tuple[list[int], int]:
            """Return the pages that can be read, and how many bodies there are, after so long."""
            now = NOW + DEFAULT_RETENTION + timedelta(days=days, hours=1)
            snapshots.save_pages(conn, "trade", None, [], now - DEFAULT_RETENTION)
            kept = [snapshots.load_page(conn, one) for one in snapshots.iter_snapshots(conn)]
            numbers = [int(one.url[-1]) for one in kept]
            assert [one.body for one in kept] == [page(number, NOW).body for number in numbers]
            return numbers, conn.execute("SELECT count(*) FROM bodies").fetchone()[0]

        assert left(-1) == ([0, 1, 2, 3], 4)
        assert left(0) == ([1, 2, 3], 4)
        assert left(1) == ([2, 3], 3)
        assert left(3) == ([], 0)


def test_one_body_is_kept_once(tmp_path: Path) -> None:
    """However often it was met."""
    with open_database(tmp_path / "monitor.db") as db, db.begin_write() as conn:
        snapshots.save_pages(
            conn, "trade", None, [page(1, NOW), page(1, NOW)], NOW - DEFAULT_RETENTION
        )
        assert conn.execute("SELECT count(*) FROM snapshots").fetchone() == (2,)
        assert conn.execute("SELECT count(*) FROM bodies").fetchone() == (1,)


def test_pages_of_other_sources_stay(tmp_path: Path) -> None:
    """A source that is not read any more loses nothing; and thirty days are thirty days."""
    with open_database(tmp_path / "monitor.db", timedelta(days=30)) as db, db.begin_write() as conn:
        for source in ("old", "trade"):
            snapshots.save_pages(conn, source, None, [page(1, NOW)], NOW - db.retention)
        for passed, left in ((timedelta(0), 2), (timedelta(milliseconds=1), 1)):
            snapshots.save_pages(
                conn, "trade", None, [], NOW + timedelta(days=30) + passed - db.retention
            )
            assert len(list(snapshots.iter_snapshots(conn))) == left
