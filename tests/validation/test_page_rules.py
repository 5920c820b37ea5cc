"""What no listing shows is believed of none."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.models.check import Entry, ListingHistory, ListingPage
from monitor.validation import NO_HISTORY, validate
from monitor.validation.profiles import profile_pages
from tests.validation.histories import entry, listed, pages, past

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)


def page(*days: date, number: int = 1) -> ListingPage:
    """Return a page with an entry a day."""
    entries = tuple(
        Entry(title=f"Title {i}", date=day, category=None, body="", url=None)
        for i, day in enumerate(days)
    )
    return ListingPage(number=number, entries=entries)


def test_an_ordinary_page_is_believed() -> None:
    """Entries of today, of yesterday and of a few days ahead are nothing special."""
    today = NOW.date()
    verdict = validate(
        [page(today + timedelta(days=3), today, today - timedelta(days=1))], NO_HISTORY, NOW
    )
    assert verdict.is_valid


@pytest.mark.parametrize(
    ("pages", "rule", "reason"),
    [
        ([page()], "no-entries", "no entries"),
        ([page(date(2205, 12, 1))], "far-future", "dated 2205-12-01, far in the future"),
        (
            [page(date(2025, 12, 1)), page(date(2026, 3, 1), number=2)],
            "far-future",
            "“Title 0” is dated 2026-03-01, far in the future",
        ),
    ],
)
def test_a_page_that_cannot_be_right_is_told_with_reason_and_advice(
    pages: list[ListingPage], rule: str, reason: str
) -> None:
    """Each rule says what is wrong and what to do."""
    verdict = validate(pages, NO_HISTORY, NOW)
    assert (verdict.is_valid, verdict.rule) == (False, rule)
    assert reason in verdict.reason
    assert verdict.advice


def test_the_limit_is_a_month_ahead() -> None:
    """Thirty days ahead are believed, thirty-one are not."""
    assert validate([page(NOW.date() + timedelta(days=30))], NO_HISTORY, NOW).is_valid
    assert validate([page(NOW.date() + timedelta(days=31))], NO_HISTORY, NOW).is_valid is False
    assert validate([page()], NO_HISTORY, NOW).is_valid is False


def test_a_page_past_the_end_is_no_fault() -> None:
    """Only page 1 must hold entries."""
    assert validate([page(date(2025, 12, 1)), page(number=2)], NO_HISTORY, NOW).is_valid


def test_what_was_accepted_is_no_fault_again() -> None:
    """A first page that was empty when it was accepted; an entry that is known by now."""
    empty = ListingHistory(profiles=(profile_pages([page()]),))
    assert validate([page()], empty, NOW).is_valid
    usual = profile_pages([page(*[date(2025, 12, 1)] * 10)])
    assert validate(
        [page()], ListingHistory(profiles=(*empty.profiles, usual, usual)), NOW
    ).is_valid
    assert (
        validate([page()], ListingHistory(profiles=(usual, *empty.profiles)), NOW).rule
        == "no-entries"
    )
    far = page(date(2205, 12, 1))
    assert validate([far], ListingHistory(seen_entries=frozenset(far.entries)), NOW).is_valid


BROKEN = ["Canada�s steel", "Canadaâ€™s steel", "CafÃ© talks", "í•œë¯¸ íšŒë‹´"]


@pytest.mark.parametrize("title", BROKEN)
def test_broken_letters_are_told(title: str) -> None:
    """Those of a wrong character set, if many entries hold them."""
    good = page(*[date(2025, 12, 1)] * 7).entries
    bad = tuple(replace(one, title=f"{title} {at}") for at, one in enumerate(good[:3]))
    verdict = validate([ListingPage(number=1, entries=(*bad, *good[:6]))], NO_HISTORY, NOW)
    assert (verdict.is_valid, verdict.rule) == (False, "garbled")
    assert f"3 of 9 entries hold broken letters, such as “{title} 0”" in verdict.reason
    assert verdict.advice
    assert validate([ListingPage(number=1, entries=(*bad, *good))], NO_HISTORY, NOW).is_valid
    assert validate([ListingPage(number=1, entries=bad[:2])], NO_HISTORY, NOW).is_valid
    accepted = ListingHistory(profiles=(profile_pages([ListingPage(number=1, entries=bad)]),))
    assert validate([ListingPage(number=1, entries=bad)], accepted, NOW).is_valid


def first(titles: int, others: int) -> list[ListingPage]:
    """Return a first page on which so many entries have one title."""
    alike = tuple(entry(1000 - n, title="FTA News") for n in range(titles))
    return pages((*alike, *listed(1000 - titles, 1001 - titles - others)))


KNOWN = listed(980, 976)


@pytest.mark.parametrize("history", [NO_HISTORY, past(*KNOWN, met=()), past(*KNOWN)])
@pytest.mark.parametrize(("titles", "others"), [(5, 0), (9, 1), (18, 2)])
def test_a_page_with_one_title_is_misread(
    titles: int, others: int, history: ListingHistory
) -> None:
    """Nearly all the same: what stands there is no title, on a first page as after an outage."""
    verdict = validate(first(titles, others), history, NOW)
    assert (verdict.is_valid, verdict.rule) == (False, "one-title")
    assert f"{titles} of {titles + others} entries have the same title" in verdict.reason


@pytest.mark.parametrize("history", [NO_HISTORY, past(*KNOWN, met=())])
@pytest.mark.parametrize(("titles", "others"), [(4, 0), (8, 2)])
def test_some_titles_may_be_the_same(titles: int, others: int, history: ListingHistory) -> None:
    """As briefings have it."""
    assert validate(first(titles, others), history, NOW).is_valid


def test_a_title_that_known_entries_had_may_be_that_of_all() -> None:
    """It was accepted; but not one that known entries have only now."""
    read = first(6, 0)
    known = read[0].entries[1:]
    assert validate(read, past(*known), NOW).is_valid
    changed = replace(past(*known), changed_entries=frozenset(known))
    assert validate(read, changed, NOW).rule == "one-title"


@pytest.mark.parametrize(
    ("days", "rule"),
    [
        (["1970-01-01"] * 3, "long-ago"),
        ([*["1989-12-31"] * 9, "2025-11-30"], "long-ago"),
        (["1990-01-01"] * 3, ""),
        (["1970-01-01"] * 2, ""),
        ([*["1970-01-01"] * 4, "2025-11-30"], ""),
    ],
)
def test_what_is_older_than_the_web_is_misread(days: list[str], rule: str) -> None:
    """Nearly all of it, that is: an archive may hold a scanned page or two."""
    verdict = validate([page(*map(date.fromisoformat, days))], NO_HISTORY, NOW)
    assert verdict.rule == rule


@pytest.mark.parametrize(
    "title", ["한미 회담", "Canada’s “steel”", "Café – Señor", "São Tomé", "Iñárritu", "ªº"]
)
def test_letters_that_somebody_wrote_are_no_fault(title: str) -> None:
    """Of whatever script."""
    entries = page(*[date(2025, 12, 1)] * 5).entries
    shown = tuple(replace(one, title=f"{title} {at}") for at, one in enumerate(entries))
    assert validate([ListingPage(number=1, entries=shown)], NO_HISTORY, NOW).is_valid
