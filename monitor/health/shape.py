"""What pages look like, in a few numbers: made of each check that was believed, and kept."""

import re
from collections.abc import Iterator, Sequence

from monitor.model.history import Shape
from monitor.model.scraped import Entry, Page
from monitor.text.characters import CJK

_EASTERN = re.compile(f"[{CJK}]")
_LETTER = re.compile(r"[^\W\d_]")
# The replacement character, and what UTF-8 becomes when it is read as windows-1252.
_LATER_BYTES = "\u00a0-\u00bf" + bytes(range(0x80, 0xA0)).decode("cp1252", "ignore")
_GARBLED = re.compile(f"\ufffd|â€|Ã[{_LATER_BYTES}]|[ê-í][{_LATER_BYTES}]{{2}}")
_AROUND = 20
_LONGEST_ID = 18  # digits: what SQLite holds


def shape_of(pages: Sequence[Page]) -> Shape:
    """Return the shape of what one check read, page 1 first."""
    entries = [entry for page in pages for entry in page.entries]
    days = [entry.date for entry in entries]
    return Shape(
        first=len(pages[0].entries),
        entries=len(entries),
        texts=sum(bool(entry.body) for entry in entries),
        letters=sum(len(entry.body) for entry in entries),
        labelled=sum(entry.category is not None for entry in entries),
        eastern=sum(map(_is_eastern, entries)),
        garbled=sum(garbled_in(entry) is not None for entry in entries),
        categories=frozenset(filter(None, (entry.category for entry in entries))),
        boards=frozenset(entry.board for entry in entries),
        highest_id=max(article_ids(entries), default=None),
        newest=max(days, default=None),
        oldest=min(days, default=None),
    )


def article_ids(entries: Sequence[Entry]) -> Iterator[int]:
    """Yield the article ids that are numbers."""
    for entry in entries:
        if entry.article_id.isdecimal() and len(entry.article_id) <= _LONGEST_ID:
            yield int(entry.article_id)


def garbled_in(entry: Entry) -> str | None:
    """Return the first place with letters that nobody wrote, and a little around it."""
    text = f"{entry.title} {entry.body}"
    found = None if text.isascii() else _GARBLED.search(text)
    if found is None:
        return None
    return text[max(0, found.start() - _AROUND) : found.start() + _AROUND].strip()


def _is_eastern(entry: Entry) -> bool:
    """Tell whether most letters of the title are Hangul, Han or Kana."""
    if entry.title.isascii():
        return False
    letters = len(_LETTER.findall(entry.title))
    return len(_EASTERN.findall(entry.title)) * 2 > letters
