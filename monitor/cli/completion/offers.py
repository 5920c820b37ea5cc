"""What can be typed at a place of the command line."""

from argparse import Action
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitor.cli.arguments import parser, wanted
from monitor.cli.arguments.making import Parser, repeats
from monitor.cli.arguments.place import Place, reach
from monitor.config.load import find
from monitor.config.names import Named, names
from monitor.errors import ConfigError

_Names = Callable[[Named], Iterable[str]]

_NAMED: Mapping[str, Named] = {
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

_ELSEWHERE: Mapping[tuple[str, str], Named | None] = {
    ("monitor watch add", "name"): None,  # a new one
    ("monitor watch test", "query"): "watch",  # it takes either
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What can follow: words, each with what it is for, or files or folders of the machine.

    `before` is what stands before each word already, in the same word: `--source=`.
    """

    kind: Literal["words", "files", "folders"] = "words"
    words: tuple[tuple[str, str], ...] = ()
    before: str = ""


def offer(typed: Sequence[str], environ: Mapping[str, str], cwd: Path, home: Path) -> Offer:
    """Return what can stand in place of the last word, the one that is being typed.

    `typed` are the words up to there, without quotes and the program's name. The names come from
    the config that the command line names, or that would be found without.
    """
    *before, last = typed or [""]
    main = parser(wanted(before))
    place = reach(main, before)
    if place.command is main:
        place = reach(parser(), before)  # any command can follow
    if place.lost:
        return Offer()

    def named(what: Named) -> Iterable[str]:
        given = place.given.get("config")
        explicit = None if given is None else Path(given).expanduser()
        try:
            return names(find(explicit, environ, cwd, home), what)
        except ConfigError:
            return ()

    name, is_whole, _ = last.partition("=")
    option = place.command.options().get(name) if is_whole and not place.bare else None
    if place.awaited is not None:
        return _values(place.command, place.awaited, named)
    if option is not None:
        found = _values(place.command, option, named)
        return Offer(kind=found.kind, words=found.words, before=f"{name}=")
    if last.startswith("-") and not place.bare:
        return Offer(words=_options(place))
    return _positional(place, named)


def _positional(place: Place, named: _Names) -> Offer:
    commands = place.commands()
    if commands:
        return Offer(words=tuple((name, one.does) for name, one in commands.items() if one.does))
    following = place.positional()
    if following is not None:
        return _values(place.command, following, named)
    return Offer(words=() if place.bare else _options(place))


def _values(command: Parser, argument: Action, named: _Names) -> Offer:
    if argument.choices is not None:
        return Offer(words=tuple((str(choice), "") for choice in argument.choices))
    if argument.type is Path:
        return Offer(kind="folders" if argument.metavar == "DIR" else "files")
    what = kind(command, argument)
    # A name that looks like an option could be typed after -- alone.
    found = () if what is None else named(what)
    return Offer(words=tuple((name, what or "") for name in found if not name.startswith("-")))


def kind(command: Parser, argument: Action) -> Named | None:
    """Return of what an argument is the name; None where it is something else."""
    return _ELSEWHERE.get((command.prog, argument.dest), _NAMED.get(argument.dest))


def _options(place: Place) -> tuple[tuple[str, str], ...]:
    """Return the options that were not given yet, each by its longest name."""
    options = {one.option_strings[-1]: one for one in place.command.options().values()}
    return tuple(
        (name, one.help or "")
        for name, one in options.items()
        if one.dest not in place.given or repeats(one)
    )
