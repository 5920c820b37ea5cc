"""Where known ground ends in what was read of a listing."""

from datetime import date, timedelta

import pytest

from monitor.domain.changes import KnownEntries, find_archive_boundary
from monitor.models.check import Entry

DAY = date(2025, 12, 1)


def entry(age: int) -> Entry:
    """Return an entry that is so many days old."""
    day = DAY - timedelta(days=age)
    return Entry(title=f"{age} days old", date=day, category=None, body="", url=None)


@pytest.mark.parametrize(
    ("listed", "left", "expected"),
    [
        # a capital is a known entry, as in "K3": three days old
        ("", 0, 0),
        ("n1 n2 n3", 0, 3),
        ("K1 K2 K3", 0, 3),
        # the oldest known entry was met: what is older below it is archive
        ("n1 K2 K3 n4 n5", 0, 3),
        ("n1 K2 K3 n4", 0, 3),
        # late entries at the foot of a page, with known ones still to come
        ("K1 K2 n9", 1, 3),
        ("K1 K2 n9 n9", 1, 2),
        # the oldest known entries are gone from the site
        ("K1 K2 n4 n5 n6", 2, 2),
        # a known entry was pinned to the top of many new ones
        ("K9 n1 n2 n3", 0, 4),
        ("K9 n1 n2 n3 n4", 2000, 5),
        # of one day: nothing tells yet
        ("K3 n3 n3", 0, 3),
        ("K3 n3 n4 n4", 0, 1),
        # half is not most
        ("K3 n3 n4", 0, 3),
        # what is older is not in strict order
        ("K3 n2 n4 n5", 0, 1),
    ],
)
def test_archive_is_what_stands_below_the_last_that_is_known(
    listed: str, left: int, expected: int
) -> None:
    """Unless more of it is known than unknown below, or most of that is newer."""
    words = listed.split()
    ground = KnownEntries(flags=tuple(word.startswith("K") for word in words), expected_below=left)
    assert find_archive_boundary([entry(int(word[1:])) for word in words], ground) == expected


def test_what_is_of_the_same_day_may_count_as_older() -> None:
    """A walk back goes on below the last known entry, whose day may not be over there."""
    ground = KnownEntries(flags=(True, False, False))
    listed = [entry(3), entry(3), entry(3)]
    assert find_archive_boundary(listed, ground, treat_same_day_as_older=True) == 1
    assert (
        find_archive_boundary([entry(3), entry(2), entry(2)], ground, treat_same_day_as_older=True)
        == 3
    )


@pytest.mark.parametrize(
    ("known", "is_all"), [((), True), ((True, True), True), ((True, False), False)]
)
def test_all_may_be_known(known: tuple[bool, ...], *, is_all: bool) -> None:
    """Of what was read."""
    assert KnownEntries(flags=known).is_all_known is is_all


def test_nothing_is_said_to_be_left() -> None:
    """Where nobody counted what a listing is known to show further down."""
    assert find_archive_boundary([entry(1), entry(2)], KnownEntries(flags=(True, False))) == 1
    assert KnownEntries(flags=()) == KnownEntries(flags=(), expected_below=0)
