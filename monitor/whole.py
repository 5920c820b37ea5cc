"""What listings show of a text, held against the whole of it; and which article page is whose.

Boards cut texts without a mark, each at its own length, on one line; an article page has them whole
and in paragraphs. So a text that is another one's beginning is not another text.
"""

from datetime import date
from unicodedata import normalize

from monitor.model.articles import Article
from monitor.text.folding import fold

# Old pages cut texts at about 500 characters, today's at about 3,800 (listing.md).
SHORTEST_CUT = 400


def spelling(text: str) -> tuple[str, str]:
    """Return what counts of a text: its folded form, and its capitals (`US` is not `us`)."""
    return fold(text), "".join(filter(str.isupper, normalize("NFKC", text)))


def shows(shown: str, whole: str) -> bool:
    """Tell whether `shown` is `whole`, or its beginning where a board may have cut it."""
    is_long = len(shown) >= SHORTEST_CUT
    if shown == whole or (is_long and whole.startswith(shown)):
        return True
    (short, capitals), (long, all_capitals) = spelling(shown), spelling(whole)
    if (short, capitals) == (long, all_capitals):
        return True
    return is_long and long.startswith(short) and all_capitals.startswith(capitals)


def fits(article: Article, *, title: str, day: date, body: str, article_id: str) -> bool:
    """Tell whether an article page is that of a release, whose number is `article_id`.

    Ids can be dealt anew, and pages mixed up. So its number must be the one that was asked for, and
    its title and date those of the release, or its text must go on from what the listing shows.
    """
    if article.article_id and article.article_id != article_id:
        return False
    if article.date == day and fold(article.title) == fold(title):
        return True
    return bool(body) and len(article.body) >= len(body) and shows(body, article.body)


def edited(before: str, article: Article) -> dict[str, tuple[str, str]]:
    """Return how an article's text differs from the whole text as it was known, if it does."""
    if not article.body or spelling(before) == spelling(article.body):
        return {}
    return {"body": (before, article.body)}
