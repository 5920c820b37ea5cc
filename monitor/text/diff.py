"""Word differences of two texts, and whether a difference is trivial.

Words that occur once on each side are the anchors. The text between two anchors is short and is
compared in full. This bounds the time for any input: a long part without an anchor is reported as
replaced.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from unicodedata import category, normalize

_WORD = re.compile(r"(\S+)(\s*)")
_CHANGE_MARKS = re.compile(r"\[(?=-)|-(?=\])|\{(?=\+)|\+(?=\})")
_WORD_JOINER = "\u2060"  # has no width, and is removed where a message is sanitized
_MAX_CELLS = 40_000
_MAX_ROUNDS = 40

IntPair = tuple[int, int]


def diff_words(before: str, after: str) -> str:
    """Return `after` with removed words as [-words-] and added words as {+words+}.

    Marks of this form in the texts themselves are split by an invisible word joiner (U+2060).
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    unchanged = [
        *_find_unchanged([word for word, _ in old], [word for word, _ in new]),
        (len(old), len(new)),
    ]
    parts = []
    old_position, new_position = 0, 0
    for old_index, new_index in unchanged:
        parts += [
            _mark_change("[-", old[old_position:old_index], "-]"),
            _mark_change("{+", new[new_position:new_index], "+}"),
        ]
        parts += [_escape_marks("".join(word)) for word in new[new_index : new_index + 1]]
        old_position, new_position = old_index + 1, new_index + 1
    return _join_with_spaces(parts).rstrip()


def _join_with_spaces(parts: Iterable[str]) -> str:
    """Return the parts as one text, with a space after a part that does not end in white space."""
    return "".join(part if not part or part[-1].isspace() else f"{part} " for part in parts)


def _mark_change(start: str, run: Sequence[tuple[str, str]], end: str) -> str:
    if not run:
        return ""
    text = "".join(word + gap for word, gap in run)
    return f"{start}{_escape_marks(text.rstrip())}{end}{run[-1][1] or ' '}"


def _escape_marks(text: str) -> str:
    return _CHANGE_MARKS.sub(lambda match: match[0] + _WORD_JOINER, text)


def _find_unchanged(old: Sequence[str], new: Sequence[str]) -> Iterator[IntPair]:
    """Yield the positions of the unchanged words, in order."""
    blocks = [((0, len(old)), (0, len(new)), 0)]
    while blocks:
        (a, b), (c, d), rounds = blocks.pop()
        while a < b and c < d and old[a] == new[c]:
            yield a, c
            a, c = a + 1, c + 1
        tail = 0
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d, tail = b - 1, d - 1, tail + 1
        if tail:
            blocks.append(((b, b + tail), (d, d + tail), rounds))
        if (b - a) * (d - c) <= _MAX_CELLS:
            yield from ((a + x, c + y) for x, y in _find_common_subsequence(old[a:b], new[c:d]))
            continue
        anchors = _find_anchors(old, new, (a, b), (c, d)) if rounds < _MAX_ROUNDS else []
        if anchors:
            starts = [(a, c), *anchors]
            ends = [*anchors, (b, d)]
            blocks += [
                ((x, to_x), (y, to_y), rounds + 1)
                for (x, y), (to_x, to_y) in zip(reversed(starts), reversed(ends), strict=True)
            ]


def _find_anchors(
    old: Sequence[str], new: Sequence[str], old_range: IntPair, new_range: IntPair
) -> list[IntPair]:
    """Return the positions of the words that occur once on each side and kept their order."""
    old_counts, new_counts = Counter(old[slice(*old_range)]), Counter(new[slice(*new_range)])
    new_index_by_word = {word: at for at, word in enumerate(new[slice(*new_range)], new_range[0])}
    pairs = [
        (at, new_index_by_word[word])
        for at, word in enumerate(old[slice(*old_range)], old_range[0])
        if old_counts[word] == 1 and new_counts[word] == 1
    ]
    return [pairs[at] for at in longest_increasing_subsequence([there for _, there in pairs])]


def _find_common_subsequence(old: Sequence[str], new: Sequence[str]) -> Iterator[IntPair]:
    """Yield the positions of a longest common subsequence, in order."""
    rows = [[0] * (len(new) + 1)]
    for word in reversed(old):
        below, row = rows[-1], [0]
        for index, new_word in enumerate(reversed(new)):
            row.append(below[index] + 1 if word == new_word else max(below[index + 1], row[index]))
        rows.append(row)
    rows.reverse()
    x, y, width = 0, 0, len(new)
    while x < len(old) and y < width:
        if old[x] == new[y]:
            yield x, y
            x, y = x + 1, y + 1
        elif rows[x + 1][width - y] >= rows[x][width - y - 1]:
            x += 1
        else:
            y += 1


# ------------------------------------------------------------------ trivial changes

# Marks with a meaning next to a digit: 1.5 is not 15, and 5 % is not 5.
_NUMBER_MARKS = re.compile(r"(?<=\d)[.,:/](?=\d)|(?<=\d)\s*[%‰]|(?<!\S)[-−](?=\d)")


def is_trivial(before: str, after: str) -> bool:
    """Return whether only white space or punctuation differs, outside of numbers."""
    return _split_significant_parts(before) == _split_significant_parts(after)


def _split_significant_parts(text: str) -> list[str]:
    plain = normalize("NFC", text).replace("\0", "")
    parts = _NUMBER_MARKS.sub(lambda match: f"\0{match[0].strip()}\0", plain).split("\0")
    # Every second part is a significant mark.
    return [part if at % 2 else _remove_insignificant(part) for at, part in enumerate(parts)]


def _remove_insignificant(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and category(c)[0] not in "PZC")


def longest_increasing_subsequence(values: Sequence[float]) -> list[int]:
    """Return the indexes of a longest strictly increasing subsequence, in order, in O(n log n)."""
    lowest_ends: list[
        float
    ] = []  # the lowest last value of an increasing subsequence of each length
    end_indexes: list[int] = []  # and its index
    predecessors: list[
        int
    ] = []  # for each value, the index of the value before it in that subsequence
    for index, value in enumerate(values):
        length = bisect_left(lowest_ends, value)
        predecessors.append(end_indexes[length - 1] if length else -1)
        lowest_ends[length : length + 1] = [value]
        end_indexes[length : length + 1] = [index]
    indexes = []
    index = end_indexes[-1] if end_indexes else -1
    while index >= 0:
        indexes.append(index)
        index = predecessors[index]
    return indexes[::-1]
