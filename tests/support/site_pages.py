"""Pages in the shape of the ministry's site, as far as the design's listing.md tells it.

The frame around the listings (menus, scripts, footer) is ours; it is there to weigh what the real
one weighs: about 75 links and 40 KB, with a visitor count and a token that follow `count`.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from hashlib import blake2b
from html import escape

ARTICLES = "/eng/article/EATCLdfa319ada"
PER_PAGE = 10
CUT = 3800  # where the site cuts the texts of its listings, without a mark


@dataclass(frozen=True, slots=True)
class Board:
    """One listing. `label` is the markup around a category, None where none is shown."""

    name: str
    path: str
    heading: str
    label: str | None = '<span class="cate">{}</span>'


BOARDS = {
    board.name: board
    for board in (
        Board("all-releases", ARTICLES, "Press Releases", label=None),
        Board("photo-news", "/eng/article/EATCL0512e0b48", "Photo News", label="<em>{}</em>"),
        Board("industry", "/eng/12/topics/1", "Industry", label='<p class="label">{}</p>'),
        Board("trade-investment", "/eng/13/topics/2", "Trade/Investment", label="{}"),
        Board("energy", "/eng/14/topics/3", "Energy", label='<i class="tag"><b>{}</b></i>'),
        Board("fta", "/eng/15/topics/4", "FTA/Economic Cooperation"),
    )
}


@dataclass(frozen=True, slots=True)
class File:
    """An attachment of an article."""

    name: str
    data: bytes = b"%PDF-1.7\n"

    @property
    def path(self) -> str:
        """Return its address: three times 32 hex digits, as on the site."""
        parts = (blake2b(f"{n}{self.name}".encode() + self.data, digest_size=16) for n in range(3))
        return "/attach/down/" + "/".join(part.hexdigest() for part in parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A release as the ministry holds it: the whole text, wherever it is shown cut."""

    article_id: int
    title: str
    date: date
    category: str
    body: str
    board: str = "2"
    files: tuple[File, ...] = ()

    @property
    def path(self) -> str:
        """Return the path of its article page."""
        return f"{ARTICLES}/{self.article_id}/view"


# ------------------------------------------------------------------ the frame

_MENUS = """
About MOTIR, Greetings, Minister, Vice Ministers, Organization, History, Vision, Symbols, Contact
News, Press Releases, Photo News, Speeches, Notices, Video, Newsletter, Calendar, Archive
Policies, Industry, Trade, Investment, Energy, Resources, Standards, Innovation, Materials
FTA, In Force, Signed, Under Negotiation, Texts, Rules of Origin, Committees, CEPA, Help Desk
Invest Korea, Why Korea, Incentives, Free Zones, Procedures, Success Stories, Guides, Visas, Law
Statistics, Exports and Imports, Foreign Investment, Energy Balance, Retail, Autos, ICT, Steel, Oil
""".strip().split("\n")
_FOOTER = (
    "Privacy Policy, Copyright Policy, Email Collection Refused, Site Map, RSS, Facebook, X, "
    "Instagram, YouTube, LinkedIn, Korean Site, Directions, KOTRA, KITA, KIAT"
)


def _menu(number: int, line: str) -> str:
    words = line.split(", ")
    links = "\n".join(
        f'                    <li class="depth2-item" data-menu="M{number:02d}{place:02d}0000">'
        f'<a href="/eng/{number}/contents/{place}" class="depth2-link" target="_self" '
        f'title="Go to {word}" onclick="frame.remember(this);"><span class="name"><b>{word}</b>'
        f'</span><i class="arrow"></i></a><div class="panel"><p><em>{word}</em></p></div></li>'
        for place, word in enumerate(words[1:], 1)
    )
    return (
        f'            <div class="depth1" id="menu{number}">\n'
        f'                <strong class="depth1-title">{words[0]}</strong>\n'
        f'                <ul class="depth2">\n{links}\n                </ul>\n            </div>\n'
    )


def _calendar() -> str:
    cells = (
        f'<td class="d{n % 7}"><span class="day">{n}</span><em class="count">{n * 5 % 4}</em></td>'
        for n in range(1, 43)
    )
    rows = "\n".join(
        f"                <tr>{''.join(week)}</tr>" for week in zip(*[cells] * 7, strict=True)
    )
    return f'            <table class="calendar"><tbody>\n{rows}\n            </tbody></table>\n'


def _divisions() -> str:
    return "".join(
        f'                <li class="choice"><span class="check"><input type="checkbox" '
        f'id="division{n}" name="division" value="{n:03d}"><label for="division{n}">'
        f"<b>{n:03d}</b> <span>Division {n}</span></label></span></li>\n"
        for n in range(1, 61)
    )


@cache
def _frame() -> tuple[str, str]:
    """Return what stands before and after the content; {title}, {token} and {count} are holes."""
    menus = "".join(_menu(number, line) for number, line in enumerate(_MENUS, 11))
    links = "\n".join(
        f'            <li><a href="/eng/footer/{n}" target="_blank" rel="noopener" '
        f'title="{word} (opens in a new window)">{word}</a></li>'
        for n, word in enumerate(_FOOTER.split(", "))
    )
    options = "\n".join(
        f'                <option value="{year}">Releases of the year {year}</option>'
        for year in range(2026, 1997, -1)
    )
    before = f"""<!DOCTYPE html>
<html lang="en">
<head>
    <meta charset="UTF-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="_csrf" content="{{token}}">
    <title>{{title}} | Ministry of Trade, Industry and Resources</title>
</head>
<body>
    <a href="#content" class="skip">Skip to content</a>
    <header id="header">
        <h1><a href="/eng/main">Ministry of Trade, Industry and Resources</a></h1>
        <nav id="gnb">
{menus}        </nav>
        <form id="search" method="get" action="/eng/search"><input type="hidden" name="token"
            value="{{token}}"><label for="year">Year</label>
            <select id="year" name="year">
{options}
            </select>
            <ul class="divisions">
{_divisions()}            </ul>
{_calendar()}        </form>
    </header>
    <main id="content">
        <h2 class="page-title">{{title}}</h2>
"""
    after = f"""    </main>
    <footer id="footer">
        <ul class="links">
{links}
        </ul>
        <address>402 Hannuri-daero, Sejong-si, Republic of Korea</address>
        <p class="visitors">Visitors today: <span>{{count}}</span></p>
    </footer>
    <script>
        var frame = {{ places: [], remember: function (link) {{ this.last = link.title; }} }};
    </script>
</body>
</html>
"""
    return before, after


def framed(title: str, content: str, *, count: int = 1024) -> str:
    """Return a whole page of the site around `content`."""
    before, after = _frame()
    head = before.replace("{title}", title).replace("{token}", f"{count * 2654435761 % 2**64:016x}")
    return f"{head}{content}{after.replace('{count}', str(count))}"


# ------------------------------------------------------------------ what it frames


@lru_cache(maxsize=4096)
def entry(post: Post, label: str | None, cut: int = CUT) -> str:
    """Return one `li` of a listing."""
    category = "" if label is None else label.format(escape(post.category, quote=False))
    return f"""            <li>
                <a href="javascript:article.view('{post.article_id}', '{post.board}');">
                    <div class="item">
                        {category}
                        <strong class="title">{escape(post.title, quote=False)}</strong>
                        <p class="info">
                            <span class="cont">{escape(post.body[:cut], quote=False)}</span>
                            <span class="date"><i>date</i>{post.date}</span>
                        </p>
                    </div>
                </a>
            </li>
"""


def board_list(board: Board, posts: list[Post], *, cut: int = CUT) -> str:
    """Return `div.board-list` around the entries of one page; none is a page past the end."""
    entries = "".join(entry(post, board.label, cut) for post in posts)
    nothing = "" if posts else '            <p class="no-data">There is no data.</p>\n'
    return f"""        <div class="board-list">
            <ul>
{entries}            </ul>
{nothing}        </div>
"""


def pager(path: str, last: int) -> str:
    """Return the links to the pages of a listing, outside of it."""
    numbers = (f'<a href="{path}?pageIndex={n}">{n}</a>' for n in range(1, min(last, 10) + 1))
    return f'        <div class="paging">{"".join(numbers)}</div>\n'


def article(post: Post) -> str:
    """Return what an article page frames: title, date, text, attachments, hidden inputs."""
    paragraphs = "\n".join(
        f"                <p>{escape(part, quote=False)}</p>" for part in post.body.split("\n")
    )
    files = "\n".join(
        f'                <li><a href="{file.path}">{escape(file.name)}</a> '
        f"<span>[{len(file.data) / 1024:.1f} KB]</span></li>"
        for file in post.files
    )
    return f"""        <form id="article" method="get">
            <input type="hidden" name="bbsSeqN" value="{post.article_id}">
            <input type="hidden" name="bbsCdN" value="{post.board}">
        </form>
        <div class="board-detail">
            <div class="detail-head">
                <strong class="title">{escape(post.title, quote=False)}</strong>
                <p class="info"><span class="date"><i>date</i>{post.date}</span></p>
            </div>
            <div class="detail-cont">
{paragraphs}
            </div>
            <ul class="detail-file">
{files}
            </ul>
        </div>
"""


MAINTENANCE = """<!DOCTYPE html>
<html lang="ko"><head><meta charset="UTF-8"><title>시스템 점검 안내</title></head>
<body><h1>시스템 점검 중입니다</h1>
<p>The site is under scheduled maintenance from 22:00 to 06:00 (KST). We apologise.</p>
</body></html>
"""

LOGIN = """<!DOCTYPE html>
<html lang="en"><head><meta charset="UTF-8"><title>Sign in</title></head>
<body><h1>Sign in</h1><form method="post" action="/login"><input name="user">
<input type="password" name="password"><button>Sign in</button></form></body></html>
"""
