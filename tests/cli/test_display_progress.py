"""What shows how far a long walk is."""

import io
from datetime import date

import pytest

from monitor.check.backfill import BackfillTarget, ProgressUpdate, compute_progress_fraction
from monitor.cli import display
from monitor.cli.display import Bar, Lines, Pace, Silent
from monitor.models.check import Entry, ListingPage


def at(part: float | None = 0.5, page: int = 12, name: str = "trade") -> ProgressUpdate:
    """Return a walk on its way."""
    return ProgressUpdate(
        source=name, page=page, pages=page, added=1150, oldest_date=date(2019, 4, 2), fraction=part
    )


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def page(number: int, day: date, article_id: str = "40") -> ListingPage:
    """Return a page whose last entry is this."""
    first = Entry(title="First", date=date(2024, 1, 1), category=None, body="", url=None)
    last = Entry(title="T", date=day, category=None, body="", url=None, article_id=article_id)
    return ListingPage(number=number, entries=(first, last))


NEWEST = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("target", "shown", "expected"),
    [
        (BackfillTarget(pages=8), page(2, NEWEST), 0.25),
        (BackfillTarget(pages=8), page(9, NEWEST), 1.0),
        (BackfillTarget(since=date(2024, 1, 1)), page(2, date(2024, 7, 2)), 0.5),
        (BackfillTarget(since=date(2024, 1, 1)), page(2, date(2020, 1, 1)), 1.0),
        (BackfillTarget(since=date(2024, 1, 1)), page(2, date(2026, 1, 1)), 0.0),
        (BackfillTarget(since=NEWEST), page(2, NEWEST), None),
        (BackfillTarget(), page(2, NEWEST, "40"), 0.75),
        (BackfillTarget(), page(2, NEWEST, "400"), 0.0),
        (BackfillTarget(), page(2, NEWEST, ""), None),
    ],
)
def test_the_share_of_the_way(
    target: BackfillTarget, shown: ListingPage, expected: float | None
) -> None:
    """By pages, by dates, or by article ids, whichever leads to the end."""
    found = compute_progress_fraction(target, shown, NEWEST, 160)
    assert found == (expected if expected is None else pytest.approx(expected, abs=0.002))


def test_without_ids_the_end_is_unknown() -> None:
    """Nothing is made up."""
    assert compute_progress_fraction(BackfillTarget(), page(1, NEWEST), None, 0) is None
    assert compute_progress_fraction(BackfillTarget(since=NEWEST), page(1, NEWEST), None, 0) is None


def test_the_pace_is_that_of_this_walk() -> None:
    """One that goes on at half the way is not thought to have made that half in no time."""
    clock = Clock()
    pace = Pace(clock)
    assert pace.words(at(0.5, page=1)) == ""
    clock.seconds += 10
    assert pace.words(at(0.6, page=20)) == "2.0 pages/s  about 40 s left"
    assert pace.words(at(0.5, page=20)) == "2.0 pages/s"
    assert pace.words(at(None, page=20)) == "2.0 pages/s"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "1 s"), (59, "59 s"), (60, "1 min"), (1799, "30 min"), (5400, "1.5 h")],
)
def test_a_span_is_told_in_one_unit(seconds: float, told: str) -> None:
    """The larger, the rougher."""
    assert display.span(seconds) == told


def test_the_bar_fits_its_line() -> None:
    """It shrinks, goes, and is cut before it wraps."""
    words = "50%  page 12  2019-04-02  1,150 added  1.0 pages/s"
    assert display.bar(at(), "1.0 pages/s", 100) == f"trade  {'█' * 15}{'░' * 15}  {words}"
    assert display.bar(at(), "1.0 pages/s", 70) == f"trade  {'█' * 5}{'░' * 6}  {words}"
    assert display.bar(at(), "1.0 pages/s", 62) == f"trade  {words}"
    assert display.bar(at(), "1.0 pages/s", 20) == f"trade  {words}"[:20]
    unknown = display.bar(at(None), "", 100)
    assert unknown == "trade  page 12  2019-04-02  1,150 added"
    assert "\x1b" not in display.bar(at(name="tr\x1b[31made"), "", 100)


def test_a_bar_is_written_over_and_leaves_nothing() -> None:
    """Nor anything at all, if there was nothing to show."""
    out = io.StringIO()
    Bar(out, Clock()).close()
    assert out.getvalue() == ""
    bar = Bar(out, Clock())
    bar.tell(at())
    bar.tell(at())
    bar.close()
    assert out.getvalue().count("\r") == 3
    assert out.getvalue().endswith("\r\x1b[K")


def test_lines_come_now_and_then() -> None:
    """Not one a page."""
    out, clock = io.StringIO(), Clock()
    lines = Lines(out, clock)
    lines.tell(at(0.1, page=1))
    clock.seconds += 10
    lines.tell(at(0.2, page=10))
    lines.tell(at(0.3, page=11))
    lines.close()
    assert out.getvalue() == (
        "trade  20%  page 10  2019-04-02  1,150 added  1.0 pages/s  about 1 min left\n"
    )


def test_silence_is_silent() -> None:
    """It can be told anything."""
    silent = Silent()
    silent.tell(at())
    silent.close()
