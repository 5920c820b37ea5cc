"""What a listing never did before is not believed; what listings do is."""

from dataclasses import replace

import pytest

from monitor.models.check import ListingHistory, ListingPage
from monitor.validation import NO_HISTORY, validate
from tests.validation.histories import NOW, entry, listed, pages, past

BEFORE = listed(998, 979)
PAST = past(*BEFORE)
NONE_MET = past(*BEFORE, met=())
FIVE = past(*listed(998, 994), met=())
KOREAN = "한미 통상장관 회담 개최"


def test_an_ordinary_day_is_believed() -> None:
    """Two new releases above what is known."""
    assert validate(pages(listed(1000, 991), listed(990, 981)), PAST, NOW).is_valid


def altered(known: int, count: int) -> ListingHistory:
    """Return a history of so many entries, of which the newest were otherwise before."""
    met = listed(998, 999 - known)
    return replace(past(*met), changed_entries=frozenset(met[:count]))


FAULTS: list[tuple[str, ListingHistory, list[ListingPage], str]] = [
    ("far-fewer", PAST, pages(listed(998, 995)), "holds 4 of its usual 10 entries"),
    ("far-fewer", PAST, pages(listed(998, 998)), "holds 1 of its usual 10 entries"),
    ("far-fewer", past(*listed(998, 993)), pages(listed(998, 997)), "2 of its usual 6 entries"),
    (
        "another-language",
        NONE_MET,
        pages(listed(1008, 999, title=KOREAN)),
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
    # one title in ten was otherwise
    (
        "another-language",
        past(entry(998, title=KOREAN), *listed(997, 989), met=()),
        pages(listed(1008, 999, title=KOREAN)),
        "most titles are in Hangul, Han or Kana, where they were in Latin letters",
    ),
    (
        "another-language",
        past(entry(998), *listed(997, 989, title=KOREAN), met=()),
        pages(listed(1008, 999)),
        "most titles are in Latin letters, where they were in Hangul, Han or Kana",
    ),
    # edits of nearly all that is known: all six, and nine of ten
    ("rewritten", altered(6, 6), pages(listed(998, 993)), "6 of 6 known entries have another"),
    ("rewritten", altered(10, 9), pages(listed(1000, 989)), "9 of 10 known entries"),
    # three entries tell it, held against five
    ("another-language", FIVE, pages(listed(1001, 999, title=KOREAN)), "most titles are in Hangul"),
    ("no-texts", FIVE, pages(listed(1001, 999, body="")), "3 of 3 entries have no text"),
    ("short-texts", FIVE, pages(listed(1001, 999, body="Read more")), "9 characters long"),
    ("no-categories", FIVE, pages(listed(1001, 999, category=None)), "3 of 3 entries"),
    ("other-categories", FIVE, pages(listed(1003, 999, category="Speeches")), "“Speeches”"),
    # nine of ten had one, and most have none
    (
        "no-categories",
        past(entry(998, category=None), *listed(997, 989), met=()),
        pages((*listed(1008, 1003, category=None), *listed(1002, 999))),
        "6 of 10 entries have no category, where nearly all had one",
    ),
    (
        "other-categories",
        past(entry(998, category=None), *listed(997, 989), met=()),
        pages((*listed(1008, 1005, category="Notices"), *listed(1004, 999, category="Speeches"))),
        "none of its categories (“Notices”, “Speeches”) was seen",
    ),
    ("no-texts", NONE_MET, pages(listed(1008, 999, body="")), "10 of 10 entries have no text"),
    # less than a tenth of 200 characters
    (
        "short-texts",
        past(*listed(998, 979, body="." * 200), met=()),
        pages(listed(1008, 999, body="." * 19)),
        "19 characters long on average, where they were 200",
    ),
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
    rule: str, history: ListingHistory, read: list[ListingPage], words: str
) -> None:
    """Each rule says what is wrong and what to do."""
    verdict = validate(read, history, NOW)
    assert (verdict.is_valid, verdict.rule) == (False, rule)
    assert words in verdict.reason
    assert verdict.advice


@pytest.mark.parametrize(("rule", "history", "read", "words"), FAULTS)
def test_a_listing_without_a_history_may_look_like_that(
    rule: str, history: ListingHistory, read: list[ListingPage], words: str
) -> None:
    """A baseline is held to nothing but what no listing shows."""
    del rule, history, words
    assert validate(read, NO_HISTORY, NOW).is_valid


@pytest.mark.parametrize(
    ("history", "read"),
    [
        # five edits at once, and eight among ten
        (altered(5, 5), pages(listed(998, 994))),
        (altered(10, 8), pages(listed(998, 989))),
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
        # half may lack anything
        (NONE_MET, pages((*listed(1008, 1004, body="", category=None), *listed(1003, 999)))),
        (NONE_MET, pages((*listed(1008, 1004, title=KOREAN), *listed(1003, 999)))),
        # a title in other letters, and as many of these as of those
        (NONE_MET, pages((entry(1008, title=KOREAN), *listed(1007, 999)))),
        (
            past(*listed(998, 979, title=KOREAN), met=()),
            pages((*listed(1008, 1004, title=KOREAN), *listed(1003, 999))),
        ),
        (
            past(*listed(998, 989, title=KOREAN), *listed(988, 979), met=()),
            pages(listed(1008, 999, title=KOREAN)),
        ),
        # a tenth of the length, or of texts that were short already
        (past(*listed(998, 979, body="." * 200), met=()), pages(listed(1008, 999, body="." * 20))),
        (past(*listed(998, 979, body="." * 199), met=()), pages(listed(1008, 999, body="."))),
        # never had any
        (past(*listed(998, 979, body="")), pages(listed(1000, 991, body=""))),
        (past(*listed(998, 979, category=None)), pages(listed(1000, 991, category=None))),
        # only now and then had any
        (
            past(*listed(998, 989), *listed(988, 979, category=None), met=()),
            pages(listed(1008, 999, category=None)),
        ),
        # seventeen in twenty are not yet usual
        (
            past(*listed(998, 982), *listed(981, 979, body="", category=None), met=()),
            pages(listed(1008, 999, body="", category=None)),
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
def test_what_listings_do_is_believed(history: ListingHistory, read: list[ListingPage]) -> None:
    """Rules ask for much before they object."""
    verdict = validate(read, history, NOW)
    assert verdict.is_valid, verdict


def test_what_is_met_again_bears_witness() -> None:
    """A changed layout changes old entries too, though new ones would not be enough to tell."""
    known = listed(998, 979)
    bare = tuple(replace(one, body="") for one in known[:9])
    history = past(*known, met=bare)
    assert validate(pages((entry(999), *bare)), history, NOW).rule == "no-texts"


def test_usual_is_the_middle_of_what_was() -> None:
    """One short page that was accepted does not make short pages usual, nor does one long one."""
    short, usual = past(*listed(998, 994)).profiles, PAST.profiles
    four = pages(listed(998, 995))
    assert validate(four, replace(PAST, profiles=short + usual * 2), NOW).rule == "far-fewer"
    assert validate(four, replace(PAST, profiles=short * 2 + usual), NOW).is_valid
