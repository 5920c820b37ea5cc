"""A message as our own JSON, for programs: lossless, with invisible characters escaped.

Programs get the release as the archive holds it. This is the one form for receivers that has no
limits and is not cleaned.
"""

from datetime import datetime

from monitor.jsontext import dumps
from monitor.model.told import Digest, Item
from monitor.times import to_iso


def render(digest: Digest) -> bytes:
    """Return the JSON that the product promises, for the Standard Webhooks headers."""
    period = {"from": _iso(digest.since), "to": _iso(digest.until)}
    data: dict[str, object] = {"channel": digest.channel}
    data |= period if digest.kind == "digest" else {}
    data["items"] = [_item(item) for item in digest.items]
    said = {"type": digest.kind, "timestamp": _iso(digest.created_at), "data": data}
    return dumps(said).encode()


def _item(item: Item) -> dict[str, object]:
    changes = None if item.changes is None else [change.as_json() for change in item.changes]
    return {
        "event": item.event,
        "watches": list(item.watches),
        "snippet": item.snippet.marked(),
        "changes": changes,
        "release": item.release.as_json(),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else to_iso(moment)
