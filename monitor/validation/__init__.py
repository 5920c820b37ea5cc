"""Validation of fetched pages: an implausible page must not pass for a ministry without news.

Each rule is a function of its own, with a name, a reason in words and advice:

    page_rules     things that no listing shows (no entries, a far future, one title, unreadable
                   letters), and signs of another listing or of a partial one (another board, a
                   false end, an old copy)
    history_rules  things new to this listing: far fewer entries, other titles, another language …

Rules need much evidence. A listing that is young, short or silent for a month is fine. A person who
has looked at the page can overrule them with `monitor --once --accept`; its profile is then part of
the listing's history.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from monitor.models.check import ListingHistory, ListingPage
from monitor.models.release import ValidationResult
from monitor.validation import history_rules, page_rules

VALID = ValidationResult(is_valid=True)
NO_HISTORY = ListingHistory()

Rule = Callable[[Sequence[ListingPage], ListingHistory, datetime], Iterator[ValidationResult]]

RULES: tuple[Rule, ...] = (
    page_rules.detect_empty_page,
    page_rules.detect_future_date,
    page_rules.detect_garbled_text,
    page_rules.detect_another_listing,
    history_rules.detect_far_fewer_entries,
    history_rules.detect_another_language,
    history_rules.detect_missing_texts,
    history_rules.detect_short_texts,
    history_rules.detect_missing_categories,
    history_rules.detect_other_categories,
    page_rules.detect_early_end,
    history_rules.detect_rewritten_entries,
    page_rules.detect_stale_page,
    page_rules.detect_repeated_title,
    page_rules.detect_old_dates,
)


def validate(
    fetched_pages: Sequence[ListingPage], history: ListingHistory, now: datetime
) -> ValidationResult:
    """Return the first violation in these pages of one listing (page 1 first), or VALID."""
    return next(find_violations(fetched_pages, history, now), VALID)


def find_violations(
    fetched_pages: Sequence[ListingPage], history: ListingHistory, now: datetime
) -> Iterator[ValidationResult]:
    """Yield the violations of all rules, at most one from each."""
    for rule in RULES:
        yield from rule(fetched_pages, history, now)
