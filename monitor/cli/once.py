"""`monitor --once`: checks every source, sends the messages that are due, and ends."""

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from monitor.app import App, create_system_clock
from monitor.check.runner import CheckReport
from monitor.cli.common import (
    check_watch_queries,
    duplicate_stdout,
    format_result,
    is_set,
    load_config,
    print_message,
    tolerate_output_errors,
    unknown_name_error,
)
from monitor.clock import find_timezone, to_iso
from monitor.delivery.dispatcher import SendSummary
from monitor.errors import MonitorError
from monitor.models.config import Config, Secret, Source
from monitor.store.database import open_database
from monitor.text.sanitize import pluralize, sanitize_line

# Send messages that fall due within the next minute too: no process will be running then.
_SEND_AHEAD = timedelta(minutes=1)
_MAX_MATCHES_SHOWN = 10
_NEXT_STEPS = "next, try a query on these:  monitor watch test QUERY\nor begin to watch:  monitor"


def run(args: Namespace) -> int:
    """Run the round, with a heartbeat if the config has one."""
    settings = load_config(args, check_queries=False)
    heartbeat = settings.health.heartbeat
    if heartbeat is None or args.checked is not None:  # one source is not a whole round
        return choose_exit_code(*_run_round(settings, args))

    return run_with_heartbeat(settings, heartbeat, lambda: _run_round(settings, args))


def _run_round(settings: Config, args: Namespace) -> tuple[Sequence[CheckReport], SendSummary]:
    """Check and send, and print the results."""
    sources = select_sources(settings, args.checked)
    as_json = is_set(args, "json")
    clock = create_system_clock()
    # With --json, standard output holds one document, so alerts go to standard error.
    app = App(settings, clock, sys.stderr if as_json else duplicate_stdout())
    started_at, start_tick = clock.now(), clock.monotonic()
    with app.open_db() as db:  # fail on database problems before fetching
        check_watch_queries(settings, db)
    reports = app.check_sources(sources, sweep=args.sweep, accept=args.accept)
    if not as_json:
        with tolerate_output_errors():
            print_reports(reports, quiet=is_set(args, "quiet"))
        if any(report.result.is_baseline for report in reports) and not is_set(args, "quiet"):
            print_message(_NEXT_STEPS)
    if args.accept:
        _print_accepted(reports)
    send_summary = app.dispatcher.send_due(ahead=_SEND_AHEAD)
    waiting = app.count_pending()
    if as_json:
        summary = {
            "started_at": to_iso(started_at),
            "seconds": round(clock.monotonic() - start_tick, 3),
            "sources": [report.result.as_json() for report in reports],
            "matched": sum(len(report.matched_events) for report in reports),
            "delivered": send_summary.delivered,
            "waiting": waiting,
            "failed": len(send_summary.failures),
        }
        from monitor.text.sanitize import safe_dumps

        print(safe_dumps(summary, indent=2))
    print_send_summary(send_summary, waiting, quiet=as_json or is_set(args, "quiet"))
    return reports, send_summary


def select_sources(settings: Config, name: str | None) -> Sequence[Source]:
    """Return the sources to check; raise UsageError if there is none of that name."""
    if name is None:
        return settings.sources
    selected = [source for source in settings.sources if source.name == name]
    if not selected:
        raise unknown_name_error("source", name, (source.name for source in settings.sources))
    return selected


def choose_exit_code(reports: Sequence[CheckReport], send_summary: SendSummary) -> int:
    """Return 0 if everything succeeded, 1 if some source or delivery failed."""
    all_read = all(report.result.error is None for report in reports)
    return 0 if all_read and not send_summary.failures else 1


def print_reports(reports: Sequence[CheckReport], *, quiet: bool) -> None:
    """Print one or more lines for each source."""
    for report in reports:
        result = report.result
        if result.error is not None:
            print_message(
                f"{sanitize_line(result.name)}: {result.status}: {sanitize_line(result.error)}"
            )
        elif not quiet:
            print(f"{sanitize_line(result.name)}: {format_result(report)}")
            if result.is_baseline:
                _print_baseline_matches(report)
        if not quiet:
            print_operator_messages(report.log_lines)


def print_operator_messages(messages: Iterable[str]) -> None:
    """Print the messages to the operator about the monitoring itself."""
    for sentence in messages:
        print(sanitize_line(sentence))


def _print_accepted(reports: Sequence[CheckReport]) -> None:
    """Print the problems that --accept overruled, and where it had no effect."""
    for report in reports:
        name, status = sanitize_line(report.result.name), report.result.status
        for fault in report.overruled_faults:
            print_message(f"{name}: accepted, though {sanitize_line(fault.reason)} ({fault.rule})")
        if status == "suspect":
            print_message(
                f"{name}: --accept cannot help here: no entries can be read from this page"
            )
        elif status != "failed" and not report.overruled_faults:
            print_message(f"{name}: nothing to accept: the page is valid")


def _print_baseline_matches(report: CheckReport) -> None:
    """Print the releases of the baseline that the watches match: a first test of the watches."""
    if not report.matched_events:
        print("  no watch matches any of them")
        return
    counts = Counter(
        match.watch for matched_event in report.matched_events for match in matched_event.matches
    )
    counts_text = ", ".join(
        f"{sanitize_line(name)} {count}" for name, count in counts.most_common()
    )
    print(f"  matching: {counts_text}")
    for matched_event in report.matched_events[:_MAX_MATCHES_SHOWN]:
        release = matched_event.event.release
        names = ", ".join(sanitize_line(match.watch) for match in matched_event.matches)
        print(f"  {release.date}  {sanitize_line(release.title)}  [{names}]")
    if len(report.matched_events) > _MAX_MATCHES_SHOWN:
        print(
            f"  and {len(report.matched_events) - _MAX_MATCHES_SHOWN} more; list them with: "
            f"monitor releases"
        )


def print_send_summary(send_summary: SendSummary, waiting: int, *, quiet: bool) -> None:
    """Print the number of messages sent, and each failure."""
    for failure in send_summary.failures:
        print_message(f"not sent: {sanitize_line(failure)}")
    if not quiet:
        print_operator_messages(send_summary.log_lines)
    if not quiet and (send_summary.delivered or waiting):
        messages = pluralize(send_summary.delivered, "message")
        print(f"sent {messages}" + (f"; {waiting} waiting" if waiting else ""))


CheckRound = Callable[[], tuple[Sequence[CheckReport], SendSummary]]


def run_with_heartbeat(settings: Config, heartbeat: Secret, run_round: CheckRound) -> int:
    """Run a round, report its outcome to the heartbeat URL, and return the round's exit code.

    The report includes problems of earlier rounds that are not solved yet: a message that only
    waits for its next attempt is no good sign. If the ping fails, print that and go on; the exit
    code stays the same.
    """
    from monitor.incidents.heartbeat import send_heartbeat

    try:
        reports, send_summary = run_round()
    except MonitorError as error:  # an unusable database, for example
        _print_ping_error(send_heartbeat(heartbeat, [str(error)], ""))
        raise
    sources = pluralize(len(reports), "source")
    messages = pluralize(send_summary.delivered, "message")
    success_text = f"checked {sources}, sent {messages}: all well"
    problems = list(_list_round_problems(reports, send_summary))
    _print_ping_error(
        send_heartbeat(heartbeat, problems or _list_status_problems(settings), success_text)
    )
    return 1 if problems else 0


def _list_round_problems(
    reports: Sequence[CheckReport], send_summary: SendSummary
) -> Iterator[str]:
    for report in reports:
        if report.result.error is not None:
            yield f"{report.result.name}: {report.result.status}: {report.result.error}"
    for failure in send_summary.failures:
        yield f"not sent: {failure}"


def _list_status_problems(settings: Config) -> list[str]:
    from monitor import status

    with open_database(settings.store_path) as db, db.begin_read() as conn:
        return list(status.list_problems(conn, settings, find_timezone(settings.timezone)))


def _print_ping_error(error: str | None) -> None:
    if error is not None:
        print_message(f"monitor: {error}")
