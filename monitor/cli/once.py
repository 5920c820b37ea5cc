"""`monitor --once`: one check of every source, what is due is sent, and an end."""

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from monitor.check import Report
from monitor.cli.output import in_passing, say, spare
from monitor.cli.parts import config, confirm_queries, flag, no_such
from monitor.cli.words import in_words
from monitor.deliver import Tally
from monitor.model.configured import Config, Source
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.times import to_iso
from monitor.wiring import Works, real_world

# A run sends what falls due within the next minute: nobody will be awake when it does.
_AHEAD = timedelta(minutes=1)
_SHOWN = 10
_NEXT = "next, try a query on these:  monitor watch test QUERY\nor begin to watch:  monitor"


def run(args: Namespace) -> int:
    """Run the command."""
    settings = config(args, check_queries=False)
    heartbeat = settings.health.heartbeat
    if heartbeat is None or args.checked is not None:  # one source is not the whole round
        return exit_code(*_round(settings, args))
    from monitor.cli.beating import with_heartbeat

    return with_heartbeat(settings, heartbeat, lambda: _round(settings, args))


def _round(settings: Config, args: Namespace) -> tuple[Sequence[Report], Tally]:
    """Check and send, and print how it went."""
    sources = chosen(settings, args.checked)
    as_json = flag(args, "json")
    world = real_world()
    # With --json, standard output holds one document: messages go beside it.
    works = Works(settings, world, sys.stderr if as_json else spare())
    started_at, tick = world.now(), world.monotonic()
    with works.open_db() as db:  # trouble with the store is told before anything is fetched
        confirm_queries(settings, db)
    reports = works.check(sources, sweep=args.sweep, accept=args.accept)
    if not as_json:
        with in_passing():
            tell_reports(reports, quiet=flag(args, "quiet"))
        if any(report.result.baseline for report in reports) and not flag(args, "quiet"):
            say(_NEXT)
    if args.accept:
        _tell_accepted(reports)
    tally = works.post.send_due(ahead=_AHEAD)
    waiting = works.waiting()
    if as_json:
        summary = {
            "started_at": to_iso(started_at),
            "seconds": round(world.monotonic() - tick, 3),
            "sources": [report.result.as_json() for report in reports],
            "matched": sum(len(report.found) for report in reports),
            "delivered": tally.delivered,
            "waiting": waiting,
            "failed": len(tally.failures),
        }
        from monitor.jsontext import dumps

        print(dumps(summary, indent=2))
    tell_tally(tally, waiting, quiet=as_json or flag(args, "quiet"))
    return reports, tally


def chosen(settings: Config, name: str | None) -> Sequence[Source]:
    """Return the sources to check; UsageError where there is none of that name."""
    if name is None:
        return settings.sources
    found = [source for source in settings.sources if source.name == name]
    if not found:
        raise no_such("source", name, (source.name for source in settings.sources))
    return found


def exit_code(reports: Sequence[Report], tally: Tally) -> int:
    """Return 0 where all went well, 1 where some source or delivery failed."""
    read = all(report.result.error is None for report in reports)
    return 0 if read and not tally.failures else 1


def tell_reports(reports: Sequence[Report], *, quiet: bool) -> None:
    """Print a line or a few for each source."""
    for report in reports:
        result = report.result
        if result.error is not None:
            say(f"{clean(result.name)}: {result.status}: {clean(result.error)}")
        elif not quiet:
            print(f"{clean(result.name)}: {in_words(report)}")
            if result.baseline:
                _tell_baseline(report)
        if not quiet:
            tell_operator(report.told)


def tell_operator(told: Iterable[str]) -> None:
    """Say what the operator is told of the watching itself."""
    for sentence in told:
        print(clean(sentence))


def _tell_accepted(reports: Sequence[Report]) -> None:
    """Say what was taken in though it looked wrong, and where there was nothing to take."""
    for report in reports:
        name, status = clean(report.result.name), report.result.status
        for fault in report.overruled:
            say(f"{name}: accepted, though {clean(fault.reason)} ({fault.rule})")
        if status == "suspect":
            say(f"{name}: --accept cannot help here: no entries can be read from this page")
        elif status != "failed" and not report.overruled:
            say(f"{name}: there was nothing to accept: the listing is believed")


def _tell_baseline(report: Report) -> None:
    """Show what the watches would have found: the first look at whether they are right."""
    if not report.found:
        print("  no watch matches any of them")
        return
    counts = Counter(match.watch for found in report.found for match in found.matches)
    listed = ", ".join(f"{clean(name)} {count}" for name, count in counts.most_common())
    print(f"  matching: {listed}")
    for found in report.found[:_SHOWN]:
        release = found.event.release
        names = ", ".join(clean(match.watch) for match in found.matches)
        print(f"  {release.date}  {clean(release.title)}  [{names}]")
    if len(report.found) > _SHOWN:
        print(f"  and {len(report.found) - _SHOWN} more; list them with: monitor releases")


def tell_tally(tally: Tally, waiting: int, *, quiet: bool) -> None:
    """Print what was sent, and what was not."""
    for failure in tally.failures:
        say(f"not sent: {clean(failure)}")
    if not quiet:
        tell_operator(tally.told)
    if not quiet and (tally.delivered or waiting):
        messages = counted(tally.delivered, "message")
        print(f"sent {messages}" + (f"; {waiting} waiting" if waiting else ""))
