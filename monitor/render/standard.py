"""A message as our own JSON for programs: lossless, with invisible characters escaped.

Programs get the release as it is in the archive. This is the only format without limits and
without sanitizing.
"""

from monitor.clock import to_iso_or_none
from monitor.models.notification import HealthMessage, MessageItem, OutgoingMessage, ReleaseMessage
from monitor.text.sanitize import safe_dumps


def render(message: OutgoingMessage) -> bytes:
    """Return the documented JSON body, for use with Standard Webhooks headers."""
    data = (
        _build_health_data(message)
        if isinstance(message, HealthMessage)
        else _build_releases_data(message)
    )
    payload = {
        "type": message.kind,
        "timestamp": to_iso_or_none(message.created_at),
        "data": {"channel": message.channel, **data},
    }
    return safe_dumps(payload).encode()


def _build_health_data(message: HealthMessage) -> dict[str, object]:
    facts = {} if message.facts is None else message.facts.as_json()
    return {"subject": message.subject, "text": list(message.text), **facts}


def _build_releases_data(message: ReleaseMessage) -> dict[str, object]:
    period = {"from": to_iso_or_none(message.since), "to": to_iso_or_none(message.until)}
    items = [_build_item(item) for item in message.items]
    return {**(period if message.kind == "digest" else {}), "items": items}


def _build_item(item: MessageItem) -> dict[str, object]:
    changes = None if item.changes is None else [change.as_json() for change in item.changes]
    return {
        "event": item.event,
        "watches": list(item.watches),
        "snippet": item.snippet.highlight_hits(),
        "changes": changes,
        "release": item.release.as_json(),
    }
