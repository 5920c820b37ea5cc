"""The longest part of a sequence that rises: what kept its order when other things moved."""

from bisect import bisect_left
from collections.abc import Sequence


def longest_rising(values: Sequence[float]) -> list[int]:
    """Return the places of a longest strictly rising subsequence, in order; n log n time."""
    tops: list[float] = []  # the lowest value in which a rising part of each length can end
    ends: list[int] = []  # and its place
    before: list[int] = []  # what stands before each value in the part that ends with it
    for at, value in enumerate(values):
        length = bisect_left(tops, value)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [value]
        ends[length : length + 1] = [at]
    places = []
    at = ends[-1] if ends else -1
    while at >= 0:
        places.append(at)
        at = before[at]
    return places[::-1]
