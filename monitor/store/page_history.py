"""Page profiles of a listing, stored per check."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date

from monitor.models.check import ListingHistory, ListingPage, PageProfile
from monitor.store import lookup, withdrawals

# Only checks that found a change add a profile, so this covers weeks of a busy listing.
_MAX_PROFILES = 20

_PROFILE_COLUMNS = (
    "first, entries, texts, letters, labelled, eastern, garbled, categories, boards,"
    " highest_id, newest, oldest"
)


def load_history(
    conn: sqlite3.Connection, source: str, pages: Sequence[ListingPage]
) -> ListingHistory:
    """Return the history of a listing, compared with these pages of it."""
    entries = [entry for page in pages for entry in page.entries]
    changed_by_entry = dict(lookup.iter_seen_entries(conn, source, entries))
    changed_entries = frozenset(
        entry for entry, is_changed in changed_by_entry.items() if is_changed
    )
    profiles = load_page_profiles(conn, source)
    missing_urls = (
        withdrawals.find_missing_from_page1(conn, source, "", pages[0].entries)
        if profiles and pages
        else ()
    )
    return ListingHistory(
        profiles=profiles,
        seen_entries=frozenset(changed_by_entry),
        changed_entries=changed_entries,
        missing_count=len(missing_urls),
    )


def load_page_profiles(conn: sqlite3.Connection, source: str) -> tuple[PageProfile, ...]:
    """Return the profiles of the last accepted checks of a listing, newest first."""
    return tuple(_iter_page_profiles(conn, source))


def save_page_profile(
    conn: sqlite3.Connection, source: str, check_id: int | None, profile: PageProfile
) -> None:
    """Store the profile of an accepted check and delete the oldest profiles."""
    row = (
        profile.first_page_entries,
        profile.entry_count,
        profile.with_text,
        profile.text_chars,
        profile.with_category,
        profile.cjk_titles,
        profile.garbled_entries,
        json.dumps(sorted(profile.categories), ensure_ascii=False),
        json.dumps(sorted(profile.boards), ensure_ascii=False),
        profile.max_article_id,
        _format_date(profile.newest_date),
        _format_date(profile.oldest_date),
    )
    placeholders = ", ".join("?" * (len(row) + 2))
    conn.execute(
        f"INSERT INTO shapes (source, check_id, {_PROFILE_COLUMNS}) VALUES ({placeholders})",
        (source, check_id, *row),
    )
    conn.execute(
        "DELETE FROM shapes WHERE source = ?1 AND id <= (SELECT id FROM shapes WHERE source = ?1"
        f" ORDER BY id DESC LIMIT 1 OFFSET {_MAX_PROFILES})",
        (source,),
    )


def delete_page_profiles(conn: sqlite3.Connection, source: str) -> None:
    """Delete the profiles of a listing, so that its history starts again."""
    conn.execute("DELETE FROM shapes WHERE source = ?", (source,))


def _iter_page_profiles(conn: sqlite3.Connection, source: str) -> Iterator[PageProfile]:
    rows = conn.execute(
        f"SELECT {_PROFILE_COLUMNS} FROM shapes WHERE source = ? ORDER BY id DESC", (source,)
    )
    for *counts, categories, boards, highest_id, newest, oldest in rows:
        first, entries, texts, letters, labelled, eastern, garbled = counts
        yield PageProfile(
            first_page_entries=first,
            entry_count=entries,
            with_text=texts,
            text_chars=letters,
            with_category=labelled,
            cjk_titles=eastern,
            garbled_entries=garbled,
            categories=frozenset(json.loads(categories)),
            boards=frozenset(json.loads(boards)),
            max_article_id=highest_id,
            newest_date=_parse_date(newest),
            oldest_date=_parse_date(oldest),
        )


def _format_date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _parse_date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
