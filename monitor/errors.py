"""The exceptions of the package, and the exit code of each.

    MonitorError                 exit 1   something failed outside; the rest was done
    ├── UsageError               exit 2   the user's command or input is wrong
    │   ├── ConfigError          exit 2   config.toml: the place, the key, the expected value
    │   └── QueryError           exit 2   a watch's query, with the position of the mistake
    ├── FetchError               exit 1   a page could not be read: the source is `failed`
    ├── InvalidPageError         exit 1   a page was read but cannot be right: `suspect`
    │   └── PageNotFoundError    exit 1   the page says that its content does not exist
    ├── StoreError               exit 1   the database cannot be used
    └── DeliveryError            exit 1   a channel did not accept a message

Every message is a sentence for the person at the terminal, without secrets.
"""

import errno
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from unicodedata import east_asian_width


class MonitorError(Exception):
    """An error that the user sees as a message, never as a traceback."""

    exit_code = 1


class UsageError(MonitorError):
    """A mistake in the command line, the config or a file given by the user."""

    exit_code = 2


class ConfigError(UsageError):
    """A mistake in config.toml, with its position.

    `line` counts from 1 and is None if the error has no line (a missing file).
    """

    def __init__(
        self, message: str, *, path: Path, line: int | None = None, key: str | None = None
    ) -> None:
        self.path, self.line, self.key, self.message = path, line, key, message
        place = str(path) if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {key}: {message}" if key else f"{place}: {message}")


_MAX_CHARS_BEFORE, _MAX_CHARS_AFTER = 30, 40  # characters of a long query shown around a mistake


class QueryError(UsageError):
    """A mistake in a query; `start` and `end` are offsets into `query`, in characters."""

    def __init__(self, message: str, *, query: str, start: int, end: int) -> None:
        self.query, self.start, self.end, self.message = query, start, end, message
        super().__init__("\n    ".join((message, *self.underline_mistake().splitlines())))

    def underline_mistake(self) -> str:
        """Return the query on one line and carets under the mistake on the next.

        A long query is cut around the mistake: if the terminal wrapped the line, the carets would
        point at other words.
        """
        printable = "".join(c if c.isprintable() else " " for c in self.query)
        before, after = printable[: self.start], printable[self.start :]
        if len(printable) > _MAX_CHARS_BEFORE + _MAX_CHARS_AFTER:
            before = (
                before
                if len(before) <= _MAX_CHARS_BEFORE
                else f"…{before[1 - _MAX_CHARS_BEFORE :]}"
            )
            after = after if len(after) <= _MAX_CHARS_AFTER else f"{after[: _MAX_CHARS_AFTER - 1]}…"
        mistake = after[: self.end - self.start]
        marker = "^" * max(1, _count_columns(mistake))
        return f"{before}{after}\n{' ' * _count_columns(before)}{marker}"


def _count_columns(text: str) -> int:
    """Return the width in terminal columns: Hangul, Han and Kana take two each."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


class FetchError(MonitorError):
    """A page could not be read: `reason` gives the cause, `advice` the remedy.

    `is_transient` is true if a retry may help. `retry_after` is the wait that the server asked for.
    `is_gone`: the server answered that the page does not exist (404, 410).
    """

    def __init__(
        self,
        reason: str,
        *,
        is_transient: bool,
        advice: str = "",
        retry_after: timedelta | None = None,
        is_gone: bool = False,
    ) -> None:
        self.reason, self.advice = reason, advice
        self.is_transient, self.retry_after, self.is_gone = is_transient, retry_after, is_gone
        super().__init__(f"{reason}; {advice}" if advice else reason)


class InvalidPageError(MonitorError):
    """A page was read but cannot be right: `reason` gives the fault, `advice` the remedy.

    `rule` is the name of the violated rule. `can_accept` is true if the operator, after a look at
    the page, may accept it with `--accept`; it is false if nothing could be parsed from it.
    """

    def __init__(
        self, reason: str, *, advice: str, rule: str = "layout", can_accept: bool = False
    ) -> None:
        self.reason, self.advice = reason, advice
        self.rule, self.can_accept = rule, can_accept
        super().__init__(f"{reason}; {advice}" if advice else reason)


class PageNotFoundError(InvalidPageError):
    """A page says, with any HTTP status, that its content does not exist."""


class StoreError(MonitorError):
    """The database cannot be opened, read or written; the error itself has lost no data."""


class DeliveryError(MonitorError):
    """A channel did not accept a message.

    `is_permanent` is true if a retry cannot help. `retry_after` is the wait that the receiver asked
    for. `delivered_to` are the recipients that have the message despite the error; a retry leaves
    them out. The message contains no secret: it shows webhook addresses by their host alone.
    """

    def __init__(
        self,
        message: str,
        *,
        is_permanent: bool = False,
        retry_after: timedelta | None = None,
        delivered_to: Collection[str] = (),
    ) -> None:
        self.is_permanent, self.retry_after, self.delivered_to = (
            is_permanent,
            retry_after,
            delivered_to,
        )
        super().__init__(message)


def is_permission_error(error: OSError) -> bool:
    """Return whether the cause is a missing permission or a read-only disk."""
    return error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
