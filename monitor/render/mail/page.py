"""The HTML of an e-mail: a page that loads nothing, reads on a phone, and knows the dark.

Styles stand on the elements, as many mail programs drop a style sheet; what those that keep it find
there is for the dark. Programs that make a message dark by themselves find plain colours to turn.
"""

from collections.abc import Iterator
from html import escape
from typing import NamedTuple

from monitor.message import Line, Message, Section, Span, Told, shorten
from monitor.render.mail.words import foot, kinds, mark, notes, subject

_DOT = "&nbsp;· "  # stays with what it follows, so that no line begins with it
_MARKS = {
    "hit": (
        '<mark style="background:#ffe58a;color:#1b1b1b;border-radius:2px;padding:0 2px">',
        "</mark>",
    ),
    "added": ('<ins style="color:#0a6b2d">', "</ins>"),
    "removed": ('<del style="color:#a4262c">', "</del>"),
}
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
  .head {{ border-color: #a2a6ad !important; }}
  a {{ color: #8ab8ff !important; }}
  ins {{ color: #7fd69b !important; }}
  del {{ color: #ff9a9a !important; }}
  mark {{ background: #5c4d12 !important; color: #fff0b8 !important; }}
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
_HEAD = (
    'class="head" style="margin:36px 0 0;border-bottom:2px solid #5b6068;padding-bottom:4px;'
    'font-size:15px;line-height:1.4"'
)
_FIRST = 'style="padding-top:14px"'
_SIDE = 'class="rule" style="border-left:3px solid #dcdfe4;margin-top:14px;padding-left:12px"'
_LINK = "color:#0b4fa8;text-decoration-thickness:1px;text-underline-offset:3px"
_LABEL = (
    "background:#8a3b00;color:#ffffff;border-radius:3px;padding:1px 6px;"
    "font-size:12px;font-weight:600;letter-spacing:.03em"
)


class _Look(NamedTuple):
    title: str
    body: str


_LEAD = _Look("margin:0;font-size:17px;line-height:1.4", "margin:10px 0 0")
_BESIDE = _Look("margin:8px 0 0;font-size:15px;line-height:1.4", "margin:6px 0 0;font-size:15px")


def html(message: Message) -> str:
    """Return the HTML part, a complete page."""
    rows = [f'<h1 style="margin:0;font-size:20px;line-height:1.3">{escape(message.title)}</h1>']
    rows.append(f"<p {_QUIET}>{escape(message.when)}</p>")
    rows += _counts(message)
    rows += [f'<p style="margin:16px 0 0">{escape(note)}</p>' for note in notes(message)]
    for section in message.sections:
        if message.has_headings:
            rows.append(f"<h2 {_HEAD}>{escape(section.heading)}</h2>")
        rows += _stories(section, headed=message.has_headings)
    rows.append(f"<div {_RULE}><p {_QUIET}>{escape(foot(message))}</p></div>")
    return _PAGE.format(title=escape(shorten(subject(message), 200)), body="\n".join(rows))


def _counts(message: Message) -> Iterator[str]:
    if message.is_digest and message.told:
        yield f"<p {_QUIET}>{escape(kinds(message))}</p>"
    if message.is_digest and message.contents:
        counts = (f"{escape(name)}&nbsp;<b>{count}</b>" for name, count in message.contents)
        yield f'<p style="margin:10px 0 0;font-size:15px">{_DOT.join(counts)}</p>'
    if message.hint:
        yield f"<p {_QUIET}>{escape(message.hint)}</p>"


def _stories(section: Section, *, headed: bool) -> Iterator[str]:
    for place, story in enumerate(section.stories):
        frame = _FIRST if headed and not place else _RULE
        rows = [_entry(story.lead, "h3" if headed else "h2", _LEAD)]
        if story.others:
            beside = [f"<p {_QUIET}>On the same event:</p>"]
            beside += [_entry(told, "h4" if headed else "h3", _BESIDE) for told in story.others]
            rows.append(f"<div {_SIDE}>\n{chr(10).join(beside)}\n</div>")
        yield f"<div {frame}>\n{chr(10).join(rows)}\n</div>"


def _entry(told: Told, tag: str, look: _Look) -> str:
    details = [escape(part) for part in (told.date, told.category) if part]
    details += [f"<b>{escape(name)}</b>" for name in told.watches]
    rows = [f'<{tag} style="{look.title}">{_title(told)}</{tag}>']
    rows.append(f"<p {_QUIET}>{_DOT.join(details)}</p>")
    lines = [f"<b>{escape(field.capitalize())}:</b> {_safe(diff)}" for field, diff in told.changes]
    lines += [_safe(told.excerpt), *(() if told.linked else (escape(told.url),))]
    rows += [f'<p style="{look.body}">{line}</p>' for line in lines if line]
    return "\n".join(rows)


def _title(told: Told) -> str:
    label = f'<span style="{_LABEL}">{told.label}</span> ' if told.label else ""
    title = _safe(told.title)
    if not told.linked:
        return f"{label}{title}"
    return f'{label}<a href="{escape(told.url)}" style="{_LINK}">{title}</a>'


def _safe(line: Line) -> str:
    return mark(tuple(Span(span.kind, escape(span.text)) for span in line), _MARKS)
