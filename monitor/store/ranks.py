"""Where entries stand in their listing, kept as numbers: the higher, the nearer to its top.

A listing is not in strict order of date, so its order must be kept to be given back. A new entry
gets a number between those of its neighbours; of what is known, only what moved past others gets
another one.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from monitor.rising import longest_rising


def in_order(ranks: Sequence[float | None]) -> list[float | None]:
    """Return ranks given top first, without (None) those of entries that moved past others."""
    known = [(place_, rank) for place_, rank in enumerate(ranks) if rank is not None]
    kept = {known[at][0] for at in longest_rising([-rank for _, rank in known])}
    return [rank if place_ in kept else None for place_, rank in enumerate(ranks)]


def place(
    conn: sqlite3.Connection, source: str, ranks: Sequence[float | None], newest: date
) -> list[float]:
    """Return the ranks of entries given top first, filling in those of the unknown (None).

    `newest` is the date of the first entry, used where none of them has a known neighbour.
    """
    filled: list[float] = []
    at = 0
    for unknown, group in groupby(ranks, key=lambda rank: rank is None):
        run = list(group)
        at += len(run)
        if unknown:
            below = ranks[at] if at < len(ranks) else None
            above = filled[-1] if filled else None
            filled += _spread(*_room(conn, source, above, below, newest), len(run))
        else:
            filled += [rank for rank in run if rank is not None]
    return filled


def _room(
    conn: sqlite3.Connection, source: str, above: float | None, below: float | None, newest: date
) -> tuple[float | None, float | None]:
    """Return the ranks between which unknown entries go, as (low, high); None is open."""
    if below is not None:
        return below, _ask(conn, "min(rank)", "rank > ?", source, below)
    if above is None:
        above = _ask(conn, "min(rank)", _DATED, source, newest.isoformat())
    if above is None:  # newer than everything
        return _ask(conn, "max(rank)", "? IS NULL", source, None), None
    return _ask(conn, "max(rank)", "rank < ?", source, above), above


_DATED = "release_id IN (SELECT id FROM releases WHERE date >= ?)"


def _ask(
    conn: sqlite3.Connection, what: str, where: str, source: str, value: float | str | None
) -> float | None:
    sql = f"SELECT {what} FROM listings WHERE source = ? AND {where}"
    (answer,) = conn.execute(sql, (source, value)).fetchone()
    return None if answer is None else float(answer)


def _spread(low: float | None, high: float | None, count: int) -> Iterator[float]:
    """Yield `count` numbers from the top down, evenly between `low` and `high`."""
    if low is None:
        low = 0.0 if high is None else high - count - 1
    if high is None:
        high = low + count + 1
    step = (high - low) / (count + 1)
    for place_ in range(count):
        yield high - step * (place_ + 1)
