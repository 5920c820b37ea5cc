"""Stored releases and messages for tests, without a check having run."""

import sqlite3
from datetime import UTC, date, datetime

from monitor.models.notification import MessageItem, ReleaseMessage, Snippet
from monitor.models.release import Release

MOMENT = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
TITLE = "Korea and Canada Discuss Economic and Trade Issues, Including Canada’s Steel TRQ Measures"


def stored_release(conn: sqlite3.Connection, title: str = TITLE) -> Release:
    """Put a release into the store."""
    cursor = conn.execute(
        "INSERT INTO releases (title, date, category, body, url, source, origin, first_seen_at)"
        " VALUES (?, '2025-12-01', 'Trade', 'Of quotas.', 'https://example.org/1', 'trade',"
        " 'news', '2025-12-01T09:00:00.000Z')",
        (title,),
    )
    return Release(
        id=int(cursor.lastrowid or 0),
        title=title,
        date=date(2025, 12, 1),
        category="Trade",
        body="Of quotas.",
        url="https://example.org/1",
        source="trade",
        first_seen_at=MOMENT,
    )


def message(
    release: Release, name: str = "msg_1", channel: str = "bot", at: datetime = MOMENT
) -> ReleaseMessage:
    """Return a message about one release."""
    item = MessageItem(
        event="new",
        release=release,
        watches=("steel",),
        snippet=Snippet(field="title", text=release.title, marks=((0, 5),)),
    )
    return ReleaseMessage(
        id=name, channel=channel, kind="releases.matched", created_at=at, items=(item,)
    )
