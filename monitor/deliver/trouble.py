"""Telling the operator of a channel that takes no messages, on the others: once, and when it does.

A channel is in trouble from its first failed attempt on. The operator is told where a message is
given up, where attempts have failed for PATIENCE, or where the receiver asked not to be tried again
for so long; a hiccup ends untold. There is one incident of
a channel at a time, and its notices go to the others alone: so however many of them fail too, what
is told of n channels is n times n - 1 notices at most, and no notice makes another.
"""

import sqlite3
from datetime import datetime, timedelta

from monitor import notices
from monitor.model.incidents import Incident
from monitor.model.operator import Operator
from monitor.model.world import World
from monitor.notices import Words
from monitor.store import incidents

PATIENCE = timedelta(minutes=30)


def failed(
    conn: sqlite3.Connection,
    channel: str,
    error: str,
    *,
    again: datetime | None,
    operator: Operator,
    world: World,
) -> str | None:
    """Note that a channel did not take a message; return what the operator is told of it.

    `again` is the moment up to which it is known to fail: now, or when the receiver wants to be
    tried again. None: the message was given up.
    """
    now = world.now()
    incident = incidents.find(conn, "channel", channel)
    if incident is None:
        why = error, notices.UNTAKEN
        incident = incidents.begin(conn, "channel", channel, "failing", now, why)
    if incident.told_at is not None or not (again is None or _is_long(incident, max(again, now))):
        return None
    incident = incidents.explained(conn, incident, error)
    incidents.told(conn, incident, now)
    waiting = incidents.waiting(conn, channel, incident.began_at)
    return _tell(conn, notices.untaken(incident, waiting, operator.zone()), operator, world)


def took(conn: sqlite3.Connection, channel: str, *, operator: Operator, world: World) -> str | None:
    """Note that a channel took a message; return what the operator is told of it."""
    now = world.now()
    incident = incidents.find(conn, "channel", channel)
    if incident is None:
        return None
    incidents.end(conn, incident, now)
    if incident.told_at is None:
        return None
    waiting = incidents.waiting(conn, channel, incident.began_at)
    return _tell(conn, notices.taken(incident, waiting, now, operator.zone()), operator, world)


def _is_long(incident: Incident, until: datetime) -> bool:
    """Tell whether it lasts for long; what a clock that ran ahead wrote counts as long."""
    return not timedelta() <= until - incident.began_at < PATIENCE


def _tell(conn: sqlite3.Connection, words: Words, operator: Operator, world: World) -> str:
    others = operator.but(words.facts.name)
    incidents.owe(conn, words, others, world.now(), world.new_id)
    return notices.said(words, others)
