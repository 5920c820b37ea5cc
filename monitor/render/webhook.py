"""A message as the JSON that a webhook carries: our own shape, or Slack's.

Our own is lossless: programs get the release as the archive holds it, invisible characters escaped.
Slack's is for people, so it is cleaned, and every limit that Slack sets is kept by saying how much
more there is.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.jsontext import dumps
from monitor.message import Line, Message, Span, Told, plain, shorten, tell
from monitor.model.told import Digest, Item
from monitor.times import to_iso


def standard(digest: Digest) -> bytes:
    """Return the JSON that the product promises, for the Standard Webhooks headers."""
    period = {"from": _iso(digest.since), "to": _iso(digest.until)}
    data: dict[str, object] = {"channel": digest.channel}
    data |= period if digest.kind == "digest" else {}
    data["items"] = [_item(item) for item in digest.items]
    return _bytes({"type": digest.kind, "timestamp": _iso(digest.created_at), "data": data})


def slack(digest: Digest) -> bytes:
    """Return a Slack message in Block Kit, with `text` for notifications."""
    message = tell(digest)
    return _bytes({"text": _fallback(message), "blocks": list(_blocks(message))})


# ------------------------------------------------------------------ our own


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


def _bytes(value: object) -> bytes:
    return dumps(value).encode()


# ------------------------------------------------------------------ Slack

_BLOCKS = 50
_HEADER = 150
_SECTION = 3000
_ADDRESS = 1000
_FALLBACK = 300
_MENTION = re.compile(r"@(?=channel\b|here\b|everyone\b)", re.IGNORECASE)
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_ADDRESS_ESCAPES = str.maketrans({"&": "&amp;", "<": "%3C", ">": "%3E", "|": "%7C"})
_SIGNS = {"hit": "*", "added": "*", "removed": "~"}


def _blocks(message: Message) -> Iterator[dict[str, object]]:
    yield {"type": "header", "text": _plain(shorten(message.headline, _HEADER))}
    yield {"type": "context", "elements": [_plain(f"{message.channel} · {message.when}")]}
    if message.note:
        yield _section(_escape(message.note))
    room = _BLOCKS - 4  # header, context, note, and the word about the rest
    for told in message.told[:room]:
        yield _section(_entry(told))
    if rest := len(message.told) - room if len(message.told) > room else 0:
        yield _section(f"… and {rest} more. To see them all, run `monitor releases`.")


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _section(mrkdwn: str) -> dict[str, object]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}}


def _entry(told: Told) -> str:
    lines = [told.title, _details(told), *(_change(*change) for change in told.changes)]
    lines += [line for line in (told.excerpt, _unlinked(told)) if line]
    address = told.url.translate(_ADDRESS_ESCAPES) if _linkable(told) else ""
    text = _joined(told, address, [_mrkdwn(line) for line in lines])
    if len(text) <= _SECTION:
        return text
    share = (_SECTION - len(_joined(told, address, [""] * len(lines)))) // len(lines)
    return _joined(told, address, [_cut(line, share) for line in lines])


def _joined(told: Told, address: str, lines: list[str]) -> str:
    label = f"`{told.label}` " if told.label else ""
    title = f"<{address}|{lines[0]}>" if address else lines[0]
    return "\n".join((f"{label}{title}", *lines[1:]))


def _details(told: Told) -> Line:
    parts = (told.date, told.category, ", ".join(told.watches))
    return (Span("text", " · ".join(part for part in parts if part)),)


def _change(field: str, diff: Line) -> Line:
    return (Span("text", f"{field.capitalize()}: "), *diff)


def _linkable(told: Told) -> bool:
    return told.linked and len(told.url.translate(_ADDRESS_ESCAPES)) <= _ADDRESS


def _unlinked(told: Told) -> Line:
    return () if _linkable(told) or not told.url else (Span("text", told.url),)


def _mrkdwn(line: Line) -> str:
    signs = ((_SIGNS.get(span.kind, ""), _escape(span.text)) for span in line)
    return "".join(f"{sign}{text}{sign}" for sign, text in signs)


def _cut(line: Line, limit: int) -> str:
    """Return as much of a line as `limit` characters hold, and how much more there is."""
    whole = _mrkdwn(line)
    keep = length = len(plain(line))
    while len(whole) > limit:
        keep = keep * 9 // 10
        whole = f"{_mrkdwn(_first(line, keep))}… ({length - keep:,} characters more)"
    return whole


def _first(line: Line, keep: int) -> Line:
    spans = []
    for span in line:
        spans.append(Span(span.kind, span.text[:keep]))
        keep = max(0, keep - len(span.text))
    return tuple(span for span in spans if span.text)


def _fallback(message: Message) -> str:
    titles = "; ".join(plain(told.title) for told in message.told)
    return _escape(
        shorten(f"{message.headline}: {titles}" if titles else message.headline, _FALLBACK)
    )


def _escape(text: str) -> str:
    """Make text literal: no links, and nobody is called by a release that says "@channel"."""
    return _MENTION.sub("@\u2060", text.translate(_ESCAPES))
