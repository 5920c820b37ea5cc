"""Usage errors in plain words: the mistake, and the command line to type instead.

argparse reports mistakes only as sentences, so we recognise them by their wording. A sentence that
we do not recognise is printed unchanged.
"""

import argparse
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from shlex import quote

from monitor.config.errors import quote_text, suggest_known, suggest_nearest
from monitor.text.sanitize import sanitize_line

_DASHED_WORD = re.compile("-[^-=][^=]")
_Reword = Callable[[re.Match[str]], str]


def format_usage_error(
    command: str, message: str, examples: Sequence[str], typed_words: Sequence[str]
) -> str:
    """Return the text for a mistake that argparse found: the mistake, an example, and further help.

    `typed_words` are the words of the command line if the command takes a query, otherwise empty.
    """
    lines = [f"{command}: {_reword_message(message)}"]
    dashed_word = next(filter(_DASHED_WORD.match, typed_words), None)
    # argparse reads -steel as an unknown option, so the query is missing, and -quota as -q with
    # a value.
    if dashed_word is not None and re.search("QUERY|ignored explicit", message):
        lines.append(
            f"put two dashes before a query that begins with a dash:  -- {quote(dashed_word)}"
        )
    if examples:
        lines.append(f"for example:  {examples[0]}")
    lines.append(f"more about it:  {command} --help")
    return "\n".join(lines)


def _reword_message(message: str) -> str:
    for pattern, reword in _REWORDINGS:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match is not None:
            return reword(match)
    return message


def format_invalid_choice(action: argparse.Action, value: str, choices: Iterable[str]) -> str:
    """Return the message for a word that is not one of the allowed choices."""
    advice = suggest_known(value, choices, "there are")
    if action.nargs == argparse.PARSER:
        return f"{quote_text(value)} is no {str(action.metavar).lower()}{advice}"
    return f"{quote_text(value)} cannot stand for {_get_argument_name(action)}{advice}"


def _get_argument_name(action: argparse.Action) -> str:
    return action.option_strings[-1] if action.option_strings else str(action.metavar)


def format_leftover_words(
    words: Sequence[str],
    options: Collection[str],
    positionals: Iterable[argparse.Action],
    *,
    has_separator: bool,
) -> str:
    """Return the message for words that no argument accepted.

    `options` and `positionals` are those of the command. `has_separator` says that `--` was given;
    after it nothing is an option.
    """
    word = words[0]
    name = word.partition("=")[0]
    if name in options and has_separator:
        return f"{quote_text(name)} is after --, where options end; put it before"
    if name in options:
        return (
            f"{quote_text(name)} is before the command that it belongs to; put it after the command"
        )
    if name.startswith("-") and len(name) > 1:
        return f"there is no option {quote_text(name)}{suggest_nearest(name, options)}"
    message = f"{quote_text(word)} is one word too many"
    if any(argument.dest == "query" for argument in positionals):
        return f"{message}; a query of several words needs quotes around it, such as 'steel quota'"
    return f"{message}; put quotes around text with a space"


def _join_names(names: Iterable[str], conjunction: str) -> str:
    *first, last_name = names
    return f"{', '.join(first)} {conjunction} {last_name}" if first else last_name


def _reword_missing(match: re.Match[str]) -> str:
    names = match[1].split(", ")
    return f"{_join_names(names, 'and')} {'is' if len(names) == 1 else 'are'} missing"


def _get_long_name(names: str) -> str:
    return names.rpartition("/")[2]


_REWORDINGS: Sequence[tuple[str, _Reword]] = (
    (r"the following arguments are required: (.*)", _reword_missing),
    (
        r"one of the arguments (.*) is required",
        lambda found: f"one of {_join_names(found[1].split(), 'and')} is needed",
    ),
    (
        r"argument (\S+): expected one argument",
        lambda found: f"{_get_long_name(found[1])} needs a value after it",
    ),
    (
        r"argument (\S+): not allowed with argument (\S+)",
        lambda found: (
            f"{_get_long_name(found[1])} and {_get_long_name(found[2])} exclude each other; "
            f"leave one of them out"
        ),
    ),
    (
        r"ambiguous option: (\S+) could match (.*)",
        lambda found: (
            f"{quote_text(found[1])} can mean {_join_names(found[2].split(', '), 'or')}; "
            f"write it out"
        ),
    ),
    (
        r"argument (\S+): ignored explicit argument .*",
        lambda found: f"{_get_long_name(found[1])} takes no value",
    ),
    (
        r"argument (\S+): (.*)",
        lambda found: f"{_get_long_name(found[1])}: {sanitize_line(found[2])}",
    ),
)
