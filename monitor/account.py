"""Why a watch's readers were told of a release, or were not: from what is stored, and the config.

The store knows which watch found what, when, and who was owed a word of it. Where it has nothing of
a watch, that watch did not find the release when it was taken in, and what the query says of it
now tells why, unless the two have changed since.
"""

from collections.abc import Iterator, Sequence

from monitor.model.configured import Channel, Watch
from monitor.model.dossier import Dossier, Reason, Told
from monitor.model.explained import Account, Cause, Heard, Outcome
from monitor.model.stored import Origin
from monitor.model.told import Document
from monitor.query.keywords import asked, of
from monitor.query.match import holds
from monitor.query.reasoning import reasons


def account(watch: Watch, channels: Sequence[Channel], found: Dossier, origin: Origin) -> Account:
    """Return why the readers of one watch were told of a release, or were not."""
    release = found.release
    seen_in = tuple(dict.fromkeys(one.source for one in found.listings))
    document = Document(
        title=release.title, text=release.body, category=release.category or "", sources=seen_in
    )
    query = of(watch)
    matched = _matched(watch, found)
    told = [one for one in found.deliveries if watch.name in one.watches]
    matches_now = holds(query, document)
    causes: tuple[Cause, ...] = ()
    if matched is not None and not told:
        causes = (_kept_from(watch, matched, found.deliveries),)
    elif not told:
        causes = tuple(_not_found(watch, seen_in, matches_now=matches_now))
    return Account(
        watch=watch.name,
        query=asked(watch),
        outcome=_outcome(told),
        causes=causes,
        matches_now=matches_now,
        matched=matched,
        origin=origin,
        first_seen_at=release.first_seen_at,
        seen_in=seen_in,
        terms=reasons(query, document),
        channels=tuple(_heard(watch, channels, told)),
    )


def _matched(watch: Watch, found: Dossier) -> Reason | None:
    """Return how the watch found it, if it did: by what it asks for now, or else by what it did."""
    ours = [one for one in found.matches if one.watch == watch.name]
    query = asked(watch)
    by_this = (one for one in ours if one.query in {None, query})
    return next(by_this, ours[-1] if ours else None)


def _not_found(watch: Watch, seen_in: Sequence[str], *, matches_now: bool) -> Iterator[Cause]:
    """Yield all that kept the watch from finding it, at least one."""
    is_watched = watch.sources is None or not set(watch.sources).isdisjoint(seen_in)
    if watch.paused:
        yield "paused"
    if not is_watched:
        yield "source"
    if not matches_now:
        yield "terms"
    elif is_watched and not watch.paused:
        yield "late" if "new" in watch.on else "event"


def _kept_from(watch: Watch, matched: Reason, told: Sequence[Told]) -> Cause:
    """Return what kept from being told what the watch found; `told` is what was told for others.

    One that does not ask for what is new follows what is no news, too.
    """
    is_asked_for = matched.event == "restored" or matched.event in watch.on
    if matched.origin != "news" and (is_asked_for or "new" in watch.on):
        return "origin"
    if not is_asked_for:
        return "event"
    is_known = any(
        one.created_at < matched.matched_at and watch.goes_to(one.channel) for one in told
    )
    return "known" if is_known and matched.event == "new" else "nobody"


def _outcome(told: Sequence[Told]) -> Outcome:
    """Return the best of what became of the messages."""
    states = {"sent" if one.sent_at is not None else one.status for one in told}
    if "sent" in states:
        return "sent"
    if "owed" in states:
        return "owed"
    return "given-up" if states else "not-sent"


def _heard(watch: Watch, channels: Sequence[Channel], told: Sequence[Told]) -> Iterator[Heard]:
    """Yield the channels of the config, and those that once were there."""
    names = dict.fromkeys(channel.name for channel in channels)
    for name in names | dict.fromkeys(one.channel for one in told):
        yield Heard(
            channel=name,
            is_gone=name not in names,
            is_addressed=name in names and watch.goes_to(name),
            told=tuple(one for one in told if one.channel == name),
        )
