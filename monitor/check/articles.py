"""Fetching of article pages; a failure never fails the check.

If the site does not respond, this check requests no further article pages from it. A broken or
missing page does not affect the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor import sources
from monitor.check.pagination import FetchPage
from monitor.clock import Clock
from monitor.errors import FetchError, InvalidPageError, PageNotFoundError
from monitor.models.check import FetchResponse

if TYPE_CHECKING:
    from monitor.models.check import Article

# Seconds that one check may spend on article pages; later checks read the rest.
_TIME_LIMIT = 120.0

ArticleFailure = Literal["deaf", "broken", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleResults:
    """The results of fetching article pages, by URL.

    An error is one of: the site did not respond, the page is not valid, or the page is known to be
    gone. `pages` are all responses, valid or not.
    """

    articles: "Mapping[str, Article]"
    errors: Mapping[str, ArticleFailure]
    pages: Mapping[str, FetchResponse]

    @property
    def gone(self) -> frozenset[str]:
        """The URLs that do not exist, according to the site itself."""
        return frozenset(url for url, failure in self.errors.items() if failure == "gone")

    @property
    def unreachable(self) -> frozenset[str]:
        """The URLs that got no response, and may get one later."""
        return frozenset(url for url, failure in self.errors.items() if failure == "deaf")


def fetch_articles(
    kind: str, urls: Iterable[str], fetch_page: FetchPage, clock: Clock
) -> ArticleResults:
    """Fetch article pages, each URL once, until the time limit or a request without a response."""
    articles: dict[str, Article] = {}
    errors: dict[str, ArticleFailure] = {}
    pages: dict[str, FetchResponse] = {}
    deadline = clock.monotonic() + _TIME_LIMIT
    for url in dict.fromkeys(urls):
        if clock.monotonic() > deadline:
            break
        try:
            pages[url] = fetch_page(url, None)
            articles[url] = sources.parse_article(kind, pages[url])
        except PageNotFoundError:
            errors[url] = "gone"
        except InvalidPageError:
            errors[url] = "broken"
        except FetchError as error:
            if error.is_transient:
                errors[url] = "deaf"
                break
            errors[url] = "gone" if error.is_gone else "broken"
    return ArticleResults(articles=articles, errors=errors, pages=pages)
