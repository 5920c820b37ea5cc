"""A message as e-mail: text and HTML with the same content, rendered to the same bytes every time.

Nothing in it depends on time or chance: the MIME boundary and the Message-ID come from the
message's id, so that a receiver can recognize a duplicate. The HTML loads nothing from elsewhere.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr
from urllib.parse import quote

from monitor.models.notification import HealthMessage, OutgoingMessage
from monitor.render import email_html
from monitor.render.content import (
    EventGroup,
    MessageContent,
    ReleaseContent,
    WatchSection,
    build_content,
    to_plain_text,
)
from monitor.render.email_html import build_footer, format_event_counts, iter_notes, mark_spans
from monitor.text.sanitize import sanitize_line
from monitor.text.width import display_width, wrap_columns

_MAX_LIST_NAME = 60  # characters of the channel's name in List-Id, which must not be folded


def render(message: OutgoingMessage, *, sender: str, to: Sequence[str]) -> bytes:
    """Return the whole message (RFC 5322) in 7-bit bytes, which any server accepts."""
    content = build_content(message)
    mail = EmailMessage(policy=SMTP)
    for name, value in _iter_headers(message, content, sender=sender, to=to):
        mail[name] = value
    mail.set_content(build_text_part(content), cte="quoted-printable")
    mail.add_alternative(
        email_html.build_html_part(content), subtype="html", cte="quoted-printable"
    )
    mail.set_boundary(f"=_{hashlib.sha256(message.id.encode()).hexdigest()[:32]}")
    return mail.as_bytes()


def render_text(message: OutgoingMessage) -> str:
    """Return the text part alone."""
    return build_text_part(build_content(message))


def render_html(message: OutgoingMessage) -> str:
    """Return the HTML part alone, a complete page."""
    return email_html.build_html_part(build_content(message))


def extract_address(mailbox: str) -> str:
    """Return the bare address from "Name <address>", with its domain in ASCII for mail servers."""
    line = sanitize_line(mailbox)
    # From Python 3.13 on, parseaddr rejects an address literal such as monitor@[127.0.0.1].
    address = parseaddr(line)[1] or line.rpartition("<")[2].rstrip("> ")
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return f"{local}{at}{domain}"


def _iter_headers(
    message: OutgoingMessage, content: MessageContent, *, sender: str, to: Sequence[str]
) -> Iterator[tuple[str, object]]:
    domain = _get_sender_domain(sender)
    yield "Subject", email_html.build_subject(content).replace("=?", "= ?")  # prevents decoding
    yield "From", _format_mailbox(sender)
    yield "To", ", ".join(map(_format_mailbox, to))
    yield "Date", message.created_at
    yield "Message-ID", f"<{quote(message.id, safe='')}@{domain}>"
    thread = _find_thread(message, content)
    if thread:
        root = f"<{quote(thread, safe='')}@{domain}>"
        yield "In-Reply-To", root
        yield "References", root
    yield "List-Id", f"<{_slugify_name(content.channel)}.monitor.{domain}>"
    yield "Auto-Submitted", "auto-generated"


def _find_thread(message: OutgoingMessage, content: MessageContent) -> str:
    """Return the key of the mail thread: one release, or one incident from its start to its end.

    A digest of several releases belongs to no thread, not even with yesterday's digest.
    """
    if isinstance(message, HealthMessage):
        return "" if message.facts is None else f"incident-{message.facts.incident}"
    release_ids = {release.id for release in content.releases}
    return f"release-{release_ids.pop()}" if len(release_ids) == 1 else ""


def _format_mailbox(mailbox: str) -> str:
    """Return "Name <address>" as in the config, with the domain in ASCII."""
    name, bare_address = parseaddr(sanitize_line(mailbox))[0], extract_address(mailbox)
    return formataddr((name, bare_address)) if bare_address.isascii() else sanitize_line(mailbox)


def _get_sender_domain(sender: str) -> str:
    domain = extract_address(sender).partition("@")[2]
    return domain if domain and domain.isascii() else "localhost"


def _slugify_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:_MAX_LIST_NAME].strip("-") or "channel"


_TEXT_WIDTH = 72
_TEXT_MARKS = {"hit": ("*", "*"), "added": ("{+", "+}"), "removed": ("[-", "-]")}


def build_text_part(content: MessageContent) -> str:
    """Return the text part, with lines of at most 72 columns except for addresses."""
    blocks = [_wrap_text(f"{content.title} · {content.time_label}")]
    blocks += ["\n".join(counts)] if (counts := list(_iter_text_counts(content))) else []
    blocks += [_wrap_text(note) for note in iter_notes(content)]
    for section in content.sections:
        if content.has_headings:
            blocks.append(_format_heading(section))
        blocks += [_format_event_group(event_group) for event_group in section.event_groups]
    return "\n\n".join((*blocks, f"-- \n{build_footer(content)}")) + "\n"


def _iter_text_counts(content: MessageContent) -> Iterator[str]:
    if content.is_digest and content.releases:
        contents = " · ".join(f"{name} {count}" for name, count in content.watch_counts)
        yield from (
            _wrap_text(line)
            for line in (format_event_counts(content), contents, content.hint)
            if line
        )


def _format_heading(section: WatchSection) -> str:
    lines = wrap_columns(section.heading, _TEXT_WIDTH)
    rule = "=" * max(map(display_width, lines))
    return "\n".join((rule, *lines, rule))


def _format_event_group(event_group: EventGroup) -> str:
    parts = [_format_lead_release(event_group.lead)]
    if event_group.others:
        parts += ["On the same event:", *map(_format_other_release, event_group.others)]
    return "\n\n".join(parts)


def _format_lead_release(release: ReleaseContent) -> str:
    heading = wrap_columns(_format_release_title(release), _TEXT_WIDTH)
    parts = [
        "\n".join((*heading, "-" * max(map(display_width, heading)))),
        _format_release_details(release),
    ]
    parts += [*_iter_release_lines(release), release.url]
    return "\n\n".join(part for part in parts if part)


def _format_other_release(release: ReleaseContent) -> str:
    heading = wrap_columns(_format_release_title(release), _TEXT_WIDTH - 2)
    lines = [
        line
        for part in (_format_release_details(release), *_iter_release_lines(release))
        for line in part.split("\n")
    ]
    lines = [*heading, *lines, release.url]
    return "\n".join(f"{' ' if index else '*'} {line}" for index, line in enumerate(lines) if line)


def _format_release_title(release: ReleaseContent) -> str:
    return f"{release.event_label}: {to_plain_text(release.title)}".removeprefix(": ")


def _iter_release_lines(release: ReleaseContent) -> Iterator[str]:
    for field, diff in release.changes:
        yield _wrap_text(f"{field.capitalize()}: {mark_spans(diff, _TEXT_MARKS)}")
    yield _wrap_text(mark_spans(release.excerpt, _TEXT_MARKS))


def _format_release_details(release: ReleaseContent) -> str:
    names = f"watch: {', '.join(release.watches)}" if release.watches else ""
    return _wrap_text(" | ".join(part for part in (release.date, release.category, names) if part))


def _wrap_text(line: str) -> str:
    return "\n".join(wrap_columns(line, _TEXT_WIDTH))
