"""Helpers that several commands share: loading the config, finding names, printing."""

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from monitor.check.runner import CheckReport
from monitor.config.loader import find_config_file, load_config_file
from monitor.errors import UsageError
from monitor.models.check import CheckResult
from monitor.models.config import Channel, Config
from monitor.store import database
from monitor.store.database import Database
from monitor.text.sanitize import pluralize, strip_control_chars

_VALID_FINGERPRINT_KEY = "fingerprint of the config found right"


def load_config(args: Namespace, *, check_queries: bool = True) -> Config:
    """Return the config that the command line names; print its warnings to standard error."""
    settings = load_config_for_edit(args, check_queries=check_queries)
    print_config_warnings(args, settings)
    return settings


def load_config_for_edit(args: Namespace, *, check_queries: bool = True) -> Config:
    """Return the config without printing warnings, which an edit may be about to make obsolete."""
    given_path: Path | None = getattr(args, "config", None)
    path = find_config_file(given_path, os.environ, Path.cwd(), Path.home())
    return load_config_file(path, os.environ, check_queries=check_queries)


def print_config_warnings(args: Namespace, settings: Config) -> None:
    """Print the warnings of a config."""
    if not is_set(args, "quiet"):
        for warning in settings.warnings:
            print_message(f"monitor: {warning}")


def print_query_warnings(args: Namespace, query: str) -> None:
    """Print warnings about a query that may not mean what its author intended."""
    if not is_set(args, "quiet"):
        from monitor.query.lint import lint_query

        for warning in lint_query(query):
            print_message(f"monitor: {warning}")


def check_watch_queries(settings: Config, db: Database) -> None:
    """Check the queries of all watches, unless an earlier run found this same file valid."""
    with db.begin_read() as conn:
        if database.get_meta(conn, _VALID_FINGERPRINT_KEY) == settings.fingerprint:
            return
    checked_settings = load_config_file(settings.path, os.environ)
    with db.begin_write() as conn:
        database.set_meta(conn, _VALID_FINGERPRINT_KEY, checked_settings.fingerprint)


def is_set(args: Namespace, name: str) -> bool:
    """Return whether an option that may come before or after the command was given."""
    return bool(getattr(args, name, False))


def find_channel(settings: Config, name: str) -> Channel:
    """Return the channel of that name; raise UsageError if there is none."""
    for channel in settings.channels:
        if channel.name == name:
            return channel
    raise unknown_name_error("channel", name, (channel.name for channel in settings.channels))


def unknown_name_error(kind: str, name: str, names: Iterable[str]) -> UsageError:
    """Return the error for a name that the config lacks, with the nearest name or all names."""
    from monitor.config.errors import quote_text, suggest_known

    advice = suggest_known(name, names, "there are") or "; there is none"
    return UsageError(f"no {kind} is called {quote_text(name)}{advice}")


def write_output(pieces: Iterable[str]) -> None:
    """Write to standard output byte for byte; on a terminal, strip control characters."""
    if sys.stdout.isatty():
        for piece in pieces:
            sys.stdout.write(strip_control_chars(piece))
        sys.stdout.write("\n")
        return
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()


def prepare_outputs() -> None:
    """Make stdout accept any character, and replace closed outputs (`>&-`) with the null device."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for characters outside the encoding


def print_message(text: str) -> None:
    """Print a message to standard error; ignore output errors."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


@contextmanager
def tolerate_output_errors() -> Iterator[None]:
    """Print results before the work is done, so that an output error does not stop the work.

    A closed pipe (`| head`) or a full disk (`>`) must end a command only if nothing is left to do.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        discard_stdout()
    except OSError as error:
        print_message(f"monitor: standard output: {error.strerror or error}")
        discard_stdout()


def duplicate_stdout() -> TextIO:
    """Return a second stream to standard output, which stays open when the first is discarded.

    The terminal channel uses it: if standard output is full, its alerts must count as not sent.
    """
    try:
        descriptor = os.dup(sys.stdout.fileno())
    except OSError:  # not a real file, such as a StringIO
        return sys.stdout
    return open(descriptor, "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)  # noqa: PTH123


def discard_stdout() -> None:
    """Discard the rest of standard output; Python would fail to flush it on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def format_result(report: CheckReport) -> str:
    """Return the result of a successful check, and the pages left to the next check."""
    text = _format_changes(report.result)
    if report.gap_page is None:
        return text
    more = f"from page {report.gap_page} on there is more that is not known yet"
    return f"{text}; {more}: the next check goes on there"


def _format_changes(result: CheckResult) -> str:
    entries = pluralize(result.entries, "entry", "entries")
    if result.is_baseline:
        pages = pluralize(result.pages, "page")
        return (
            f"first check: {entries} on {pages} recorded as the starting point "
            f"(baseline); no alerts are sent for these"
        )
    changes = {
        "new": result.new,
        "revised": result.revised,
        "withdrawn": result.withdrawn,
        "restored": result.restored,
    }
    changes_text = ", ".join(f"{count} {change}" for change, count in changes.items() if count)
    if result.status == "not-modified" and not changes_text:
        return "nothing changed"
    return f"{entries}, {changes_text or 'nothing new'}"
