"""What the text and the HTML of an e-mail both say, and its subject line."""

from collections.abc import Iterator, Mapping

from monitor.message import Line, Message, plain, shorten

_TITLE = 180  # characters of a title in the subject
_NAMES = 80  # characters of the watches' names there


def subject(message: Message) -> str:
    """Return the subject: the watches, and the release or how many there are."""
    names = ", ".join(message.watches)
    prefix = f"[{shorten(names, _NAMES)}] " if names else ""
    return f"{prefix}{_about(message)}"


def _about(message: Message) -> str:
    called = f"{message.name}: " if message.name else ""
    if len(message.told) == 1:
        told = message.told[0]
        label = f"{told.label.capitalize()}: " if told.label else ""
        return f"{called}{label}{shorten(plain(told.title), _TITLE)}"
    if message.is_digest:
        kinds = ", ".join(f"{count} {kind}" for kind, count in message.kinds)
        more = f" ({kinds})" if len(message.kinds) > 1 else ""
        what = message.title if message.told else f"{called}{message.headline.lower()}"
        return f"{what}{more}, {message.day}"
    return (
        f"monitor: {shorten(message.headline, _TITLE)}" if message.paragraphs else message.headline
    )


def notes(message: Message) -> Iterator[str]:
    """Yield sentences that stand before the releases."""
    yield from message.paragraphs
    if len(message.told) == 1 and len(plain(message.told[0].title)) > _TITLE:
        yield "The title is too long for the subject line; it stands here in full."


def foot(message: Message) -> str:
    """Return the last line: where the message comes from."""
    return f"Sent by monitor to the channel {message.channel}."


def kinds(message: Message) -> str:
    """Return how many releases there are of each kind of event."""
    return " · ".join(f"{count} {kind}" for kind, count in message.kinds)


def mark(line: Line, marks: Mapping[str, tuple[str, str]]) -> str:
    """Return a line with each kind of span between the two signs that `marks` has for it."""
    pairs = ((marks.get(span.kind, ("", "")), span.text) for span in line)
    return "".join(f"{before}{part}{after}" for (before, after), part in pairs)
