"""Where the words of a phrase stand together."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from monitor.text.tokens import Tokens

Range = tuple[int, int]  # the first and the last token
Places = Mapping[int, Sequence[int]]


def following(
    ids: Sequence[int], joined: Sequence[int], places: Places, tokens: Tokens
) -> list[Range]:
    """Return where the wanted tokens follow each other, those at `joined` without a gap."""
    starts = set(places.get(ids[0], ()))
    for distance, number in enumerate(ids[1:], 1):
        starts &= {position - distance for position in places.get(number, ())}
    last = len(ids) - 1
    return [
        (start, start + last)
        for start in sorted(starts)
        if all(tokens.joined(start + index) for index in joined)
    ]


def scattered(
    ids: Sequence[int], joined: Sequence[int], within: int, places: Places, tokens: Tokens
) -> list[Range]:
    """Return where the wanted tokens stand in any order, at most `within` apart.

    What is `joined` stays together. All that could be one of the words there is returned.
    """
    borders = [index for index in range(len(ids) + 1) if index not in joined]
    units = [
        following(ids[start:end], range(1, end - start), places, tokens)
        for start, end in pairwise(borders)
    ]
    found: set[Range] = set()
    for start in {first for unit in units for first, _ in unit}:
        near = [[at for at in unit if start <= at[0] and at[1] <= start + within] for unit in units]
        if all(near) and _have_one_each(near):
            found.update(*near)
    return sorted(found)


def _have_one_each(options: list[list[Range]]) -> bool:
    """Say whether every unit can have a place of its own (a bipartite matching, by Kuhn)."""
    taken: dict[Range, int] = {}

    def settle(unit: int, tried: set[Range]) -> bool:
        for place in options[unit]:
            if place not in tried:
                tried.add(place)
                if place not in taken or settle(taken[place], tried):
                    taken[place] = unit
                    return True
        return False

    return all(settle(unit, set()) for unit in range(len(options)))
