"""A message as our own JSON, for programs: lossless, with invisible characters escaped.

Programs get the release as the archive holds it. This is the one form for receivers that has no
limits and is not cleaned.
"""

from monitor.jsontext import dumps
from monitor.model.told import Digest, Item, Letter, Notice
from monitor.times import to_iso_if


def render(letter: Letter) -> bytes:
    """Return the JSON that the product promises, for the Standard Webhooks headers."""
    data = _notice(letter) if isinstance(letter, Notice) else _digest(letter)
    said = {
        "type": letter.kind,
        "timestamp": to_iso_if(letter.created_at),
        "data": {"channel": letter.channel, **data},
    }
    return dumps(said).encode()


def _notice(notice: Notice) -> dict[str, object]:
    facts = {} if notice.facts is None else notice.facts.as_json()
    return {"subject": notice.subject, "text": list(notice.text), **facts}


def _digest(digest: Digest) -> dict[str, object]:
    period = {"from": to_iso_if(digest.since), "to": to_iso_if(digest.until)}
    items = [_item(item) for item in digest.items]
    return {**(period if digest.kind == "digest" else {}), "items": items}


def _item(item: Item) -> dict[str, object]:
    changes = None if item.changes is None else [change.as_json() for change in item.changes]
    return {
        "event": item.event,
        "watches": list(item.watches),
        "snippet": item.snippet.marked(),
        "changes": changes,
        "release": item.release.as_json(),
    }
