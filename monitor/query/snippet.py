"""The stretch of a release that shows best why it was found."""

import re
from collections.abc import Iterable, Sequence

from monitor.model.told import Document, Hit, Snippet

_BEFORE, _AFTER = "… ", " …"
_LEAD = 3  # one part of this many of what is free stands before the hits
_MAX_WORD = 30  # characters: a longer stretch without a space is cut where it is
_MAX_HITS = 200

_SPACE = re.compile(r"\s+")

Mark = tuple[int, int]


def snippet(document: Document, hits: Sequence[Hit], width: int = 160) -> Snippet:
    """Return a stretch of about `width` characters with the hits in it marked.

    Hits in the text show best; with hits in the title or category alone, that is shown; without
    hits it is the beginning of the text.
    """
    in_text = [hit for hit in hits if hit.field == "text"]
    if in_text or not hits:
        return _cut(document.text, in_text, width)
    in_title = [hit for hit in hits if hit.field == "title"]
    field = "title" if in_title else "category"
    text = document.title if in_title else document.category
    return _tidy(field, text, _marks(in_title or hits))


def _cut(text: str, hits: Sequence[Hit], width: int) -> Snippet:
    first, last = _best(hits[:_MAX_HITS], width)
    start, end = _stretch(text, first, min(last, first + width), width)
    before = _BEFORE if start and not text[:start].isspace() else ""
    after = _AFTER if end < len(text) and not text[end:].isspace() else ""
    shift = start - len(before)
    marks = [
        (mark[0] - shift, min(mark[1], end) - shift)
        for mark in _marks([hit for hit in hits if start <= hit.start < end])
    ]
    return _tidy("text", f"{before}{text[start:end]}{after}", marks)


def _marks(hits: Iterable[Hit]) -> list[Mark]:
    """Return hits, which are in order, as marks; those that overlap become one."""
    found: list[Mark] = []
    for hit in hits:
        if found and hit.start < found[-1][1]:
            found[-1] = (found[-1][0], max(hit.end, found[-1][1]))
        else:
            found.append((hit.start, hit.end))
    return found


def _tidy(field: str, text: str, marks: Sequence[Mark]) -> Snippet:
    """Put text on one line with single spaces, and the marks where their words are then."""
    if text.isprintable() and "  " not in text:
        return Snippet(field=field, text=text, marks=tuple(marks))
    tidy, moved, at = "", [], 0
    for start, end in marks:
        tidy += _SPACE.sub(" ", text[at:start])
        begin = len(tidy)
        tidy += _SPACE.sub(" ", text[start:end])
        moved.append((begin, len(tidy)))
        at = end
    return Snippet(field=field, text=tidy + _SPACE.sub(" ", text[at:]), marks=tuple(moved))


def _best(hits: Sequence[Hit], width: int) -> Mark:
    """Return the range, no longer than `width`, with the most different terms, then hits."""
    if not hits:
        return 0, 0
    if len(hits) == 1 or hits[-1].end - hits[0].start <= width:
        return hits[0].start, hits[-1].end
    best, range_, reached = (0, 0), (0, 0), 0
    for index, first in enumerate(hits):
        near, limit = max(reached, index + 1), first.start + width
        while near < len(hits) and hits[near].end <= limit:
            near += 1
        if near > reached:  # or else the range before this one had all of these, and more
            score = (len({hit.term for hit in hits[index:near]}), near - index)
            if score > best:
                best, range_ = score, (first.start, hits[near - 1].end)
        reached = near
    return range_


def _stretch(text: str, first: int, last: int, width: int) -> Mark:
    """Return `width` characters around what lies between `first` and `last`, in whole words."""
    start = max(0, min(first - (width - last + first) // _LEAD, len(text) - width))
    end = start + width
    if start:
        start = max(start, text.find(" ", start - 1, min(first, start + _MAX_WORD)) + 1)
    if end < len(text):
        space = text.rfind(" ", max(last, end - _MAX_WORD), end + 1)
        end = space if space > 0 else end
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), start + len(stretch.rstrip())
