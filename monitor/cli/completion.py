"""`monitor completion SHELL`, and the hidden `complete` that its script asks on each TAB.

The script knows nothing of the commands: it hands on what was typed and shows what comes back, so
it never goes stale. What comes back is a line that says of what kind it is (`words`, `files` or
`folders`: those the shell knows better) and then, for words, a line for each. `argcomplete` does
much the same; it takes longer to import than all of this, and to quote for three shells is little.
"""

import os
import re
from argparse import Action, Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitor.cli.command_line import build_parser, find_needed_groups
from monitor.cli.parser import (
    CommandParser,
    ParsePosition,
    find_position,
    is_repeatable,
)
from monitor.config.loader import SectionKind, find_config_file, read_names
from monitor.errors import ConfigError

_HERE = Path(__file__).parent


def script(args: Namespace) -> int:
    """Print the script for a shell."""
    print((_HERE / f"completion.{args.shell}").read_text(encoding="utf-8"), end="")
    return 0


def complete(args: Namespace) -> int:
    """Print what can follow; nothing, in silence, where nothing can be told."""
    typed: Sequence[str] = args.typed[1:] if args.typed[:1] == ["--"] else args.typed
    is_bash = args.shell == "bash"
    print("\n".join(_for_bash("".join(typed[-1:])) if is_bash else _told(args.shell, typed)))
    return 0


def _told(shell: str, typed: Sequence[str]) -> Iterator[str]:
    """Yield the kind, and each word with what it is for after a tab; the shell does the rest.

    Of `--source=trade`, zsh completes the part after the `=`, fish the whole.
    """
    found = _offer(typed[1:])
    yield found.kind
    before = found.before if shell == "fish" else ""
    yield from (f"{before}{word}\t{does}".rstrip("\t") for word, does in found.words)


def _for_bash(text: str) -> Iterator[str]:
    """Yield the kind, and what bash is to put in place of the last bit of a line.

    bash hands over, and takes back, the line as it is typed: quoted.
    """
    typed = split(text)
    found = _offer([*typed.words[1:], typed.last])
    yield found.kind
    for word, _ in found.words:
        whole = f"{found.before}{word}"
        if whole.startswith(typed.last):
            yield quoted(whole[len(typed.kept) :], typed.quote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can follow: words, each with what it is for, or files or folders of the machine.

    `before` is what stands before each word already, in the same word: `--source=`.
    """

    kind: Literal["words", "files", "folders"] = "words"
    words: tuple[tuple[str, str], ...] = ()
    before: str = ""


def _offer(typed: Sequence[str]) -> Offer:
    return offer(typed, os.environ, Path.cwd(), Path.home())


_BREAKS = "=:@><;|&("
_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_PLAIN = re.compile(r"[\w%+,./:=@-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line taken apart: whole words, and the last one, which ends at the cursor.

    `kept` is the part of the last word that stays as it is; `quote` the quote that is open.
    """

    words: tuple[str, ...]
    last: str
    kept: str
    quote: str


def split(line: str) -> Typed:
    """Take a line apart as a POSIX shell does, but for `$` and other expansions."""
    words: list[str] = []
    word, kept, quote, is_begun = "", "", "", False
    for char, is_plain in _characters(line):
        if is_plain and char in " \t\n" and not quote:
            if is_begun and (words or not _ASSIGNED.match(word)):
                words.append(word)
            word, kept, is_begun = "", "", False
            continue
        is_begun = True
        if is_plain and char in "'\"" and quote in ("", char):
            quote = "" if quote else char
            kept = word if quote else kept
            continue
        word += char
        if is_plain and not quote and char in _BREAKS:
            kept = word
    return Typed(words=tuple(words), last=word, kept=kept, quote=quote)


def _characters(line: str) -> Iterator[tuple[str, bool]]:
    """Yield each character that a line stands for, and whether it may have a meaning of its own."""
    quote, at = "", 0
    while at < len(line):
        char = line[at]
        at += 1
        if char == "\\" and quote != "'" and (not quote or line[at : at + 1] in tuple('$`"\\')):
            yield line[at : at + 1], False
            at += 1
            continue
        if char in "'\"" and quote in ("", char):
            quote = "" if quote else char
        yield char, True


def quoted(text: str, quote: str) -> str:
    """Return text so that bash reads it back as it is, where `quote` ('"', "'" or none) is open."""
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote == '"':
        # Whatever stands between double quotes, an interactive bash looks for its history after !
        return re.sub(r'([$`"\\])', r"\\\1", text).replace("!", "\"'!'\"")
    return "".join(char if _PLAIN.fullmatch(char) else f"\\{char}" for char in text)


_Names = Callable[[SectionKind], Iterable[str]]

_NAMED: Mapping[str, SectionKind] = {
    "watch": "watch",
    "name": "watch",
    "old": "watch",
    "source": "source",
    "sources": "source",
    "checked": "source",
    "channel": "channel",
    "to": "channel",
}
"""Which arguments are names of the config, by what they are called after parsing."""

_ELSEWHERE: Mapping[tuple[str, str], SectionKind | None] = {
    ("monitor watch add", "name"): None,  # a new one
    ("monitor watch test", "query"): "watch",  # it takes either
}


def offer(typed: Sequence[str], environ: Mapping[str, str], cwd: Path, home: Path) -> Offer:
    """Return what can stand in place of the last word, the one that is being typed.

    `typed` are the words up to there, without quotes and the program's name. The names come from
    the config that the command line names, or that would be found without.
    """
    *before, last = typed or [""]
    main = build_parser(find_needed_groups(before))
    place = find_position(main, before)
    if place.command is main:
        place = find_position(build_parser(), before)  # any command can follow
    if place.is_lost:
        return Offer()

    def named(what: SectionKind) -> Iterable[str]:
        given = place.option_values.get("config")
        explicit = None if given is None else Path(given).expanduser()
        try:
            return read_names(find_config_file(explicit, environ, cwd, home), what)
        except ConfigError:
            return ()

    name, is_whole, _ = last.partition("=")
    option = place.command.get_options().get(name) if is_whole and not place.has_separator else None
    if place.pending_option is not None:
        return _values(place.command, place.pending_option, named)
    if option is not None:
        found = _values(place.command, option, named)
        return Offer(kind=found.kind, words=found.words, before=f"{name}=")
    if last.startswith("-") and not place.has_separator:
        return Offer(words=_options(place))
    return _positional(place, named)


def _positional(place: ParsePosition, named: _Names) -> Offer:
    commands = place.get_next_commands()
    if commands:
        return Offer(
            words=tuple((name, one.summary) for name, one in commands.items() if one.summary)
        )
    following = place.get_next_positional()
    if following is not None:
        return _values(place.command, following, named)
    return Offer(words=() if place.has_separator else _options(place))


def _values(command: CommandParser, argument: Action, named: _Names) -> Offer:
    if argument.choices is not None:
        return Offer(words=tuple((str(choice), "") for choice in argument.choices))
    if argument.type is Path:
        return Offer(kind="folders" if argument.metavar == "DIR" else "files")
    what = kind(command, argument)
    # A name that looks like an option could be typed after -- alone.
    found = () if what is None else named(what)
    return Offer(words=tuple((name, what or "") for name in found if not name.startswith("-")))


def kind(command: CommandParser, argument: Action) -> SectionKind | None:
    """Return of what an argument is the name; None where it is something else."""
    return _ELSEWHERE.get((command.prog, argument.dest), _NAMED.get(argument.dest))


def _options(place: ParsePosition) -> tuple[tuple[str, str], ...]:
    """Return the options that were not given yet, each by its longest name."""
    options = {one.option_strings[-1]: one for one in place.command.get_options().values()}
    return tuple(
        (name, one.help or "")
        for name, one in options.items()
        if one.dest not in place.option_values or is_repeatable(one)
    )
