"""What a listing never did before is not believed; what listings do is."""

from dataclasses import replace

import pytest

from monitor.health import NO_HISTORY, judge
from monitor.model.history import History
from monitor.model.scraped import Page
from tests.health.histories import NOW, entry, listed, pages, past

BEFORE = listed(998, 979)
PAST = past(*BEFORE)
NONE_MET = past(*BEFORE, met=())


def test_an_ordinary_day_is_believed() -> None:
    """Two new releases above what is known."""
    assert judge(pages(listed(1000, 991), listed(990, 981)), PAST, NOW).credible


FAULTS: list[tuple[str, History, list[Page], str]] = [
    ("far-fewer", PAST, pages(listed(998, 995)), "holds 4 of its usual 10 entries"),
    (
        "another-language",
        NONE_MET,
        pages(listed(1008, 999, title="한미 통상장관 회담 개최")),
        "most titles are in Hangul, Han or Kana, where they were in Latin letters",
    ),
    (
        "another-language",
        past(
            *listed(998, 979, title="한미 통상장관 회담 KORUS"),
            met=listed(998, 989, title="Trade ministers meet"),
        ),
        pages(listed(998, 989, title="Trade ministers meet")),
        "most titles are in Latin letters, where they were in Hangul, Han or Kana",
    ),
    ("no-texts", NONE_MET, pages(listed(1008, 999, body="")), "10 of 10 entries have no text"),
    ("short-texts", NONE_MET, pages(listed(1008, 999, body="Read more")), "9 characters long"),
    ("no-categories", NONE_MET, pages(listed(1008, 999, category=None)), "10 of 10 entries"),
    (
        "other-categories",
        NONE_MET,
        pages(listed(1008, 999, category="Speeches")),
        "none of its categories (“Speeches”) was seen",
    ),
]


@pytest.mark.parametrize(("rule", "history", "read", "words"), FAULTS)
def test_a_listing_that_looks_otherwise_is_not_believed(
    rule: str, history: History, read: list[Page], words: str
) -> None:
    """Each rule says what is wrong and what to do."""
    verdict = judge(read, history, NOW)
    assert (verdict.credible, verdict.rule) == (False, rule)
    assert words in verdict.reason
    assert verdict.advice


@pytest.mark.parametrize(("rule", "history", "read", "words"), FAULTS)
def test_a_listing_without_a_history_may_look_like_that(
    rule: str, history: History, read: list[Page], words: str
) -> None:
    """A baseline is held to nothing but what no listing shows."""
    del rule, history, words
    assert judge(read, NO_HISTORY, NOW).credible


@pytest.mark.parametrize(
    ("history", "read"),
    [
        # a young listing grows, and a short one is short
        (past(*listed(998, 996)), pages(listed(1000, 996))),
        (past(*listed(998, 993)), pages(listed(998, 996))),
        (PAST, pages(listed(998, 994))),
        # deeper pages may be short
        (PAST, pages(listed(1000, 991), listed(990, 989))),
        # a single entry may lack anything
        (PAST, pages((entry(999, body="", category=None), *listed(998, 990)))),
        # what is met again looks as ever, so the layout is not what has changed
        (PAST, pages((*listed(1008, 999, body=""), *listed(998, 996)))),
        (PAST, pages((*listed(1008, 999, category=None), *listed(998, 996)))),
        (PAST, pages((*listed(1008, 999, category="Speeches"), *listed(998, 996)))),
        # never had any
        (past(*listed(998, 979, body="")), pages(listed(1000, 991, body=""))),
        (past(*listed(998, 979, category=None)), pages(listed(1000, 991, category=None))),
        # only now and then had any
        (
            past(*listed(998, 989), *listed(988, 979, category=None), met=()),
            pages(listed(1008, 999, category=None)),
        ),
        # too little to learn from, too little to judge
        (past(*listed(998, 995), met=()), pages(listed(1002, 999, body="", category=None))),
        (
            past(*listed(998, 994), met=()),
            pages(listed(1000, 999, body="", category=None, title="회담")),
        ),
        # a category more
        (NONE_MET, pages((*listed(1008, 1000, category="Speeches"), entry(999)))),
    ],
)
def test_what_listings_do_is_believed(history: History, read: list[Page]) -> None:
    """Rules ask for much before they object."""
    verdict = judge(read, history, NOW)
    assert verdict.credible, verdict


def test_what_is_met_again_bears_witness() -> None:
    """A changed layout changes old entries too, though new ones would not be enough to tell."""
    known = listed(998, 979)
    bare = tuple(replace(one, body="") for one in known[:9])
    history = past(*known, met=bare)
    assert judge(pages((entry(999), *bare)), history, NOW).rule == "no-texts"


def test_usual_is_the_middle_of_what_was() -> None:
    """One short page that was accepted does not make short pages usual, nor does one long one."""
    short, usual = past(*listed(998, 994)).shapes, PAST.shapes
    four = pages(listed(998, 995))
    assert judge(four, replace(PAST, shapes=short + usual * 2), NOW).rule == "far-fewer"
    assert judge(four, replace(PAST, shapes=short * 2 + usual), NOW).credible
