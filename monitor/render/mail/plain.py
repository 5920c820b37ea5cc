"""The text of an e-mail, for those who read in a terminal, aloud, or on a watch."""

from collections.abc import Iterator

from monitor.message import Message, Section, Story, Told, plain
from monitor.render.mail.words import foot, kinds, mark, notes
from monitor.wrap import columns, wrap

_WIDTH = 72
_MARKS = {"hit": ("*", "*"), "added": ("{+", "+}"), "removed": ("[-", "-]")}


def text(message: Message) -> str:
    """Return the text part, its lines of at most 72 columns but for addresses."""
    blocks = [_flow(f"{message.title} · {message.when}")]
    blocks += ["\n".join(counts)] if (counts := list(_counts(message))) else []
    blocks += [_flow(note) for note in notes(message)]
    for section in message.sections:
        if message.has_headings:
            blocks.append(_heading(section))
        blocks += [_story(story) for story in section.stories]
    return "\n\n".join((*blocks, f"-- \n{foot(message)}")) + "\n"


def _counts(message: Message) -> Iterator[str]:
    if message.is_digest and message.told:
        contents = " · ".join(f"{name} {count}" for name, count in message.contents)
        yield from (_flow(line) for line in (kinds(message), contents, message.hint) if line)


def _heading(section: Section) -> str:
    lines = wrap(section.heading, _WIDTH)
    rule = "=" * max(map(columns, lines))
    return "\n".join((rule, *lines, rule))


def _story(story: Story) -> str:
    parts = [_entry(story.lead)]
    if story.others:
        parts += ["On the same event:", *map(_other, story.others)]
    return "\n\n".join(parts)


def _entry(told: Told) -> str:
    heading = wrap(_title(told), _WIDTH)
    parts = ["\n".join((*heading, "-" * max(map(columns, heading)))), _details(told)]
    parts += [*_lines(told), told.url]
    return "\n\n".join(part for part in parts if part)


def _other(told: Told) -> str:
    heading = wrap(_title(told), _WIDTH - 2)
    lines = [line for part in (_details(told), *_lines(told)) for line in part.split("\n")]
    lines = [*heading, *lines, told.url]
    return "\n".join(f"{' ' if n else '*'} {line}" for n, line in enumerate(lines) if line)


def _title(told: Told) -> str:
    return f"{told.label}: {plain(told.title)}".removeprefix(": ")


def _lines(told: Told) -> Iterator[str]:
    for field, diff in told.changes:
        yield _flow(f"{field.capitalize()}: {mark(diff, _MARKS)}")
    yield _flow(mark(told.excerpt, _MARKS))


def _details(told: Told) -> str:
    names = f"watch: {', '.join(told.watches)}" if told.watches else ""
    return _flow(" | ".join(part for part in (told.date, told.category, names) if part))


def _flow(line: str) -> str:
    return "\n".join(wrap(line, _WIDTH))
