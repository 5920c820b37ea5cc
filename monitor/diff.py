"""Word differences of two texts, and whether a difference is worth a word.

Words that stand once on either side are the fixed points; what lies between two of them is short,
and is compared in full. So the time is bounded whatever the texts are: a long stretch in which
nothing is fixed is told as replaced.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from unicodedata import category, normalize

from monitor.rising import longest_rising

_WORD = re.compile(r"(\S+)(\s*)")
_MARKS = re.compile(r"\[(?=-)|-(?=\])|\{(?=\+)|\+(?=\})")
_JOINER = "\u2060"  # takes no room, and is taken out again where a message is cleaned
_MOST_CELLS = 40_000
_MOST_ROUNDS = 40

Pair = tuple[int, int]


def words(before: str, after: str) -> str:
    """Return `after` with what was taken out as [-words-] and what was put in as {+words+}.

    Where the texts themselves hold such marks, an invisible word joiner (U+2060) parts them.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    same = [*_same([word for word, _ in old], [word for word, _ in new]), (len(old), len(new))]
    parts = []
    at, there = 0, 0
    for place, its_place in same:
        parts += [_marked("[-", old[at:place], "-]"), _marked("{+", new[there:its_place], "+}")]
        parts += [_escaped("".join(word)) for word in new[its_place : its_place + 1]]
        at, there = place + 1, its_place + 1
    return "".join(parts).rstrip()


def _marked(start: str, run: Sequence[tuple[str, str]], end: str) -> str:
    if not run:
        return ""
    text = "".join(word + gap for word, gap in run)
    return f"{start}{_escaped(text.rstrip())}{end}{run[-1][1] or ' '}"


def _escaped(text: str) -> str:
    return _MARKS.sub(lambda found: found[0] + _JOINER, text)


def _same(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """Yield the places of the words that stayed, in order."""
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
        if (b - a) * (d - c) <= _MOST_CELLS:
            yield from ((a + x, c + y) for x, y in _common(old[a:b], new[c:d]))
            continue
        fixed = _fixed(old, new, (a, b), (c, d)) if rounds < _MOST_ROUNDS else []
        if fixed:
            starts = [(a, c), *fixed]
            ends = [*fixed, (b, d)]
            blocks += [
                ((x, to_x), (y, to_y), rounds + 1)
                for (x, y), (to_x, to_y) in zip(reversed(starts), reversed(ends), strict=True)
            ]


def _fixed(old: Sequence[str], new: Sequence[str], one: Pair, other: Pair) -> list[Pair]:
    """Return where words stand that are there once on either side, as far as they kept order."""
    mine, theirs = Counter(old[slice(*one)]), Counter(new[slice(*other)])
    places = {word: at for at, word in enumerate(new[slice(*other)], other[0])}
    pairs = [
        (at, places[word])
        for at, word in enumerate(old[slice(*one)], one[0])
        if mine[word] == 1 and theirs[word] == 1
    ]
    return [pairs[at] for at in longest_rising([there for _, there in pairs])]


def _common(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """Yield the places of a longest common subsequence, in order."""
    rows = [[0] * (len(new) + 1)]
    for word in reversed(old):
        below, row = rows[-1], [0]
        for at, other in enumerate(reversed(new)):
            row.append(below[at] + 1 if word == other else max(below[at + 1], row[at]))
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


# ------------------------------------------------------------------ what is not worth a word

# Marks that carry meaning beside a digit: 1.5 is not 15, and 5% not 5.
_IN_NUMBERS = re.compile(r"(?<=\d)[.,:/](?=\d)|(?<=\d)\s*[%‰]|(?<!\S)[-−](?=\d)")


def is_trivial(before: str, after: str) -> bool:
    """Tell whether white space or punctuation alone differs, outside of numbers."""
    return _essence(before) == _essence(after)


def _essence(text: str) -> list[str]:
    plain = normalize("NFC", text).replace("\0", "")
    parts = _IN_NUMBERS.sub(lambda found: f"\0{found[0].strip()}\0", plain).split("\0")
    # Every second part is a mark that counts.
    return [part if at % 2 else _letters(part) for at, part in enumerate(parts)]


def _letters(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and category(c)[0] not in "PZC")
