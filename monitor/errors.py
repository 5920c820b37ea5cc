"""What can go wrong, and what each kind of trouble means for the run.

    MonitorError                 exit 1   something in the world failed; the rest was done
    ├── UsageError               exit 2   the user asked for something that cannot be
    │   ├── ConfigError          exit 2   config.toml: where, which key, what was expected
    │   └── QueryError           exit 2   a watch's query: where the mistake is
    ├── FetchError               exit 1   a page could not be read: the source is `failed`
    ├── PageFault                exit 1   a page was read and cannot be right: `suspect`
    │   └── MissingFault         exit 1   the page says in words that what was asked for is gone
    ├── StoreError               exit 1   the database cannot be used
    └── DeliveryError            exit 1   a channel did not take a message

Every message is a sentence for the person at the terminal, without secrets.
"""

import errno
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from unicodedata import east_asian_width


class MonitorError(Exception):
    """Trouble that is told in words, never as a traceback."""

    exit_code = 1


class UsageError(MonitorError):
    """The command line, the config or a file given by the user is wrong."""

    exit_code = 2


class ConfigError(UsageError):
    """A mistake in config.toml, with its place.

    `line` counts from 1 and is None where the trouble has no line (the file is missing).
    """

    def __init__(
        self, message: str, *, path: Path, line: int | None = None, key: str | None = None
    ) -> None:
        self.path, self.line, self.key, self.message = path, line, key, message
        place = str(path) if line is None else f"{path}:{line}"
        super().__init__(f"{place}: {key}: {message}" if key else f"{place}: {message}")


_BEFORE, _BEHIND = 30, 40  # so many characters of a long query are shown around a mistake


class QueryError(UsageError):
    """A mistake in a query; `start` and `end` are offsets into `query`, in characters."""

    def __init__(self, message: str, *, query: str, start: int, end: int) -> None:
        self.query, self.start, self.end, self.message = query, start, end, message
        super().__init__("\n    ".join((message, *self.pointed().splitlines())))

    def pointed(self) -> str:
        """Return the query with its mistake underlined, on two lines; of a long one, what is near.

        On a line that a terminal has to wrap, the mark would stand below something else.
        """
        shown = "".join(c if c.isprintable() else " " for c in self.query)
        before, rest = shown[: self.start], shown[self.start :]
        if len(shown) > _BEFORE + _BEHIND:
            before = before if len(before) <= _BEFORE else f"…{before[1 - _BEFORE :]}"
            rest = rest if len(rest) <= _BEHIND else f"{rest[: _BEHIND - 1]}…"
        mistake = rest[: self.end - self.start]
        return f"{before}{rest}\n{' ' * _columns(before)}{'^' * max(1, _columns(mistake))}"


def _columns(text: str) -> int:
    """Return how many columns a terminal needs: Hangul, Han and Kana take two each."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


class FetchError(MonitorError):
    """A page could not be read: `reason` says what happened, `advice` what to do.

    `passing` is true where trying again may help; `retry_after` is what the server asked for;
    `gone`: the server says that there is nothing (404, 410).
    """

    def __init__(
        self,
        reason: str,
        *,
        passing: bool,
        advice: str = "",
        retry_after: timedelta | None = None,
        gone: bool = False,
    ) -> None:
        self.reason, self.advice = reason, advice
        self.passing, self.retry_after, self.gone = passing, retry_after, gone
        super().__init__(f"{reason}; {advice}" if advice else reason)


class PageFault(MonitorError):
    """A page was read and cannot be right: `reason` says what is wrong, `advice` what to do.

    `rule` names what it broke. It is `acceptable` where who looks at the page may find it right;
    not where nothing could be read from it.
    """

    def __init__(
        self, reason: str, *, advice: str, rule: str = "layout", acceptable: bool = False
    ) -> None:
        self.reason, self.advice = reason, advice
        self.rule, self.acceptable = rule, acceptable
        super().__init__(f"{reason}; {advice}" if advice else reason)


class MissingFault(PageFault):
    """A page that says, whatever its status, that there is nothing where it stands."""


class StoreError(MonitorError):
    """The database cannot be opened, read or written; nothing of it was lost by that."""


class DeliveryError(MonitorError):
    """A channel did not take a message.

    `permanent` is true where trying again cannot help; `retry_after` is what the receiver asked
    for. `taken_by` are the recipients who have it all the same: they do not get it again. The
    message names no secret: webhook addresses are shown by their host alone.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        taken_by: Collection[str] = (),
    ) -> None:
        self.permanent, self.retry_after, self.taken_by = permanent, retry_after, taken_by
        super().__init__(message)


def is_forbidden(error: OSError) -> bool:
    """Tell whether somebody lacks a right, or the disk is read-only."""
    return error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
