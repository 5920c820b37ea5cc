"""The content of a message as clean text, independent of its layout.

Every renderer for people (terminal, mail, chats) starts here. So a release reads the same
everywhere, and hostile text is neutralised in one place: after `build_content` no string holds a
control, bidi or zero-width character, or a line break. Each renderer escapes for its own output,
such as HTML or Slack.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from monitor.domain.digest import group_by_watch
from monitor.domain.digest import name_digest as digest_name
from monitor.models.config import EventKind
from monitor.models.notification import (
    HealthMessage,
    MessageItem,
    OutgoingMessage,
    ReleaseMessage,
    Snippet,
)
from monitor.models.release import FieldChange
from monitor.text.normalize import normalize_title
from monitor.text.sanitize import pluralize, sanitize_line
from monitor.text.tokenize import TokenizedText


class TextSpan(NamedTuple):
    """A stretch of a line, and its kind."""

    kind: Literal["text", "hit", "added", "removed"]
    text: str


Line = tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContent:
    """One release in a message; fields without content are empty strings.

    `excerpt` is the text around the hit, or the beginning of the text if the hit is in the title.
    Make `url` a link only if `is_linkable` is true.
    """

    id: int
    event: EventKind
    date: str
    title: Line
    watches: tuple[str, ...]
    category: str
    excerpt: Line
    changes: tuple[tuple[str, Line], ...]
    url: str
    is_linkable: bool

    @property
    def event_label(self) -> str:
        """The event in capitals; empty for a new release."""
        return "" if self.event == "new" else self.event.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGroup:
    """One event: the release with the most detail, and others that report the same.

    A release in `others` has an excerpt only if it adds something to the lead's excerpt.
    """

    lead: ReleaseContent
    others: tuple[ReleaseContent, ...] = ()

    @property
    def releases(self) -> tuple[ReleaseContent, ...]:
        """All releases of the event, the lead first."""
        return (self.lead, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSection:
    """The matches of one watch; `watch` is empty for corrections that no watch asks for."""

    watch: str
    event_groups: tuple[EventGroup, ...]

    @property
    def heading(self) -> str:
        """The heading of the section, for messages that have headings."""
        return self.watch or "Corrections"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContent:
    """The content of a whole message: headline, time and releases.

    A health message has `paragraphs` instead of releases.

    `is_digest` is true for a scheduled message: `time_label` is then its period, `digest_label` its
    name ("Daily digest"; else empty) and `last_day` the last day of the period.
    """

    channel: str
    headline: str
    time_label: str
    sections: tuple[WatchSection, ...]
    paragraphs: tuple[str, ...] = ()
    is_digest: bool = False
    digest_label: str = ""
    last_day: str = ""

    @property
    def title(self) -> str:
        """The top line: the headline, or for a digest its name and the number of releases."""
        if not self.digest_label or not self.releases:
            return self.headline
        return f"{self.digest_label}: {pluralize(len(self.releases), 'release')}"

    @property
    def has_headings(self) -> bool:
        """Whether sections need headings; a single one needs it only in a digest."""
        watches = [section.watch for section in self.sections]
        return len(watches) > 1 or (self.is_digest and any(watches))

    @property
    def event_counts(self) -> tuple[tuple[EventKind, int], ...]:
        """The number of releases for each kind of event."""
        return tuple(Counter(release.event for release in self.releases).items())

    @property
    def watch_counts(self) -> tuple[tuple[str, int], ...]:
        """The number of releases for each watch, those with a section of their own first.

        A release that several watches match counts for each of them.
        """
        counts = Counter(name for release in self.releases for name in release.watches)
        names = dict.fromkeys((*(section.watch for section in self.sections), *counts))
        return tuple((name, counts[name]) for name in names if name in counts)

    @property
    def hint(self) -> str:
        """A note on how to read the digest, or an empty string."""
        has_shared_release = any(len(release.watches) > 1 for release in self.releases)
        return _SHARED_RELEASE_HINT if has_shared_release and self.is_digest else ""

    @property
    def releases(self) -> tuple[ReleaseContent, ...]:
        """All releases in the order of the message, each once."""
        event_groups = (
            event_group for section in self.sections for event_group in section.event_groups
        )
        return tuple(release for event_group in event_groups for release in event_group.releases)

    @property
    def watches(self) -> tuple[str, ...]:
        """The names of all watches in the message, each once, in order."""
        return tuple(dict.fromkeys(name for release in self.releases for name in release.watches))


_CONTEXT_CHARS = 80  # characters of unchanged text on either side of a change
_SHARED_RELEASE_HINT = (
    "A release that several watches match is listed once, under the first of them."
)
_NEW_WORD_SHARE = 0.2  # an excerpt with a larger share of new words is shown
_MAX_LEAD = 280  # characters from the beginning of a release
_DIFF_MARK = re.compile(r"\[-(.*?)-\]|\{\+(.*?)\+\}", re.DOTALL)
_WEB_URL = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#]\S*)?", re.IGNORECASE)


def build_content(message: OutgoingMessage) -> MessageContent:
    """Return the sanitized content: by watch, one group an event, the newest first."""
    return (
        _build_health_content(message)
        if isinstance(message, HealthMessage)
        else _build_releases_content(message)
    )


def _build_health_content(message: HealthMessage) -> MessageContent:
    return MessageContent(
        channel=sanitize_line(message.channel),
        headline=sanitize_line(message.subject),
        time_label=_format_moment(message.created_at),
        sections=(),
        paragraphs=tuple(filter(None, map(sanitize_line, message.text))),
    )


def _build_releases_content(message: ReleaseMessage) -> MessageContent:
    zone = message.created_at.tzinfo
    last_moment = (message.until or message.created_at).astimezone(zone)
    return MessageContent(
        channel=sanitize_line(message.channel),
        headline=_format_headline(message),
        time_label=_format_time_label(message),
        sections=tuple(
            WatchSection(
                watch=sanitize_line(watch), event_groups=tuple(map(_build_event_group, item_groups))
            )
            for watch, item_groups in group_by_watch(message.items)
        ),
        is_digest=message.kind == "digest",
        digest_label=digest_name(message),
        last_day=f"{last_moment:%Y-%m-%d}",
    )


def _build_event_group(items: tuple[MessageItem, ...]) -> EventGroup:
    lead, *others = map(_build_release_content, items)
    return EventGroup(
        lead=lead, others=tuple(_drop_repeated_excerpt(lead, other) for other in others)
    )


def _drop_repeated_excerpt(lead: ReleaseContent, other: ReleaseContent) -> ReleaseContent:
    """Return `other` without its excerpt if that only repeats the lead's text and hits."""
    lead_words, other_words = _split_words(lead.title + lead.excerpt), _split_words(other.excerpt)
    lead_hits = {
        normalize_title(span.text) for span in lead.title + lead.excerpt if span.kind == "hit"
    }
    has_new_hits = any(
        normalize_title(span.text) not in lead_hits for span in other.excerpt if span.kind == "hit"
    )
    if has_new_hits or len(other_words - lead_words) > _NEW_WORD_SHARE * len(other_words):
        return other
    return replace(other, excerpt=())


def _split_words(line: Line) -> set[str]:
    return set(TokenizedText(normalize_title(to_plain_text(line))).surfaces)


def to_plain_text(line: Line) -> str:
    """Return the text of a line without its marks."""
    return "".join(span.text for span in line)


def shorten_text(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut between words and ended by an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return f"{_cut_at_last_space(head)}…"


def _format_headline(message: ReleaseMessage) -> str:
    counts = Counter(item.event for item in message.items)
    releases = pluralize(len(message.items), "release")
    match list(counts):
        case []:
            return "Nothing matched"
        case ["new"]:
            return pluralize(len(message.items), "release matches", "releases match")
        case [event]:
            return f"{releases} {event}"
        case _:
            return f"{releases}: {', '.join(f'{count} {event}' for event, count in counts.items())}"


def _format_time_label(message: ReleaseMessage) -> str:
    zone = message.created_at.tzinfo
    if message.until is None:
        return _format_moment(message.created_at)
    until = _format_moment(message.until.astimezone(zone))
    if message.since is None:
        return f"until {until}"
    return f"{message.since.astimezone(zone):%Y-%m-%d %H:%M} to {until}"


def _format_moment(moment: datetime) -> str:
    """Format a moment in its own time zone; the caller has chosen the zone for the reader."""
    return f"{moment:%Y-%m-%d %H:%M %Z}"


def _build_release_content(item: MessageItem) -> ReleaseContent:
    release, snippet = item.release, item.snippet
    is_title_hit = snippet.field == "title" and snippet.text == release.title
    excerpt = Snippet(field="text", text=_shorten_lead(release.body)) if is_title_hit else snippet
    url = sanitize_line(release.url or "")
    return ReleaseContent(
        id=release.id,
        event=item.event,
        date=release.date.isoformat(),
        title=_split_hits(snippet if is_title_hit else Snippet(field="title", text=release.title)),
        watches=tuple(sanitize_line(name) for name in item.watches),
        category=sanitize_line(release.category or ""),
        excerpt=_split_hits(excerpt),
        changes=tuple(_build_change(change) for change in item.changes or ()),
        url=url,
        is_linkable=_WEB_URL.fullmatch(url) is not None,
    )


def _shorten_lead(body: str) -> str:
    return shorten_text(sanitize_line(body), _MAX_LEAD)


def _sanitize_span_text(text: str) -> str:
    """Sanitize a stretch of a line, keeping the spaces at its ends."""
    return sanitize_line(f"|{text}|")[1:-1]


def _split_hits(snippet: Snippet) -> Line:
    position, spans = 0, []
    for start, end in snippet.marks:
        spans += [
            TextSpan("text", snippet.text[position:start]),
            TextSpan("hit", snippet.text[start:end]),
        ]
        position = end
    return _sanitize_spans((*spans, TextSpan("text", snippet.text[position:])))


def _sanitize_spans(spans: tuple[TextSpan, ...]) -> Line:
    sanitized = [TextSpan(span.kind, _sanitize_span_text(span.text)) for span in spans]
    sanitized[0] = TextSpan(sanitized[0].kind, sanitized[0].text.lstrip())
    sanitized[-1] = TextSpan(sanitized[-1].kind, sanitized[-1].text.rstrip())
    return tuple(span for span in sanitized if span.text)


def _build_change(change: FieldChange) -> tuple[str, Line]:
    return sanitize_line(change.field), _sanitize_spans(tuple(_iter_diff_spans(change.diff)))


def _iter_diff_spans(diff: str) -> Iterator[TextSpan]:
    """Yield the spans of a word difference, with only the unchanged text near a change."""
    position = 0
    for match in _DIFF_MARK.finditer(diff):
        yield TextSpan(
            "text",
            _trim_unchanged(diff[position : match.start()], is_first=position == 0, is_last=False),
        )
        removed, added = match.groups()
        yield TextSpan("added", added) if removed is None else TextSpan("removed", removed)
        position = match.end()
    yield TextSpan("text", _trim_unchanged(diff[position:], is_first=position == 0, is_last=True))


def _trim_unchanged(text: str, *, is_first: bool, is_last: bool) -> str:
    if is_first and is_last:
        return text
    before = "" if is_first else _cut_at_last_space(text[:_CONTEXT_CHARS])
    after = "" if is_last else text[-_CONTEXT_CHARS:].partition(" ")[2]
    if len(text) <= len(before) + len(after) + _CONTEXT_CHARS:
        return text
    return f"{before} … {after}"


def _cut_at_last_space(text: str) -> str:
    return text.rpartition(" ")[0] or text
