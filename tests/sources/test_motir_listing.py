"""Entries of the ministry's listings are read whole, whatever markup they stand in."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models.check import Entry
from monitor.sources import parse_listing
from tests.sources.listing_builder import ENTRY, INFO, LINK, TITLE, entries, fetched, one
from tests.support.site_pages import BOARDS, Post, board_list, framed


def test_entry() -> None:
    """An entry is read whole, with the address of its article on the page's own site."""
    assert entries(ENTRY, "http://127.0.0.1:81/eng/15/topics/4") == (
        Entry(
            title="Steel",
            date=date(2025, 12, 1),
            category=None,
            body="Text.",
            url="http://127.0.0.1:81/eng/article/EATCLdfa319ada/2649/view?pageIndex=1&bbsCdN=2",
            article_id="2649",
            board="2",
        ),
    )


@pytest.mark.parametrize(
    ("link", "article"),
    [
        ("<a href=\"javascript:article.view('2649', '2');\">", ("2649", "2")),
        ('<a href=\'javascript:article.view("2649","2")\'>', ("2649", "2")),
        ('<a href="javascript:article.view(&#39;2649&#39;,&#39;2&#39;);">', ("2649", "2")),
        ('<a href="javascript: article . view ( 2649 , 2 ) ;">', ("2649", "2")),
        ("<a href=\"javascript:article.view('2649');\">", ("2649", "")),
        ("<a href=\"#\" onclick=\"article.view('2649', '3'); return false;\">", ("2649", "3")),
        (
            '<a href="/eng/article/EATCLdfa319ada/2649/view?pageIndex=1&amp;bbsCdN=2">',
            ("2649", "2"),
        ),
        ('<a href="https://x.kr/eng/article/EATCL0512e0b48/2649/view?bbsCdN=2">', ("2649", "2")),
        ('<a href="/eng/article/EATCLdfa319ada/2649/view">', ("2649", "")),
        (
            "<a href=\"/photo\"></a><a href=\"javascript:article.view('2649', '2');\">",
            ("2649", "2"),
        ),
    ],
)
def test_links(link: str, article: tuple[str, str]) -> None:
    """Article id and board are found however the link is written."""
    found = one(f'<li>{link}<div class="item">{TITLE}{INFO}</div></a></li>')
    assert (found.article_id, found.board) == article


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ('<a href="https://korea.kr/news/1">', "https://korea.kr/news/1"),
        ('<a href="/eng/special">', "https://english.motir.go.kr/eng/special"),
        ('<a href="javascript:void(0)">', None),
        ("<b>", None),
        ("<a>", None),
    ],
)
def test_an_entry_may_lead_elsewhere(link: str, url: str | None) -> None:
    """One entry without an article id is an entry all the same, beside others that have one."""
    elsewhere, _ = entries(f'<li>{link}<div class="item">{TITLE}{INFO}</div></li>{ENTRY}')
    assert (elsewhere.url, elsewhere.article_id, elsewhere.board) == (url, "", "")


@pytest.mark.parametrize(
    ("before", "category"),
    [
        ("", None),
        ('<span class="cate">FTA/Economic Cooperation</span>', "FTA/Economic Cooperation"),
        ("Industry", "Industry"),
        ("<p>\n  Industry\n </p>", "Industry"),
        ("<em><b>Trade</b>/Investment</em>", "Trade/Investment"),
        ("<div><span>Energy</span></div>", "Energy"),
        ("<span>R&amp;D</span> <span>Policy</span>", "R&D Policy"),
        ('<img src="x.png" alt="Picture">Energy', "Energy"),
        ('<i class="ico">N</i><span>Energy</span>', "Energy"),
        ('<span>Energy<i class="new">NEW</i></span>', "Energy"),
        ("<span>New</span>", None),
        ("<!-- <span>Old</span> --><script>var a;</script><style>b{}</style>", None),
        ("<span>\u200b</span>", None),
    ],
)
def test_category(before: str, category: str | None) -> None:
    """The text before the title within the item, in whatever tags; no icons, no badges."""
    found = one(f'<li>{LINK}<div class="item">{before}{TITLE}{INFO}</div></a></li>')
    assert found.category == category


@pytest.mark.parametrize(
    ("item", "category"),
    [
        (f'<div class="item">Energy<div class="head">{TITLE}</div>{INFO}</div>', "Energy"),
        (f'<b>No. 7</b><div class="box item"><em>Energy</em>{TITLE}{INFO}</div>', "Energy"),
        (f'<em>Energy</em><div class="text">{TITLE}{INFO}</div>', "Energy"),
        (f'<div class="item">{TITLE}<em>Energy</em>{INFO}</div>', None),
    ],
)
def test_category_within_the_item(item: str, category: str | None) -> None:
    """What stands before `div.item` is not in it; without one, the whole entry is the item."""
    assert one(f"<li>{LINK}{item}</a></li>").category == category


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<em>Steel</em> &amp; <b>iron</b>", "Steel & iron"),
        ("\n   Korea’s\n   $644.5 billion – 2nd   ", "Korea’s $644.5 billion – 2nd"),
        ("One<br>line", "One line"),
        ("a\x1b[31mb\u202ec\u200bd", "a[31mbcd"),
        ("Steel<script>alert(1)</script>", "Steel"),
    ],
)
def test_title(title: str, expected: str) -> None:
    """A title is one clean line, whatever markup is in it."""
    html = (
        f'<li>{LINK}<div class="item"><strong class="title">{title}</strong>{INFO}</div></a></li>'
    )
    assert one(html).title == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("One.<br/>Two.", "One. Two."),
        ("In <b>S</b>eoul.", "In Seoul."),
        ("bilateral AI po", "bilateral AI po"),
    ],
)
def test_text(text: str, expected: str) -> None:
    """A text is one clean line: gaps where a browser shows them, none within a word."""
    info = INFO.replace("Text.", text)
    assert one(f'<li>{LINK}<div class="item">{TITLE}{info}</div></a></li>').body == expected


def test_a_list_in_a_text_is_no_entry() -> None:
    """Only the outermost `li` is an entry."""
    text = f"<ul>{ENTRY.replace('Steel', 'Inner')}</ul>"
    listed = f'<li>{LINK}<div class="item">{TITLE}{INFO}</div></a>{text}</li>{ENTRY}'
    assert [entry.title for entry in entries(listed)] == ["Steel", "Steel"]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("<i>date</i>2025-12-01", date(2025, 12, 1)),
        ("2025-12-01", date(2025, 12, 1)),
        ("<i>date</i>\n  2025-12-01\n", date(2025, 12, 1)),
        ("<i>date</i>2025.12.01", date(2025, 12, 1)),
        ("2025. 12. 1.", date(2025, 12, 1)),
        ("<i>등록일</i> 2025/12/01", date(2025, 12, 1)),
        ("<i>date</i>2024-02-29", date(2024, 2, 29)),
    ],
)
def test_date(shown: str, expected: date) -> None:
    """Dates with and without the label, with any of three separators."""
    assert one(ENTRY.replace("<i>date</i>2025-12-01", shown)).date == expected


def test_closing_tag_in_capitals() -> None:
    """A page ends with its closing tag, however that is spelt."""
    html = f'<HTML><DIV CLASS="board-list"><UL>{ENTRY}</UL></DIV></HTML>'
    assert len(parse_listing("motir", 1, fetched(html)).entries) == 1


def test_deep_nesting() -> None:
    """A page nested a hundred thousand deep is read like any other."""
    deep = "<b>" * 100_000 + "Text." + "</b>" * 100_000
    assert one(ENTRY.replace("Text.", deep)).body == "Text."


words = st.text(st.characters(categories=["L", "N", "P"], include_characters=" &<>’–"), max_size=80)


@given(
    st.lists(st.tuples(words.filter(str.strip), st.dates(), words, words), max_size=10),
    st.sampled_from(sorted(BOARDS)),
)
def test_site_is_read_back(rows: list[tuple[str, date, str, str]], name: str) -> None:
    """Whatever the ministry publishes on whichever board, it is read as it was published."""
    posts = [
        Post(article_id=n, title=title, date=day, category=category, body=body)
        for n, (title, day, category, body) in enumerate(rows, 1)
    ]
    board = BOARDS[name]
    found = parse_listing(
        "motir", 1, fetched(framed(board.heading, board_list(board, posts)))
    ).entries
    assert [(e.article_id, e.date) for e in found] == [(str(p.article_id), p.date) for p in posts]
    for entry, post in zip(found, posts, strict=True):
        assert entry.title.split() == post.title.split()
        assert entry.body.split() == post.body.split()
