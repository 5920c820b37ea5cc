"""Rules that compare a listing with its last accepted checks.

A feature is usual if at least nine in ten of five or more entries had it. It is lost if less than
half of the entries read show it, as a single entry may lack anything. If enough known entries are
on the pages, only those count: a new layout changes them too, while new entries may differ in kind.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from statistics import median

from monitor.models.check import ListingHistory, ListingPage, PageProfile
from monitor.models.release import ValidationResult
from monitor.text.normalize import normalize_title
from monitor.validation.page_rules import LAYOUT_ADVICE
from monitor.validation.profiles import profile_pages

FAR_FEWER = "far-fewer"

_MIN_HISTORY_ENTRIES = 5  # past entries needed to call a feature usual
_MIN_ENTRIES = 3  # entries needed to call it changed
_MIN_MISSING_ENTRIES = 4  # entries that must be missing
_USUAL_SHARE = 0.9
_LOST_SHARE = 0.5
_LONG_TEXT = 200  # characters
_SHORTENING_FACTOR = 10  # times
_MIN_REWRITTEN_ENTRIES = 6  # entries changed at once: more than people edit


def detect_far_fewer_entries(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report a first page with less than half of its usual number of entries."""
    usual_count = median([shape.first_page_entries for shape in history.profiles] or [0])
    count = len(pages[0].entries)
    if (
        pages[0].number == 1
        and 0 < count < usual_count / 2
        and usual_count - count >= _MIN_MISSING_ENTRIES
    ):
        yield ValidationResult(
            is_valid=False,
            rule=FAR_FEWER,
            reason=f"the first page of the listing holds {count} of its usual "
            f"{usual_count:g} entries",
            advice="open the address in a browser and count: part of the page may be missing",
        )


def detect_rewritten_entries(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report other titles or dates in nearly all known entries: so many changes are not edits."""
    known_entries = {
        entry for page in pages for entry in page.entries if entry in history.seen_entries
    }
    changed_count = len(known_entries & history.changed_entries)
    if (
        changed_count >= _MIN_REWRITTEN_ENTRIES
        and changed_count >= len(known_entries) * _USUAL_SHARE
    ):
        yield ValidationResult(
            is_valid=False,
            rule="rewritten",
            reason=f"{changed_count} of {len(known_entries)} known entries have another "
            f"title or date than before",
            advice="open the address in a browser and compare it with: monitor releases; if all is"
            " as it was there, the site's layout has changed",
        )


def detect_another_language(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report titles in Hangul where they used to be in Latin letters, or the reverse."""
    usual_share, profile = (
        _get_usual_share(history, _count_cjk_titles),
        _profile_known_entries(pages, history),
    )
    if usual_share is None or profile.entry_count < _MIN_ENTRIES:
        return
    cjk_share = _count_cjk_titles(profile) / profile.entry_count
    if (1 - usual_share >= _USUAL_SHARE and cjk_share > _LOST_SHARE) or (
        usual_share >= _USUAL_SHARE and cjk_share < _LOST_SHARE
    ):
        usual_script, current_script = ("Latin letters", "Hangul, Han or Kana")[
            :: 1 if usual_share < _LOST_SHARE else -1
        ]
        yield ValidationResult(
            is_valid=False,
            rule="another-language",
            reason=f"most titles are in {current_script}, where they were in {usual_script}",
            advice="open the address in a browser: the site may show another language's pages",
        )


def detect_missing_texts(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report entries without texts on a listing that usually has them."""
    for missing_count, entry_count in _find_loss(pages, history, _count_texts):
        yield ValidationResult(
            is_valid=False,
            rule="no-texts",
            reason=f"{missing_count} of {entry_count} entries have no text, where nearly all "
            f"had one",
            advice=LAYOUT_ADVICE,
        )


def detect_short_texts(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report texts a tenth of their usual length, such as "read more" instead of the text."""
    usual_length = _get_average_text_length(history.profiles)
    profile = _profile_known_entries(pages, history)
    length = _get_average_text_length([profile])
    if (
        profile.with_text >= _MIN_ENTRIES
        and usual_length >= _LONG_TEXT
        and length * _SHORTENING_FACTOR < usual_length
    ):
        yield ValidationResult(
            is_valid=False,
            rule="short-texts",
            reason=f"texts are {length:.0f} characters long on average, where they were "
            f"{usual_length:.0f}",
            advice=LAYOUT_ADVICE,
        )


def detect_missing_categories(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report entries without a category on a board that usually shows one."""
    for missing_count, entry_count in _find_loss(pages, history, _count_with_category):
        yield ValidationResult(
            is_valid=False,
            rule="no-categories",
            reason=f"{missing_count} of {entry_count} entries have no category, where nearly "
            f"all had one",
            advice=LAYOUT_ADVICE,
        )


def detect_other_categories(
    pages: Sequence[ListingPage], history: ListingHistory, _now: datetime
) -> Iterator[ValidationResult]:
    """Report pages with no category that this board has shown before."""
    usual_share, profile = (
        _get_usual_share(history, _count_with_category),
        _profile_known_entries(pages, history),
    )
    if (
        usual_share is None
        or usual_share < _USUAL_SHARE
        or profile.with_category < _MIN_HISTORY_ENTRIES
    ):
        return
    seen_names = {normalize_title(name) for shape in history.profiles for name in shape.categories}
    if seen_names.isdisjoint(map(normalize_title, profile.categories)):
        quoted_names = ", ".join(f"“{name}”" for name in sorted(profile.categories)[:_MIN_ENTRIES])
        yield ValidationResult(
            is_valid=False,
            rule="other-categories",
            reason=f"none of its categories ({quoted_names}) was seen on this listing before",
            advice="open the address in a browser: it may show another board, or have been renamed",
        )


def _profile_known_entries(pages: Sequence[ListingPage], history: ListingHistory) -> PageProfile:
    """Return the profile of the known entries, or of all entries if too few are known."""
    known_entries = tuple(
        entry for page in pages for entry in page.entries if entry in history.seen_entries
    )
    if len(known_entries) < _MIN_ENTRIES:
        return profile_pages(pages)
    return profile_pages([ListingPage(number=1, entries=known_entries)])


def _get_usual_share(history: ListingHistory, count: Callable[[PageProfile], int]) -> float | None:
    """Return the share of past entries that have the counted feature, None if too few were seen."""
    entry_count = sum(shape.entry_count for shape in history.profiles)
    if entry_count < _MIN_HISTORY_ENTRIES:
        return None
    return sum(map(count, history.profiles)) / entry_count


def _find_loss(
    pages: Sequence[ListingPage], history: ListingHistory, count: Callable[[PageProfile], int]
) -> Iterator[tuple[int, int]]:
    """Yield (entries without the feature, entries read) if a usual feature is missing from most."""
    usual_share, profile = _get_usual_share(history, count), _profile_known_entries(pages, history)
    if usual_share is None or usual_share < _USUAL_SHARE or profile.entry_count < _MIN_ENTRIES:
        return
    if count(profile) / profile.entry_count < _LOST_SHARE:
        yield profile.entry_count - count(profile), profile.entry_count


def _get_average_text_length(shapes: Sequence[PageProfile]) -> float:
    return sum(shape.text_chars for shape in shapes) / max(1, sum(map(_count_texts, shapes)))


def _count_texts(shape: PageProfile) -> int:
    return shape.with_text


def _count_with_category(shape: PageProfile) -> int:
    return shape.with_category


def _count_cjk_titles(shape: PageProfile) -> int:
    return shape.cjk_titles
