"""What is wrong with a command line, in plain words, and what to type instead.

argparse tells mistakes in sentences of its own alone, so they are recognised by their wording; one
that is not known is told as it is.
"""

import argparse
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from shlex import quote

from monitor.config.wrong import hint, near, quoted
from monitor.text.cleaning import clean

_DASHED = re.compile("-[^-=][^=]")
_Words = Callable[[re.Match[str]], str]


def in_words(command: str, message: str, examples: Sequence[str], words: Sequence[str]) -> str:
    """Return what to tell of a mistake that argparse found: the mistake, an example, more help.

    `words` are what was typed after a command that takes a query.
    """
    lines = [f"{command}: {_plain(message)}"]
    dashed = next(filter(_DASHED.match, words), None)
    # -steel is no option, so that the query is missing; -quota is -q, with something behind it.
    if dashed is not None and re.search("QUERY|ignored explicit", message):
        lines.append(f"a query that begins with a dash stands behind two:  -- {quote(dashed)}")
    if examples:
        lines.append(f"for example:  {examples[0]}")
    lines.append(f"more about it:  {command} --help")
    return "\n".join(lines)


def _plain(message: str) -> str:
    for pattern, words in _PLAIN:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found is not None:
            return words(found)
    return message


def no_choice(action: argparse.Action, value: str, known: Iterable[str]) -> str:
    """Return what to tell of a word that is none of those that can stand there."""
    advice = hint(value, known, "there are")
    if action.nargs == argparse.PARSER:
        return f"{quoted(value)} is no {str(action.metavar).lower()}{advice}"
    return f"{quoted(value)} cannot stand for {_name(action)}{advice}"


def _name(action: argparse.Action) -> str:
    return action.option_strings[-1] if action.option_strings else str(action.metavar)


def left_over(
    words: Sequence[str],
    options: Collection[str],
    positionals: Iterable[argparse.Action],
    *,
    is_bare: bool,
) -> str:
    """Return what to tell of words that no argument took; the rest is what the command has.

    `is_bare`: there was a --, behind which nothing is an option.
    """
    word = words[0]
    name = word.partition("=")[0]
    if name in options and is_bare:
        return f"{quoted(name)} stands behind --, where there are no more options; put it before"
    if name in options:
        return f"{quoted(name)} stands before the command that it belongs to; put it behind that"
    if name.startswith("-") and len(name) > 1:
        return f"there is no option {quoted(name)}{near(name, options)}"
    told = f"{quoted(word)} is one word too many"
    if any(one.dest == "query" for one in positionals):
        return f"{told}; a query of several words needs quotes around it, such as 'steel quota'"
    return f"{told}; what has a space in it needs quotes around it"


def _listed(names: Iterable[str], last: str) -> str:
    *first, end = names
    return f"{', '.join(first)} {last} {end}" if first else end


def _missing(found: re.Match[str]) -> str:
    names = found[1].split(", ")
    return f"{_listed(names, 'and')} {'is' if len(names) == 1 else 'are'} missing"


def _option(names: str) -> str:
    return names.rpartition("/")[2]


_PLAIN: Sequence[tuple[str, _Words]] = (
    (r"the following arguments are required: (.*)", _missing),
    (
        r"one of the arguments (.*) is required",
        lambda found: f"one of {_listed(found[1].split(), 'and')} is needed",
    ),
    (
        r"argument (\S+): expected one argument",
        lambda found: f"{_option(found[1])} needs a value after it",
    ),
    (
        r"argument (\S+): not allowed with argument (\S+)",
        lambda found: (
            f"{_option(found[1])} and {_option(found[2])} exclude each other; leave one of them out"
        ),
    ),
    (
        r"ambiguous option: (\S+) could match (.*)",
        lambda found: (
            f"{quoted(found[1])} can mean {_listed(found[2].split(', '), 'or')}; write it out"
        ),
    ),
    (
        r"argument (\S+): ignored explicit argument .*",
        lambda found: f"{_option(found[1])} takes no value",
    ),
    (r"argument (\S+): (.*)", lambda found: f"{_option(found[1])}: {clean(found[2])}"),
)
