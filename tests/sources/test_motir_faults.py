"""What is no listing, or not all of one, is a fault in words; nothing is passed over in silence."""

import gzip
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import sources
from monitor.errors import InvalidPageError
from monitor.sources.error_pages import SCRIPT_CHALLENGE
from tests.sources.listing_builder import (
    ENTRY,
    INFO,
    LINK,
    TITLE,
    WORDS,
    entries,
    fault,
    fetched,
    listed_fault,
)


@pytest.mark.parametrize(
    "shown", ["2025-02-29", "2025-13-01", "0000-01-01", "yesterday", "25-12-01", "2025-12-01 ~ 02"]
)
def test_broken_date(shown: str) -> None:
    """A date that is none is a fault that names the entry."""
    reason = listed_fault(ENTRY + ENTRY.replace("2025-12-01", shown))
    assert reason == f"entry 2 (“Steel”) has a date that cannot be read: “date{shown}”"


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (ENTRY.replace(TITLE, ""), "entry 2 (“Text.date2025-12-01”) has no title"),
        (ENTRY.replace("Steel", " \u200b"), "entry 2 (“Text.date2025-12-01”) has no title"),
        (ENTRY.replace(INFO, ""), "entry 2 (“Steel”) has no date"),
        # a block ends the paragraph around it: what follows is no longer where it was
        (ENTRY.replace("Text.", "<div>Text.</div>"), "entry 2 (“Steel”) has no date"),
        (ENTRY.replace("<i>date</i>2025-12-01", ""), "entry 2 (“Steel”) has no date"),
        (
            "<li>Something else</li>",
            "entry 2 (“Something else”) has neither a title nor a date",
        ),
        (
            ENTRY.replace(TITLE, "word " * 40 + TITLE),
            f"entry 2 has a long text before its title, where a category stood: “{WORDS} …”",
        ),
    ],
)
def test_incomplete_entry(listed: str, reason: str) -> None:
    """An entry that lacks something is named, never skipped."""
    assert listed_fault(ENTRY + listed + ENTRY) == reason


@pytest.mark.parametrize(
    ("listed", "links"),
    [
        (
            LINK.replace("2649", "2700") + "Pinned</a>",
            "1 of its links leads",
        ),
        (
            '<a href="/eng/article/EATC1/2700/view" onclick="article.view(2700)">x</a>',
            "1 of its links leads",
        ),
        (
            '<p onclick="article.view(2700)">a</p><p onclick="article.view(2701)">b</p>',
            "2 of its links lead",
        ),
    ],
)
def test_entries_outside_the_list_are_not_passed_over(listed: str, links: str) -> None:
    """A pinned or featured release would else never be told."""
    expected = f"{links} to articles outside the entries of the list (li)"
    assert listed_fault(listed + ENTRY) == expected
    assert listed_fault(ENTRY + listed) == expected


def test_links_of_other_kinds_may_stand_outside() -> None:
    """Nor do an entry's own second link, or one elsewhere on the page, do any harm."""
    other = '<p><a href="/eng/all">All</a> <a href="javascript:article.list(1)">List</a></p>'
    assert len(entries(other + ENTRY + other)) == 1
    featured = f"<p>{LINK}Steel</a></p>"
    assert len(entries(featured + ENTRY)) == 1
    assert len(entries(other + featured + ENTRY)) == 1
    twice = ENTRY.replace("Text.", '<b onclick="article.view(2649)">Text.</b>')
    assert len(entries(twice)) == 1


def test_changed_layout() -> None:
    """Where no entry has what was known, the layout is said to have changed."""
    renamed = ENTRY.replace('class="title"', 'class="t"').replace('class="date"', 'class="d"')
    assert listed_fault(renamed * 3) == (
        "none of the 3 entries of the list has a title or a date where they stood"
    )
    unlinked = ENTRY.replace(LINK, '<a href="javascript:news.open(2649)">')
    assert listed_fault(unlinked * 3) == (
        "none of the 3 entries of the list links to an article by its number"
    )


@pytest.mark.parametrize(
    "listed",
    [
        "",
        "<li>There is no data.</li>",
        '<li class="no-data"><p>등록된 게시물이 없습니다.</p></li>',
        "</ul><p>There is no data.</p><ul>",
        '</ul><div class="paging"><a href="?pageIndex=1">1</a></div><ul>',
    ],
)
def test_past_the_end(listed: str) -> None:
    """A list that is there and empty is a page past the end."""
    assert entries(listed) == ()


@pytest.mark.parametrize(
    "listed",
    [
        "<li>" + "word " * 60 + "</li>",
        "<li>Steel 2025-12-01</li>",
        f"<li>{LINK}Steel</a></li>",
    ],
)
def test_a_list_of_something_unknown_is_not_empty(listed: str) -> None:
    """What may be entries in another shape is a fault, not a page past the end."""
    assert "of the list has a title or a date where they stood" in listed_fault(listed)


@pytest.mark.parametrize(
    "listed",
    [
        f"</ul><table><tr><td>{LINK}Steel</a></td></tr></table><ul>",
        "</ul><p>Steel</p><p>2025.12.1</p><ul>",
    ],
)
def test_a_list_built_in_another_way_is_not_empty(listed: str) -> None:
    """It is a fault that shows what stands in it."""
    reason = listed_fault(listed)
    assert reason.startswith("the list holds no entries where they stood (li); it reads “Steel")


@pytest.mark.parametrize(
    ("listed", "rule"),
    [
        ("</ul><p>서비스 점검 중입니다</p><ul>", "maintenance"),
        (
            "<li>서비스 점검 중입니다</li><li>2025-12-01 22:00 ~ 2025-12-02 06:00</li>",
            "maintenance",
        ),
        (f"</ul><p>{'word ' * 60}maintenance on 2025-12-01</p><ul>", "maintenance"),
        ("<li>Loading…</li>", "script"),
        # entries in another shape may speak of anything
        (f"</ul><p>{LINK}Maintenance of plants</a></p><ul>", "layout"),
        (f"</ul><p>{'word ' * 100}maintenance</p><ul>", "layout"),
        (ENTRY.replace(TITLE, "") + "<li>Maintenance</li>", "layout"),
    ],
)
def test_a_list_says_why_it_holds_no_entries(listed: str, rule: str) -> None:
    """Whoever is told of it is not told that there are none."""
    html = f'<html><div class="board-list"><ul>{listed}</ul></div></html>'
    assert fault(html).rule == rule


def test_entries_may_speak_of_maintenance_and_blocking() -> None:
    """A list that holds entries is not asked what it looks like."""
    (found,) = entries(ENTRY.replace("Steel", "점검: access was blocked"))
    assert found.title == "점검: access was blocked"


def test_a_list_that_a_script_is_to_fill() -> None:
    """Its entries are data beside it; a list that is empty without them is past the end."""
    island = '<script type="application/json">[{"id": 7}]</script>'
    html = '<html><body><div class="board-list" id="app"></div>{}</body></html>'
    assert fault(html.format(island)).rule == "script"
    assert sources.parse_listing("motir", 9, fetched(html.format(""))).entries == ()
    linked = island.replace("json", "ld+json")
    assert sources.parse_listing("motir", 9, fetched(html.format(linked))).entries == ()


def test_binary_bytes_are_not_quoted() -> None:
    """A page packed without a word of it is told as no text; one in UTF-16 that says so is read."""
    page = fetched("")
    with pytest.raises(InvalidPageError, match=r"^the answer is not text; open"):
        sources.parse_listing("motir", 1, replace(page, body=gzip.compress(ENTRY.encode())))
    html = f'<html><div class="board-list"><ul>{ENTRY}</ul></div></html>'
    wide = replace(
        page,
        headers={"content-type": "text/html; charset=utf-16le"},
        body=html.encode("utf-16-le"),
    )
    assert [one.article_id for one in sources.parse_listing("motir", 1, wide).entries] == ["2649"]


def test_lists() -> None:
    """Entries of several lists count, each once where lists nest."""
    two = f'</ul></div><div class="board-list"><ul>{ENTRY}'
    assert len(entries(ENTRY + two)) == 2
    nested = f'{ENTRY}</ul><div class="board-list"><ul>{ENTRY}</ul></div><ul>'
    assert len(entries(nested)) == 2


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "the site answered with an empty page"),
        ("<html><head></head><body> \n</body></html>", "the site answered with an empty page"),
        (
            "<html><title>Press Releases</title><p>Nothing here</p></html>",
            "the page has no div.board-list; it reads “Press Releases – Nothing here”",
        ),
        ("Bad Gateway", "the site shows an error; its page reads “Bad Gateway”"),
        ('{"posts": []}', 'the page has no div.board-list; it reads “{"posts": []}”'),
        (
            "<html><title>Access Denied</title><p>Support id 81</p></html>",
            "the site turns us away; its page reads “Access Denied – Support id 81”",
        ),
        (
            "<html><p>We use cookies.</p></html>",
            "the site asks for consent first; its page reads “We use cookies.”",
        ),
        (
            "<html><p>Please enable JavaScript.</p></html>",
            "the site shows nothing without JavaScript; its page reads “Please enable JavaScript.”",
        ),
        # what a listing in a new layout speaks of is not what the page is
        (
            f"<html><h2>word</h2><p>{'word ' * 40}</p><h2>Maintenance of plants</h2></html>",
            f"the page has no div.board-list; it reads “{WORDS} …”",
        ),
        (
            "<html><script>document.cookie='x=1';location.reload();</script></html>",
            "the site answered with a script that only a browser can run",
        ),
        (
            "<html><title>X</title><script src='/app.js'></script></html>",
            f"{SCRIPT_CHALLENGE.reason}; its page reads “X”",
        ),
        (
            '<html><head><meta http-equiv="Refresh" content="0;url=/main"></head></html>',
            "the site answered with nothing but an order to go on to another page",
        ),
        ("%PDF-1.7 rubbish", "the answer is not text"),
        ("\x1f\u008b\0", "the answer is not text"),
        (
            "<html><title>Notice</title><p>Scheduled Maintenance</p></html>",
            "the site is under maintenance; its page reads “Notice – Scheduled Maintenance”",
        ),
        (
            "<html><h1>시스템 점검 중</h1></html>",
            "the site is under maintenance; its page reads “시스템 점검 중”",
        ),
        (
            f"<html><p>{'word ' * 40}</p><h2>Service temporarily unavailable</h2></html>",
            f"the site is under maintenance; its page reads “{WORDS} …”",
        ),
        (
            "<html><title>Log in</title><p>Name</p></html>",
            "the site asks for a login; its page reads “Log in – Name”",
        ),
        (
            "<html><p>Who?</p><input type=password></html>",
            "the site asks for a login; its page reads “Who?”",
        ),
        (
            "<html><p>a\x1b]0;b\x07\u202e</p></html>",
            "the page has no div.board-list; it reads “a]0;b”",
        ),
        (
            "<html><body><p>Half",
            "the page ends in the middle, after 19 bytes (its closing tag is missing)",
        ),
        (
            f'<div class="board-list"><ul>{ENTRY}',
            "the page ends in the middle, after 247 bytes (its closing tag is missing)",
        ),
    ],
)
def test_not_a_listing(html: str, reason: str) -> None:
    """A page that is no listing is never an empty list, and the fault says what it looks like."""
    assert fault(html).reason == reason


@given(
    st.integers(0, 2000),
    st.integers(0, 400),
    st.binary(max_size=20)
    | st.sampled_from([b"<!--", b"</div>", b"<li>", b"<svg>", b'"', b"<table>"]),
)
def test_any_damage_is_entries_or_a_fault(at: int, length: int, instead: bytes) -> None:
    """However a page is damaged, it is read or refused; equal fingerprints mean equal entries."""
    html = f'<html><body><div class="board-list"><ul>{ENTRY * 3}</ul></div><p>1</p></body></html>'
    whole, body = fetched(html), html.encode()
    damaged = replace(whole, body=body[:at] + instead + body[at + length :])
    try:
        found = sources.parse_listing("motir", 1, damaged)
    except InvalidPageError:
        return
    if sources.fingerprint_listing("motir", damaged) == sources.fingerprint_listing("motir", whole):
        assert found == sources.parse_listing("motir", 1, whole)
