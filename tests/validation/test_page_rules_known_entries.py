"""Whether it is this listing at all: another board, another site, an end that is none."""

import pytest

from monitor.models.check import ListingHistory, ListingPage
from monitor.validation import validate
from tests.validation.histories import NOW, day, entry, listed, pages, past

KNOWN = listed(950, 901)  # dated until 2025-10-12
LOST = past(*KNOWN, met=())
OTHER = listed(950, 946, title="Solar power", date=day("2025-10-01"))


@pytest.mark.parametrize(
    ("history", "read"),
    [
        # an outage that ends on known ground, and one that is longer than a check may read
        (past(*KNOWN), pages(listed(960, 951), listed(950, 941))),
        (LOST, pages(listed(1000, 991), listed(990, 981))),
        # one that was added late, and two that came out of order
        (LOST, pages((*listed(1000, 991), entry(940, date=day("2025-10-01"))))),
        # all on the last known day
        (LOST, pages(listed(960, 951, date=day("2025-10-12")))),
        # a few that were added late, each with an earlier date
        (past(*KNOWN), pages((*listed(899, 896, date=day("2025-10-01")), *KNOWN[:6]))),
        # one entry in ten may be of long ago, or have an older number
        (LOST, pages((*listed(1000, 992), entry(991, date=day("2025-01-01"))))),
        (LOST, pages((*listed(1000, 992), entry(940, date=day("2025-10-01"))))),
        # thirty days before the last known one are not long ago
        (LOST, pages((*listed(1000, 996), *listed(995, 991, date=day("2025-09-12"))))),
        # numbers that go on as fast as the ministry can write: 200 at once, and 50 a day
        (
            LOST,
            pages((entry(1150, date=day("2025-10-12")), *listed(955, 951, date=day("2025-10-12")))),
        ),
        (
            LOST,
            pages((entry(1200, date=day("2025-10-13")), *listed(955, 951, date=day("2025-10-13")))),
        ),
        # many were added late under new numbers, or none
        (past(*KNOWN), pages((*listed(955, 951, date=day("2025-10-01")), *KNOWN[:5]))),
        (
            past(*listed(950, 901, article_id="")),
            pages(
                (*listed(945, 941, title="Late", article_id=""), *listed(950, 946, article_id=""))
            ),
        ),
        # strangers among what is known: too few, or less than half
        (past(*KNOWN), pages((*OTHER[:4], *KNOWN[:3]))),
        (past(*KNOWN), pages((*OTHER, *KNOWN[:6]))),
        # what an entry withdrawn above brings into view
        (past(*KNOWN), pages((*KNOWN[:4], *listed(900, 895)))),
        # too few to tell
        (past(*listed(950, 947), met=()), pages(listed(500, 499))),
        # articles without numbers: their dates go on
        (past(*listed(950, 901, article_id=""), met=()), pages(listed(1000, 991, article_id=""))),
        # nothing is known of an accepted empty page
        (past(met=()), pages(listed(500, 491))),
        # an end above the few that are known
        (past(*listed(950, 949), met=()), pages(listed(953, 951), ())),
        # nor of a listing whose end was known
        (past(*listed(950, 949)), pages(listed(951, 949), ())),
    ],
)
def test_what_meets_or_continues_it_is_believed(
    history: ListingHistory, read: list[ListingPage]
) -> None:
    """As after any outage."""
    verdict = validate(read, history, NOW)
    assert verdict.is_valid, verdict


NOTHING = "none of its 10 entries is known"
FIVE = "5 of 10 entries on its first page should have been there before"


@pytest.mark.parametrize(
    ("history", "read", "words"),
    [
        # another board: the same days and numbers
        (LOST, pages(listed(955, 946, title="Solar power")), NOTHING),
        # one that is older, one that is long dead
        (LOST, pages(listed(500, 491)), NOTHING),
        (LOST, pages(listed(960, 951, date=day("2024-01-01"))), NOTHING),
        # another site: its numbers are of another order, or it has none
        (LOST, pages(listed(990, 981, article_id="77000")), NOTHING),
        (LOST, pages(listed(990, 981, article_id="")), NOTHING),
        (LOST, pages(listed(990, 981, board="7")), NOTHING),
        (LOST, pages(listed(500, 498)), "none of its 3 entries is known"),
        # five of ten are older than thirty days before the last known one
        (LOST, pages((*listed(1000, 996), *listed(995, 991, date=day("2025-09-11")))), NOTHING),
        # three in twenty are of long ago
        (
            LOST,
            pages((*listed(1000, 984), *listed(983, 981, date=day("2025-01-01")))),
            "none of its 20 entries is known",
        ),
        # its numbers go on too fast
        (
            LOST,
            pages((entry(1201, date=day("2025-10-13")), *listed(955, 951, date=day("2025-10-13")))),
            "none of its 6 entries is known",
        ),
        (
            LOST,
            pages((entry(1151, date=day("2025-10-12")), *listed(955, 951, date=day("2025-10-12")))),
            "none of its 6 entries is known",
        ),
        # two in ten are of long ago, or have a number that was reached before
        (LOST, pages((*listed(1000, 993), *listed(992, 991, date=day("2025-01-01")))), NOTHING),
        (LOST, pages((*listed(1000, 993), entry(950, title="Solar"), entry(940))), NOTHING),
        # dates go on, but from too long ago
        (LOST, pages((*listed(1000, 996), *listed(995, 991, date=day("2025-01-01")))), NOTHING),
        # another board with which it shares a release
        (
            past(*KNOWN, met=(entry(949),)),
            pages((entry(950, title="Solar"), entry(949), *listed(948, 941, title="Solar"))),
            "8 of 10 entries on its first page should have been there before",
        ),
        # half of the page, up to the highest number and down to the oldest day
        (past(*KNOWN), pages((*KNOWN[:5], *OTHER)), FIVE),
        (
            past(*KNOWN),
            pages((*KNOWN[:5], *listed(905, 901, title="Solar power", date=KNOWN[-1].date))),
            FIVE,
        ),
    ],
)
def test_another_listing_is_not_believed(
    history: ListingHistory, read: list[ListingPage], words: str
) -> None:
    """Neither known nor going on from what is known."""
    verdict = validate(read, history, NOW)
    assert (verdict.is_valid, verdict.rule) == (False, "another-listing")
    assert words in verdict.reason
    assert verdict.advice


def test_an_end_above_known_ground_is_not_believed() -> None:
    """An empty page 2 while page 1 holds nothing but news is a page that is missing."""
    few = validate(pages(listed(953, 951), ()), past(*listed(950, 948), met=()), NOW)
    assert (few.is_valid, few.rule) == (False, "ends-early")
    read = pages(listed(1000, 991), ())
    verdict = validate(read, LOST, NOW)
    assert (verdict.is_valid, verdict.rule) == (False, "ends-early")
    assert "ends with page 1" in verdict.reason
    assert "?pageIndex=2" in verdict.advice
    assert validate(read, past(*listed(999, 990), *KNOWN), NOW).is_valid


MANY = (*listed(1000, 996), *KNOWN[:5])  # five that are new, and as many pushed down


@pytest.mark.parametrize(
    ("history", "read", "is_believed"),
    [
        # an old copy of it, from before half of its entries
        (past(*KNOWN, lost=5), pages(KNOWN[5:15]), False),
        (past(*KNOWN, lost=4), pages(KNOWN[4:14]), True),
        (past(*KNOWN, lost=5), pages(KNOWN[5:16]), True),
        # the oldest first: known ones, and such as stood below all that was known
        (past(*KNOWN, lost=10), pages(KNOWN[::-1][:10]), False),
        (past(*KNOWN, lost=10), pages(listed(110, 101)[::-1], KNOWN[::-1]), False),
        # an outage pushes entries down, also where one was dated ahead of the others
        (past(*KNOWN, lost=5), pages(MANY), True),
        (past(entry(951, date=day("2025-12-10")), *KNOWN, lost=5), pages(MANY), True),
        # the entry that all others are older than still stands
        (past(*KNOWN, lost=9), pages((KNOWN[0], *KNOWN[20:29])), True),
    ],
)
def test_a_page_that_has_turned_back_is_not_believed(
    history: ListingHistory, read: list[ListingPage], is_believed: bool
) -> None:
    """What is new is not on it."""
    verdict = validate(read, history, NOW)
    assert verdict.rule == ("" if is_believed else "turned-back"), verdict


def test_where_a_page_has_turned_back_to_is_told() -> None:
    """With what to look for."""
    verdict = validate(pages(KNOWN[5:15]), past(*KNOWN, lost=5), NOW)
    assert verdict.reason == (
        "the newest entry on its first page is of 2025-10-07, where the listing had come to"
        " 2025-10-12, and 5 that stood there are gone"
    )
    assert "oldest first" in verdict.advice
