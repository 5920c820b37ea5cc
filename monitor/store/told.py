"""Who was told of a release: they have to hear what becomes of it."""

import json
import sqlite3
from collections.abc import Sequence

from monitor.model.told import Earlier, Item, Match
from monitor.store.rows import snippet_from

_HEARD = "(d.status IN ('sent', 'owed') OR d.taken_by IS NOT NULL)"


def is_fresh(conn: sqlite3.Connection, channel: str, item: Item) -> bool:
    """Tell whether a channel is to be told of this: not what is new, of what it has heard of.

    Another watch may have found it, or in another listing; it is one release, and its readers know.
    """
    if item.event != "new":
        return True
    row = conn.execute(
        "SELECT 1 FROM items AS i JOIN deliveries AS d ON d.id = i.delivery_id"
        f" WHERE i.release_id = ? AND d.channel = ? AND {_HEARD} LIMIT 1",
        (item.release.id, channel),
    )
    return row.fetchone() is None


def earlier(
    conn: sqlite3.Connection, release_id: int, matches: Sequence[Match]
) -> tuple[Earlier, ...]:
    """Return the channels that were told of a release, or are owed it, with what for.

    How it reads is what was shown last, or rather what one of these `matches` shows of it now.
    """
    now = {match.watch: match.snippet for match in matches}
    rows = conn.execute(
        "SELECT d.channel, i.watches, i.snippet FROM items AS i"
        " JOIN deliveries AS d ON d.id = i.delivery_id"
        f" WHERE i.release_id = ? AND {_HEARD} ORDER BY d.created_at, d.id",
        (release_id,),
    )
    found: dict[str, Earlier] = {}
    for channel, names, snippet in rows:
        before = found[channel].watches if channel in found else ()
        watches = tuple(dict.fromkeys((*before, *json.loads(names))))
        shown = next((now[name] for name in watches if name in now), None)
        found[channel] = Earlier(
            channel=channel, watches=watches, snippet=shown or snippet_from(snippet)
        )
    return tuple(found.values())
