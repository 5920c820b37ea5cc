"""Ending a transaction so that the first error is the one that is told."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def transaction(conn: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Hold a transaction, and take back what was not committed in it."""
    conn.execute(begin)
    with afterwards(lambda: _roll_back(conn)):
        yield


def _roll_back(conn: sqlite3.Connection) -> None:
    # A full disk makes SQLite roll back by itself: to do it again would be an error.
    if conn.in_transaction:
        conn.execute("ROLLBACK")


@contextmanager
def afterwards(then: Callable[[], object]) -> Iterator[None]:
    """Do a thing at the end, come what may; its own error never hides the one that came first."""
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            then()
        raise
    then()
