"""Why a watch's readers were told of a release, or were not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.explanation import explain_release
from monitor.models.config import EventKind, TerminalChannel, Watch
from monitor.models.notification import Snippet
from monitor.models.release import Release, ReleaseOrigin
from monitor.models.report import (
    Explanation,
    ListingRecord,
    MatchRecord,
    ReleaseDelivery,
    ReleaseDetails,
)

THEN = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
STEEL = Watch(name="steel", any=("steel",), on=("new", "revised"))
RELEASE = Release(
    id=1,
    title="Talks on Steel",
    date=date(2025, 12, 1),
    category="Trade",
    body="Quotas.",
    url=None,
    source="trade",
    first_seen_at=THEN,
)
DESK, BOT = TerminalChannel(name="desk"), TerminalChannel(name="bot")


def seen_in(source: str, board: str = "2") -> ListingRecord:
    """Return a listing that shows the release."""
    return ListingRecord(
        source=source, board=board, article_id="1", url=None, first_seen_at=THEN, last_seen_at=THEN
    )


def found(
    watch: str = "steel",
    event: EventKind = "new",
    origin: ReleaseOrigin = "news",
    query: str | None = "steel",
) -> MatchRecord:
    """Return that a watch found it; by another query, if so."""
    snippet = Snippet(field="title", text="Talks on Steel")
    return MatchRecord(
        watch=watch,
        query=query,
        event=event,
        origin=origin,
        matched_at=THEN,
        hits=(),
        snippet=snippet,
    )


def told(
    status: str, channel: str = "desk", watches: tuple[str, ...] = ("steel",)
) -> ReleaseDelivery:
    """Return a message that it stands in."""
    return ReleaseDelivery(
        id=f"msg_{status}_{channel}",
        channel=channel,
        type="releases.matched",
        status=status,
        event="new",
        watches=watches,
        created_at=THEN,
        due_at=THEN,
        attempts=1,
        sent_at=THEN if status == "sent" else None,
        error=None,
    )


def dossier(
    *, matches: Sequence[MatchRecord] = (), deliveries: Sequence[ReleaseDelivery] = ()
) -> ReleaseDetails:
    """Return what is stored of the release, which two listings show."""
    return ReleaseDetails(
        release=RELEASE,
        attachments=(),
        revisions=(),
        listings=(seen_in("trade"), seen_in("all"), seen_in("trade", board="3")),
        matches=tuple(matches),
        deliveries=tuple(deliveries),
    )


def of(watch: Watch, stored: ReleaseDetails) -> Explanation:
    """Return the account of a watch, where there are two channels."""
    return explain_release(watch, [DESK, BOT], stored, "news")


@pytest.mark.parametrize(
    ("watch", "matches", "causes"),
    [
        # what was found, and went no further
        (STEEL, [found(origin="baseline")], ("origin",)),
        (STEEL, [found(origin="baseline", event="withdrawn")], ("origin",)),
        (STEEL, [found(event="withdrawn")], ("event",)),
        (STEEL, [found()], ("nobody",)),
        (STEEL, [found(event="restored")], ("nobody",)),
        (replace(STEEL, paused=True), [found()], ("nobody",)),
        (STEEL, [found("other", origin="baseline"), found()], ("nobody",)),
        (replace(STEEL, on=("withdrawn",)), [found(origin="baseline")], ("event",)),
        (replace(STEEL, on=("withdrawn",)), [found()], ("event",)),
        (replace(STEEL, on=("revised",)), [found(event="revised", origin="import")], ("origin",)),
        (replace(STEEL, on=("new",)), [found(event="revised", origin="import")], ("origin",)),
        # what was not
        (replace(STEEL, on=("withdrawn",)), [], ("event",)),
        (STEEL, [], ("late",)),
        (STEEL, [found("other")], ("late",)),
        (replace(STEEL, sources=("all", "media")), [], ("late",)),
        (replace(STEEL, paused=True), [], ("paused",)),
        (replace(STEEL, sources=("media",)), [], ("source",)),
        (replace(STEEL, any=("chips",)), [], ("terms",)),
        (replace(STEEL, sources=("media",), paused=True), [], ("paused", "source")),
        (
            replace(STEEL, any=("chips",), sources=("media",), paused=True),
            [],
            ("paused", "source", "terms"),
        ),
    ],
)
def test_whatever_kept_it_from_being_told_is_named(
    watch: Watch, matches: list[MatchRecord], causes: tuple[str, ...]
) -> None:
    """All of it, where the watch did not find it; the first of it, where it did."""
    given = of(watch, dossier(matches=matches))
    assert (given.outcome, given.causes) == ("not-sent", causes)
    assert given.match_record == next((one for one in matches if one.watch == "steel"), None)


@pytest.mark.parametrize(
    ("to", "event", "before", "cause"),
    [
        (None, "new", 1, "known"),
        (("desk", "other"), "new", 1, "known"),
        (("bot",), "new", 1, "nobody"),
        (None, "new", 0, "nobody"),
        (None, "new", -1, "nobody"),
        (None, "revised", 1, "nobody"),
    ],
)
def test_nobody_is_told_twice_for_two_watches(
    to: tuple[str, ...] | None, event: EventKind, before: int, cause: str
) -> None:
    """Who heard of a release for another watch, before this one found it, is told no more."""
    earlier = replace(told("sent", watches=("other",)), created_at=THEN - timedelta(minutes=before))
    given = of(replace(STEEL, to=to), dossier(matches=[found(event=event)], deliveries=[earlier]))
    assert given.causes == (cause,)


@pytest.mark.parametrize(
    ("queries", "place"),
    [
        (["tin", "steel", "zinc"], 1),  # by what it asks for now
        (["tin", None], 1),  # by what is not known any more, which may be that
        (["tin", "zinc"], 1),  # or else by the last that it asked for before
        (["tin"], 0),
        (["steel", "steel"], 0),
    ],
)
def test_how_a_watch_found_it_is_by_its_query_of_now_if_it_can_be(
    queries: list[str | None], place: int
) -> None:
    """Each query of a watch finds a release once."""
    matches = [found("other"), *(found(query=query) for query in queries)]
    given = of(STEEL, dossier(matches=matches))
    assert given.match_record is matches[place + 1]
    assert given.query == "steel"


@pytest.mark.parametrize(
    ("deliveries", "outcome"),
    [
        (["sent"], "sent"),
        (["owed"], "owed"),
        (["given-up"], "given-up"),
        (["given-up", "owed"], "owed"),
        (["owed", "given-up", "sent"], "sent"),
    ],
)
def test_the_best_of_what_became_of_its_messages_counts(
    deliveries: list[str], outcome: str
) -> None:
    """And nothing kept it from being told."""
    given = of(STEEL, dossier(matches=[found()], deliveries=[told(one) for one in deliveries]))
    assert (given.outcome, given.causes) == (outcome, ())


def test_a_message_that_was_sent_once_was_sent() -> None:
    """Also while it is owed again."""
    again = replace(told("owed"), sent_at=THEN)
    assert of(STEEL, dossier(deliveries=[again])).outcome == "sent"


def test_messages_for_other_watches_are_not_its_own() -> None:
    """Though the release stands in them."""
    given = of(STEEL, dossier(matches=[found()], deliveries=[told("sent", watches=("other",))]))
    assert (given.outcome, given.causes) == ("not-sent", ("nobody",))
    assert all(one.deliveries == () for one in given.channels)


@pytest.mark.parametrize(
    ("to", "heard"),
    [
        (None, [("desk", True, 1), ("bot", True, 0), ("gone", False, 1)]),
        (("bot",), [("desk", False, 1), ("bot", True, 0), ("gone", False, 1)]),
        (("gone",), [("desk", False, 1), ("bot", False, 0), ("gone", False, 1)]),
    ],
)
def test_every_channel_is_named(
    to: tuple[str, ...] | None, heard: list[tuple[str, bool, int]]
) -> None:
    """Those of the config, in its order, and those that were told and are there no more."""
    given = of(replace(STEEL, to=to), dossier(deliveries=[told("sent", "gone"), told("owed")]))
    assert [
        (one.channel, one.is_used_by_watch, len(one.deliveries)) for one in given.channels
    ] == heard


def test_an_account_says_how_it_came_and_how_it_reads_now() -> None:
    """Listings once each; terms are of the query as it is."""
    watch = Watch(name="steel", query="category:Trade AND source:all AND quotas NOT chips")
    given = explain_release(watch, [], dossier(), "import")
    assert (given.watch, given.origin, given.first_seen_at) == ("steel", "import", THEN)
    assert given.seen_in == ("trade", "all")
    assert given.matches_now
    assert [one.is_found for one in given.terms] == [True, True, True, False]
    bare = replace(dossier(), release=replace(RELEASE, category=None))
    assert not explain_release(watch, [], bare, "import").matches_now
