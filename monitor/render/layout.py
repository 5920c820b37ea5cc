"""Layout within a receiver's limits, with every omission announced.

Detail is reduced in steps, each for the whole message: everything; titles with their details;
titles alone; at last the first releases and a count of the others. A single text that is too long
is cut, with the number of characters left out. Every renderer for a chat or a phone starts here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Generic, NamedTuple, TypeVar

from monitor.render.content import (
    Line,
    MessageContent,
    ReleaseContent,
    TextSpan,
    shorten_text,
    to_plain_text,
)

T = TypeVar("T")


class DetailLevel(IntEnum):
    """The level of detail for each release, the most first."""

    FULL = 0
    DETAILS = 1
    TITLES = 2


class HeadingRow(NamedTuple):
    """The name of the watch that matched the following releases."""

    watch: str


class ReleaseRow(NamedTuple):
    """One release; `is_lead` is false if it reports the same event as the one above it."""

    release: ReleaseContent
    is_lead: bool


MessageRow = HeadingRow | ReleaseRow

_MAX_COUNTS = 300  # characters of a digest's counts by watch; the headings show them too
_MAX_NAME = 80  # characters of a watch's or channel's name in a heading
_FOOTERS = {
    DetailLevel.FULL: "",
    DetailLevel.DETAILS: "The texts do not fit here. To read them, run `monitor releases`.",
    DetailLevel.TITLES: "Only titles fit here. To see the rest, run `monitor releases`.",
}


@dataclass(frozen=True, slots=True)
class FittedParts(Generic[T]):
    """The parts of a message that fit, and a sentence about the omitted ones, or ""."""

    parts: Sequence[T]
    footer: str


def fit_to_limits(
    content: MessageContent,
    render_row: Callable[[MessageRow, DetailLevel], T],
    is_within_limits: Callable[[Sequence[T], str], bool],
) -> FittedParts[T]:
    """Return the rows as `render_row` gives them, in as much detail as the limits allow.

    `is_within_limits` gets the parts and the footer; it must accept an empty list of parts.
    """
    rows, parts = tuple(_iter_rows(content)), list[T]()
    for detail in DetailLevel:
        parts = [render_row(row, detail) for row in rows]
        if is_within_limits(parts, _FOOTERS[detail]):
            return FittedParts(parts, _FOOTERS[detail])
    low, high = 0, len(rows) - 1
    while low < high:
        middle = (low + high + 1) // 2
        has_fitted = is_within_limits(parts[:middle], _format_remainder(rows[middle:]))
        low, high = (middle, high) if has_fitted else (low, middle - 1)
    while low and isinstance(rows[low - 1], HeadingRow):
        low -= 1
    return FittedParts(parts[:low], _format_remainder(rows[low:]))


def _iter_rows(content: MessageContent) -> Iterator[MessageRow]:
    for section in content.sections:
        if content.has_headings:
            yield HeadingRow(shorten_text(section.heading, _MAX_NAME))
        for event_group in section.event_groups:
            yield ReleaseRow(event_group.lead, is_lead=True)
            yield from (ReleaseRow(other, is_lead=False) for other in event_group.others)


def _format_remainder(rows: Iterable[MessageRow]) -> str:
    missing_count = sum(isinstance(row, ReleaseRow) for row in rows)
    return f"… and {missing_count:,} more. To see them all, run `monitor releases`."


# ------------------------------------------------------------------ wording


def build_title(content: MessageContent, limit: int) -> str:
    """Return a title for the whole message: the events and the names of the watches."""
    names = ", ".join(content.watches)
    return shorten_text(f"{content.title}: {names}" if names else content.title, limit)


def build_opening(content: MessageContent) -> tuple[str, ...]:
    """Return the lines above the releases: channel and time, and for a digest its counts."""
    place_and_time = f"{shorten_text(content.channel, _MAX_NAME)} · {content.time_label}"
    kinds = [f"{count} {kind}" for kind, count in content.event_counts if content.is_digest]
    names = [f"{name} {count}" for name, count in content.watch_counts if content.is_digest]
    counts = shorten_text(" · ".join((", ".join(kinds), *names)), _MAX_COUNTS) if kinds else ""
    return tuple(line for line in (place_and_time, counts, content.hint) if line)


def build_lines(row: ReleaseRow, detail: DetailLevel) -> list[Line]:
    """Return the lines of a release, its title first, without its address."""
    release = row.release
    if detail is DetailLevel.TITLES:
        return [release.title]
    parts = (release.date, release.category, ", ".join(release.watches))
    release_lines: list[Line] = [
        release.title,
        (TextSpan("text", " · ".join(part for part in parts if part)),),
    ]
    if detail is DetailLevel.FULL:
        release_lines += [
            (TextSpan("text", f"{field.capitalize()}: "), *diff) for field, diff in release.changes
        ]
        release_lines += [release.excerpt] if release.excerpt else []
    return release_lines


def cut_line(line: Line, limit: int, measure: Callable[[Line], int]) -> Line:
    """Return as much of a line as measures `limit` at most, and the number of characters left out.

    Each character must measure at least 1. If `limit` is too small for the count, return the count.
    """
    if measure(line) <= limit:
        return line
    length = len(to_plain_text(line))
    kept_chars = min(length, max(limit, 0))
    while True:
        shortened = (
            *_take_prefix(line, kept_chars),
            TextSpan("text", f"… ({length - kept_chars:,} characters more)"),
        )
        size = measure(shortened)
        if size <= limit or not kept_chars:
            return shortened
        kept_chars = kept_chars * limit // size  # shrink in proportion, as it is too long


def _take_prefix(line: Line, kept_chars: int) -> Iterator[TextSpan]:
    for span in line:
        if kept_chars > 0:
            yield TextSpan(span.kind, span.text[:kept_chars])
        kept_chars -= len(span.text)


def share_space(sizes: Sequence[int], space: int) -> list[int]:
    """Share `space` among texts of these sizes; long texts share the space that others leave."""
    allotted = [0] * len(sizes)
    for rank, index in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        allotted[index] = min(sizes[index], max(space, 0) // (len(sizes) - rank))
        space -= allotted[index]
    return allotted


def count_utf16_units(text: str) -> int:
    """Return the length in UTF-16 units, as in JavaScript: characters above U+FFFF count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def count_utf8_bytes(text: str) -> int:
    """Return the length of a text in UTF-8 bytes."""
    return len(text.encode())


# ------------------------------------------------------------------ text with marks


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """The text syntax of a receiver: escaping, marked spans, labels, links and their length.

    `make_link` makes a link from a marked text and an address; without it, the address gets a line
    of its own. `format_url` prepares the address for `make_link`; it returns "" if that cannot be a
    link.
    """

    escape: Callable[[str], str]
    marks: Mapping[str, tuple[str, str]]
    label_marks: tuple[str, str]
    measure_text: Callable[[str], int]
    make_link: Callable[[str, str], str] | None = None
    format_url: Callable[[str], str] = str

    def mark_line(self, line: Line) -> str:
        """Return a line with its spans marked; spaces stay outside, as every receiver requires."""
        return "".join(self._mark_span(*span) for span in line)

    def _mark_span(self, kind: str, text: str) -> str:
        core, escaped = text.strip(" "), self.escape(text)
        if kind not in self.marks or not core:
            return escaped
        before, after = self.marks[kind]
        start, _, end = text.partition(core)
        return f"{start}{before}{self.escape(core)}{after}{end}"

    def measure_line(self, line: Line) -> int:
        """Return the length of a line with its marks."""
        return self.measure_text(self.mark_line(line))


def format_release(row: ReleaseRow, detail: DetailLevel, style: TextStyle, limit: int) -> str:
    """Return a release as text of at most `limit`, with long lines cut."""
    release = row.release
    address = style.format_url(release.url) if release.is_linkable and style.make_link else ""
    if style.measure_text(address) > limit // 2:  # the address must leave room for its title
        address = ""
    url_lines = () if address or detail is DetailLevel.TITLES or not release.url else (release.url,)
    release_lines = build_lines(row, detail)
    release_lines += [(TextSpan("text", url),) for url in url_lines]
    frame_size = style.measure_text(_frame_release(row, style, address, [""] * len(release_lines)))
    sizes = share_space([style.measure_line(line) for line in release_lines], limit - frame_size)
    shown_lines = [
        style.mark_line(cut_line(line, size, style.measure_line))
        for line, size in zip(release_lines, sizes, strict=True)
    ]
    return _frame_release(row, style, address, shown_lines)


def _frame_release(
    row: ReleaseRow, style: TextStyle, address: str, shown_lines: Sequence[str]
) -> str:
    before, after = style.label_marks
    label = f"{before}{row.release.event_label}{after}" if row.release.event_label else ""
    title = (
        style.make_link(shown_lines[0], address) if style.make_link and address else shown_lines[0]
    )
    return "\n".join((f"{'' if row.is_lead else '↳ '}{label}{title}", *shown_lines[1:]))


def format_paragraphs(content: MessageContent, style: TextStyle, limit: int) -> str:
    """Return the paragraphs of a health message as text of about `limit` at most, long ones cut."""
    paragraphs: list[Line] = [(TextSpan("text", paragraph),) for paragraph in content.paragraphs]
    sizes = share_space([style.measure_line(line) for line in paragraphs], limit)
    shown_paragraphs = (
        cut_line(line, size, style.measure_line)
        for line, size in zip(paragraphs, sizes, strict=True)
    )
    return "\n\n".join(map(style.mark_line, shown_paragraphs))


def add_spacing(text: str, row: MessageRow, detail: DetailLevel) -> str:
    """Return a part, with an empty line before it if it begins a group; see `join_parts`."""
    is_continuation = isinstance(row, ReleaseRow) and (
        not row.is_lead or detail is DetailLevel.TITLES
    )
    return text if is_continuation else f"\n{text}"


def join_parts(parts: Iterable[str]) -> str:
    """Return spaced parts as one text."""
    return "\n".join(parts).strip("\n")


def pack_parts(
    parts: Iterable[str], limit: int, measure_text: Callable[[str], int], *, separate: bool = False
) -> list[str]:
    """Return spaced parts in as few texts as possible, none longer than `limit`.

    With `separate`, a part with an empty line before it begins a text of its own.
    """
    texts: list[list[str]] = []
    for part in parts:
        starts_new_text = not texts or (separate and part.startswith("\n"))
        if starts_new_text or measure_text(join_parts((*texts[-1], part))) > limit:
            texts.append([part])
        else:
            texts[-1].append(part)
    return [join_parts(text) for text in texts]


PLAIN_STYLE = TextStyle(
    escape=str,
    marks={"hit": ("*", "*"), "added": ("{+", "+}"), "removed": ("[-", "-]")},
    label_marks=("", ": "),
    measure_text=count_utf8_bytes,
)
