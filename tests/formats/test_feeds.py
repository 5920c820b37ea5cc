"""Releases as feeds: they hold to the standards, and a feed reader reads them back whole."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from monitor.domain.changes import make_stable_urn
from monitor.formats import feeds
from monitor.models.release import Feed, FeedEntry, Release
from tests.render.samples import FORUM, STEEL

SEOUL = ZoneInfo("Asia/Seoul")
LATER = datetime(2025, 12, 4, 9, 0, tzinfo=UTC)
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
HOSTILE = '\x1b[31m<script>alert("x")</script> & ]]> \ufffe\uffff\u202e 철강 😀 \x00'


def feed(*releases: Release, watch: str | None = None, address: str | None = None) -> Feed:
    """Return a feed of releases that are called as they always were."""
    posts = tuple(
        FeedEntry(release=one, first_title=one.title, first_date=one.date, updated_at=LATER)
        for one in releases
    )
    return Feed(watch=watch, entries=posts, updated_at=LATER, feed_url=address)


def read_back(document: str) -> Any:
    """Return what a feed reader makes of it; what it stumbles over fails here."""
    SCHEMA.assertValid(etree.fromstring(document.encode()))
    found = feedparser.parse(document.encode())
    assert not found.bozo, found.get("bozo_exception")
    return found


def held_to_rules(document: str) -> Any:
    """Return a JSON Feed once all that version 1.1 asks for is found in it."""
    found = json.loads(document)
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(found["title"], str)
    assert {key for key in found if not key.startswith("_")} <= {
        "version", "title", "feed_url", "items",
    }  # fmt: skip
    for item in found["items"]:
        assert isinstance(item["id"], str)
        assert isinstance(item["content_text"], str)
        assert all(MOMENT.fullmatch(item[key]) for key in ("date_published", "date_modified"))
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert all(author["name"] for author in item["authors"])
        assert all(isinstance(item[key], dict) for key in item if key.startswith("_"))
        assert "url" not in item or re.match(r"https?://", item["url"])
    assert len({item["id"] for item in found["items"]}) == len(found["items"])
    return found


def test_a_reader_has_all_of_a_release() -> None:
    """Title, text, address, dates, label and watches, the newest first."""
    found = read_back(feeds.render_atom(feed(STEEL, FORUM, watch="steel"), SEOUL))
    assert (found.feed.title, len(found.entries)) == ("monitor: steel", 2)
    entry = found.entries[0]
    assert (entry.title, entry.link) == (STEEL.title, STEEL.url)
    paragraphs = re.findall(r"<p>(.*?)</p>", entry.content[0].value)
    assert list(map(html.unescape, paragraphs)) == STEEL.body.split("\n\n")
    assert entry.published == "2025-12-01T00:00:00+09:00"
    assert entry.updated == "2025-12-04T09:00:00.000Z"
    assert [tag.term for tag in entry.tags] == [STEEL.category, *STEEL.watches]
    assert entry.author == STEEL.source


def test_a_json_reader_has_all_of_a_release() -> None:
    """The same, by the rules of JSON Feed."""
    found = held_to_rules(feeds.render_json_feed(feed(STEEL, FORUM, watch="steel"), SEOUL))
    item = found["items"][0]
    assert (item["title"], item["url"]) == (STEEL.title, STEEL.url)
    assert item["content_text"] == STEEL.body
    assert item["tags"] == [STEEL.category, *STEEL.watches]
    assert item["date_published"] == "2025-12-01T00:00:00+09:00"
    assert "feed_url" not in found


def test_a_feed_knows_where_it_is_served() -> None:
    """If that is known."""
    address = "https://example.org/feeds/all.atom?a=1&b=2"
    (link,) = read_back(feeds.render_atom(feed(STEEL, address=address), SEOUL)).feed.links
    assert (link.rel, link.href) == ("self", address)
    told = held_to_rules(feeds.render_json_feed(feed(STEEL, address=address), SEOUL))
    assert told["feed_url"] == address
    assert "links" not in read_back(feeds.render_atom(feed(), SEOUL)).feed


def test_what_was_withdrawn_says_so() -> None:
    """In the title, on top of the text, and as data."""
    assert FORUM.withdrawn_at is not None
    (entry,) = read_back(feeds.render_atom(feed(FORUM), SEOUL)).entries
    assert entry.title == f"Withdrawn: {FORUM.title}"
    begin = "The ministry has withdrawn this, as seen on 2025-12-01 12:29."
    assert entry.content[0].value.startswith(f"<p>{begin}</p>")
    assert "withdrawn" in [tag.term for tag in entry.tags]
    (item,) = held_to_rules(feeds.render_json_feed(feed(FORUM), SEOUL))["items"]
    assert (item["title"], item["content_text"].split("\n")[0]) == (entry.title, begin)
    assert item["_monitor"]["withdrawn_at"] == "2025-12-01T03:29:58.250Z"


def test_an_entry_keeps_its_name_whatever_becomes_of_it() -> None:
    """By the title and date that it first had; not by address, number or spelling."""
    first = FeedEntry(
        release=STEEL, first_title="Of “Steel”", first_date=STEEL.date, updated_at=LATER
    )
    moved = replace(STEEL, id=7, url="https://elsewhere.example/1", title="Another")
    then = replace(first, release=moved, first_title='of  "steel"')
    names = set()
    for post in (first, then):
        one = replace(feed(), entries=(post,))
        names.add(read_back(feeds.render_atom(one, SEOUL)).entries[0].id)
        names.add(held_to_rules(feeds.render_json_feed(one, SEOUL))["items"][0]["id"])
    assert names == {make_stable_urn("release", 'of "steel"', "2025-12-01")}
    assert names == {"urn:uuid:321abc24-3240-5a2d-ae44-475371a87969"}


def test_two_releases_never_share_a_name() -> None:
    """Nor do two feeds, or a feed and a release."""
    names = [
        make_stable_urn("release", "A", "2025-12-01"),
        make_stable_urn("release", "A", "2025-12-02"),
        make_stable_urn("release", "B", "2025-12-01"),
        make_stable_urn("feed", "A"),
        make_stable_urn("feed", ""),
    ]
    assert len(set(names)) == len(names)


def test_nothing_scraped_is_markup() -> None:
    """What XML cannot hold is left out; tags, entities and control characters show as nothing."""
    evil = replace(
        STEEL,
        title=HOSTILE,
        body=HOSTILE,
        category=HOSTILE,
        source=HOSTILE,
        url='https://h/a b"<>&x=%zz',
        watches=(HOSTILE,),
    )
    document = feeds.render_atom(feed(evil, watch=HOSTILE), SEOUL)
    (entry,) = read_back(document).entries
    assert "<script>" not in entry.content[0].value
    assert "철강 😀" in entry.title
    told = feeds.render_json_feed(feed(evil, watch=HOSTILE), SEOUL)
    held_to_rules(told)
    assert not set(told + document) & {"\x1b", "\u202e", "\x00"}
    assert "\ufffe" not in document


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative", "", None])
def test_only_pages_on_the_web_are_linked(url: str | None) -> None:
    """A reader may follow a link with one click."""
    odd = replace(STEEL, url=url)
    (entry,) = read_back(feeds.render_atom(feed(odd), SEOUL)).entries
    assert "links" not in entry
    (item,) = held_to_rules(feeds.render_json_feed(feed(odd), SEOUL))["items"]
    assert "url" not in item


@example(title="", body="", name="", day=date(1908, 1, 1))  # Seoul: local mean time
@given(st.text(), st.text(), st.text(), st.dates(min_value=date(1900, 1, 1)))
def test_any_release_makes_a_feed(title: str, body: str, name: str, day: date) -> None:
    """Whatever characters it is made of."""
    odd = replace(STEEL, title=title, body=body, source=name, category=name, date=day, url=None)
    one = feed(odd, watch=name)
    SCHEMA.assertValid(etree.fromstring(feeds.render_atom(one, SEOUL).encode()))
    held_to_rules(feeds.render_json_feed(one, SEOUL))


@pytest.mark.parametrize("watch", [None, "steel"])
def test_an_empty_feed_is_one(watch: str | None) -> None:
    """A watch that has found nothing yet can be subscribed to."""
    assert read_back(feeds.render_atom(feed(watch=watch), SEOUL)).entries == []
    assert held_to_rules(feeds.render_json_feed(feed(watch=watch), SEOUL))["items"] == []
