"""A message as e-mail: text and HTML of one content, the same bytes whenever it is rendered.

Nothing in it depends on the moment or on chance: the MIME boundary and the Message-ID come from the
digest's id, so that a receiver who got it twice can tell. The HTML loads nothing and needs nothing.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from html import escape
from urllib.parse import quote

from monitor.message import Line, Message, Span, Told, plain, shorten, tell
from monitor.model.told import Digest
from monitor.text.cleaning import clean
from monitor.wrap import columns, wrap

_WIDTH = 72
_SUBJECT = 180  # characters of a title in the subject
_TEXT_MARKS = {"hit": ("*", "*"), "added": ("{+", "+}"), "removed": ("[-", "-]")}
_HTML_MARKS = {
    "hit": (
        '<mark style="background:#ffe58a;color:#1b1b1b;border-radius:2px;padding:0 2px">',
        "</mark>",
    ),
    "added": ('<ins style="color:#0a6b2d">', "</ins>"),
    "removed": ('<del style="color:#a4262c">', "</del>"),
}


def render(digest: Digest, *, sender: str, to: Sequence[str]) -> bytes:
    """Return the whole message (RFC 5322), in 7-bit bytes that any server takes."""
    message = tell(digest)
    mail = EmailMessage(policy=SMTP)
    for name, value in _headers(digest, message, sender=sender, to=to):
        mail[name] = value
    mail.set_content(_text(message), cte="quoted-printable")
    mail.add_alternative(_html(message), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{hashlib.sha256(digest.id.encode()).hexdigest()[:32]}")
    return mail.as_bytes()


def text(digest: Digest) -> str:
    """Return the text part alone."""
    return _text(tell(digest))


def html(digest: Digest) -> str:
    """Return the HTML part alone, a complete page."""
    return _html(tell(digest))


def address(written: str) -> str:
    """Return the bare address in "Name <address>", with its domain as mail servers know it."""
    local, at, domain = parseaddr(clean(written))[1].rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}{at}{domain}"


# ------------------------------------------------------------------ headers


def _headers(
    digest: Digest, message: Message, *, sender: str, to: Sequence[str]
) -> Iterator[tuple[str, object]]:
    domain = _domain(sender)
    yield "Subject", _subject(message).replace("=?", "= ?")  # an encoded word would be decoded
    yield "From", _person(sender)
    yield "To", ", ".join(map(_person, to))
    yield "Date", digest.created_at
    yield "Message-ID", f"<{quote(digest.id, safe='')}@{domain}>"
    if len(message.told) == 1:  # a digest of several belongs to no one thread
        root = f"<release-{message.told[0].id}@{domain}>"
        yield "In-Reply-To", root
        yield "References", root
    yield "List-Id", f"<{_dashed(message.channel)}.monitor.{domain}>"
    yield "Auto-Submitted", "auto-generated"


def _person(written: str) -> str:
    """Return "Name <address>" as the config has it, its domain in ASCII."""
    name, bare = parseaddr(clean(written))[0], address(written)
    return formataddr((name, bare)) if bare.isascii() else clean(written)


def _domain(sender: str) -> str:
    domain = address(sender).partition("@")[2]
    return domain if domain and domain.isascii() else "localhost"


def _dashed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "channel"


def _subject(message: Message) -> str:
    names = ", ".join(message.watches)
    if len(message.told) != 1:
        return shorten(f"{message.headline}: {names}" if names else _titled(message), _SUBJECT)
    told = message.told[0]
    label = f"{told.label.capitalize()}: " if told.label else ""
    prefix = f"[{shorten(names, _SUBJECT)}] " if names else ""
    return f"{prefix}{label}{shorten(plain(told.title), _SUBJECT)}"


def _titled(message: Message) -> str:
    return f"{message.headline} ({message.channel})"


def _notes(message: Message) -> Iterator[str]:
    if message.note:
        yield message.note
    if len(message.told) == 1 and len(plain(message.told[0].title)) > _SUBJECT:
        yield "The title is too long for the subject line; it stands here in full."


def _foot(message: Message) -> str:
    return f"Sent by monitor to the channel {message.channel}."


# ------------------------------------------------------------------ text


def _text(message: Message) -> str:
    blocks = ["\n".join(wrap(f"{message.headline} · {message.when}", _WIDTH))]
    blocks += ["\n".join(wrap(note, _WIDTH)) for note in _notes(message)]
    blocks += [_text_entry(told) for told in message.told]
    return "\n\n".join((*blocks, f"-- \n{_foot(message)}")) + "\n"


def _text_entry(told: Told) -> str:
    heading = wrap(f"{told.label}: {plain(told.title)}".removeprefix(": "), _WIDTH)
    parts = ["\n".join((*heading, "-" * max(map(columns, heading)))), _details(told)]
    parts += [
        _flow(f"{field.capitalize()}: {_mark(diff, _TEXT_MARKS)}") for field, diff in told.changes
    ]
    parts += [_flow(_mark(told.excerpt, _TEXT_MARKS)), told.url]
    return "\n\n".join(part for part in parts if part)


def _details(told: Told) -> str:
    names = f"watch: {', '.join(told.watches)}" if told.watches else ""
    return _flow(" | ".join(part for part in (told.date, told.category, names) if part))


def _flow(line: str) -> str:
    return "\n".join(wrap(line, _WIDTH))


def _mark(line: Line, marks: Mapping[str, tuple[str, str]]) -> str:
    pairs = ((marks.get(span.kind, ("", "")), span.text) for span in line)
    return "".join(f"{before}{part}{after}" for (before, after), part in pairs)


# ------------------------------------------------------------------ HTML

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
@media (prefers-color-scheme: dark) {{
  body, .page {{ background: #16181c !important; color: #e8e8e6 !important; }}
  .quiet {{ color: #a2a6ad !important; }}
  .rule {{ border-color: #34383f !important; }}
  a {{ color: #8ab8ff !important; }}
  ins {{ color: #7fd69b !important; }}
  del {{ color: #ff9a9a !important; }}
}}
</style>
</head>
<body style="margin:0;padding:0;background:#ffffff;color:#1b1b1b">
<div class="page" style="max-width:40em;margin:0 auto;padding:24px 16px;font:16px/1.5 \
-apple-system,'Segoe UI',Roboto,'Noto Sans','Noto Sans KR',Arial,sans-serif;\
overflow-wrap:anywhere;background:#ffffff;color:#1b1b1b">
{body}
</div>
</body>
</html>
"""
_QUIET = 'class="quiet" style="margin:4px 0 0;color:#5b6068;font-size:14px"'
_RULE = 'class="rule" style="border-top:1px solid #dcdfe4;margin-top:20px;padding-top:16px"'
_LINK = "color:#0b4fa8;text-decoration-thickness:1px;text-underline-offset:3px"
_LABEL = (
    "background:#8a3b00;color:#ffffff;border-radius:3px;padding:1px 6px;"
    "font-size:12px;font-weight:600;letter-spacing:.03em"
)


def _html(message: Message) -> str:
    rows = [f'<h1 style="margin:0;font-size:20px;line-height:1.3">{escape(message.headline)}</h1>']
    rows.append(f"<p {_QUIET}>{escape(message.when)}</p>")
    rows += [f'<p style="margin:16px 0 0">{escape(note)}</p>' for note in _notes(message)]
    rows += [_html_entry(told) for told in message.told]
    rows.append(f"<div {_RULE}><p {_QUIET}>{escape(_foot(message))}</p></div>")
    return _PAGE.format(title=escape(shorten(_subject(message), 200)), body="\n".join(rows))


def _html_entry(told: Told) -> str:
    details = [escape(part) for part in (told.date, told.category) if part]
    details += [f"<b>{escape(name)}</b>" for name in told.watches]
    rows = [f'<h2 style="margin:0;font-size:17px;line-height:1.4">{_html_title(told)}</h2>']
    rows.append(f"<p {_QUIET}>{' · '.join(details)}</p>")
    lines = [f"<b>{escape(field.capitalize())}:</b> {_safe(diff)}" for field, diff in told.changes]
    lines += [_safe(told.excerpt), *(() if told.linked else (escape(told.url),))]
    rows += [f'<p style="margin:10px 0 0">{line}</p>' for line in lines if line]
    return f"<div {_RULE}>\n{chr(10).join(rows)}\n</div>"


def _html_title(told: Told) -> str:
    label = f'<span style="{_LABEL}">{told.label}</span> ' if told.label else ""
    title = _safe(told.title)
    if not told.linked:
        return f"{label}{title}"
    return f'{label}<a href="{escape(told.url)}" style="{_LINK}">{title}</a>'


def _safe(line: Line) -> str:
    return _mark(tuple(Span(span.kind, escape(span.text)) for span in line), _HTML_MARKS)
