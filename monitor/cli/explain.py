"""`monitor explain`: why a release was, or was not, sent."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from shlex import quote

from monitor.cli.backtest import count_hits, format_field_counts
from monitor.cli.common import is_set, load_config, print_message
from monitor.cli.selection import find_release_details
from monitor.cli.watch import find_watch
from monitor.clock import find_timezone, to_iso, to_iso_or_none
from monitor.domain.explanation import explain_release
from monitor.models.config import Watch
from monitor.models.report import (
    ChannelDeliveries,
    Explanation,
    MatchRecord,
    NotSentCause,
    ReleaseDelivery,
    TermResult,
)
from monitor.store.ingest import get_release_origin
from monitor.store.readonly import open_read_only
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line

_OUTCOME_TEXTS = {
    "sent": "sent",
    "owed": "found, and still to be sent",
    "given-up": "found, but sending was given up",
    "not-sent": "not sent",
}
_ORIGIN_TEXTS = {
    "baseline": "it was part of the first check of its source, the baseline, which sends no alerts",
    "archive": "it came from a backfill or stood below known entries, so it is archive, "
    "which sends no alerts",
    "import": "it came from an imported file, which sends no alerts",
}
_NOT_ALERTED_TEXTS = {
    "known": (
        "its channels were already alerted to it by another watch; each channel is alerted once",
    ),
    "nobody": (
        "no channel was configured for it when it was matched; the channels, or the watch's",
        "`to` and `on`, may have been changed since",
    ),
}


def run(args: Namespace) -> int:
    """Print the explanation for one watch or for all."""
    settings = load_config(args)
    watches = settings.watches if args.watch is None else (find_watch(settings, args.watch),)
    with open_read_only(settings.store_path) as db, db.begin_read() as conn:
        details = find_release_details(args.id, conn)
        origin = get_release_origin(conn, details.release.id)
    explanations = [explain_release(watch, settings.channels, details, origin) for watch in watches]
    if is_set(args, "json"):
        release = details.release.as_json()
        print(
            safe_dumps(
                {"release": release, "watches": list(map(_serialize_explanation, explanations))},
                indent=2,
            )
        )
        return 0
    print(f"{details.release.id:>5} {details.release.date}  {sanitize_line(details.release.title)}")
    zone = find_timezone(settings.timezone)
    for watch, explanation in zip(watches, explanations, strict=True):
        print()
        print("\n".join(_format_explanation(watch, explanation, zone)))
    if not watches:
        print_message("no watches yet; add one with: monitor watch add NAME QUERY")
    return 0


# ------------------------------------------------------------------ for people


def _format_explanation(watch: Watch, explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    yield f"{sanitize_line(explanation.watch)}: {_OUTCOME_TEXTS[explanation.outcome]}"
    for cause in explanation.causes:
        yield from (f"  {line}" for line in _format_cause(cause, watch, explanation, zone))
    if explanation.match_record is not None:
        yield from (
            f"  {line}" for line in _format_match(explanation, explanation.match_record, zone)
        )
    if "terms" not in explanation.causes:
        yield from _format_matched_terms(explanation.terms)
    if explanation.outcome != "not-sent":
        yield from (f"  {line}" for line in _format_channels(explanation.channels, zone))


def _format_match(explanation: Explanation, matched: MatchRecord, zone: tzinfo) -> Iterator[str]:
    """Yield when the release matched, and, if it no longer matches, the change since then."""
    yield f"found on {_format_moment(matched.matched_at, zone)}, as {matched.event}"
    if matched.query not in {None, explanation.query}:
        yield f"the watch asked for something else then: {sanitize_line(matched.query or '')}"
        if not explanation.matches_now:
            yield "its current query does not match"
    elif not explanation.matches_now:
        changed = "the query, or the release," if matched.query is None else "the release"
        yield f"it does not match any more: {changed} was changed since"


def _format_cause(
    cause: NotSentCause, watch: Watch, explanation: Explanation, zone: tzinfo
) -> Iterator[str]:
    """Yield the sentences for one cause."""
    match cause:
        case "terms":
            yield from _format_failed_terms(explanation.terms)
        case "source":
            seen = _join_names(explanation.seen_in) or "no listing"
            yield (
                f"the watch looks only at {_join_names(watch.sources or ())}; this was "
                f"seen in {seen}"
            )
        case "paused":
            name = sanitize_line(quote(watch.name))
            yield f"the watch is paused, and finds nothing until: monitor watch resume {name}"
        case "origin":
            yield _ORIGIN_TEXTS[
                explanation.match_record.origin if explanation.match_record else explanation.origin
            ]
        case "event":
            yield from _format_unwanted_event(
                watch, explanation.match_record.event if explanation.match_record else ""
            )
        case "known" | "nobody":
            yield from _NOT_ALERTED_TEXTS[cause]
        case "late":
            yield from _format_late_match(explanation, zone)


def _format_unwanted_event(watch: Watch, event: str) -> Iterator[str]:
    """Yield which event the watch does not alert on, and which it does."""
    wanted_events = " or ".join(watch.on)
    prefix = f"it matched when it was {event}; " if event else ""
    yield f"{prefix}the watch alerts only on releases that are {wanted_events}"
    if "new" not in watch.on:
        yield f"once this release is {wanted_events}, an alert is sent"


def _format_late_match(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    first_seen = _format_moment(explanation.first_seen_at, zone)
    yield (
        f"it matches now, but did not when it was recorded, on {first_seen}: the watch is "
        f"newer, or was"
    )
    yield "paused or changed since; a watch sends no alerts for stored releases"
    if explanation.origin != "news":
        yield f"besides, {_ORIGIN_TEXTS[explanation.origin]}"


def _format_failed_terms(terms: Iterable[TermResult]) -> Iterator[str]:
    """Yield the terms that keep the query from matching."""
    failed = [term for term in terms if term.caused_failure]
    for term in failed:
        if term.is_excluded:
            yield f"it has {_format_term(term)}, which the query leaves out"
    missing = [term for term in failed if not term.is_excluded]
    if missing:
        yield f"it lacks {', '.join(_quote_term(term.term) for term in missing)}"
    for term in missing:
        if term.lowercase_form:
            yield (
                f"the release has {_quote_term(term.lowercase_form)}, but "
                f"{_quote_term(term.term)} has a word of two"
                " to four capitals, which finds only capitals"
            )
    if present := [term for term in terms if term.is_found and not term.caused_failure]:
        yield f"it has {', '.join(map(_format_term, present))}"


def _format_matched_terms(terms: Iterable[TermResult]) -> Iterator[str]:
    """Yield the terms that a matching query found, and those that are absent."""
    present = [_format_term(term) for term in terms if term.is_found]
    absent = [_quote_term(term.term) for term in terms if not term.is_found]
    if present:
        yield f"  it has {', '.join(present)}"
    if absent:
        yield f"  it has no {', no '.join(absent)}"


def _format_term(term: TermResult) -> str:
    field_counts = format_field_counts(count_hits(term.hits).get(term.term, {}))
    return f"{_quote_term(term.term)} ({field_counts})" if field_counts else _quote_term(term.term)


def _format_channels(channels: Iterable[ChannelDeliveries], zone: tzinfo) -> Iterator[str]:
    """Yield each channel's deliveries, and a line for the channels that the watch does not use."""
    unaddressed = []
    for channel in channels:
        for delivery in channel.deliveries:
            state = _describe_state(delivery, zone, is_gone=channel.is_removed)
            yield f"{sanitize_line(channel.channel)}: {delivery.event}: {state}"
        if not channel.deliveries and channel.is_used_by_watch:
            yield (
                f"{sanitize_line(channel.channel)}: not alerted; this channel was added "
                f"after the release was matched"
            )
        elif not channel.deliveries:
            unaddressed.append(channel.channel)
    if unaddressed:
        yield f"not alerted, because the watch does not use them: {_join_names(unaddressed)}"


def _describe_state(delivery: ReleaseDelivery, zone: tzinfo, *, is_gone: bool) -> str:
    after_attempts = (
        f" after {pluralize(delivery.attempts, 'attempt')}" if delivery.attempts else ""
    )
    error = f" ({sanitize_line(delivery.error)})" if delivery.error else ""
    if delivery.sent_at is not None:
        return f"sent {_format_moment(delivery.sent_at, zone)}"
    if is_gone:
        state = "owed" if delivery.status == "owed" else "given up"
        return (
            f"{state}{after_attempts}{error}; the config has no such channel; put it back "
            f"to send this"
        )
    if delivery.status != "owed":
        advice = f"send it again with: monitor deliveries retry {delivery.id}"
        return f"given up{after_attempts}{error}; {advice}"
    due = _format_moment(delivery.due_at, zone)
    if delivery.attempts:
        return f"owed, again {due}{after_attempts}{error}"
    return f"waits for the digest of {due}" if delivery.type == "digest" else f"owed, due {due}"


def _format_moment(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _join_names(names: Iterable[str]) -> str:
    return ", ".join(map(sanitize_line, names))


def _quote_term(text: str) -> str:
    return sanitize_line(text) if text.startswith('"') else f"“{sanitize_line(text)}”"


# ------------------------------------------------------------------ for scripts


def _serialize_explanation(explanation: Explanation) -> dict[str, object]:
    return {
        "watch": explanation.watch,
        "query": explanation.query,
        "outcome": explanation.outcome,
        "causes": explanation.causes,
        "matches_now": explanation.matches_now,
        "matched_at": None
        if explanation.match_record is None
        else to_iso(explanation.match_record.matched_at),
        "matched_by": None if explanation.match_record is None else explanation.match_record.query,
        "event": None if explanation.match_record is None else explanation.match_record.event,
        "origin": explanation.origin,
        "seen_in": explanation.seen_in,
        "terms": [
            {
                "term": term.term,
                "excluded": term.is_excluded,
                "found": term.is_found,
                "to_blame": term.caused_failure,
                "in": count_hits(term.hits).get(term.term, {}),
                "instead": term.lowercase_form or None,
            }
            for term in explanation.terms
        ],
        "channels": [
            {
                "channel": channel.channel,
                "configured": not channel.is_removed,
                "addressed": channel.is_used_by_watch,
                "deliveries": list(map(_serialize_delivery, channel.deliveries)),
            }
            for channel in explanation.channels
        ],
    }


def _serialize_delivery(delivery: ReleaseDelivery) -> dict[str, object]:
    is_pending = delivery.status == "owed"
    return {
        "id": delivery.id,
        "type": delivery.type,
        "event": delivery.event,
        "status": delivery.status,
        "due_at": to_iso(delivery.due_at) if is_pending else None,
        "sent_at": to_iso_or_none(delivery.sent_at),
        "attempts": delivery.attempts,
        "error": delivery.error,
    }
