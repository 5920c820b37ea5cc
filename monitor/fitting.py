"""Getting a message into the limits that its receiver sets, with nothing cut off in silence.

Limits are met in steps, each for the whole message: everything; titles with their details; titles
alone; and at last the first of the releases, with a count of the others. A single text that is too
long is cut, and says by how much. Every renderer for a chat or a phone starts here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

from monitor.message import Line, Message, Span, Told, plain, shorten

T = TypeVar("T")


class Detail(IntEnum):
    """How much of each release is told, the most first."""

    FULL = 0
    DETAILS = 1
    TITLES = 2


class Heading(NamedTuple):
    """The name of the watch that found what follows."""

    watch: str


class Entry(NamedTuple):
    """One release; `is_lead` is false where it reports the event of the one above it."""

    told: Told
    is_lead: bool


Row = Heading | Entry

_COUNTS = 300  # characters of what a digest holds, by watch; the headings say it too
_NAME = 80  # characters of a watch's name or a channel's in a heading
_FOOTS = {
    Detail.FULL: "",
    Detail.DETAILS: "The texts do not fit here. To read them, run `monitor releases`.",
    Detail.TITLES: "Only titles fit here. To see the rest, run `monitor releases`.",
}


@dataclass(frozen=True, slots=True)
class Fitted(Generic[T]):
    """The parts of a message that fit, and a sentence about what does not, or ""."""

    parts: Sequence[T]
    foot: str


def fit(
    message: Message,
    draw: Callable[[Row, Detail], T],
    is_within: Callable[[Sequence[T], str], bool],
) -> Fitted[T]:
    """Return the message's rows as `draw` gives them, in as much detail as is within the limits.

    `is_within` is asked about parts and foot together; it must accept none of them.
    """
    rows, parts = tuple(_rows(message)), list[T]()
    for detail in Detail:
        parts = [draw(row, detail) for row in rows]
        if is_within(parts, _FOOTS[detail]):
            return Fitted(parts, _FOOTS[detail])
    low, high = 0, len(rows) - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = is_within(parts[:middle], _more(rows[middle:]))
        low, high = (middle, high) if fits else (low, middle - 1)
    while low and isinstance(rows[low - 1], Heading):
        low -= 1
    return Fitted(parts[:low], _more(rows[low:]))


def _rows(message: Message) -> Iterator[Row]:
    for section in message.sections:
        if message.has_headings:
            yield Heading(shorten(section.heading, _NAME))
        for story in section.stories:
            yield Entry(story.lead, is_lead=True)
            yield from (Entry(other, is_lead=False) for other in story.others)


def _more(rows: Iterable[Row]) -> str:
    missing = sum(isinstance(row, Entry) for row in rows)
    return f"… and {missing:,} more. To see them all, run `monitor releases`."


# ------------------------------------------------------------------ words


def subject(message: Message, limit: int) -> str:
    """Return a title for the whole message: what happened, and the watches that speak."""
    names = ", ".join(message.watches)
    return shorten(f"{message.title}: {names}" if names else message.title, limit)


def opening(message: Message) -> tuple[str, ...]:
    """Return the lines above the releases: where and when, and of a digest what it holds."""
    place = f"{shorten(message.channel, _NAME)} · {message.when}"
    kinds = [f"{count} {kind}" for kind, count in message.kinds if message.is_digest]
    names = [f"{name} {count}" for name, count in message.contents if message.is_digest]
    counts = shorten(" · ".join((", ".join(kinds), *names)), _COUNTS) if kinds else ""
    return tuple(line for line in (place, counts, message.hint) if line)


def lines(row: Entry, detail: Detail) -> list[Line]:
    """Return what is told of a release, line by line, its title first; its address is not in it."""
    told = row.told
    if detail is Detail.TITLES:
        return [told.title]
    parts = (told.date, told.category, ", ".join(told.watches))
    found: list[Line] = [told.title, (Span("text", " · ".join(part for part in parts if part)),)]
    if detail is Detail.FULL:
        found += [(Span("text", f"{field.capitalize()}: "), *diff) for field, diff in told.changes]
        found += [told.excerpt] if told.excerpt else []
    return found


def cut(line: Line, limit: int, measure: Callable[[Line], int]) -> Line:
    """Return as much of a line as measures `limit` at most, and how much more there is.

    A character must measure at least 1. Of a limit too small for the count, the count is kept.
    """
    if measure(line) <= limit:
        return line
    length = len(plain(line))
    keep = min(length, max(limit, 0))
    while True:
        shown = (*_first(line, keep), Span("text", f"… ({length - keep:,} characters more)"))
        size = measure(shown)
        if size <= limit or not keep:
            return shown
        keep = keep * limit // size  # fewer, as it is too long


def _first(line: Line, keep: int) -> Iterator[Span]:
    for span in line:
        if keep > 0:
            yield Span(span.kind, span.text[:keep])
        keep -= len(span.text)


def shares(sizes: Sequence[int], room: int) -> list[int]:
    """Share `room` among texts of these sizes: short ones get all they need, long ones the rest."""
    given = [0] * len(sizes)
    for rank, index in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        given[index] = min(sizes[index], max(room, 0) // (len(sizes) - rank))
        room -= given[index]
    return given


def utf16(text: str) -> int:
    """Return the length of a text as JavaScript counts it: signs beyond U+FFFF count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """Return the length of a text in bytes."""
    return len(text.encode())


# ------------------------------------------------------------------ text with marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a receiver of text writes: literal text, marked spans, labels, links, and their length.

    `link` makes one of a marked text and an address; without it, the address has a line of its
    own. `address` is the address as `link` needs it, "" where it cannot be one.
    """

    escape: Callable[[str], str]
    marks: Mapping[str, tuple[str, str]]
    label: tuple[str, str]
    size: Callable[[str], int]
    link: Callable[[str, str], str] | None = None
    address: Callable[[str], str] = str

    def mark(self, line: Line) -> str:
        """Return a line with its spans marked; spaces stay outside, as every receiver wants."""
        return "".join(self._span(*span) for span in line)

    def _span(self, kind: str, text: str) -> str:
        inner, safe = text.strip(" "), self.escape(text)
        if kind not in self.marks or not inner:
            return safe
        before, after = self.marks[kind]
        start, _, end = text.partition(inner)
        return f"{start}{before}{self.escape(inner)}{after}{end}"

    def measure(self, line: Line) -> int:
        """Return how long a line is once it is marked."""
        return self.size(self.mark(line))


def entry(row: Entry, detail: Detail, style: Style, limit: int) -> str:
    """Return a release as text of at most `limit`, its long lines cut."""
    told = row.told
    address = style.address(told.url) if told.linked and style.link else ""
    if style.size(address) > limit // 2:  # a link must not leave its title without room
        address = ""
    below = () if address or detail is Detail.TITLES or not told.url else (told.url,)
    found = lines(row, detail)
    found += [(Span("text", url),) for url in below]
    bare = style.size(_framed(row, style, address, [""] * len(found)))
    sizes = shares([style.measure(line) for line in found], limit - bare)
    shown = [
        style.mark(cut(line, size, style.measure)) for line, size in zip(found, sizes, strict=True)
    ]
    return _framed(row, style, address, shown)


def _framed(row: Entry, style: Style, address: str, shown: Sequence[str]) -> str:
    before, after = style.label
    label = f"{before}{row.told.label}{after}" if row.told.label else ""
    title = style.link(shown[0], address) if style.link and address else shown[0]
    return "\n".join((f"{'' if row.is_lead else '↳ '}{label}{title}", *shown[1:]))


def sentences(message: Message, style: Style, limit: int) -> str:
    """Return the paragraphs of a notice as text of about `limit` at most, long ones cut."""
    said: list[Line] = [(Span("text", one),) for one in message.paragraphs]
    sizes = shares([style.measure(line) for line in said], limit)
    shown = (cut(line, size, style.measure) for line, size in zip(said, sizes, strict=True))
    return "\n\n".join(map(style.mark, shown))


def spaced(text: str, row: Row, detail: Detail) -> str:
    """Return a part with an empty line before it, where that sets it off: see `joined`."""
    follows = isinstance(row, Entry) and (not row.is_lead or detail is Detail.TITLES)
    return text if follows else f"\n{text}"


def joined(parts: Iterable[str]) -> str:
    """Return spaced parts as one text."""
    return "\n".join(parts).strip("\n")


def packed(
    parts: Iterable[str], limit: int, size: Callable[[str], int], *, apart: bool = False
) -> list[str]:
    """Return spaced parts in as few texts as hold them, none longer than `limit`.

    With `apart`, what has an empty line before it begins a text of its own.
    """
    texts: list[list[str]] = []
    for part in parts:
        begins = not texts or (apart and part.startswith("\n"))
        if begins or size(joined((*texts[-1], part))) > limit:
            texts.append([part])
        else:
            texts[-1].append(part)
    return [joined(text) for text in texts]


PLAIN = Style(
    escape=str,
    marks={"hit": ("*", "*"), "added": ("{+", "+}"), "removed": ("[-", "-]")},
    label=("", ": "),
    size=utf8,
)
