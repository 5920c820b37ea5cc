"""Replay: a parser that was broken and is mended leaves no trace."""

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import sources
from monitor.models.check import FetchResponse, ListingPage
from monitor.sources.motir import article, listing
from monitor.sources.motir.page import get_text
from tests.check.check_bench import House
from tests.http.fetchers import fetcher
from tests.support import site_faults as faults
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site
from tests.support.site_pages import File

DAY = date(2025, 8, 1)
CLASSES = {"title": "strong.title", "text": "span.cont", "date": "span.date"}


@contextmanager
def broken(part: str) -> Iterator[None]:
    """Let the parser look for another class than the site's."""
    with pytest.MonkeyPatch.context() as patch:
        name = CLASSES[part]
        patch.setattr(
            listing,
            "_FIELD_SELECTOR",
            listing._FIELD_SELECTOR.replace(name, f"{name}-x"),  # noqa: SLF001
        )
        yield


Pair = tuple[House, House]


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve a ministry."""
    with Site() as served:
        yield served


@pytest.fixture
def houses(tmp_path: Path, site: Site) -> Iterator[Pair]:
    """Give two installations that watch one ministry."""
    with fetcher(fake=(fake := FakeWorld())) as one:
        yield (
            House(tmp_path / "whole.db", site, one.fetch_page, fake),
            House(tmp_path / "broken.db", site, one.fetch_page, fake),
        )


def steps(site: Site, chance: random.Random) -> Iterator[Callable[[], object]]:
    """Yield what the ministry does, one thing at a time; its listing stays on one page."""
    for number in range(25):
        ids = site.boards["fta"]
        one = chance.choice(ids) if ids else 0
        word = chance.choice(["Steel", "Talks", "Quotas"])
        text = f"Of {word.lower()} {number}."
        what = chance.choice(["publish", "edit", "retitle", "redate", "label"])
        if len(ids) < 3 or (what == "publish" and len(ids) < 10):
            day = DAY + timedelta(days=number)
            at = chance.randint(0, len(ids))
            yield lambda day=day, at=at, word=word, text=text, number=number: site.publish(  # type: ignore[misc]
                f"{word} {number}", day, body=text, at=at
            )
        elif what == "edit":
            yield lambda one=one, text=text: site.edit(one, body=text)  # type: ignore[misc]
        elif what == "retitle":
            title = f"{word}, Again {number}"
            yield lambda one=one, title=title: site.edit(one, title=title)  # type: ignore[misc]
        elif what == "redate":
            day = site.posts[one].date - timedelta(days=40)
            yield lambda one=one, day=day: site.edit(one, date=day)  # type: ignore[misc]
        else:
            yield lambda one=one, word=word: site.edit(one, category=word)  # type: ignore[misc]


@pytest.mark.parametrize("part", CLASSES)
@pytest.mark.parametrize("seed", range(3))
def test_the_store_is_as_if_the_parser_had_never_been_broken(
    houses: Pair, part: str, seed: int
) -> None:
    """Pages are taken in with a broken parser; mended and replayed, they teach the same."""
    whole, hurt = houses
    chance = random.Random(f"{part} {seed}")
    begin = chance.randint(0, 12)
    spell = range(begin, begin + chance.randint(1, 12))
    for number, step in enumerate(steps(whole.site, chance)):
        step()
        whole.fake.pass_time(timedelta(minutes=30))
        whole.check()
        with broken(part) if number in spell else nullcontext():
            hurt.check()
    before = hurt.everything()
    foreseen = hurt.replay(apply=False)
    assert hurt.everything() == before
    done = hurt.replay()
    assert hurt.contents() == whole.contents()
    assert [one.title for one in foreseen.added] == [one.title for one in done.added]
    assert (foreseen.corrected, foreseen.matched) == (done.corrected, done.matched)
    after = hurt.everything()
    again = hurt.replay()
    assert (again.added, again.corrected, again.matched) == ((), (), 0)
    assert hurt.everything() == after
    assert after["deliveries"] == before["deliveries"]


@pytest.mark.parametrize("part", CLASSES)
def test_a_spell_that_lasts_is_mended_to_the_last_page(houses: Pair, part: str) -> None:
    """With no good check before or after; and the next check finds nothing to tell."""
    whole, hurt = houses
    chance = random.Random(part)
    for step in steps(whole.site, chance):
        step()
        whole.fake.pass_time(timedelta(minutes=30))
        whole.check()
        with broken(part):
            hurt.check()
    done = hurt.replay()
    assert hurt.contents() == whole.contents()
    if part == "text":
        assert {one.field for one in done.corrected} == {"body"}
    else:
        assert done.corrected == ()
        assert len(done.added) == len(whole.site.posts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "PARSER_VERSION", sources.PARSER_VERSION + 1)
        (report,) = hurt.check()
    assert (report.result.new, report.result.revised, report.matched_events) == (0, 0, ())
    assert hurt.contents() == whole.contents()


def test_watches_are_held_against_what_is_added_and_put_right(houses: Pair) -> None:
    """They are noted as archive, and no check tells of them afterwards."""
    house, _ = houses
    house.site.publish("Talks", DAY, body="Of steel.")
    with broken("text"):
        house.check()
    house.site.publish("Quotas", DAY, body="Of steel.")
    with broken("title"):
        house.check()
    assert house.rows("SELECT watch FROM matches") == [("trade alone",)]
    assert house.replay().matched == 3
    assert house.rows(
        "SELECT r.title, m.watch, m.origin FROM matches AS m JOIN releases AS r"
        " ON r.id = m.release_id WHERE m.origin != 'baseline' ORDER BY 1, 2"
    ) == [
        ("Quotas", "steel", "archive"),
        ("Quotas", "title", "archive"),
        ("Talks", "steel", "archive"),
    ]
    assert house.rows("SELECT count(*) FROM deliveries") == [(0,)]
    house.fake.pass_time(timedelta(minutes=30))
    (report,) = house.check()
    assert report.matched_events == ()


def test_a_good_store_is_left_as_it_is(houses: Pair) -> None:
    """Whatever happened to it: edits, edits back, two boards, a walk back, a file."""
    house, _ = houses
    house.boards = ("fta", "all-releases")
    house.__post_init__()
    site = house.site
    for number in range(75):
        site.publish(f"Talks {number}", DAY + timedelta(days=number), body="Of steel. " * 60)
    for change in (None, {"body": "New."}, {"title": "Other"}, {"body": "Of steel. " * 60}):
        if change:
            site.edit(75, **change)
            site.edit(70, body=f"{change}")
        house.check()
        house.fake.pass_time(timedelta(minutes=30))
    house.backfill()
    before = house.everything()
    done = house.replay()
    assert (done.added, done.corrected, done.unreadable) == ((), (), ())
    assert done.page_count > 10
    assert house.everything() == before


def test_what_was_learnt_later_is_not_undone(houses: Pair) -> None:
    """A file that was imported after the page, though the page is read in another way now."""
    house, _ = houses
    house.site.publish("Talks", DAY, body="As the page has it.")
    house.site.publish("Steel", DAY, body="As it was.")
    with broken("text"):
        house.check()
    house.fake.pass_time(timedelta(minutes=30))
    with sqlite3.connect(house.path) as conn:
        conn.execute("UPDATE releases SET body = 'As the file has it.' WHERE title = 'Talks'")
        conn.execute(
            "INSERT INTO revisions (release_id, seen_at, field, before, after)"
            " SELECT id, '2025-12-01T09:30:00.000Z', 'body', '', body FROM releases"
            " WHERE title = 'Talks'"
        )
    conn.close()
    assert [one.title for one in house.replay().corrected] == ["Steel"]
    assert house.rows("SELECT body FROM releases ORDER BY title") == [
        ("As it was.",),
        ("As the file has it.",),
    ]


def test_the_text_of_an_article_is_not_cut_by_a_listing(houses: Pair) -> None:
    """A listing shows its beginning, however it is read."""
    house, _ = houses
    whole = "Of steel. " * 500
    house.site.publish("Talks", DAY, body=whole)
    with broken("text"):
        house.check()
    with sqlite3.connect(house.path) as conn:
        conn.execute("UPDATE releases SET body = ?, article_read_at = 'then'", (whole,))
    conn.close()
    assert house.replay().corrected == ()
    assert house.rows("SELECT body FROM releases") == [(whole,)]


def test_a_spelling_that_was_misread_is_put_right(houses: Pair) -> None:
    """It makes no other release, and no check would call it a revision."""
    whole, hurt = houses
    whole.site.publish("Korea – “Steel”", DAY, body="Of “quotas”.")
    whole.check()
    with pytest.MonkeyPatch.context() as patch:
        plain = str.maketrans("–“”", '-""')
        patch.setattr(
            listing, "get_text", lambda node, **but: get_text(node, **but).translate(plain)
        )
        hurt.check()
    done = hurt.replay()
    assert sorted(one.field for one in done.corrected) == ["body", "title"]
    assert hurt.contents() == whole.contents()


def test_a_title_that_was_misread_leads_nowhere_any_more(houses: Pair) -> None:
    """The right one does."""
    whole, hurt = houses
    whole.site.publish("Talks on Steel and Batteries", DAY)
    whole.check()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "get_text", lambda node, **but: get_text(node, **but)[:14])
        hurt.check()
    assert hurt.rows("SELECT key FROM identities") == [("talks on steel",)]
    hurt.replay()
    assert hurt.contents() == whole.contents()


def test_pages_that_cannot_be_read_are_told_by_their_reason(houses: Pair) -> None:
    """Each reason once, with how many pages and the last of them; nothing else stands in doubt."""
    house, _ = houses
    house.site.publish("Talks", DAY)
    house.check()
    for fault in (faults.maintenance, faults.login, faults.maintenance, faults.empty_list):
        house.site.misbehave(fault, times=1)
        house.site.publish("Steel", DAY)
        house.fake.pass_time(timedelta(minutes=30))
        house.check()
    house.site.publish("From the Future", DAY + timedelta(days=900))
    house.fake.pass_time(timedelta(minutes=30))
    house.check()
    done = house.replay()
    assert [(one.source, one.page_count) for one in done.unreadable] == [
        ("trade", 1),
        ("trade", 2),
        ("trade", 1),
        ("trade", 2),
    ]
    told = [one.reason for one in done.unreadable]
    for words, reason in zip(("login", "maintenance", "no entries", "future"), told, strict=True):
        assert words in reason
    assert (done.added, done.corrected) == ((), ())


def test_what_a_mended_parser_reads_otherwise_is_taken_in_at_once(houses: Pair) -> None:
    """All titles were misread from the first check on, so the first good page was not believed."""
    whole, hurt = houses
    parse = sources.parse_listing

    def misread(kind: str, number: int, fetched: FetchResponse) -> ListingPage:
        page = parse(kind, number, fetched)
        entries = [replace(one, title=f"Press: {one.title}") for one in page.entries]
        return replace(page, entries=tuple(entries))

    for number in range(12):
        whole.site.publish(f"Talks {number}", DAY + timedelta(days=number), body="Of it.")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "parse_listing", misread)
        hurt.check()
    whole.site.publish("Steel", DAY + timedelta(days=20), body="Of steel.")
    whole.check()
    (report,) = hurt.check()
    assert report.result.rule == "rewritten"
    done = hurt.replay()
    assert ([one.title for one in done.added], done.unreadable) == (["Steel"], ())
    assert hurt.contents() == whole.contents()


def test_a_walk_that_a_broken_parser_ended_is_mended_in_order(houses: Pair) -> None:
    """Its page belongs below the one before it, though an older date stands there."""
    house, _ = houses
    for number in range(85):
        house.site.publish(f"Talks {number}", DAY + timedelta(days=number))
    house.site.edit(26, date=DAY - timedelta(days=400))
    real = house.fetch

    def get(url: str, validators: Any = None) -> Any:
        if url.endswith("=7"):
            patch.setattr(listing, "_FIELD_SELECTOR", "li")
        return real(url, validators)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house, "fetch", get)
        house.backfill()
    assert house.rows("SELECT count(*) FROM releases") == [(60,)]
    assert len(house.replay().added) == 10
    house.backfill()
    titles = [house.site.posts[number].title for number in house.site.boards["fta"]]
    assert house.rows(
        "SELECT r.title FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " ORDER BY rank DESC"
    ) == [(title,) for title in titles]


def test_a_withdrawn_release_stays_so(houses: Pair) -> None:
    """Though a page of the past shows it on a board where it was not known."""
    house, _ = houses
    house.boards = ("fta", "all-releases")
    house.__post_init__()
    house.site.publish("Talks", DAY)
    trade, everything = house.sources
    house.sources = [trade]
    house.check()
    house.sources = [everything]
    with broken("title"):
        house.check()
    with sqlite3.connect(house.path) as conn:
        conn.execute("UPDATE releases SET withdrawn_at = '2025-12-01T09:30:00.000Z'")
    conn.close()
    done = house.replay()
    assert (done.page_count, done.skipped_pages) == (1, 2)
    assert house.rows("SELECT source FROM listings") == [("trade",)]
    assert house.rows("SELECT withdrawn_at IS NULL FROM releases") == [(0,)]


# ------------------------------------------------------------------ article pages


@contextmanager
def misread(how: str) -> Iterator[None]:
    """Let the parser of article pages fail, or read something else."""
    with pytest.MonkeyPatch.context() as patch:
        if how == "fails":
            patch.setattr(article, "_DATE_PATTERN", re.compile("no such date"))
        elif how == "cuts":
            real = article._extract_text  # noqa: SLF001
            patch.setattr(article, "_extract_text", lambda content: real(content)[:450])
        else:
            patch.setattr(article, "_FILE_PATH", re.compile("no such file"))
        yield


@pytest.mark.parametrize("how", ["fails", "cuts", "has no files"])
@pytest.mark.parametrize("spell", [range(3), range(1, 4), range(2, 8)])
def test_what_was_misread_in_article_pages_is_put_right(
    houses: Pair, how: str, spell: range
) -> None:
    """With texts that the listing cuts, edits below the cut, and attachments; nobody is told."""
    whole, hurt = houses
    site = whole.site
    site.cut = 500
    long = "Of talks and quotas, said at length. " * 20
    file = File(name="terms.pdf")
    changes: list[Callable[[], object]] = [
        lambda: site.publish("Talks", DAY, body=f"{long}And of steel."),
        lambda: site.publish("Terms", DAY, body=f"{long}Enclosed.", files=[file]),
        lambda: site.publish("Short", DAY, body="All of it."),
        lambda: site.edit(1, body=f"Again: {long}And of steel."),
        lambda: site.edit(2, files=()),
        lambda: None,
    ]
    for number, change in enumerate(changes):
        change()
        whole.fake.pass_time(timedelta(hours=25))
        whole.check()
        with misread(how) if number in spell else nullcontext():
            hurt.check()
    before = hurt.everything()
    foreseen = hurt.replay(apply=False)
    assert hurt.everything() == before
    done = hurt.replay()
    assert hurt.contents() == whole.contents()
    assert foreseen.corrected == done.corrected
    after = hurt.everything()
    again = hurt.replay()
    assert (again.added, again.corrected, again.matched) == ((), (), 0)
    assert hurt.everything() == after
    assert after["deliveries"] == before["deliveries"]


def test_an_article_page_is_kept_when_it_says_something_else(houses: Pair) -> None:
    """Not on each sweep, though its frame is another each time; and small beside the first."""
    house, _ = houses
    house.site.cut = 500
    for number in range(3):
        house.site.publish(f"Talks {number}", DAY, body=f"Of quotas {number}. " * 60)
    for edit in (None, None, "Of steel. " * 60, None):
        if edit:
            house.site.edit(2, body=edit)
        house.fake.pass_time(timedelta(hours=25))
        house.check()
        house.fake.pass_time(timedelta(hours=2))
        house.check()
    kept = "FROM snapshots JOIN bodies USING (hash) WHERE release_id IS NOT NULL ORDER BY id"
    releases = [release_id for (release_id,) in house.rows(f"SELECT release_id {kept}")]
    assert sorted(releases) == [1, 2, 2, 3]
    sizes = [size for (size,) in house.rows(f"SELECT length(data) {kept}")]
    assert max(sizes[1:]) * 5 < sizes[0]
