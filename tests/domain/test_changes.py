"""What the entries of a listing mean, held against what is known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.domain.changes import (
    ChangedEntry,
    CrossPostedEntry,
    NewEntry,
    SkippedEntry,
    StoredEntries,
    StoredRelease,
    UnchangedEntry,
    add_articles,
    classify_entries,
    find_changes,
    hash_entry,
    make_release_key,
)
from monitor.models.check import Article, Entry

DAY = date(2025, 12, 1)


def entry(title: str, day: date = DAY, body: str = "Text.", number: int | str = "") -> Entry:
    """Return an entry of board 2."""
    return Entry(
        title=title,
        date=day,
        category="Trade",
        body=body,
        url=None,
        article_id=str(number),
        board="2",
    )


def knowing(*entries: Entry, source: str = "trade", shown_in: str | None = None) -> StoredEntries:
    """Return what is known after these entries were taken in from a listing."""
    place = shown_in or source
    releases = {
        i: StoredRelease(
            id=i,
            title=one.title,
            date=one.date,
            category=one.category,
            body=one.body,
            source=place,
            sources=frozenset({place}),
        )
        for i, one in enumerate(entries)
    }
    return StoredEntries(
        releases=releases,
        ids_by_key={make_release_key(one.title, one.date): i for i, one in enumerate(entries)},
        ids_by_article={(one.board, one.article_id): i for i, one in enumerate(entries)},
        shown_hashes={
            (i, one.board, one.article_id): hash_entry(one)
            for i, one in enumerate(entries)
            if place == source
        },
    )


_NAMES = {
    NewEntry: "new",
    CrossPostedEntry: "crosspost",
    UnchangedEntry: "seen",
    ChangedEntry: "revised",
    SkippedEntry: "passed",
}


def kinds(entries: list[Entry], known: StoredEntries, **options: int) -> list[str]:
    """Return the kinds of the decisions, news in capitals."""
    return [
        _NAMES[type(one)].upper() if getattr(one, "is_news", False) else _NAMES[type(one)]
        for one in classify_entries("trade", entries, known, **options)
    ]


A, B, C, D = (entry(name, number=i) for i, name in enumerate("ABCD", 1))


@pytest.mark.parametrize(
    ("listed", "known", "expected"),
    [
        # a page without entries
        ([], StoredEntries(), []),
        # all is new at the first look
        ([A, B], StoredEntries(), ["NEW", "NEW"]),
        # above, among and below known ground
        ([A, B, C], knowing(B, C), ["NEW", "seen", "seen"]),
        ([B, A, C], knowing(B, C), ["seen", "NEW", "seen"]),
        ([B, C, A], knowing(B, C), ["seen", "seen", "new"]),
        ([A, B, D], knowing(B), ["NEW", "seen", "new"]),
        # no known ground was reached: an outage longer than what was read
        ([A, B], knowing(C, D), ["NEW", "NEW"]),
        # known from another listing only: a cross-post, and no known ground for this one
        ([A, B], knowing(B, shown_in="all"), ["NEW", "CROSSPOST"]),
    ],
)
def test_news_is_what_stands_above_or_among_what_is_known(
    listed: list[Entry], known: StoredEntries, expected: list[str]
) -> None:
    """What stands below the oldest known entry is archive; the rest is news, whatever its date."""
    assert kinds(listed, known) == expected


def test_a_late_entry_with_an_early_date_is_news() -> None:
    """The place in the listing counts, not the date."""
    late = entry("Late", DAY - timedelta(days=30), number=9)
    assert kinds([A, late, B], knowing(A, B)) == ["seen", "NEW", "seen"]


def test_where_archive_begins_may_be_told() -> None:
    """While a gap is caught up, the last known entry alone does not say it; repeats count too."""
    assert kinds([A, B, C], knowing(A), archive_boundary=3) == ["seen", "NEW", "NEW"]
    assert kinds([A, A, B, C], knowing(A), archive_boundary=3) == ["seen", "NEW", "new"]


def test_one_title_on_two_dates_is_two_releases() -> None:
    """Seen on 2023-01-10 and 2023-01-11: both are kept."""
    one, other = entry("Plan", date(2023, 1, 10), number=1), entry("Plan", date(2023, 1, 11))
    assert kinds([other, one], StoredEntries()) == ["NEW", "NEW"]
    assert kinds([other, one], knowing(one)) == ["NEW", "seen"]
    unnumbered = replace(one, article_id="")
    assert kinds([other, unnumbered], StoredEntries()) == ["NEW", "NEW"]


def test_what_slid_to_the_next_page_while_pages_were_read_counts_once() -> None:
    """A page that shifts shows its last entry again on the next one."""
    assert kinds([A, B, B, C], StoredEntries()) == ["NEW", "NEW", "NEW"]


def test_a_release_posted_twice_is_one() -> None:
    """Two articles with one title and date are one release, also once it is known."""
    again = entry("A", number=77)
    assert kinds([A, again], StoredEntries()) == ["NEW"]
    assert kinds([A, again], knowing(A)) == ["seen", "revised"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("Korea–EU", "Korea-EU"), ("Korea’s Plan", "Korea's  Plan"), ("“AI” Act", '"AI"  Act')],
)
def test_another_spelling_is_no_new_release(before: str, after: str) -> None:
    """Kinds of dash and quote, white space and case do not make another title, nor a change."""
    (decision,) = classify_entries(
        "trade", [entry(after, number=1)], knowing(entry(before, number=1))
    )
    assert isinstance(decision, ChangedEntry)
    assert decision.changes == {}


def test_an_unchanged_entry_costs_nothing() -> None:
    """An entry that looks as it did is seen, nothing more."""
    (decision,) = classify_entries("trade", [A], knowing(A))
    assert isinstance(decision, UnchangedEntry)


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        (entry("A, corrected", number=1), {"title"}),
        (entry("A", DAY + timedelta(days=1), number=1), {"date"}),
        (entry("A", body="Another text.", number=1), {"body"}),
        (entry("B", DAY + timedelta(days=1), number=1), {"title", "date"}),
    ],
)
def test_the_same_article_with_another_face_is_a_revision(after: Entry, changed: set[str]) -> None:
    """Same article id on the same board: a revision of the same release."""
    (decision,) = classify_entries("trade", [after], knowing(A))
    assert isinstance(decision, ChangedEntry)
    assert set(decision.changes) == changed
    assert decision.release.id == 0


def test_article_ids_dealt_anew_do_not_hide_a_release() -> None:
    """Where nothing is left of what an id stood for, it stands for something else now."""
    old = entry("Steel talks", DAY, "Quotas were spoken of at length.", 1)
    new = entry("Fisheries pact", DAY + timedelta(days=40), "Boats may enter the zone.", 1)
    assert isinstance(classify_entries("trade", [new], knowing(old))[0], NewEntry)


def test_ids_dealt_anew_among_releases_of_one_day_do_not_hide_one() -> None:
    """While the old bearer of an id still stands there, the new one is no revision of it."""
    moved = entry("A", number=2)
    fresh = entry("Fresh", number=1)
    assert kinds([fresh, moved], knowing(A)) == ["NEW", "revised"]


def test_a_board_that_cuts_texts_shorter_revises_nothing() -> None:
    """The same text, cut elsewhere, is not an edit."""
    long = "word " * 700
    known = knowing(entry("A", body=long, number=1))
    (decision,) = classify_entries("trade", [entry("A", body=long[:500], number=1)], known)
    assert isinstance(decision, ChangedEntry)
    assert decision.changes == {}


def test_another_board_may_label_a_release_differently() -> None:
    """A category counts as changed only on the board that the release came from."""
    relabelled = Entry(
        title="A", date=DAY, category="Energy", body="Text.", url=None, article_id="1", board="2"
    )
    (own,) = classify_entries("trade", [relabelled], knowing(A))
    assert isinstance(own, ChangedEntry)
    assert set(own.changes) == {"category"}
    known = knowing(A, source="energy", shown_in="trade")
    (other,) = classify_entries("energy", [relabelled], known)
    assert isinstance(other, CrossPostedEntry)


def test_a_decision_carries_its_entry() -> None:
    """Whatever is decided, it is decided of the entry that was shown."""
    edited = entry("C, corrected", number=3)
    listed = [A, B, edited, D]
    known = knowing(B, C, D)
    decisions = classify_entries("trade", listed, known)
    assert [decision.entry for decision in decisions] == listed
    (crossed,) = classify_entries("trade", [A], knowing(A, shown_in="all"))
    assert crossed.entry is A


def test_a_decision_says_which_release_it_is_of() -> None:
    """By what is stored of it, or by the identity that it is to be stored under."""
    edited = entry("C, corrected", number=3)
    new, seen, revised = classify_entries("trade", [A, B, edited], knowing(B, C))
    assert isinstance(new, NewEntry)
    assert new.key == make_release_key("A", DAY)
    assert isinstance(seen, UnchangedEntry)
    assert seen.release.title == "B"
    assert isinstance(revised, ChangedEntry)
    assert (revised.release.title, revised.key) == ("C", make_release_key("C, corrected", DAY))
    (crossed,) = classify_entries("trade", [A], knowing(A, shown_in="all"))
    assert isinstance(crossed, CrossPostedEntry)
    assert crossed.release.title == "A"


def test_changes_say_what_was_and_what_is() -> None:
    """Before and after, dates as text."""
    before = entry("A", body="One.", number=1)
    after = Entry(
        title="Á", date=DAY + timedelta(days=2), category="Energy", body="Two.", url=None,
        article_id="1", board="2",
    )  # fmt: skip
    release = knowing(before).releases[0]
    assert find_changes(after, release, "trade") == {
        "title": ("A", "Á"),
        "body": ("One.", "Two."),
        "category": ("Trade", "Energy"),
        "date": ("2025-12-01", "2025-12-03"),
    }
    unlabelled = replace(release, category=None)
    assert find_changes(after, unlabelled, "trade")["category"] == ("", "Energy")
    assert "category" not in find_changes(after, release, "energy")
    assert "category" not in find_changes(replace(after, category=None), release, "trade")


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("with us in Seoul", "with US in Seoul", True),  # capitals are what watches look at
        ("in Seoul", "in  Seoul", False),
        ("word " * 90 + "one", "word " * 90, False),  # cut where boards cut
        ("word " * 50 + "one", "word " * 50, True),  # too short for any cut
        ("word " * 90 + "one", "other " * 90, True),
    ],
)
def test_what_counts_as_another_text(before: str, after: str, *, changed: bool) -> None:
    """Capitals do; white space and the boards' cutting do not."""
    release = knowing(entry("A", body=before)).releases[0]
    assert ("body" in find_changes(entry("A", body=after), release, "trade")) is changed


def test_boards_cut_one_text_each_at_its_own_length() -> None:
    """A longer beginning is an edit only on the board that the release came from."""
    longer = entry("A", body="word " * 200)
    release = knowing(entry("A", body="word " * 90)).releases[0]
    assert set(find_changes(longer, release, "trade")) == {"body"}
    assert find_changes(longer, release, "energy") == {}
    other = entry("A", body="other " * 200)
    assert set(find_changes(other, release, "energy")) == {"body"}


@pytest.mark.parametrize(
    ("shown", "is_whole", "unclear", "changed"),
    [
        ("other " * 100, True, True, set()),
        ("o" * 400, True, True, set()),
        ("o" * 399, True, False, {"body"}),  # too short for any cut: it is all there is
        ("other " * 100, False, False, {"body"}),  # no more was ever known
        ("word " * 100, True, False, set()),  # only cut
    ],
)
def test_the_beginning_of_an_edited_text_says_nothing_of_its_rest(
    shown: str, changed: set[str], *, is_whole: bool, unclear: bool
) -> None:
    """Where the whole was known, its article has to be read again."""
    known = whole(entry("A", body="word " * 200, number=1), is_whole=is_whole)
    (decision,) = classify_entries("trade", [entry("A", body=shown, number=1)], known)
    assert isinstance(decision, ChangedEntry)
    assert (decision.needs_article, set(decision.changes)) == (unclear, changed)


def whole(one: Entry, *, is_whole: bool = True) -> StoredEntries:
    """Return what is known after an entry was taken in, and its article read."""
    known = knowing(one)
    return replace(known, releases={0: replace(known.releases[0], has_full_text=is_whole)})


def article(one: Entry, body: str, **more: str) -> Article:
    """Return the article of an entry."""
    given = {"title": one.title, "article_id": one.article_id, **more}
    return Article(date=one.date, body=body, board="2", attachments=(), **given)


HERE = replace(entry("A, corrected", body="word " * 100, number=1), url="/1")


def test_an_article_goes_with_what_is_new_or_revised() -> None:
    """By its address; what is seen, or has none, is left as it is."""
    seen = replace(B, url="/2")
    decisions = classify_entries("trade", [HERE, seen, C], knowing(B))
    read = article(HERE, "word " * 200)
    new, *others = add_articles(decisions, {"/1": read, "/2": article(seen, "Text.")})
    assert new == NewEntry(
        entry=HERE, key=make_release_key("A, corrected", DAY), is_news=True, article=read
    )
    assert tuple(others) == decisions[1:]
    assert add_articles(decisions, {"/3": read}) == decisions


@pytest.mark.parametrize(
    ("read", "is_taken"),
    [
        (article(HERE, "Quite another text."), True),  # its number, title and date
        (article(HERE, "word " * 200, title="Other words"), True),  # its text goes on
        (article(HERE, "Quite another text.", title="Other words"), False),
        (article(HERE, "word " * 200, article_id="2"), False),
        (replace(article(HERE, "Another text."), date=DAY + timedelta(days=1)), False),
    ],
)
def test_an_article_of_something_else_is_left_alone(read: Article, *, is_taken: bool) -> None:
    """Ids can be dealt anew, and pages mixed up."""
    decisions = classify_entries("trade", [HERE], StoredEntries())
    (decision,) = add_articles(decisions, {"/1": read})
    assert isinstance(decision, NewEntry)
    assert decision.article == (read if is_taken else None)


def test_whether_a_whole_text_changed_its_article_says() -> None:
    """What the listing shows of it does not count any more; the other changes stand."""
    before = entry("A", body="word " * 200, number=1)
    short = replace(HERE, body="Short.")
    decisions = classify_entries("trade", [short], whole(before))
    assert isinstance(decisions[0], ChangedEntry)
    assert set(decisions[0].changes) == {"title", "body"}
    (same,) = add_articles(decisions, {"/1": article(short, before.body)})
    assert isinstance(same, ChangedEntry)
    assert same.changes == {"title": ("A", "A, corrected")}
    assert same.article == article(short, before.body)
    unclear = classify_entries("trade", [replace(HERE, body="other " * 100)], whole(before))
    (edited,) = add_articles(unclear, {"/1": article(HERE, "other " * 200)})
    assert isinstance(edited, ChangedEntry)
    assert edited.changes == {
        "title": ("A", "A, corrected"),
        "body": (before.body, "other " * 200),
    }
    assert not edited.needs_article


def test_an_article_read_for_the_first_time_is_no_edit() -> None:
    """Of a text that was known only by its beginning, the rest is no change."""
    before = entry("A", body="word " * 90, number=1)
    decisions = classify_entries("trade", [replace(HERE, body="word " * 90)], knowing(before))
    read = article(HERE, "word " * 200)
    (decision,) = add_articles(decisions, {"/1": read})
    assert isinstance(decision, ChangedEntry)
    assert decision.changes == {"title": ("A", "A, corrected")}
    assert decision.article is read


LATER = DAY + timedelta(days=9)


@pytest.mark.parametrize(
    ("after", "same"),
    [
        (entry("Other words", DAY, "Wholly else.", 1), True),  # the date stands
        (entry("Talks on steel", LATER, "Wholly else.", 1), True),  # the title stands
        (entry("Steel talks end", LATER, "Wholly else.", 1), True),  # most of the title stands
        (entry("Other words", LATER, "They spoke of quotas.", 1), True),  # most of the text stands
        (entry("Other words", LATER, "They left.", 1), False),  # half is not most
        (entry("Other words", LATER, "", 1), False),
    ],
)
def test_an_edit_leaves_something_standing(after: Entry, *, same: bool) -> None:
    """Date, title, or most words of title or text: else the id stands for something new."""
    known = knowing(entry("Talks on steel", DAY, "They spoke of quotas at length.", 1))
    (decision,) = classify_entries("trade", [after], known)
    assert isinstance(decision, ChangedEntry) is same
    assert isinstance(decision, NewEntry) is not same


def test_entries_without_article_ids_are_nobodys_revision() -> None:
    """As in files: an empty id leads nowhere."""
    old, new = entry("A"), entry("Quite another")
    assert isinstance(classify_entries("trade", [new], knowing(old))[0], NewEntry)


def test_every_part_of_an_entry_is_in_its_look() -> None:
    """A touch of any of them is noticed; half a character pair does no harm."""
    one = entry("A", body="Text.")
    variants = [
        one,
        replace(one, title="B"),
        replace(one, date=LATER),
        replace(one, category="Other"),
        replace(one, category=None),
        replace(one, body="Text"),
        replace(one, body="\ud83d"),
        replace(one, title="A\0", body=""),
    ]
    assert len({hash_entry(variant) for variant in variants}) == len(variants)
    assert hash_entry(replace(one, category="")) == hash_entry(replace(one, category=None))
