"""Positions of entries in their listing, stored as ranks: the higher, the nearer to the top.

A listing is not strictly sorted by date, so its order must be stored. A new entry gets a rank
between those of its neighbours. A known entry gets a new rank only if it moved past others.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from monitor.text.diff import longest_increasing_subsequence


def drop_moved_ranks(ranks: Sequence[float | None]) -> list[float | None]:
    """Return the ranks, given top first, with None for each entry that moved past others."""
    known_ranks = [(place_, rank) for place_, rank in enumerate(ranks) if rank is not None]
    kept_indexes = {
        known_ranks[at][0]
        for at in longest_increasing_subsequence([-rank for _, rank in known_ranks])
    }
    return [rank if place_ in kept_indexes else None for place_, rank in enumerate(ranks)]


def assign_ranks(
    conn: sqlite3.Connection, source: str, ranks: Sequence[float | None], newest_date: date
) -> list[float]:
    """Return the ranks, given top first, with a new rank in place of each None.

    `newest_date` is the date of the first entry. It places new entries without a known neighbour.
    """
    filled: list[float] = []
    next_index = 0
    for is_unknown, group in groupby(ranks, key=lambda rank: rank is None):
        run = list(group)
        next_index += len(run)
        if is_unknown:
            rank_below = ranks[next_index] if next_index < len(ranks) else None
            rank_above = filled[-1] if filled else None
            filled += _space_evenly(
                *_find_rank_bounds(conn, source, rank_above, rank_below, newest_date), len(run)
            )
        else:
            filled += [rank for rank in run if rank is not None]
    return filled


def _find_rank_bounds(
    conn: sqlite3.Connection,
    source: str,
    rank_above: float | None,
    rank_below: float | None,
    newest_date: date,
) -> tuple[float | None, float | None]:
    """Return the bounds (low, high) for the ranks of new entries; None means no bound."""
    if rank_below is not None:
        return rank_below, _select_rank(conn, "min(rank)", "rank > ?", source, rank_below)
    if rank_above is None:
        rank_above = _select_rank(
            conn, "min(rank)", _IS_DATED_SINCE, source, newest_date.isoformat()
        )
    if rank_above is None:  # newer than every stored entry
        return _select_rank(conn, "max(rank)", "? IS NULL", source, None), None
    return _select_rank(conn, "max(rank)", "rank < ?", source, rank_above), rank_above


_IS_DATED_SINCE = "release_id IN (SELECT id FROM releases WHERE date >= ?)"


def _select_rank(
    conn: sqlite3.Connection,
    expression: str,
    condition: str,
    source: str,
    value: float | str | None,
) -> float | None:
    sql = f"SELECT {expression} FROM listings WHERE source = ? AND {condition}"
    (rank,) = conn.execute(sql, (source, value)).fetchone()
    return None if rank is None else float(rank)


def _space_evenly(low: float | None, high: float | None, count: int) -> Iterator[float]:
    """Yield `count` ranks, highest first, evenly spaced between `low` and `high`."""
    if low is None:
        low = 0.0 if high is None else high - count - 1
    if high is None:
        high = low + count + 1
    step = (high - low) / (count + 1)
    for index in range(count):
        yield high - step * (index + 1)
