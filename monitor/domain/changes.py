"""Classify the entries of a listing against the store: new, unchanged, changed or cross-posted.

These functions are pure: they get the stored state of the entries and return the classification.
The same function runs before the transaction, to choose the article pages to fetch, and again
inside it, on the state at that moment. So two processes on one database cannot both find that a
release is new.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from typing import NamedTuple
from unicodedata import normalize

from monitor.models.check import Article, Entry
from monitor.text.normalize import normalize_title


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRelease:
    """The fields of a stored release that classification needs.

    `sources` are the listings that showed it. `has_full_text`: its article was read, so that `body`
    is the full text.
    """

    id: int
    title: str
    date: date
    category: str | None
    body: str
    source: str
    sources: frozenset[str]
    has_full_text: bool = False
    is_withdrawn: bool = False


class ReleaseKey(NamedTuple):
    """The identity of a release: `normalized_title` is the folded title, `day` its date."""

    normalized_title: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntries:
    """The stored state of a page's entries.

    `ids_by_key` and `ids_by_article` map to ids in `releases`. `shown_hashes` maps (release id,
    board, article id) to the `hash_entry` of the entry when this listing last showed it.
    """

    releases: Mapping[int, StoredRelease] = field(default_factory=dict)
    ids_by_key: Mapping[ReleaseKey, int] = field(default_factory=dict)
    ids_by_article: Mapping[tuple[str, str], int] = field(default_factory=dict)
    shown_hashes: Mapping[tuple[int, str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry of an unknown release. `is_news` is false below the archive boundary.

    `article` is its article page, if that was read.
    """

    entry: Entry
    key: ReleaseKey
    is_news: bool
    article: Article | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossPostedEntry:
    """An entry of a known release that this listing shows for the first time."""

    entry: Entry
    release: StoredRelease
    is_news: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedEntry:
    """An entry that is the same as when this listing last showed it."""

    entry: Entry
    release: StoredRelease


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedEntry:
    """An entry that differs from the known release; `changes` maps field → (before, after).

    Empty `changes` mean that only the spelling differs (kinds of dash or quote, white space).
    `needs_article`: the text was edited, but the listing shows only its beginning, so that the rest
    is unknown until the article is read.
    """

    entry: Entry
    release: StoredRelease
    key: ReleaseKey
    changes: Mapping[str, tuple[str, str]]
    needs_article: bool = False
    article: Article | None = None


Classification = NewEntry | CrossPostedEntry | UnchangedEntry | ChangedEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedEntry:
    """An entry of a known release that is not updated; it only fixes its neighbours' positions."""

    entry: Entry
    release: StoredRelease


def classify_entries(
    source: str,
    entries: Sequence[Entry],
    stored: StoredEntries,
    *,
    archive_boundary: int | None = None,
) -> tuple[Classification, ...]:
    """Return one classification per entry, in the listing's order, each release new at most once.

    Unknown entries from the position `archive_boundary` on are archive, not news. If it is None,
    the boundary is the last known entry, if there is one.
    """
    positions, unique_entries = [], []
    for position, entry in _drop_duplicates(entries, stored):
        positions.append(position)
        unique_entries.append(entry)
    title_match_ids = [
        stored.ids_by_key.get(make_release_key(entry.title, entry.date)) for entry in unique_entries
    ]
    release_ids = [
        _find_by_article_id(entry, stored, title_match_ids) if title_id is None else title_id
        for entry, title_id in zip(unique_entries, title_match_ids, strict=True)
    ]
    if archive_boundary is None:
        positions, archive_boundary = (
            list(range(len(release_ids))),
            _find_last_listed_position(source, release_ids, stored),
        )
    return tuple(
        _classify_entry(source, entry, release_id, stored, is_news=position < archive_boundary)
        for position, entry, release_id in zip(positions, unique_entries, release_ids, strict=True)
    )


def add_articles(
    classifications: Iterable[Classification], articles: Mapping[str, Article]
) -> tuple[Classification, ...]:
    """Return the classifications, with the articles of their entries added.

    `articles` maps addresses to those that were read. Only the article can prove a change of a text
    that was known in full.
    """
    return tuple(
        _add_article(classification, articles.get(classification.entry.url or ""))
        for classification in classifications
    )


def _add_article(classification: Classification, article: Article | None) -> Classification:
    if article is None or not isinstance(classification, NewEntry | ChangedEntry):
        return classification
    entry = classification.entry
    if not is_article_of(
        article,
        title=entry.title,
        day=entry.date,
        body=entry.body,
        article_id=entry.article_id,
    ):
        return classification
    if isinstance(classification, NewEntry) or not classification.release.has_full_text:
        return replace(classification, article=article)
    changes = {name: values for name, values in classification.changes.items() if name != "body"}
    changes |= find_text_change(classification.release.body, article)
    return replace(classification, article=article, changes=changes, needs_article=False)


def hash_entry(entry: Entry) -> str:
    """Return a hash of everything that an entry shows, to detect any change."""
    content = "\0".join((entry.title, entry.date.isoformat(), entry.category or "", entry.body))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _drop_duplicates(
    entries: Sequence[Entry], stored: StoredEntries
) -> Iterator[tuple[int, Entry]]:
    """Drop repeated entries; yield the others, each with its position.

    An entry that was read twice was pushed down while the pages were read: its last position
    counts. Some releases are posted twice, under two article ids. If the release is known, both are
    kept, so that both ids are stored.
    """
    last_positions = {_make_posting_key(entry): position for position, entry in enumerate(entries)}
    seen_keys: set[ReleaseKey] = set()
    for position, entry in enumerate(entries):
        key = make_release_key(entry.title, entry.date)
        if last_positions[_make_posting_key(entry)] == position and (
            key in stored.ids_by_key or key not in seen_keys
        ):
            seen_keys.add(key)
            yield position, entry


def _make_posting_key(entry: Entry) -> tuple[ReleaseKey, str, str]:
    return make_release_key(entry.title, entry.date), entry.board, entry.article_id


def _find_last_listed_position(
    source: str, release_ids: Sequence[int | None], stored: StoredEntries
) -> int:
    """Return the position of the last entry that this listing has shown before.

    Entries below it are archive. If no entry is known, return the number of entries: all may be
    news.
    """
    for position in range(len(release_ids) - 1, -1, -1):
        release_id = release_ids[position]
        if release_id is not None and source in stored.releases[release_id].sources:
            return position
    return len(release_ids)


def _find_by_article_id(
    entry: Entry, stored: StoredEntries, title_match_ids: Sequence[int | None]
) -> int | None:
    """Return the release stored for this article id, if the entry can be a revision of it.

    It cannot if another entry, under the release's own title and date, leads to that release
    (`title_match_ids`): then the site has reassigned its ids.
    """
    release_id = (
        stored.ids_by_article.get((entry.board, entry.article_id)) if entry.article_id else None
    )
    if (
        release_id is None
        or release_id in title_match_ids
        or not _is_plausible_revision(entry, stored.releases[release_id])
    ):
        return None
    return release_id


def _is_plausible_revision(entry: Entry, release: StoredRelease) -> bool:
    """Return whether the date, the title, or most words of the text or the title are the same."""
    if entry.date == release.date or normalize_title(entry.title) == normalize_title(release.title):
        return True
    return _has_common_words(entry.body, release.body) or _has_common_words(
        entry.title, release.title
    )


def _has_common_words(text: str, other_text: str) -> bool:
    words, other_words = (
        set(normalize_title(text).split()),
        set(normalize_title(other_text).split()),
    )
    return len(words & other_words) * 2 > min(len(words), len(other_words))


def _classify_entry(
    source: str, entry: Entry, release_id: int | None, stored: StoredEntries, *, is_news: bool
) -> Classification:
    key = make_release_key(entry.title, entry.date)
    if release_id is None:
        return NewEntry(entry=entry, key=key, is_news=is_news)
    release = stored.releases[release_id]
    previous_hash = stored.shown_hashes.get((release_id, entry.board, entry.article_id))
    if previous_hash == hash_entry(entry):
        return UnchangedEntry(entry=entry, release=release)
    if previous_hash is None and source not in release.sources and key in stored.ids_by_key:
        return CrossPostedEntry(entry=entry, release=release, is_news=is_news)
    changes = find_changes(entry, release, source)
    needs_article = (
        "body" in changes and release.has_full_text and len(entry.body) >= MIN_TRUNCATED_LENGTH
    )
    if needs_article:
        del changes["body"]
    return ChangedEntry(
        entry=entry, release=release, key=key, changes=changes, needs_article=needs_article
    )


def find_changes(entry: Entry, release: StoredRelease, source: str) -> dict[str, tuple[str, str]]:
    """Return the fields in which this entry of `source` differs from the stored release.

    Other boards may categorize or truncate the same release differently: their category is ignored.
    """
    candidates = {"title": (release.title, entry.title)}
    is_truncated_copy = source != release.source and is_truncation_of(release.body, entry.body)
    if not is_truncation_of(entry.body, release.body) and not is_truncated_copy:
        candidates["body"] = (release.body, entry.body)
    if source == release.source and entry.category is not None:
        candidates["category"] = (release.category or "", entry.category)
    changes = {
        name: (before, after)
        for name, (before, after) in candidates.items()
        if canonicalize_text(before) != canonicalize_text(after)
    }
    if entry.date != release.date:
        changes["date"] = (release.date.isoformat(), entry.date.isoformat())
    return changes


# Old pages truncate texts at about 500 characters, current ones at about 3,800 (listing.md).
MIN_TRUNCATED_LENGTH = 400


def canonicalize_text(text: str) -> tuple[str, str]:
    """Return the significant parts of a text: its folded form and its capitals (`US`, not `us`)."""
    return normalize_title(text), "".join(filter(str.isupper, normalize("NFKC", text)))


def is_truncation_of(shown: str, full_text: str) -> bool:
    """Return whether `shown` is `full_text`, or a beginning of it that a board may have cut."""
    is_long = len(shown) >= MIN_TRUNCATED_LENGTH
    if shown == full_text or (is_long and full_text.startswith(shown)):
        return True
    (canonical, capitals), (full_canonical, full_capitals) = (
        canonicalize_text(shown),
        canonicalize_text(full_text),
    )
    if (canonical, capitals) == (full_canonical, full_capitals):
        return True
    return is_long and full_canonical.startswith(canonical) and full_capitals.startswith(capitals)


def is_article_of(article: Article, *, title: str, day: date, body: str, article_id: str) -> bool:
    """Return whether an article page belongs to a release with this title, date and article id.

    The site can reassign ids and mix up pages. So the page's id must be the requested one. In
    addition its title and date must be those of the release, or its text must continue the
    listing's text.
    """
    if article.article_id and article.article_id != article_id:
        return False
    if article.date == day and normalize_title(article.title) == normalize_title(title):
        return True
    return bool(body) and len(article.body) >= len(body) and is_truncation_of(body, article.body)


def find_text_change(before: str, article: Article) -> dict[str, tuple[str, str]]:
    """Return the change from a known full text to an article's text, empty if there is none."""
    if not article.body or canonicalize_text(before) == canonicalize_text(article.body):
        return {}
    return {"body": (before, article.body)}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntries:
    """Which entries a listing has shown before, with one flag per entry.

    `expected_below` counts the known entries that the listing should show below the last flagged
    one.
    """

    flags: tuple[bool, ...]
    expected_below: int = 0

    @property
    def is_all_known(self) -> bool:
        """Whether all entries are known."""
        return all(self.flags)


def find_archive_boundary(
    entries: Sequence[Entry], known_entries: KnownEntries, *, treat_same_day_as_older: bool = False
) -> int:
    """Return the position in `entries` where the archive begins, their number if there is none.

    `treat_same_day_as_older`: entries of the same day as the last known entry count as older.
    """
    end = len(entries)
    last_known = max(
        (position for position, is_known in enumerate(known_entries.flags) if is_known),
        default=None,
    )
    if last_known is None:
        return end
    entries_below = entries[last_known + 1 :]
    day = entries[last_known].date
    older = sum(
        entry.date < day or (treat_same_day_as_older and entry.date == day)
        for entry in entries_below
    )
    return (
        last_known + 1
        if len(entries_below) > known_entries.expected_below and 2 * older > len(entries_below)
        else end
    )


def make_release_key(title: str, day: date) -> ReleaseKey:
    """Return the key of a title and date; all spellings of a title have the same key."""
    return ReleaseKey(normalize_title(title), day)


def make_stable_urn(kind: str, *parts: str) -> str:
    """Return a permanent name, a URN with a UUID (RFC 9562, version 5), the same for equal parts.

    It contains no address, because addresses have changed before. Differences in spelling are
    ignored.
    """
    from uuid import UUID, uuid5  # noqa: PLC0415 - only feeds need URNs

    namespace = UUID("5b6a9c1e-3f0d-4b52-9d0a-6d6f6e697472")
    return uuid5(namespace, "\n".join((kind, *map(normalize_title, parts)))).urn
