"""Releases that report one event with others: what a watch may have missed of a story."""

import sqlite3
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from monitor.digest import stories
from monitor.model.told import Item, Snippet
from monitor.store.archive import release
from monitor.store.sifting import Sifter

_DAY = timedelta(days=1)


def neighbours(
    conn: sqlite3.Connection, sifter: Sifter, found: Collection[int], *, beside: int, most: int
) -> list[int]:
    """Return releases that report one event with one of `found`, and are none of them.

    Only the newest `beside` of those found are looked at, and what stands beside them in time: at
    most `most` releases, the newest.
    """
    newest = sifter.newest(frozenset(found), beside)
    near = _near(conn, newest, most)
    releases = [one for number in near if (one := release(conn, number)) is not None]
    unseen = Snippet(field="title", text="")
    items = [Item(event="new", release=one, watches=(), snippet=unseen) for one in releases]
    told = [[item.release.id for item in story] for story in stories(items)]
    others = [
        number
        for story in told
        if not frozenset(found).isdisjoint(story)
        for number in story
        if number not in found
    ]
    return sifter.newest(frozenset(others), len(others))


def _near(conn: sqlite3.Connection, ids: Iterable[int], most: int) -> list[int]:
    """Return the releases of the same days as these, and of the days before and after."""
    days: set[str] = set()
    for number in ids:
        (text,) = conn.execute("SELECT date FROM releases WHERE id = ?", (number,)).fetchone()
        day = date.fromisoformat(text)
        days.update(one.isoformat() for one in (day - _DAY, day, day + _DAY))
    marks = ", ".join("?" * len(days))
    rows = conn.execute(
        f"SELECT id FROM releases WHERE date IN ({marks}) ORDER BY date DESC, id DESC LIMIT ?",
        (*days, most),
    )
    return [number for (number,) in rows]
