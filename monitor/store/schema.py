"""Bringing a database to today's schema, whatever it had before."""

import sqlite3
import time
from pathlib import Path

from sqlite_utils import Database as Tables

from monitor.store.migrations import migrations
from monitor.store.transactions import transaction
from monitor.store.version import APPLICATION_ID, VERSION


def migrate(conn: sqlite3.Connection, path: Path) -> None:
    """Bring the database to today's schema; an older one is first copied beside itself.

    Everything happens inside one BEGIN IMMEDIATE, so that processes that start together on a new
    file wait for each other instead of failing.
    """
    _switch_to_wal(conn)
    (version,) = conn.execute("PRAGMA user_version").fetchone()
    if 0 < version < VERSION:
        _copy_aside(conn, path, version)
    with transaction(conn, "BEGIN IMMEDIATE"):
        migrations.apply(Tables(conn, execute_plugins=False))
        conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.execute(f"PRAGMA user_version = {VERSION}")
        conn.execute("COMMIT")


def _switch_to_wal(conn: sqlite3.Connection) -> None:
    """Turn on the write-ahead log; this switch alone does not honour the busy timeout."""
    for _ in range(200):
        try:
            conn.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.05)
        else:
            return
    conn.execute("PRAGMA journal_mode = WAL")


def _copy_aside(conn: sqlite3.Connection, path: Path, version: int) -> None:
    copy = path.with_name(f"{path.name}.schema-{version}.backup")
    with sqlite3.connect(copy) as target:
        conn.backup(target)
    target.close()
    copy.chmod(0o600)
