"""Page profiles: a few numbers about the pages of each accepted check, kept for comparison."""

import re
from collections.abc import Iterator, Sequence

from monitor.models.check import Entry, ListingPage, PageProfile
from monitor.text.sanitize import CJK

_CJK_LETTER = re.compile(f"[{CJK}]")
_LETTER = re.compile(r"[^\W\d_]")
# The replacement character, and UTF-8 that was decoded as windows-1252.
_CONTINUATION_CHARS = "\u00a0-\u00bf" + bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
_GARBLED_LETTERS = re.compile(
    f"\ufffd|â€|Ã[{_CONTINUATION_CHARS}]|[ê-í][{_CONTINUATION_CHARS}]{{2}}"
)
_CONTEXT_CHARS = 20
_MAX_ID_DIGITS = 18  # digits that fit an SQLite integer


def profile_pages(pages: Sequence[ListingPage]) -> PageProfile:
    """Return the profile of the pages that one check read, page 1 first."""
    entries = [entry for page in pages for entry in page.entries]
    dates = [entry.date for entry in entries]
    return PageProfile(
        first_page_entries=len(pages[0].entries),
        entry_count=len(entries),
        with_text=sum(bool(entry.body) for entry in entries),
        text_chars=sum(len(entry.body) for entry in entries),
        with_category=sum(entry.category is not None for entry in entries),
        cjk_titles=sum(map(_has_cjk_title, entries)),
        garbled_entries=sum(find_garbled_text(entry) is not None for entry in entries),
        categories=frozenset(filter(None, (entry.category for entry in entries))),
        boards=frozenset(entry.board for entry in entries),
        max_article_id=max(parse_article_ids(entries), default=None),
        newest_date=max(dates, default=None),
        oldest_date=min(dates, default=None),
    )


def parse_article_ids(entries: Sequence[Entry]) -> Iterator[int]:
    """Yield the article ids that are numbers."""
    for entry in entries:
        if entry.article_id.isdecimal() and len(entry.article_id) <= _MAX_ID_DIGITS:
            yield int(entry.article_id)


def find_garbled_text(entry: Entry) -> str | None:
    """Return the first garbled letters in the entry with some text around them, or None."""
    text = f"{entry.title} {entry.body}"
    match = None if text.isascii() else _GARBLED_LETTERS.search(text)
    if match is None:
        return None
    return text[max(0, match.start() - _CONTEXT_CHARS) : match.start() + _CONTEXT_CHARS].strip()


def _has_cjk_title(entry: Entry) -> bool:
    """Return whether most letters of the title are Hangul, Han or Kana."""
    if entry.title.isascii():
        return False
    letter_count = len(_LETTER.findall(entry.title))
    return len(_CJK_LETTER.findall(entry.title)) * 2 > letter_count
