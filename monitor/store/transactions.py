"""Transactions that report the first error, even if the rollback fails too."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def transaction(conn: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Hold a transaction; roll back everything that was not committed in it."""
    conn.execute(begin)
    with run_finally(lambda: _roll_back(conn)):
        yield


def _roll_back(conn: sqlite3.Connection) -> None:
    # On a full disk SQLite rolls back by itself; a second rollback would be an error.
    if conn.in_transaction:
        conn.execute("ROLLBACK")


@contextmanager
def run_finally(action: Callable[[], object]) -> Iterator[None]:
    """Run `action` at the end of the block, also after an error.

    If the block raised, an SQLite error in `action` is suppressed, so that it cannot hide the
    first.
    """
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            action()
        raise
    action()


APPLICATION_ID = 0x6D6F6E69  # "moni", in SQLite's header field for the program that owns a file
SCHEMA_VERSION = 12  # each migration increases it by one
