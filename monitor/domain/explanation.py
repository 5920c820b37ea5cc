"""Explain why a watch did or did not send a release, from the store and the config.

The store records each match, its time and its deliveries. If it has no match of a watch, the watch
did not match the release when it was ingested. The query's result today explains this, unless the
query or the release has changed since.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.models.config import Channel, Watch
from monitor.models.notification import Document
from monitor.models.release import ReleaseOrigin
from monitor.models.report import (
    ChannelDeliveries,
    DeliveryOutcome,
    Explanation,
    MatchRecord,
    NotSentCause,
    ReleaseDelivery,
    ReleaseDetails,
    TermResult,
)
from monitor.query import build_watch_query, format_watch_query
from monitor.query.ast import And, Node, Not, Or, SourceTerm, Term
from monitor.query.lexer import to_query
from monitor.query.matcher import find_hits, matches_document
from monitor.query.phrases import split_term
from monitor.query.rewrite import Leaf, QueryLeaf, list_leaves


def explain_release(
    watch: Watch, channels: Sequence[Channel], details: ReleaseDetails, origin: ReleaseOrigin
) -> Explanation:
    """Return why a watch sent a release to its channels, or did not."""
    release = details.release
    seen_in = tuple(dict.fromkeys(listing.source for listing in details.listings))
    document = Document(
        title=release.title, text=release.body, category=release.category or "", sources=seen_in
    )
    query = build_watch_query(watch)
    match_record = _find_match_record(watch, details)
    deliveries = [listing for listing in details.deliveries if watch.name in listing.watches]
    matches_now = matches_document(query, document)
    causes: tuple[NotSentCause, ...] = ()
    if match_record is not None and not deliveries:
        causes = (_find_not_sent_cause(watch, match_record, details.deliveries),)
    elif not deliveries:
        causes = tuple(_list_match_failures(watch, seen_in, matches_now=matches_now))
    return Explanation(
        watch=watch.name,
        query=format_watch_query(watch),
        outcome=_find_outcome(deliveries),
        causes=causes,
        matches_now=matches_now,
        match_record=match_record,
        origin=origin,
        first_seen_at=release.first_seen_at,
        seen_in=seen_in,
        terms=explain_terms(query, document),
        channels=tuple(_list_channel_deliveries(watch, channels, deliveries)),
    )


def _find_match_record(watch: Watch, details: ReleaseDetails) -> MatchRecord | None:
    """Return the match of the watch's current query, else its last match, else None."""
    records = [record for record in details.matches if record.watch == watch.name]
    query = format_watch_query(watch)
    current_query_records = (record for record in records if record.query in {None, query})
    return next(current_query_records, records[-1] if records else None)


def _list_match_failures(
    watch: Watch, seen_in: Sequence[str], *, matches_now: bool
) -> Iterator[NotSentCause]:
    """Yield every cause that kept the watch from matching the release, at least one."""
    is_watched = watch.sources is None or not set(watch.sources).isdisjoint(seen_in)
    if watch.paused:
        yield "paused"
    if not is_watched:
        yield "source"
    if not matches_now:
        yield "terms"
    elif is_watched and not watch.paused:
        yield "late" if "new" in watch.on else "event"


def _find_not_sent_cause(
    watch: Watch, match_record: MatchRecord, deliveries: Sequence[ReleaseDelivery]
) -> NotSentCause:
    """Return why a match was not sent; `deliveries` are those of the release for other watches.

    A watch without "new" in `on` also matches releases that are not news.
    """
    is_asked_for = match_record.event == "restored" or match_record.event in watch.on
    if match_record.origin != "news" and (is_asked_for or "new" in watch.on):
        return "origin"
    if not is_asked_for:
        return "event"
    is_already_notified = any(
        delivery.created_at < match_record.matched_at and watch.sends_to(delivery.channel)
        for delivery in deliveries
    )
    return "known" if is_already_notified and match_record.event == "new" else "nobody"


def _find_outcome(deliveries: Sequence[ReleaseDelivery]) -> DeliveryOutcome:
    """Return the best outcome of the deliveries."""
    states = {
        "sent" if delivery.sent_at is not None else delivery.status for delivery in deliveries
    }
    if "sent" in states:
        return "sent"
    if "owed" in states:
        return "owed"
    return "given-up" if states else "not-sent"


def _list_channel_deliveries(
    watch: Watch, channels: Sequence[Channel], deliveries: Sequence[ReleaseDelivery]
) -> Iterator[ChannelDeliveries]:
    """Yield the channels of the config, then removed channels that have deliveries."""
    names = dict.fromkeys(channel.name for channel in channels)
    for name in names | dict.fromkeys(delivery.channel for delivery in deliveries):
        yield ChannelDeliveries(
            channel=name,
            is_removed=name not in names,
            is_used_by_watch=name in names and watch.sends_to(name),
            deliveries=tuple(delivery for delivery in deliveries if delivery.channel == name),
        )


def explain_terms(node: Node, document: Document) -> tuple[TermResult, ...]:
    """Return the result of every term of a query for a release, in order."""
    failed_leaves = _find_failed_leaves(node, document, expected=True)
    return tuple(
        _explain_leaf(query_leaf, document, failed_leaves) for query_leaf in list_leaves(node)
    )


def _explain_leaf(
    query_leaf: QueryLeaf, document: Document, failed_leaves: set[Leaf]
) -> TermResult:
    leaf, is_excluded = query_leaf
    hits = find_hits(leaf, document)
    return TermResult(
        term=to_query(leaf),
        is_excluded=is_excluded,
        is_found=hits is not None,
        caused_failure=leaf in failed_leaves,
        hits=hits or (),
        lowercase_form=""
        if hits is not None or isinstance(leaf, SourceTerm)
        else _find_lowercase_form(leaf, document),
    )


def _find_failed_leaves(node: Node, document: Document, *, expected: bool) -> set[Leaf]:
    """Return the terms that keep a query from having the `expected` result; empty if it has it."""
    if matches_document(node, document) == expected:
        return set()
    match node:
        case And(nodes) | Or(nodes):
            return set().union(
                *(_find_failed_leaves(part, document, expected=expected) for part in nodes)
            )
        case Not(part):
            return _find_failed_leaves(part, document, expected=not expected)
        case _:
            return {node}


def _find_lowercase_form(term: Term, document: Document) -> str:
    """Return the text's word that the term would match without its capitals, or ""."""
    term_parts = split_term(term)
    if all(piece.pattern.kind not in {"capitals", "capital prefix"} for piece in term_parts):
        return ""
    lowercase_term = replace(term, text=term.text.casefold())
    hits = find_hits(lowercase_term, document)
    if not hits:
        return ""
    hit = hits[0]
    texts = {"title": document.title, "text": document.text, "category": document.category}
    return texts[hit.field][hit.start : hit.end]
