"""What kept its order."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.diff import longest_increasing_subsequence


@pytest.mark.parametrize(
    ("values", "places"),
    [([], []), ([5], [0]), ([3, 2, 1], [2]), ([1, 9, 2, 3], [0, 2, 3]), ([1, 1], [1])],
)
def test_places_of_what_rises(values: list[float], places: list[int]) -> None:
    """In order; equal values do not rise."""
    assert longest_increasing_subsequence(values) == places


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), max_size=9))
def test_nothing_longer_rises(values: list[int]) -> None:
    """Held against trying all there is."""
    found = [values[place] for place in longest_increasing_subsequence(values)]
    assert all(one < other for one, other in pairwise(found))
    longer = combinations(values, len(found) + 1)
    assert not any(all(one < other for one, other in pairwise(some)) for some in longer)
