"""Where a command line, as far as it is typed, has come to."""

from argparse import PARSER, Action
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from monitor.cli.arguments.making import Parser


@dataclass(slots=True)
class Place:
    """The command that was reached, and what can follow.

    `awaited` is the option whose value comes next; `taken` counts the positional arguments that
    were given to the command; `given` holds the options so far and their values; after `--`, when
    `bare`, there are no more options. `lost`: a word made no sense, and nothing is known of the
    rest.
    """

    command: Parser
    awaited: Action | None = None
    taken: int = 0
    bare: bool = False
    lost: bool = False
    given: dict[str, str] = field(default_factory=dict)

    def positional(self) -> Action | None:
        """Return the positional argument that comes next."""
        left = self.command.positionals()[self.taken :]
        return left[0] if left else None

    def commands(self) -> Mapping[str, Parser]:
        """Return the commands, or actions, one of which comes next."""
        following = self.positional()
        return self.command.inner() if following is not None and following.nargs == PARSER else {}

    def _take(self, word: str) -> None:
        if self.awaited is not None:
            self.given[self.awaited.dest] = word
            self.awaited = None
        elif not self.bare and word == "--":
            self.bare = True
        elif not self.bare and len(word) > 1 and word.startswith("-"):
            self._take_option(word)
        else:
            self._take_positional(word)

    def _take_option(self, word: str) -> None:
        name, is_whole, value = word.partition("=")
        option = self.command.options().get(name)
        if option is None:
            return
        self.given[option.dest] = value
        if option.nargs != 0 and not is_whole:
            self.awaited = option

    def _take_positional(self, word: str) -> None:
        commands = self.commands()
        if commands and word == "help":
            return  # what follows is the name of a command, as if this word were not there
        if commands:
            self.lost = word not in commands
            self.command, self.taken = commands.get(word, self.command), 0
            return
        following = self.positional()
        if following is not None and following.nargs not in ("*", "+"):
            self.taken += 1


def reach(main: Parser, words: Iterable[str]) -> Place:
    """Return the place where these words, the program's name left out, lead."""
    place = Place(main)
    for word in words:
        if not place.lost:
            place._take(word)  # noqa: SLF001 - a place is made here, and nowhere else
    return place
