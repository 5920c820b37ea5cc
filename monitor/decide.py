"""What the entries of a listing mean, held against what is known: new, seen before, revised.

Pure: it is given what the store knows of these entries and returns what is to be done. The same
function runs before the transaction (what should be fetched?) and inside it (what is true now?),
so that two processes on one database cannot both call one release new.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b

from monitor.identity import Identity, identity
from monitor.model.articles import Article
from monitor.model.scraped import Entry
from monitor.text.folding import fold
from monitor.whole import SHORTEST_CUT, edited, fits, shows, spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRelease:
    """A stored release, as far as deciding needs it; `sources` are the listings it was seen in.

    `is_whole`: its article has been read, so that `body` is the whole text.
    """

    id: int
    title: str
    date: date
    category: str | None
    body: str
    source: str
    sources: frozenset[str]
    is_whole: bool = False
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of a page's entries.

    `identities` and `articles` lead to ids in `releases`; `shown` holds, for what this very
    listing has shown before, (release id, board, article id) → the `look` of the entry then.
    """

    releases: Mapping[int, KnownRelease] = field(default_factory=dict)
    identities: Mapping[Identity, int] = field(default_factory=dict)
    articles: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shown: Mapping[tuple[int, str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An unknown release. `news` is false below known ground: that is archive, not news.

    `article` is its article page, where that has been read.
    """

    entry: Entry
    identity: Identity
    news: bool
    article: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossPost:
    """A known release that this listing shows for the first time."""

    entry: Entry
    release: KnownRelease
    news: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A known release where it was seen before, looking as it did."""

    entry: Entry
    release: KnownRelease


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """A known release that looks different now; `changes` maps field → (before, after).

    No changes means that only its spelling differs (kinds of dash or quote, white space).
    `unclear`: the text was edited, but the listing shows only its beginning; nothing is known of
    the rest until the article is read.
    """

    entry: Entry
    release: KnownRelease
    identity: Identity
    changes: Mapping[str, tuple[str, str]]
    unclear: bool = False
    article: Article | None = None


Decision = New | CrossPost | Seen | Revised


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A known release that is left as it is, and only shows where its neighbours stand."""

    entry: Entry
    release: KnownRelease


def decide(
    source: str, entries: Sequence[Entry], known: Known, *, archive_from: int | None = None
) -> tuple[Decision, ...]:
    """Return one decision per entry, in the listing's order, each release new at most once.

    From the place `archive_from` on, what is unknown is archive, not news; if None, from the last
    known entry on, where there is one.
    """
    places, listed = [], []
    for place, entry in _unrepeated(entries, known):
        places.append(place)
        listed.append(entry)
    by_title = [known.identities.get(identity(one.title, one.date)) for one in listed]
    ids = [
        _by_article(entry, known, by_title) if found is None else found
        for entry, found in zip(listed, by_title, strict=True)
    ]
    if archive_from is None:
        places, archive_from = list(range(len(ids))), _known_ground(source, ids, known)
    return tuple(
        _decide_one(source, entry, release_id, known, news=place < archive_from)
        for place, entry, release_id in zip(places, listed, ids, strict=True)
    )


def with_articles(
    decisions: Iterable[Decision], articles: Mapping[str, Article]
) -> tuple[Decision, ...]:
    """Return the decisions, with the articles of their entries where those were read.

    `articles` are by address. Whether a text known as a whole changed, the article alone can say.
    """
    return tuple(_with_article(one, articles.get(one.entry.url or "")) for one in decisions)


def _with_article(decision: Decision, article: Article | None) -> Decision:
    if article is None or not isinstance(decision, New | Revised):
        return decision
    entry = decision.entry
    if not fits(
        article,
        title=entry.title,
        day=entry.date,
        body=entry.body,
        article_id=entry.article_id,
    ):
        return decision
    if isinstance(decision, New) or not decision.release.is_whole:
        return replace(decision, article=article)
    changes = {name: pair for name, pair in decision.changes.items() if name != "body"}
    changes |= edited(decision.release.body, article)
    return replace(decision, article=article, changes=changes, unclear=False)


def look(entry: Entry) -> str:
    """Return a fingerprint of all that an entry shows, to tell whether it was touched."""
    shown = "\0".join((entry.title, entry.date.isoformat(), entry.category or "", entry.body))
    return blake2b(shown.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _unrepeated(entries: Sequence[Entry], known: Known) -> Iterator[tuple[int, Entry]]:
    """Leave out what stands twice; yield the rest, each with its place.

    What was met again had been pushed down while the pages were read: it stands where it was last.
    Some things are posted twice, under two article ids; both are worth remembering if the release
    is known.
    """
    last = {_posted(entry): place for place, entry in enumerate(entries)}
    met: set[Identity] = set()
    for place, entry in enumerate(entries):
        named = identity(entry.title, entry.date)
        if last[_posted(entry)] == place and (named in known.identities or named not in met):
            met.add(named)
            yield place, entry


def _posted(entry: Entry) -> tuple[Identity, str, str]:
    return identity(entry.title, entry.date), entry.board, entry.article_id


def _known_ground(source: str, ids: Sequence[int | None], known: Known) -> int:
    """Return the place of the last entry that this listing has shown before.

    What stands below it is archive. Where nothing is known, everything may be news: its end.
    """
    for place in range(len(ids) - 1, -1, -1):
        found = ids[place]
        if found is not None and source in known.releases[found].sources:
            return place
    return len(ids)


def _by_article(entry: Entry, known: Known, shown: Sequence[int | None]) -> int | None:
    """Return the release that this article id led to so far, if the entry can be a revision of it.

    It cannot where that release is still `shown` beside it under its own title and date: then the
    site has dealt its ids anew.
    """
    found = known.articles.get((entry.board, entry.article_id)) if entry.article_id else None
    if found is None or found in shown or not _plausibly_same(entry, known.releases[found]):
        return None
    return found


def _plausibly_same(entry: Entry, release: KnownRelease) -> bool:
    """Tell whether something stands still: date, title, or most words of one of the texts."""
    if entry.date == release.date or fold(entry.title) == fold(release.title):
        return True
    return _share_words(entry.body, release.body) or _share_words(entry.title, release.title)


def _share_words(one: str, other: str) -> bool:
    first, second = set(fold(one).split()), set(fold(other).split())
    return len(first & second) * 2 > min(len(first), len(second))


def _decide_one(
    source: str, entry: Entry, release_id: int | None, known: Known, *, news: bool
) -> Decision:
    named = identity(entry.title, entry.date)
    if release_id is None:
        return New(entry=entry, identity=named, news=news)
    release = known.releases[release_id]
    before = known.shown.get((release_id, entry.board, entry.article_id))
    if before == look(entry):
        return Seen(entry=entry, release=release)
    if before is None and source not in release.sources and named in known.identities:
        return CrossPost(entry=entry, release=release, news=news)
    changes = changed_fields(entry, release, source)
    unclear = "body" in changes and release.is_whole and len(entry.body) >= SHORTEST_CUT
    if unclear:
        del changes["body"]
    return Revised(entry=entry, release=release, identity=named, changes=changes, unclear=unclear)


def changed_fields(entry: Entry, release: KnownRelease, source: str) -> dict[str, tuple[str, str]]:
    """Return what differs between the stored release and this entry of `source`.

    Other boards may label or cut the same release differently: their category does not count.
    """
    pairs = {"title": (release.title, entry.title)}
    cut_elsewhere = source != release.source and shows(release.body, entry.body)
    if not shows(entry.body, release.body) and not cut_elsewhere:
        pairs["body"] = (release.body, entry.body)
    if source == release.source and entry.category is not None:
        pairs["category"] = (release.category or "", entry.category)
    changes = {
        name: (before, after)
        for name, (before, after) in pairs.items()
        if spelling(before) != spelling(after)
    }
    if entry.date != release.date:
        changes["date"] = (release.date.isoformat(), entry.date.isoformat())
    return changes
