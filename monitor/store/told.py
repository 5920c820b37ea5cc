"""Who was told of a release: they have to hear what becomes of it."""

import json
import sqlite3
from collections.abc import Sequence

from monitor.model.told import Earlier, Match
from monitor.store.rows import snippet_from


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
        " WHERE i.release_id = ?"
        " AND (d.status IN ('sent', 'owed') OR d.taken_by IS NOT NULL)"
        " ORDER BY d.created_at, d.id",
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
