"""A message as the terminal shows it.

What is sent must be frozen when it is decided, but width and colour belong to the terminal it is
shown on later. So a message is frozen as `compose` writes it: unwrapped lines with control
characters as marks, which `clean` removes from everything scraped, so that no release can bring its
own. `paint` turns the marks into colours, or into plain signs, at the moment of showing.
"""

import re
from collections.abc import Iterator

from monitor.message import Line, Message, Story, Told, tell
from monitor.model.told import Letter, Snippet
from monitor.text.cleaning import printable
from monitor.wrap import columns, wrap

_HANG = "\t"  # what follows is wrapped, and hangs under its own beginning
_DATE_WIDTH = len("2025-12-01  ")
_HEADING = 70  # columns of a heading in one line

# mark → (ends with, colour, plain begin, plain end)
_STRONG, _HIT, _DIM, _NAME, _EVENT, _ADDED, _REMOVED = "\x01\x02\x03\x04\x05\x06\x07"
_END_OF = {mark: chr(ord(mark) + 0x10) for mark in "\x01\x02\x03\x04\x05\x06\x07"}
_COLOURS = {
    _STRONG: "1",
    _HIT: "22;30;43",
    _DIM: "2",
    _NAME: "36",
    _EVENT: "1;35",
    _ADDED: "32",
    _REMOVED: "31;9",
}
_PLAIN = str.maketrans(
    {mark: "" for pair in _END_OF.items() for mark in pair}
    | {_HIT: "*", _END_OF[_HIT]: "*", _ADDED: "{+", _END_OF[_ADDED]: "+}"}
    | {_REMOVED: "[-", _END_OF[_REMOVED]: "-]"}
)
_MARK = re.compile("[\x01-\x07\x11-\x17]")
_SPAN_MARKS = {"hit": _HIT, "added": _ADDED, "removed": _REMOVED}


def render(letter: Letter, *, colour: bool, width: int) -> str:
    """Return the message as text of at most `width` columns, ready to print."""
    return paint(compose(letter), colour=colour, width=width)


def compose(letter: Letter) -> str:
    """Return the message with marks for `paint`, as it is frozen."""
    message = tell(letter)
    blocks = [list(_heading(message)), *([one] for one in message.paragraphs)]
    for section in message.sections:
        if message.has_headings:
            blocks.append([f"── {_mark(_NAME, section.heading)} ──"])
        blocks += [list(_story(story)) for story in section.stories]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def paint(composed: str, *, colour: bool, width: int) -> str:
    """Return what `compose` wrote, wrapped, with its marks as colours or as plain signs."""
    if not colour:
        composed = composed.translate(_PLAIN)
    lines = [out for line in composed.split("\n") for out in _wrapped(line, width)]
    return "\n".join(_coloured(lines) if colour else lines)


def _heading(message: Message) -> Iterator[str]:
    headline = f"{message.channel}: {message.title}"
    between = " · " if len(headline) + len(message.when) < _HEADING else "\n"
    yield f"{_mark(_STRONG, headline)}{between}{_mark(_DIM, message.when)}"
    if message.is_digest:
        yield from filter(None, (_counts(message), _contents(message), _mark(_DIM, message.hint)))


def _counts(message: Message) -> str:
    return " · ".join(f"{count} {kind}" for kind, count in message.kinds)


def _contents(message: Message) -> str:
    return " · ".join(f"{_mark(_NAME, name)} {count}" for name, count in message.contents)


def _story(story: Story) -> Iterator[str]:
    yield from _entry(story.lead, f"{_mark(_DIM, story.lead.date)}  ")
    if story.others:
        yield f"{' ' * _DATE_WIDTH}{_HANG}{_mark(_DIM, 'On the same event:')}"
    for other in story.others:
        yield from _entry(other, f"{' ' * _DATE_WIDTH}+ ", date=f"{_mark(_DIM, other.date)}  ")


def _entry(told: Told, before: str, date: str = "") -> Iterator[str]:
    label = f"{_mark(_EVENT, told.label)}  " if told.label else ""
    yield f"{before}{_HANG}{date}{label}{_mark(_STRONG, _line(told.title))}"
    details = [_mark(_NAME, ", ".join(told.watches)), _mark(_DIM, told.category)]
    below = [" · ".join(detail for detail in details if detail)]
    below += [f"{field.capitalize()}: {_line(diff)}" for field, diff in told.changes]
    below += [_line(told.excerpt), _mark(_DIM, told.url)]
    yield from (f"{' ' * columns(before)}{_HANG}{line}" for line in below if line)


def _line(line: Line) -> str:
    return "".join(_mark(_SPAN_MARKS.get(span.kind, ""), span.text) for span in line)


def _mark(mark: str, text: str) -> str:
    return f"{mark}{text}{_END_OF[mark]}" if mark and text else text


def _wrapped(line: str, width: int) -> list[str]:
    before, hang, rest = line.rpartition(_HANG)
    if not hang:
        return wrap(line, width)
    indent = columns(before)
    if "://" in rest and " " not in rest and indent + columns(rest) > width:
        before, indent = "  ", 2  # an address stays whole, so it gets what room there is
    first, *others = wrap(rest, width, indent)
    return [before + first, *(" " * indent + other for other in others)]


def _coloured(lines: list[str]) -> Iterator[str]:
    """Replace marks by colours, which end with each line, so that pagers and indents stay clean."""
    active: list[str] = []

    def switch(found: re.Match[str]) -> str:
        mark = found[0]
        if mark in _END_OF:
            active.append(mark)
        else:
            active.pop()
        return _sgr(active)

    for line in lines:
        body = line.lstrip(" ")
        start = _sgr(active) if active else ""
        painted = start + _MARK.sub(switch, body)
        yield f"{line[: len(line) - len(body)]}{painted}{_sgr([]) if active else ''}"


def _sgr(active: list[str]) -> str:
    codes = ["0", *(_COLOURS[mark] for mark in active)]
    return f"\x1b[{';'.join(codes)}m"


# ------------------------------------------------------------------ for lists of releases

HANG = _HANG


def dim(text: str) -> str:
    """Return text to be painted as what matters less; it holds no marks."""
    return _mark(_DIM, text)


def name(text: str) -> str:
    """Return text to be painted as the names of watches are."""
    return _mark(_NAME, text)


def strong(text: str) -> str:
    """Return text to be painted as a title is."""
    return _mark(_STRONG, text)


def hits(snippet: Snippet) -> str:
    """Return a snippet, cleaned, with its hits to be painted."""
    return snippet.marked(_HIT, _END_OF[_HIT], lambda part: printable(part).replace("\n", " "))
