"""Reading article pages, best effort: whatever comes of it, the check goes on.

A site that is deaf to one of them is asked for no more in this check; one page that is broken or
gone keeps nobody from the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor import sources
from monitor.check.reading import Fetch
from monitor.errors import FetchError, MissingFault, PageFault
from monitor.model.scraped import Fetched
from monitor.model.world import World

if TYPE_CHECKING:
    from monitor.model.articles import Article

# How long one check may take for article pages; what is left is read by later ones.
_SECONDS = 120.0

Trouble = Literal["deaf", "broken", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What article pages said, by address.

    `trouble`: the site did not answer, the page cannot be right, or is proven not to be there.
    `pages` are those that came, right or not.
    """

    articles: "Mapping[str, Article]"
    trouble: Mapping[str, Trouble]
    pages: Mapping[str, Fetched]

    @property
    def gone(self) -> frozenset[str]:
        """Addresses of which the site itself says that there is nothing."""
        return frozenset(url for url, what in self.trouble.items() if what == "gone")

    @property
    def deaf(self) -> frozenset[str]:
        """Addresses that got no answer, and may get one soon."""
        return frozenset(url for url, what in self.trouble.items() if what == "deaf")


def ask(kind: str, urls: Iterable[str], fetch: Fetch, world: World) -> Answers:
    """Read article pages, each address once, as far as time and the site allow."""
    articles: dict[str, Article] = {}
    trouble: dict[str, Trouble] = {}
    pages: dict[str, Fetched] = {}
    end = world.monotonic() + _SECONDS
    for url in dict.fromkeys(urls):
        if world.monotonic() > end:
            break
        try:
            pages[url] = fetch(url, None)
            articles[url] = sources.parse_article(kind, pages[url])
        except MissingFault:
            trouble[url] = "gone"
        except PageFault:
            trouble[url] = "broken"
        except FetchError as error:
            if error.passing:
                trouble[url] = "deaf"
                break
            trouble[url] = "gone" if error.gone else "broken"
    return Answers(articles=articles, trouble=trouble, pages=pages)
