"""The front page: what `monitor --help` says, to begin with for one who is new."""

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from monitor.cli.arguments.making import Parser

_WHAT = (
    "Watches a ministry's news listing and tells people about the releases that matter to them."
    " Without a command it does so until it is stopped."
)
_STEPS = (
    ("monitor demo", "see the whole job, on this machine alone"),
    ("monitor init", "write a config.toml, which works unedited"),
    ("monitor --once", "read the listing; nothing is sent yet"),
    ("monitor watch test EU", "try a query on what was read"),
    ("monitor watch add europe EU", "and watch for it"),
    ("monitor", "check and send until you stop it"),
)
_MORE = "More about a command, with examples:  monitor help COMMAND"
_WIDEST = 100
_NARROWEST = 40


def page(commands: Mapping[str, Parser], options: str, groups: Mapping[str, Sequence[str]]) -> str:
    """Return the page; `groups` are names of commands by the title that they stand under."""
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    parts = [
        "usage: monitor [OPTION ...] [COMMAND ...]",
        textwrap.fill(_WHAT, width),
        _section("to begin with", _STEPS, width),
        *(
            _section(title, ((name, _does(commands[name])) for name in names), width)
            for title, names in groups.items()
        ),
        options.strip(),
        _MORE,
    ]
    return "\n\n".join(parts) + "\n"


def _does(command: Parser) -> str:
    actions = ", ".join(command.inner())
    return f"{command.does}: {actions}" if actions else command.does


def _section(title: str, rows: Iterable[tuple[str, str]], width: int) -> str:
    listed = [row for row in rows if row[1]]
    column = max(14, *(len(name) + 4 for name, _ in listed))
    return "\n".join((f"{title}:", *_rows(listed, column, width)))


def _rows(rows: Iterable[tuple[str, str]], column: int, width: int) -> Iterator[str]:
    for name, does in rows:
        start = f"  {name}".ljust(column)
        yield textwrap.fill(does, width, initial_indent=start, subsequent_indent=" " * column)
