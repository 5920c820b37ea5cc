"""Whether it is this listing at all: another board, another site, an end that is none."""

import pytest

from monitor.health import judge
from monitor.model.history import History
from monitor.model.scraped import Page
from tests.health.histories import NOW, day, entry, listed, pages, past

KNOWN = listed(950, 901)  # dated until 2025-10-12
LOST = past(*KNOWN, met=())


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
        # what an entry withdrawn above brings into view
        (past(*KNOWN), pages((*KNOWN[:4], *listed(900, 895)))),
        # too few to tell
        (past(*listed(950, 947), met=()), pages(listed(500, 499))),
        # articles without numbers: their dates go on
        (past(*listed(950, 901, article_id=""), met=()), pages(listed(1000, 991, article_id=""))),
        # nothing is known of an accepted empty page
        (past(met=()), pages(listed(500, 491))),
        # nor of a listing whose end was known
        (past(*listed(950, 949)), pages(listed(951, 949), ())),
    ],
)
def test_what_meets_or_continues_it_is_believed(history: History, read: list[Page]) -> None:
    """As after any outage."""
    verdict = judge(read, history, NOW)
    assert verdict.credible, verdict


NOTHING = "none of its 10 entries is known"


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
        # dates go on, but from too long ago
        (LOST, pages((*listed(1000, 996), *listed(995, 991, date=day("2025-01-01")))), NOTHING),
        # another board with which it shares a release
        (
            past(*KNOWN, met=(entry(949),)),
            pages((entry(950, title="Solar"), entry(949), *listed(948, 941, title="Solar"))),
            "8 of 10 entries on its first page should have been there before",
        ),
    ],
)
def test_another_listing_is_not_believed(history: History, read: list[Page], words: str) -> None:
    """Neither known nor going on from what is known."""
    verdict = judge(read, history, NOW)
    assert (verdict.credible, verdict.rule) == (False, "another-listing")
    assert words in verdict.reason
    assert verdict.advice


def test_an_end_above_known_ground_is_not_believed() -> None:
    """An empty page 2 while page 1 holds nothing but news is a page that is missing."""
    read = pages(listed(1000, 991), ())
    verdict = judge(read, LOST, NOW)
    assert (verdict.credible, verdict.rule) == (False, "ends-early")
    assert "ends with page 1" in verdict.reason
    assert judge(read, past(*listed(999, 990), *KNOWN), NOW).credible
