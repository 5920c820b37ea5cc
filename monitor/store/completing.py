"""Taking in an article page of a release that is stored already."""

import sqlite3
from typing import NamedTuple

from monitor.model.articles import Article
from monitor.model.configured import EventKind
from monitor.model.stored import Event, Origin
from monitor.store import known
from monitor.store.intake import Visit, origin_of
from monitor.store.revising import revise, stored, take_article
from monitor.store.waiting import Waiting
from monitor.whole import edited, fits


class _Named(NamedTuple):
    kind: EventKind
    origin: Origin


def complete(
    conn: sqlite3.Connection, visit: Visit, waiting: Waiting, article: Article
) -> Event | None:
    """Take in the article of a release; return what that means, None where it is another's.

    The first time, it adds what the listing cut off: watches that find something only there are
    told that it is new. Later, what differs is a revision.
    """
    release = known.release(conn, waiting.release_id)
    if not fits(
        article,
        title=release.title,
        day=release.date,
        body=release.body,
        article_id=waiting.article_id,
    ):
        return None
    was = stored(conn, release.id)
    changes = edited(release.body, article) if release.is_whole else {}
    told = revise(conn, release.id, changes, visit.check_id, visit.at)
    files = take_article(conn, release.id, article, visit.at)
    if release.is_whole:
        told += revise(conn, release.id, files, visit.check_id, visit.at)
        changes |= files
    named = _Named("new", origin_of(conn, release.id))
    if changes:
        named = _Named("revised", visit.origin)
    sources = tuple(sorted(release.sources))
    return Event(
        kind=named.kind,
        release=stored(conn, release.id),
        origin=named.origin,
        sources=sources,
        before=sources,
        was=was,
        changes=told,
    )
