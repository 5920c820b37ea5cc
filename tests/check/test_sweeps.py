"""Sweeps: when, how far, what they find, and what they prove."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.check.pagination import FetchedPages
from monitor.models.check import Entry, ListingPage
from tests.check.fake_ministry import deaf
from tests.check.scene import DAY, Scene
from tests.support.site_pages import MAINTENANCE

# ------------------------------------------------------------------ what is late


def test_a_late_entry_on_page_3_is_found_by_the_sweep_and_is_news(scene: Scene) -> None:
    """Though its date is long past; until then page 1 is as it was."""
    scene.begin(38)
    scene.site.publish("Steel, said late", DAY - timedelta(days=90), at=25)
    scene.check()
    assert scene.told() == []
    scene.world.pass_time(timedelta(hours=24))
    scene.line.set()
    result = scene.check().result
    assert (result.new, result.pages) == (1, 5)
    assert scene.told() == [("bot", "new", "Steel, said late", ["steel"])]


def test_sweeps_keep_to_their_time(scene: Scene) -> None:
    """Once in `sweep_every`, a hundredth early being in time; at once where it is asked for."""
    scene.begin(60)
    for hours, asked, read in (
        (22, False, 1),
        (1.2, False, 1),
        (0.6, False, 5),
        (23, False, 1),
        (0, True, 5),
        (23, False, 1),
        (1, False, 5),
        (-72, False, 5),  # a clock that was set back
    ):
        scene.world.pass_time(timedelta(hours=hours))
        scene.line.set()
        scene.check(sweep=asked)
        assert scene.pages() == list(range(1, read + 1)), hours
        scene.settle()


def test_a_sweep_goes_on_while_there_is_something_unknown(scene: Scene) -> None:
    """As every check does."""
    scene.source = replace(scene.source, sweep_pages=2)
    scene.begin(38)
    for number in range(30):
        scene.site.publish(f"New {number}", DAY)
    scene.line.set()
    assert scene.check(sweep=True).result.new == 30
    assert scene.pages() == [1, 2, 3, 4]


def test_a_sweep_that_fails_is_made_up_for_by_the_next_check(scene: Scene) -> None:
    """It was none; and neither is one of a page that cannot be right."""
    scene.begin(60)
    for trap in (deaf, lambda _: MAINTENANCE.encode()):
        scene.line.set({3: trap})
        assert scene.check(sweep=True).result.error is not None
        before = scene.rows("SELECT swept_at FROM sources")
        scene.world.pass_time(timedelta(hours=24))
        scene.line.set()
        scene.check()
        assert scene.pages() == [1, 2, 3, 4, 5]
        assert scene.rows("SELECT swept_at FROM sources") != before


# ------------------------------------------------------------------ while it is read


def test_entries_that_slide_down_while_read_count_once(scene: Scene) -> None:
    """Something is published between two pages: nothing is lost, nothing counts twice."""
    scene.begin(38)

    def publish(_: str) -> None:
        scene.site.publish("Steel, in between", DAY)

    scene.line.set({1: publish})
    assert scene.check(sweep=True).result.entries == 39
    assert scene.rows("SELECT count(*) FROM releases") == [(38,)]
    scene.line.set()
    assert scene.check().result.new == 1
    assert scene.told() == [("bot", "new", "Steel, in between", ["steel"])]


def test_entries_that_slide_up_while_read_are_not_taken_for_gone(scene: Scene) -> None:
    """Something is withdrawn between two pages: one entry is met on neither of them."""
    scene.begin(38)

    def withdraw(_: str) -> None:
        scene.site.withdraw(38)

    scene.line.set({1: withdraw})
    scene.check(sweep=True)
    assert scene.rows("SELECT release_id FROM listings WHERE absences > 0") == [(28,)]
    scene.line.set()
    scene.check(sweep=True)
    assert scene.rows("SELECT release_id FROM listings WHERE absences > 0") == [(38,)]


def test_what_was_pushed_down_while_read_stands_where_it_was_met_last(scene: Scene) -> None:
    """Many are published between two pages: the order is the site's, once all have been read."""
    scene.begin(38)
    for number in range(5):
        scene.site.publish(f"Early {number}", DAY)

    def publish(_: str) -> None:
        for number in range(25):
            scene.site.publish(f"Late {number}", DAY)

    scene.line.set({1: publish})
    scene.check()
    scene.line.set()
    scene.check()
    stored = scene.rows(
        "SELECT r.title FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " WHERE l.source = 'trade' ORDER BY l.rank DESC"
    )
    shown = [(scene.site.posts[number].title,) for number in scene.site.boards["fta"]]
    assert stored == shown


# ------------------------------------------------------------------ what counts as proof


def page(number: int, count: int) -> ListingPage:
    """Return a page of so many entries."""
    one = Entry(title="A", date=DAY, category=None, body="", url=None)
    return ListingPage(number=number, entries=(one,) * count)


@pytest.mark.parametrize(
    ("counts", "proof", "to_the_end"),
    [
        ((10, 10, 10), True, False),
        ((10, 10, 4), True, False),
        ((10, 10, 4, 0), True, True),
        ((4, 0), True, True),
        ((10,), True, False),
        ((10, 7, 10), False, False),
        ((7, 10, 10), False, False),
        ((7, 10), False, False),
    ],
)
def test_pages_of_one_length_are_proof(
    counts: tuple[int, ...], *, proof: bool, to_the_end: bool
) -> None:
    """A page that is shorter than one below it has left something out."""
    made = tuple(page(number, count) for number, count in enumerate(counts, 1))
    reading = FetchedPages(pages=made, responses=(), gap_page=None, is_sweep=True)
    assert (reading.can_prove_withdrawals, reading.reaches_end) == (proof, to_the_end)
    assert not replace(reading, is_sweep=False).can_prove_withdrawals


def test_pages_after_a_gap_are_no_part_of_the_stretch() -> None:
    """What lies between was not read."""
    made = (page(1, 10), page(2, 10), page(7, 3), page(8, 0))
    reading = FetchedPages(pages=made, responses=(), gap_page=None, is_sweep=True)
    assert [one.number for one in reading.contiguous_pages] == [1, 2]
    assert not reading.reaches_end
