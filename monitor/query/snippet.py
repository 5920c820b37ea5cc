"""The part of a release that shows best why it matched."""

import re
from collections.abc import Iterable, Sequence

from monitor.models.notification import Document, Hit, Snippet

_ELLIPSIS_BEFORE, _ELLIPSIS_AFTER = "… ", " …"
_LEAD_DIVISOR = 3  # this fraction (1/3) of the free characters goes before the hits
_MAX_WORD_LENGTH = 30  # characters: a longer stretch without a space is cut inside
_MAX_HITS = 200

_WHITE_SPACE = re.compile(r"\s+")

Mark = tuple[int, int]


def extract_snippet(document: Document, hits: Sequence[Hit], width: int = 160) -> Snippet:
    """Return about `width` characters of a release with the hits marked.

    Hits in the text are preferred. With hits only in the title or category, that field is shown
    whole; without hits, the beginning of the text.
    """
    in_text = [hit for hit in hits if hit.field == "text"]
    if in_text or not hits:
        return _cut_snippet(document.text, in_text, width)
    in_title = [hit for hit in hits if hit.field == "title"]
    field = "title" if in_title else "category"
    text = document.title if in_title else document.category
    return _collapse_spaces(field, text, _merge_marks(in_title or hits))


def _cut_snippet(text: str, hits: Sequence[Hit], width: int) -> Snippet:
    first, last = _find_best_range(hits[:_MAX_HITS], width)
    start, end = _choose_window(text, first, min(last, first + width), width)
    prefix = _ELLIPSIS_BEFORE if start and not text[:start].isspace() else ""
    suffix = _ELLIPSIS_AFTER if end < len(text) and not text[end:].isspace() else ""
    shift = start - len(prefix)
    marks = [
        (mark[0] - shift, min(mark[1], end) - shift)
        for mark in _merge_marks([hit for hit in hits if start <= hit.start < end])
    ]
    return _collapse_spaces("text", f"{prefix}{text[start:end]}{suffix}", marks)


def _merge_marks(hits: Iterable[Hit]) -> list[Mark]:
    """Return the marks of sorted hits; overlapping hits share one."""
    marks: list[Mark] = []
    for hit in hits:
        if marks and hit.start < marks[-1][1]:
            marks[-1] = (marks[-1][0], max(hit.end, marks[-1][1]))
        else:
            marks.append((hit.start, hit.end))
    return marks


def _collapse_spaces(field: str, text: str, marks: Sequence[Mark]) -> Snippet:
    """Return the text on one line with single spaces, and its marks moved to match."""
    if text.isprintable() and "  " not in text:
        return Snippet(field=field, text=text, marks=tuple(marks))
    collapsed, moved_marks, position = "", [], 0
    for start, end in marks:
        collapsed += _WHITE_SPACE.sub(" ", text[position:start])
        new_start = len(collapsed)
        collapsed += _WHITE_SPACE.sub(" ", text[start:end])
        moved_marks.append((new_start, len(collapsed)))
        position = end
    return Snippet(
        field=field,
        text=collapsed + _WHITE_SPACE.sub(" ", text[position:]),
        marks=tuple(moved_marks),
    )


def _find_best_range(hits: Sequence[Hit], width: int) -> Mark:
    """Return the range of at most `width` with the most distinct terms, then the most hits."""
    if not hits:
        return 0, 0
    if len(hits) == 1 or hits[-1].end - hits[0].start <= width:
        return hits[0].start, hits[-1].end
    best_score, best_range, previous_end = (0, 0), (0, 0), 0
    for index, first in enumerate(hits):
        next_index, limit = max(previous_end, index + 1), first.start + width
        while next_index < len(hits) and hits[next_index].end <= limit:
            next_index += 1
        if next_index > previous_end:  # otherwise the previous range has all of these hits and more
            score = (len({hit.term for hit in hits[index:next_index]}), next_index - index)
            if score > best_score:
                best_score, best_range = score, (first.start, hits[next_index - 1].end)
        previous_end = next_index
    return best_range


def _choose_window(text: str, first: int, last: int, width: int) -> Mark:
    """Return the bounds of about `width` characters around `first` to `last`, in whole words."""
    start = max(0, min(first - (width - last + first) // _LEAD_DIVISOR, len(text) - width))
    end = start + width
    if start:
        start = max(start, text.find(" ", start - 1, min(first, start + _MAX_WORD_LENGTH)) + 1)
    if end < len(text):
        space = text.rfind(" ", max(last, end - _MAX_WORD_LENGTH), end + 1)
        end = space if space > 0 else end
    window = text[start:end]
    return start + len(window) - len(window.lstrip()), start + len(window.rstrip())
