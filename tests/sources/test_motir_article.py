"""Article pages of the ministry: the whole text, the attachments, or a fault in words."""

from datetime import UTC, date, datetime

import pytest

from monitor.errors import InvalidPageError, PageNotFoundError
from monitor.models.check import Article, Attachment, FetchResponse
from monitor.sources import parse_article
from tests.support.site_pages import MAINTENANCE, File, Post, article, framed

URL = "https://english.motir.go.kr/eng/article/EATCLdfa319ada/2649/view?pageIndex=1&bbsCdN=2"
HEAD = (
    '<strong class="title">Steel</strong><p class="info"><span class="date">2025-12-01</span></p>'
)
TEXT = '<div class="detail-cont"><p>Text.</p></div>'
HIDDEN = '<input type="hidden" name="bbsSeqN" value="7"><input type="hidden" id="bbsCdN" value="3">'
PLACE = "/attach/down/" + "/".join(letter * 32 for letter in "abc")


def fetched(html: str, url: str = URL) -> FetchResponse:
    """Return an article page as fetched."""
    return FetchResponse(
        url=url,
        status=200,
        headers={"content-type": "text/html; charset=UTF-8"},
        body=html.encode(),
        fetched_at=datetime(2025, 12, 1, tzinfo=UTC),
    )


def read(detail: str, around: str = "", url: str = URL) -> Article:
    """Return what is read from a page with this in `div.board-detail`."""
    html = f'<html>{around}<div class="board-detail">{detail}</div></html>'
    return parse_article("motir", fetched(html, url))


def text(content: str) -> str:
    """Return the text that is read from this in `div.detail-cont`."""
    return read(f'{HEAD}<div class="detail-cont mViewerContents">{content}</div>').body


def test_article_of_the_site() -> None:
    """An article is read as it was published: title, date, paragraphs, files, numbers."""
    files = (File("Note (1).PDF"), File("Photos.zip", b"PK"))
    post = Post(
        article_id=2649,
        title="Steel & iron",
        date=date(2025, 12, 1),
        category="FTA",
        body="First paragraph.\nSecond <paragraph>.",
        files=files,
    )
    found = parse_article("motir", fetched(framed("Press Releases", article(post))))
    assert found == Article(
        title=post.title,
        date=post.date,
        body=post.body,
        article_id="2649",
        board="2",
        attachments=tuple(
            Attachment(name=file.name, url=f"https://english.motir.go.kr{file.path}", kind=kind)
            for file, kind in zip(files, ("pdf", "zip"), strict=True)
        ),
    )


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        '<h3>Steel</h3><ul class="info"><li>Views 12</li><li>2025.12.01</li></ul>',
        '<p class="title">Steel</p><dl><dt>Date</dt><dd>2025/12/1</dd></dl>',
        '<h2 class="title">  </h2><h3>Steel</h3><span class="date">Date: 2025-12-01 10:00</span>',
        '<div class="date">soon</div><h4>Steel</h4><p>Posted 2025-12-01</p>',
    ],
)
def test_title_and_date_in_other_tags(head: str) -> None:
    """Title and date are found in the places where such sites put them."""
    found = read(head + TEXT)
    assert (found.title, found.date) == ("Steel", date(2025, 12, 1))


def test_headings_of_the_text_are_not_the_title() -> None:
    """A heading and a date within the text don't stand in for those of the article."""
    inner = '<div class="detail-cont"><h3>Inner</h3><p class="date">2020-01-01</p></div>'
    found = read(f"{inner}<h4>Steel</h4><p>2025-12-01</p>")
    assert (found.title, found.date) == ("Steel", date(2025, 12, 1))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ""),
        ("Bare text", "Bare text"),
        ("<p>One.</p>\n\n<p>Two\n   lines.</p>", "One.\nTwo lines."),
        ("One.<br><br>Two.", "One.\nTwo."),
        ("<div><p>One</p><div>Two</div>Three</div>", "One\nTwo\nThree"),
        ("<p>I<b>n</b> <span>Seoul</span>.</p>", "In Seoul."),
        ("<p>&nbsp;</p><p>\u200b</p><p>One</p>", "One"),
        ("<table><tr><td>Exports</td><td>644.5</td></tr><tr><td>Imports</td></tr></table>",
         "Exports 644.5\nImports"),
        ("<ul><li>One</li><li>Two</li></ul>", "One\nTwo"),
        ("<img src=x alt=Picture><script>var a;</script><!-- note -->One", "One"),
    ],
)  # fmt: skip
def test_text(content: str, expected: str) -> None:
    """Blocks are lines; the line breaks of the page's source are not."""
    assert text(content) == expected


@pytest.mark.parametrize(
    ("around", "url", "expected"),
    [
        (HIDDEN, URL, ("7", "3")),
        ("", URL, ("2649", "")),
        ("", "https://x.kr/", ("", "")),
        ('<input name="bbsSeqN">', "https://x.kr/", ("", "")),
    ],
)
def test_numbers(around: str, url: str, expected: tuple[str, str]) -> None:
    """Article id and board stand in hidden inputs; the id, if not there, in the address."""
    found = read(HEAD + TEXT, around, url)
    assert (found.article_id, found.board) == expected


@pytest.mark.parametrize(
    ("link", "name", "kind"),
    [
        (f'<a href="{PLACE}">Note.pdf</a>', "Note.pdf", "pdf"),
        (f'<a href="{PLACE}"> <b>Note</b>.HWPX \u202e</a>', "Note.HWPX", "hwpx"),
        (f'<a href="{PLACE}">Note v1.2.hwp [1.3 MB]</a>', "Note v1.2.hwp [1.3 MB]", "hwp"),
        (f'<a href="{PLACE}">Download</a>', "Download", ""),
        (f'<a href="{PLACE}" title="Photos.zip"><img src=x></a>', "Photos.zip", "zip"),
        (f'<a href="{PLACE}"></a>', PLACE, ""),
        (f"<a href=\"javascript:location.href='{PLACE}'\">Note.pdf</a>", "Note.pdf", "pdf"),
        (f'<a href="https://elsewhere.example{PLACE}">Note.pdf</a>', "Note.pdf", "pdf"),
        (f'<a href="{PLACE}">Note.pdf</a><a href="{PLACE}">Download</a>', "Note.pdf", "pdf"),
    ],
)
def test_attachments(link: str, name: str, kind: str) -> None:
    """A file is listed once, by name and kind, always on the site that the page came from."""
    (found,) = read(HEAD + TEXT + link + '<a href="/eng/main">Home</a><a href>x</a>').attachments
    assert found == Attachment(name=name, url=f"https://english.motir.go.kr{PLACE}", kind=kind)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (f'<html><div class="board-detail">{HEAD}</div></html>',
         "the article page has no text (no div.detail-cont)"),
        (f'<html><div class="board-detail">{TEXT}2025-12-01</div></html>',
         "the article page has no title"),
        (f'<html><div class="board-detail"><h3>Steel</h3>{TEXT}</div></html>',
         "the article page has no date"),
        (f'<html><div class="board-detail"><h3>Steel</h3><p>2025-02-30</p>{TEXT}</div></html>',
         "the article page has no date"),
        (f'<html><div class="board-detail">{HEAD}{TEXT}',
         "the page ends in the middle, after 167 bytes (its closing tag is missing)"),
        ("<html><title>Not found</title><p>No such page.</p></html>",
         "the page has no div.board-detail; it reads “Not found – No such page.”"),
        (MAINTENANCE.split("<p>", maxsplit=1)[0] + "</html>",
         "the site is under maintenance; its page reads “시스템 점검 안내 – 시스템 점검 중입니다”"),
    ],
)  # fmt: skip
def test_no_article(html: str, reason: str) -> None:
    """What is no article page, or not all of one, is a fault in words."""
    with pytest.raises(InvalidPageError) as caught:
        parse_article("motir", fetched(html))
    assert caught.value.reason == reason
    assert caught.value.advice


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        ("<html><title>Error</title><p>The requested page was not found.</p></html>", True),
        ("<html><h2>No such article</h2></html>", True),
        ("<html><body><p>It does not exist or has been deleted.</p></html>", True),
        ("<html><script>alert('삭제된 게시물입니다.');</script></html>", True),
        (framed("Press Releases", "<p>This article doesn’t exist.</p>"), True),
        (framed("Press Releases", "<p>Please come back later.</p>"), False),
        (framed("Press Releases", "<p>Welcome.</p>") + "<!-- not found -->", False),
        (f"<html><div class='board-detail'>{HEAD}</div>It was not found.</html>", False),
        (MAINTENANCE.replace("We apologise", "What you look for is not found here"), False),
        ("<html><title>Log in</title><p>User not found.</p></html>", False),
        ("<html></html>", False),
    ],
)
def test_a_page_that_says_that_it_is_not_there(html: str, *, missing: bool) -> None:
    """Its own words are told apart from all other trouble: they can prove a withdrawal."""
    with pytest.raises(InvalidPageError) as caught:
        parse_article("motir", fetched(html))
    assert isinstance(caught.value, PageNotFoundError) is missing
