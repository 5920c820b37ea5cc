"""What a message says, in clean words, before anyone decides how it looks.

Every renderer that writes for people (terminal, mail, Slack) starts here, so that one release reads
the same everywhere and hostile text is made harmless in one place: after `tell` no string holds a
control, bidi or zero-width character, or a line break. Escaping for HTML or Slack is left to those
who know the way out.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple

from monitor.digest import name as digest_name
from monitor.digest import sections
from monitor.model.configured import EventKind
from monitor.model.stored import Change
from monitor.model.told import Digest, Item, Letter, Notice, Snippet
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.text.folding import fold
from monitor.text.tokens import Tokens


class Span(NamedTuple):
    """A stretch of a line and what it is."""

    kind: Literal["text", "hit", "added", "removed"]
    text: str


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One release as a message tells it; strings are empty where there is nothing to say.

    `excerpt` is where a watch hit, or the beginning of the text when it hit the title. `url` may be
    made a link only where `linked` says so.
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
    linked: bool

    @property
    def label(self) -> str:
        """Return what happened, in capitals; a new release needs no label."""
        return "" if self.event == "new" else self.event.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One event: the release that tells most of it, and others that report the same.

    What stands in `others` has an excerpt only where it says something that the lead's does not.
    """

    lead: Told
    others: tuple[Told, ...] = ()

    @property
    def told(self) -> tuple[Told, ...]:
        """Return all its releases, the lead first."""
        return (self.lead, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What one watch found; `watch` is empty where no watch wants it, as of a correction."""

    watch: str
    stories: tuple[Story, ...]

    @property
    def heading(self) -> str:
        """Return what stands above it where a message has headings."""
        return self.watch or "Corrections"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The whole of a message: what it is about, when it was made, and the releases.

    A notice has no releases, but `paragraphs`.

    `is_digest` is true for a scheduled one: `when` is then its period, `name` what it is called
    ("Daily digest"; else empty) and `day` the last day of the period.
    """

    channel: str
    headline: str
    when: str
    sections: tuple[Section, ...]
    paragraphs: tuple[str, ...] = ()
    is_digest: bool = False
    name: str = ""
    day: str = ""

    @property
    def title(self) -> str:
        """Return what stands on top: of a digest its name and how much it holds."""
        if not self.name or not self.told:
            return self.headline
        return f"{self.name}: {counted(len(self.told), 'release')}"

    @property
    def has_headings(self) -> bool:
        """Say whether the sections need headings: one alone does only in a digest."""
        watches = [section.watch for section in self.sections]
        return len(watches) > 1 or (self.is_digest and any(watches))

    @property
    def kinds(self) -> tuple[tuple[EventKind, int], ...]:
        """Return how many releases there are of each kind of event."""
        return tuple(Counter(told.event for told in self.told).items())

    @property
    def contents(self) -> tuple[tuple[str, int], ...]:
        """Return how many releases each watch wants, those with a section of their own first.

        A release that several want counts for each.
        """
        counts = Counter(name for told in self.told for name in told.watches)
        names = dict.fromkeys((*(section.watch for section in self.sections), *counts))
        return tuple((name, counts[name]) for name in names if name in counts)

    @property
    def hint(self) -> str:
        """Return a sentence on how a digest is to be read, where it needs one."""
        several = any(len(told.watches) > 1 for told in self.told)
        return _HINT if several and self.is_digest else ""

    @property
    def told(self) -> tuple[Told, ...]:
        """Return all releases, in the order in which they are told, each once."""
        stories = (story for section in self.sections for story in section.stories)
        return tuple(told for story in stories for told in story.told)

    @property
    def watches(self) -> tuple[str, ...]:
        """Return the names of all watches that speak here, each once, in order."""
        return tuple(dict.fromkeys(name for told in self.told for name in told.watches))


_CONTEXT = 80  # characters of unchanged text shown on either side of a change
_HINT = "What several watches found stands once, under the first of them."
_NEW_WORDS = 0.2  # share of an excerpt's words that makes it worth saying beside another
_LEAD = 280  # characters of a release's beginning
_CHANGED = re.compile(r"\[-(.*?)-\]|\{\+(.*?)\+\}", re.DOTALL)
_WEB = re.compile(r"https?://[^\s/?#@\\]+(?:[/?#]\S*)?", re.IGNORECASE)


def tell(letter: Letter) -> Message:
    """Return what is to be told, cleaned: by watch, one event one story, the newest first."""
    return _notice(letter) if isinstance(letter, Notice) else _digest(letter)


def _notice(notice: Notice) -> Message:
    return Message(
        channel=clean(notice.channel),
        headline=clean(notice.subject),
        when=_stamp(notice.created_at),
        sections=(),
        paragraphs=tuple(filter(None, map(clean, notice.text))),
    )


def _digest(digest: Digest) -> Message:
    return Message(
        channel=clean(digest.channel),
        headline=_headline(digest),
        when=_when(digest),
        sections=tuple(
            Section(watch=clean(watch), stories=tuple(map(_story, stories)))
            for watch, stories in sections(digest.items)
        ),
        is_digest=digest.kind == "digest",
        name=digest_name(digest),
        day=f"{(digest.until or digest.created_at).astimezone(digest.created_at.tzinfo):%Y-%m-%d}",
    )


def _story(story: tuple[Item, ...]) -> Story:
    lead, *others = map(_told, story)
    return Story(lead=lead, others=tuple(_beside(lead, other) for other in others))


def _beside(lead: Told, other: Told) -> Told:
    """Return `other` without an excerpt that only says what the lead's says, hits included."""
    said, says = _words(lead.title + lead.excerpt), _words(other.excerpt)
    hits = {fold(span.text) for span in lead.title + lead.excerpt if span.kind == "hit"}
    new_hits = any(fold(span.text) not in hits for span in other.excerpt if span.kind == "hit")
    if new_hits or len(says - said) > _NEW_WORDS * len(says):
        return other
    return replace(other, excerpt=())


def _words(line: Line) -> set[str]:
    return set(Tokens(fold(plain(line))).surfaces)


def plain(line: Line) -> str:
    """Return the text of a line without saying which parts were hit."""
    return "".join(span.text for span in line)


def shorten(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, cut between words and ended by an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    return f"{_until_space(head)}…"


def _headline(digest: Digest) -> str:
    counts = Counter(item.event for item in digest.items)
    releases = counted(len(digest.items), "release")
    match list(counts):
        case []:
            return "Nothing matched"
        case ["new"]:
            return counted(len(digest.items), "release matches", "releases match")
        case [event]:
            return f"{releases} {event}"
        case _:
            return f"{releases}: {', '.join(f'{n} {event}' for event, n in counts.items())}"


def _when(digest: Digest) -> str:
    zone = digest.created_at.tzinfo
    if digest.until is None:
        return _stamp(digest.created_at)
    until = _stamp(digest.until.astimezone(zone))
    if digest.since is None:
        return f"until {until}"
    return f"{digest.since.astimezone(zone):%Y-%m-%d %H:%M} to {until}"


def _stamp(moment: datetime) -> str:
    """Return a moment in the time zone that it carries: the caller chose it for the reader."""
    return f"{moment:%Y-%m-%d %H:%M %Z}"


def _told(item: Item) -> Told:
    release, snippet = item.release, item.snippet
    in_title = snippet.field == "title" and snippet.text == release.title
    excerpt = Snippet(field="text", text=_lead(release.body)) if in_title else snippet
    url = clean(release.url or "")
    return Told(
        id=release.id,
        event=item.event,
        date=release.date.isoformat(),
        title=_marked(snippet if in_title else Snippet(field="title", text=release.title)),
        watches=tuple(clean(name) for name in item.watches),
        category=clean(release.category or ""),
        excerpt=_marked(excerpt),
        changes=tuple(_changed(change) for change in item.changes or ()),
        url=url,
        linked=_WEB.fullmatch(url) is not None,
    )


def _lead(body: str) -> str:
    return shorten(clean(body), _LEAD)


def _part(text: str) -> str:
    """Clean a stretch of a line, keeping the spaces at its ends."""
    return clean(f"|{text}|")[1:-1]


def _marked(snippet: Snippet) -> Line:
    at, spans = 0, []
    for start, end in snippet.marks:
        spans += [Span("text", snippet.text[at:start]), Span("hit", snippet.text[start:end])]
        at = end
    return _cleaned((*spans, Span("text", snippet.text[at:])))


def _cleaned(spans: tuple[Span, ...]) -> Line:
    cleaned = [Span(span.kind, _part(span.text)) for span in spans]
    cleaned[0] = Span(cleaned[0].kind, cleaned[0].text.lstrip())
    cleaned[-1] = Span(cleaned[-1].kind, cleaned[-1].text.rstrip())
    return tuple(span for span in cleaned if span.text)


def _changed(change: Change) -> tuple[str, Line]:
    return clean(change.field), _cleaned(tuple(_diff_spans(change.diff)))


def _diff_spans(diff: str) -> Iterator[Span]:
    """Split a word difference; of unchanged text only what stands near a change is kept."""
    at = 0
    for found in _CHANGED.finditer(diff):
        yield Span("text", _near(diff[at : found.start()], first=at == 0, last=False))
        removed, added = found.groups()
        yield Span("added", added) if removed is None else Span("removed", removed)
        at = found.end()
    yield Span("text", _near(diff[at:], first=at == 0, last=True))


def _near(text: str, *, first: bool, last: bool) -> str:
    if first and last:
        return text
    before = "" if first else _until_space(text[:_CONTEXT])
    after = "" if last else text[-_CONTEXT:].partition(" ")[2]
    if len(text) <= len(before) + len(after) + _CONTEXT:
        return text
    return f"{before} … {after}"


def _until_space(text: str) -> str:
    return text.rpartition(" ")[0] or text
