"""Rules against things that no listing shows."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from monitor.models.check import Entry, ListingHistory, ListingPage
from monitor.models.release import ValidationResult
from monitor.text.normalize import normalize_title
from monitor.validation.profiles import find_garbled_text, parse_article_ids

# The ministry announces days ahead at most, and a year mistyped by one is still caught.
_MAX_FUTURE = timedelta(days=30)
_MAX_TITLE_QUOTE = 80
_MIN_BAD_ENTRIES = 3
_MIN_SAME_TITLES = 5
_NEARLY_ALL = 0.9
_EARLIEST_DATE = date(1990, 1, 1)

LAYOUT_ADVICE = "open the address in a browser: if all is well there, the site's layout has changed"


def detect_empty_page(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report a first page without entries, unless it was accepted that way before."""
    was_accepted = bool(history.profiles) and history.profiles[0].first_page_entries == 0
    if pages[0].number == 1 and not pages[0].entries and not was_accepted:
        yield ValidationResult(
            is_valid=False,
            rule="no-entries",
            reason="the first page of the listing holds no entries",
            advice="open the address in a browser: the listing may have moved to another one",
        )


def detect_future_date(
    pages: Sequence[ListingPage], history: ListingHistory, now: datetime
) -> Iterator[ValidationResult]:
    """Report an entry, not seen before, that is dated more than a month ahead."""
    latest_date = (now + _MAX_FUTURE).date()
    for entry in _iter_new_entries(pages, history):
        if entry.date > latest_date:
            yield ValidationResult(
                is_valid=False,
                rule="far-future",
                reason=f"“{entry.title[:_MAX_TITLE_QUOTE]}” is dated {entry.date}, far in "
                f"the future",
                advice="look at the entry on the site, and at this machine's clock",
            )
            return


def detect_old_dates(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report pages where nearly all entries not seen before are older than the web."""
    new_entries = list(_iter_new_entries(pages, history))
    old_count = sum(entry.date < _EARLIEST_DATE for entry in new_entries)
    if old_count >= _MIN_BAD_ENTRIES and old_count >= len(new_entries) * _NEARLY_ALL:
        yield ValidationResult(
            is_valid=False,
            rule="long-ago",
            reason=f"{old_count} of {len(new_entries)} new entries are dated before "
            f"{_EARLIEST_DATE.year}",
            advice=LAYOUT_ADVICE,
        )


def detect_repeated_title(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report pages where nearly all entries share a title, unless known entries had it too."""
    titles = Counter(normalize_title(entry.title) for page in pages for entry in page.entries)
    known_titles = {
        normalize_title(entry.title) for entry in history.seen_entries - history.changed_entries
    }
    (title, count), *_ = titles.most_common(1) or [("", 0)]
    if (
        count >= _MIN_SAME_TITLES
        and count >= titles.total() * _NEARLY_ALL
        and title not in known_titles
    ):
        yield ValidationResult(
            is_valid=False,
            rule="one-title",
            reason=f"{count} of {titles.total()} entries have the same title, "
            f"“{title[:_MAX_TITLE_QUOTE]}”",
            advice=LAYOUT_ADVICE,
        )


def detect_garbled_text(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report many entries with garbled letters, unless such entries were accepted before."""
    entries = [entry for page in pages for entry in page.entries]
    garbled_texts = list(filter(None, map(find_garbled_text, entries)))
    was_accepted = any(
        _is_large_share(shape.garbled_entries, shape.entry_count) for shape in history.profiles
    )
    if _is_large_share(len(garbled_texts), len(entries)) and not was_accepted:
        yield ValidationResult(
            is_valid=False,
            rule="garbled",
            reason=f"{len(garbled_texts)} of {len(entries)} entries hold broken letters, such as"
            f" “{garbled_texts[0]}”: the page's character set is wrong",
            advice="open the address in a browser: if it is broken there too, this passes "
            "once the site is fixed",
        )


def _is_large_share(bad_count: int, entry_count: int) -> bool:
    return bad_count >= _MIN_BAD_ENTRIES and bad_count * 3 >= entry_count


def _iter_new_entries(pages: Sequence[ListingPage], history: ListingHistory) -> Iterator[Entry]:
    return (entry for page in pages for entry in page.entries if entry not in history.seen_entries)


ANOTHER_LISTING = "another-listing"
TURNED_BACK = "turned-back"

_MIN_ENTRIES_AS_PROOF = 3  # fewer entries prove nothing
_MIN_UNEXPECTED_ENTRIES = 5  # entries that should have been seen before, but were not
_MOST_ENTRIES = 0.9
_MAX_LATENESS = timedelta(days=30)  # releases are sometimes added this late
_ARTICLES_AT_ONCE, _ARTICLES_PER_DAY = (
    200,
    50,
)  # articles on all boards; the ministry publishes a few a day


def detect_another_listing(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report pages that neither reach known entries nor continue them."""
    known_range = _KnownRange(history)
    entries = list(dict.fromkeys(entry for page in pages for entry in page.entries))
    unexpected = [entry for entry in pages[0].entries if known_range.should_be_known(entry)]
    reason = ""
    if len(unexpected) >= _MIN_UNEXPECTED_ENTRIES and len(unexpected) * 2 >= len(pages[0].entries):
        reason = (
            f"{len(unexpected)} of {len(pages[0].entries)} entries on its first page should have"
            " been there before, by their dates and numbers, and were not"
        )
    elif (
        history.seen_entries.isdisjoint(entries)
        and len(entries) >= _MIN_ENTRIES_AS_PROOF
        and not known_range.is_continued_by(entries)
    ):
        reason = (
            f"none of its {len(entries)} entries is known, and neither their dates nor their"
            " numbers go on from those that are"
        )
    if reason:
        yield ValidationResult(
            is_valid=False,
            rule=ANOTHER_LISTING,
            reason=f"this looks like another listing: {reason}",
            advice="open the address in a browser and compare it with: monitor releases",
        )


def detect_stale_page(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report a first page that has lost its entries and shows older ones instead.

    An old copy of the page says nothing about news. And if the listing now puts its oldest entries
    first, the news is on the last page.
    """
    first_entries = pages[0].entries
    known_newest = max(
        (shape.newest_date for shape in history.profiles if shape.newest_date), default=date.min
    )
    known_oldest = min(
        (shape.oldest_date for shape in history.profiles if shape.oldest_date), default=date.min
    )
    shifted_count = sum(
        entry not in history.seen_entries and entry.date >= known_oldest for entry in first_entries
    )
    missing_count = history.missing_count - shifted_count
    newest = max((entry.date for entry in first_entries), default=date.max)
    if (
        pages[0].number == 1
        and missing_count >= _MIN_UNEXPECTED_ENTRIES
        and missing_count * 2 >= len(first_entries)
        and newest < known_newest
    ):
        yield ValidationResult(
            is_valid=False,
            rule=TURNED_BACK,
            reason=f"the newest entry on its first page is of {newest}, where the listing had come"
            f" to {known_newest}, and {missing_count} that stood there are gone",
            advice="open the address in a browser: the site may show an old copy of the page; if it"
            " lists the oldest first now, give the source an address that does not",
        )


class _KnownRange:
    """The range of dates, article ids and boards that a listing has covered so far."""

    def __init__(self, history: ListingHistory) -> None:
        self._seen = history.seen_entries
        shapes = history.profiles
        self._boards = frozenset[str]().union(*(page_profile.boards for page_profile in shapes))
        self._highest_id = max(
            (profile.max_article_id for profile in shapes if profile.max_article_id is not None),
            default=None,
        )
        self._newest: date = max(
            (profile.newest_date for profile in shapes if profile.newest_date), default=date.min
        )
        self._oldest: date = min(
            (profile.oldest_date for profile in shapes if profile.oldest_date), default=date.max
        )

    def should_be_known(self, entry: Entry) -> bool:
        """Return whether an unknown entry lies within the range where every entry is known."""
        if entry in self._seen or not self._oldest <= entry.date < self._newest:
            return False
        return self._highest_id is not None and all(
            article_id <= self._highest_id for article_id in parse_article_ids([entry])
        )

    def is_continued_by(self, entries: Sequence[Entry]) -> bool:
        """Return whether unknown entries continue the known ones; True if none are known."""
        if self._newest == date.min:
            return True
        earliest_date = self._newest - min(_MAX_LATENESS, self._newest - date.min)
        newest = max(entry.date for entry in entries)
        recent_count = sum(entry.date >= earliest_date for entry in entries)
        if newest < self._newest or recent_count < len(entries) * _MOST_ENTRIES:
            return False
        return self._highest_id is None or self._has_continuing_ids(entries, newest)

    def _has_continuing_ids(self, entries: Sequence[Entry], newest: date) -> bool:
        """Return whether the article ids continue on a known board."""
        highest_id = self._highest_id or 0
        new_ids = list(parse_article_ids(entries))
        higher_count = sum(number > highest_id for number in new_ids)
        max_increase = _ARTICLES_AT_ONCE + _ARTICLES_PER_DAY * (newest - self._newest).days
        return (
            bool(new_ids)
            and higher_count >= len(new_ids) * _MOST_ENTRIES
            and max(new_ids) - highest_id <= max_increase
            and not self._boards.isdisjoint(entry.board for entry in entries)
        )


def detect_early_end(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report an end of the listing that comes above all of its known entries."""
    last_page = pages[-1]
    if history.seen_entries or not history.profiles or last_page.entries or last_page.number == 1:
        return
    if history.profiles[0].entry_count >= _MIN_ENTRIES_AS_PROOF:
        yield ValidationResult(
            is_valid=False,
            rule="ends-early",
            reason=f"the listing ends with page {last_page.number - 1}, and nothing on it was known"
            " before",
            advice=f"open the address with ?pageIndex={last_page.number} added: pages may be "
            f"missing",
        )
