"""`monitor explain`: why a release was, or was not, sent."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from shlex import quote

from monitor.account import account
from monitor.cli.backtest import by_field, places
from monitor.cli.choosing import dossier_of
from monitor.cli.output import say
from monitor.cli.parts import config, flag
from monitor.cli.watch import named
from monitor.jsontext import dumps
from monitor.model.configured import Watch
from monitor.model.dossier import Reason, Told
from monitor.model.explained import Account, Cause, Heard, TermFound
from monitor.store.intake import origin_of
from monitor.store.reading import open_to_read
from monitor.text.cleaning import clean
from monitor.text.counting import counted
from monitor.times import to_iso, to_iso_if
from monitor.zones import zone_named

_OUTCOMES = {
    "sent": "sent",
    "owed": "found, and still to be sent",
    "given-up": "found, but sending was given up",
    "not-sent": "not sent",
}
_ORIGINS = {
    "baseline": "it was there at the first check of its listing, the baseline; nobody is told of"
    " that",
    "archive": "it came as archive: from a walk back, or from below what was known; nobody is told"
    " of that",
    "import": "it came from an imported file; nobody is told of that",
}
_UNTOLD = {
    "known": ("its readers had heard of it already, for another watch; nobody is told twice",),
    "nobody": (
        "no channel was to hear of it when it was found; channels, or the watch's",
        "`to` and `on`, may have been changed since",
    ),
}


def run(args: Namespace) -> int:
    """Run the command."""
    settings = config(args)
    watches = settings.watches if args.watch is None else (named(settings, args.watch),)
    with open_to_read(settings.store_path) as db, db.reading() as conn:
        found = dossier_of(args.id, conn)
        origin = origin_of(conn, found.release.id)
    accounts = [account(watch, settings.channels, found, origin) for watch in watches]
    if flag(args, "json"):
        release = found.release.as_json()
        print(dumps({"release": release, "watches": list(map(_object, accounts))}, indent=2))
        return 0
    print(f"{found.release.id:>5} {found.release.date}  {clean(found.release.title)}")
    zone = zone_named(settings.timezone)
    for watch, one in zip(watches, accounts, strict=True):
        print()
        print("\n".join(_told(watch, one, zone)))
    if not watches:
        say("no watches yet; add one with: monitor watch add NAME QUERY")
    return 0


# ------------------------------------------------------------------ for people


def _told(watch: Watch, one: Account, zone: tzinfo) -> Iterator[str]:
    yield f"{clean(one.watch)}: {_OUTCOMES[one.outcome]}"
    for cause in one.causes:
        yield from (f"  {line}" for line in _because(cause, watch, one, zone))
    if one.matched is not None:
        yield from (f"  {line}" for line in _found(one, one.matched, zone))
    if "terms" not in one.causes:
        yield from _terms(one.terms)
    if one.outcome != "not-sent":
        yield from (f"  {line}" for line in _channels(one.channels, zone))


def _found(one: Account, matched: Reason, zone: tzinfo) -> Iterator[str]:
    """Yield when it was found, and what has been changed since if it no longer would be."""
    yield f"found on {_at(matched.matched_at, zone)}, as {matched.event}"
    if matched.query not in {None, one.query}:
        yield f"the watch asked for something else then: {clean(matched.query or '')}"
        if not one.matches_now:
            yield "what it asks for now does not match"
    elif not one.matches_now:
        what = "the query, or the release," if matched.query is None else "the release"
        yield f"it does not match any more: {what} was changed since"


def _because(cause: Cause, watch: Watch, one: Account, zone: tzinfo) -> Iterator[str]:
    """Yield the sentences for one cause."""
    match cause:
        case "terms":
            yield from _blamed(one.terms)
        case "source":
            seen = _names(one.seen_in) or "no listing"
            yield f"the watch looks only at {_names(watch.sources or ())}; this was seen in {seen}"
        case "paused":
            name = clean(quote(watch.name))
            yield f"the watch is paused, and finds nothing until: monitor watch resume {name}"
        case "origin":
            yield _ORIGINS[one.matched.origin if one.matched else one.origin]
        case "event":
            yield from _unasked(watch, one.matched.event if one.matched else "")
        case "known" | "nobody":
            yield from _UNTOLD[cause]
        case "late":
            yield from _late(one, zone)


def _unasked(watch: Watch, event: str) -> Iterator[str]:
    """Yield for which event nobody was told, and for which somebody will be."""
    asked = " or ".join(watch.on)
    found = f"it was found when it was {event}; " if event else ""
    yield f"{found}the watch tells only what is {asked}"
    if "new" not in watch.on:
        yield f"once this release is {asked}, that is told"


def _late(one: Account, zone: tzinfo) -> Iterator[str]:
    at = _at(one.first_seen_at, zone)
    yield f"it matches now, but did not when it was taken in, on {at}: the watch is newer, or was"
    yield "paused or changed since; a watch does not tell of what is already stored"
    if one.origin != "news":
        yield f"besides, {_ORIGINS[one.origin]}"


def _blamed(terms: Iterable[TermFound]) -> Iterator[str]:
    """Yield which terms the query fails for."""
    blamed = [one for one in terms if one.is_to_blame]
    for one in blamed:
        if one.is_excluded:
            yield f"it has {_place(one)}, which the query leaves out"
    lacking = [one for one in blamed if not one.is_excluded]
    if lacking:
        yield f"it lacks {', '.join(_quoted(one.term) for one in lacking)}"
    for one in lacking:
        if one.instead:
            yield (
                f"the release has {_quoted(one.instead)}, but {_quoted(one.term)} has a word of two"
                " to four capitals, which finds only capitals"
            )
    if found := [one for one in terms if one.is_found and not one.is_to_blame]:
        yield f"it has {', '.join(map(_place, found))}"


def _terms(terms: Iterable[TermFound]) -> Iterator[str]:
    """Yield what a query that matches found, and what it did without."""
    found = [_place(one) for one in terms if one.is_found]
    lacking = [_quoted(one.term) for one in terms if not one.is_found]
    if found:
        yield f"  it has {', '.join(found)}"
    if lacking:
        yield f"  it has no {', no '.join(lacking)}"


def _place(one: TermFound) -> str:
    where = places(by_field(one.hits).get(one.term, {}))
    return f"{_quoted(one.term)} ({where})" if where else _quoted(one.term)


def _channels(channels: Iterable[Heard], zone: tzinfo) -> Iterator[str]:
    """Yield what each channel was told, and in one line those that are not to be told."""
    others = []
    for one in channels:
        for told in one.told:
            state = _state(told, zone, is_gone=one.is_gone)
            yield f"{clean(one.channel)}: {told.event}: {state}"
        if not one.told and one.is_addressed:
            yield f"{clean(one.channel)}: not told; when it was found, it was not to be"
        elif not one.told:
            others.append(one.channel)
    if others:
        yield f"not told, as the watch does not go there: {_names(others)}"


def _state(one: Told, zone: tzinfo, *, is_gone: bool) -> str:
    tried = f" after {counted(one.attempts, 'attempt')}" if one.attempts else ""
    error = f" ({clean(one.error)})" if one.error else ""
    if one.sent_at is not None:
        return f"sent {_at(one.sent_at, zone)}"
    if is_gone:
        state = "owed" if one.status == "owed" else "given up"
        return f"{state}{tried}{error}; the config has no such channel; put it back to send this"
    if one.status != "owed":
        again = f"send it again with: monitor deliveries retry {one.id}"
        return f"given up{tried}{error}; {again}"
    due = _at(one.due_at, zone)
    if one.attempts:
        return f"owed, again {due}{tried}{error}"
    return f"waits for the digest of {due}" if one.type == "digest" else f"owed, due {due}"


def _at(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(clean, names))


def _quoted(text: str) -> str:
    return clean(text) if text.startswith('"') else f"“{clean(text)}”"


# ------------------------------------------------------------------ for scripts


def _object(one: Account) -> dict[str, object]:
    return {
        "watch": one.watch,
        "query": one.query,
        "outcome": one.outcome,
        "causes": one.causes,
        "matches_now": one.matches_now,
        "matched_at": None if one.matched is None else to_iso(one.matched.matched_at),
        "matched_by": None if one.matched is None else one.matched.query,
        "event": None if one.matched is None else one.matched.event,
        "origin": one.origin,
        "seen_in": one.seen_in,
        "terms": [
            {
                "term": term.term,
                "excluded": term.is_excluded,
                "found": term.is_found,
                "to_blame": term.is_to_blame,
                "in": by_field(term.hits).get(term.term, {}),
                "instead": term.instead or None,
            }
            for term in one.terms
        ],
        "channels": [
            {
                "channel": heard.channel,
                "configured": not heard.is_gone,
                "addressed": heard.is_addressed,
                "deliveries": list(map(_delivery, heard.told)),
            }
            for heard in one.channels
        ],
    }


def _delivery(one: Told) -> dict[str, object]:
    is_owed = one.status == "owed"
    return {
        "id": one.id,
        "type": one.type,
        "event": one.event,
        "status": one.status,
        "due_at": to_iso(one.due_at) if is_owed else None,
        "sent_at": to_iso_if(one.sent_at),
        "attempts": one.attempts,
        "error": one.error,
    }
