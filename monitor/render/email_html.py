"""The HTML of an e-mail: a page that loads nothing, fits a phone, and supports dark mode.

Styles are on the elements, as many mail programs drop a style sheet; the style sheet is only for
dark mode. Programs that darken messages themselves find plain colours that they can invert.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from monitor.render.content import (
    Line,
    MessageContent,
    ReleaseContent,
    TextSpan,
    WatchSection,
    shorten_text,
    to_plain_text,
)

_HTML_SEPARATOR = "&nbsp;· "  # no break before it, so that no line begins with it
_HTML_MARKS = {
    "hit": (
        '<mark style="background:#ffe58a;color:#1b1b1b;border-radius:2px;padding:0 2px">',
        "</mark>",
    ),
    "added": ('<ins style="color:#0a6b2d">', "</ins>"),
    "removed": ('<del style="color:#a4262c">', "</del>"),
}
_PAGE_TEMPLATE = """\
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
_SUBTLE_ATTRS = 'class="quiet" style="margin:4px 0 0;color:#5b6068;font-size:14px"'
_RULE_ATTRS = 'class="rule" style="border-top:1px solid #dcdfe4;margin-top:20px;padding-top:16px"'
_HEADING_ATTRS = (
    'class="head" style="margin:36px 0 0;border-bottom:2px solid #5b6068;padding-bottom:4px;'
    'font-size:15px;line-height:1.4"'
)
_FIRST_GROUP_ATTRS = 'style="padding-top:14px"'
_OTHERS_ATTRS = (
    'class="rule" style="border-left:3px solid #dcdfe4;margin-top:14px;padding-left:12px"'
)
_LINK_CSS = "color:#0b4fa8;text-decoration-thickness:1px;text-underline-offset:3px"
_LABEL_CSS = (
    "background:#8a3b00;color:#ffffff;border-radius:3px;padding:1px 6px;"
    "font-size:12px;font-weight:600;letter-spacing:.03em"
)


class _ReleaseStyle(NamedTuple):
    title: str
    body: str


_LEAD_STYLE = _ReleaseStyle("margin:0;font-size:17px;line-height:1.4", "margin:10px 0 0")
_OTHER_STYLE = _ReleaseStyle(
    "margin:8px 0 0;font-size:15px;line-height:1.4", "margin:6px 0 0;font-size:15px"
)


def build_html_part(content: MessageContent) -> str:
    """Return the HTML part, a complete page."""
    rows = [f'<h1 style="margin:0;font-size:20px;line-height:1.3">{escape(content.title)}</h1>']
    rows.append(f"<p {_SUBTLE_ATTRS}>{escape(content.time_label)}</p>")
    rows += _iter_html_counts(content)
    rows += [f'<p style="margin:16px 0 0">{escape(note)}</p>' for note in iter_notes(content)]
    for section in content.sections:
        if content.has_headings:
            rows.append(f"<h2 {_HEADING_ATTRS}>{escape(section.heading)}</h2>")
        rows += _iter_html_event_groups(section, has_headings=content.has_headings)
    rows.append(f"<div {_RULE_ATTRS}><p {_SUBTLE_ATTRS}>{escape(build_footer(content))}</p></div>")
    return _PAGE_TEMPLATE.format(
        title=escape(shorten_text(build_subject(content), 200)), body="\n".join(rows)
    )


def _iter_html_counts(content: MessageContent) -> Iterator[str]:
    if content.is_digest and content.releases:
        yield f"<p {_SUBTLE_ATTRS}>{escape(format_event_counts(content))}</p>"
    if content.is_digest and content.watch_counts:
        counts = (f"{escape(name)}&nbsp;<b>{count}</b>" for name, count in content.watch_counts)
        yield f'<p style="margin:10px 0 0;font-size:15px">{_HTML_SEPARATOR.join(counts)}</p>'
    if content.hint:
        yield f"<p {_SUBTLE_ATTRS}>{escape(content.hint)}</p>"


def _iter_html_event_groups(section: WatchSection, *, has_headings: bool) -> Iterator[str]:
    for index, event_group in enumerate(section.event_groups):
        frame = _FIRST_GROUP_ATTRS if has_headings and not index else _RULE_ATTRS
        rows = [_format_html_release(event_group.lead, "h3" if has_headings else "h2", _LEAD_STYLE)]
        if event_group.others:
            other_rows = [f"<p {_SUBTLE_ATTRS}>On the same event:</p>"]
            other_rows += [
                _format_html_release(release, "h4" if has_headings else "h3", _OTHER_STYLE)
                for release in event_group.others
            ]
            rows.append(f"<div {_OTHERS_ATTRS}>\n{chr(10).join(other_rows)}\n</div>")
        yield f"<div {frame}>\n{chr(10).join(rows)}\n</div>"


def _format_html_release(release: ReleaseContent, tag: str, style: _ReleaseStyle) -> str:
    details = [escape(part) for part in (release.date, release.category) if part]
    details += [f"<b>{escape(name)}</b>" for name in release.watches]
    rows = [f'<{tag} style="{style.title}">{_format_html_title(release)}</{tag}>']
    rows.append(f"<p {_SUBTLE_ATTRS}>{_HTML_SEPARATOR.join(details)}</p>")
    lines = [
        f"<b>{escape(field.capitalize())}:</b> {_mark_html_line(diff)}"
        for field, diff in release.changes
    ]
    lines += [
        _mark_html_line(release.excerpt),
        *(() if release.is_linkable else (escape(release.url),)),
    ]
    rows += [f'<p style="{style.body}">{line}</p>' for line in lines if line]
    return "\n".join(rows)


def _format_html_title(release: ReleaseContent) -> str:
    label = (
        f'<span style="{_LABEL_CSS}">{release.event_label}</span> ' if release.event_label else ""
    )
    title = _mark_html_line(release.title)
    if not release.is_linkable:
        return f"{label}{title}"
    return f'{label}<a href="{escape(release.url)}" style="{_LINK_CSS}">{title}</a>'


def _mark_html_line(line: Line) -> str:
    return mark_spans(tuple(TextSpan(span.kind, escape(span.text)) for span in line), _HTML_MARKS)


_MAX_SUBJECT_TITLE = 180  # characters of a title in the subject
_MAX_SUBJECT_NAMES = 80  # characters of the watches' names there


def build_subject(content: MessageContent) -> str:
    """Return the subject: the watches, and the release or the number of releases."""
    names = ", ".join(content.watches)
    prefix = f"[{shorten_text(names, _MAX_SUBJECT_NAMES)}] " if names else ""
    return f"{prefix}{_describe_content(content)}"


def _describe_content(content: MessageContent) -> str:
    prefix = f"{content.digest_label}: " if content.digest_label else ""
    if len(content.releases) == 1:
        release = content.releases[0]
        label = f"{release.event_label.capitalize()}: " if release.event_label else ""
        return f"{prefix}{label}{shorten_text(to_plain_text(release.title), _MAX_SUBJECT_TITLE)}"
    if content.is_digest:
        kinds = ", ".join(f"{count} {kind}" for kind, count in content.event_counts)
        kinds_note = f" ({kinds})" if len(content.event_counts) > 1 else ""
        subject_start = content.title if content.releases else f"{prefix}{content.headline.lower()}"
        return f"{subject_start}{kinds_note}, {content.last_day}"
    return (
        f"monitor: {shorten_text(content.headline, _MAX_SUBJECT_TITLE)}"
        if content.paragraphs
        else content.headline
    )


def iter_notes(content: MessageContent) -> Iterator[str]:
    """Yield the sentences above the releases."""
    yield from content.paragraphs
    if (
        len(content.releases) == 1
        and len(to_plain_text(content.releases[0].title)) > _MAX_SUBJECT_TITLE
    ):
        yield "The title is too long for the subject line; here it is in full."


def build_footer(content: MessageContent) -> str:
    """Return the last line, which names the channel."""
    return f"Sent by monitor to the channel {content.channel}."


def format_event_counts(content: MessageContent) -> str:
    """Return the number of releases for each kind of event, as one line."""
    return " · ".join(f"{count} {kind}" for kind, count in content.event_counts)


def mark_spans(line: Line, marks: Mapping[str, tuple[str, str]]) -> str:
    """Return a line with each span between the two signs that `marks` has for its kind."""
    marked_parts = ((marks.get(span.kind, ("", "")), span.text) for span in line)
    return "".join(f"{before}{part}{after}" for (before, after), part in marked_parts)
