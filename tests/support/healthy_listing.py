"""A listing in good health over many days: what it shows at each moment, with nothing wrong in it.

It publishes as ministries do: on working days, in office hours of Seoul, now nothing and now a
dozen at once; not at weekends, nor on holidays, of which Chuseok and the Lunar New Year take days.
It adds late, edits, withdraws, and is redesigned around its list. Its line breaks now and then, for
once.

    ministry = Healthy(seed)
    for moment in ministry.moments(days=400, every=timedelta(hours=4)):
        check(…, fetch=ministry.fetch)       # ministry.trouble says whether this one may fail
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from monitor.errors import FetchError
from monitor.models.check import FetchResponse
from tests.support.site_pages import BOARDS, MAINTENANCE, PER_PAGE, Post, article, board_list, pager

URL = "https://english.motir.go.kr" + BOARDS["fta"].path
SEOUL = timedelta(hours=9)

# Days on which nobody publishes, besides weekends: (first, last).
HOLIDAYS = (
    (date(2025, 10, 3), date(2025, 10, 9)),  # National Foundation, Chuseok, Hangul
    (date(2025, 12, 25), date(2025, 12, 25)),
    (date(2026, 1, 1), date(2026, 1, 1)),
    (date(2026, 2, 16), date(2026, 2, 18)),  # Lunar New Year
    (date(2026, 3, 2), date(2026, 3, 2)),
    (date(2026, 5, 5), date(2026, 5, 5)),
    (date(2026, 5, 25), date(2026, 5, 25)),
    (date(2026, 8, 17), date(2026, 8, 17)),
    (date(2026, 9, 24), date(2026, 9, 26)),  # Chuseok
    (date(2026, 10, 5), date(2026, 10, 5)),
    (date(2026, 10, 9), date(2026, 10, 9)),
)
_WORDS = tuple(
    "tariffs quotas batteries hydrogen steel shipbuilding investment standards customs cars gas"  # noqa: SIM905
    " negotiators partners supply chains exports rules origin agreement minister Vietnam".split()
)
_PLAIN = "<html><head><title>MOTIR</title></head><body><ul><li>News</li></ul>{}</body></html>"
_FRAMED = (
    '<!DOCTYPE html><html lang="en"><body class="v2"><nav><a href="/eng">Home</a></nav>'
    "<main>{}</main><footer>KOGL</footer></body></html>"
)
_SCRIPTED = (
    "<html><body><div class='wrap'><div class='list-top'>Total</div>{}</div>"
    "<script>var lists = [];</script></body></html>"
)
_FRAMES = (_PLAIN, _FRAMED, _SCRIPTED)


class Healthy:
    """One ministry's listing. `posts` stand as the listing shows them, newest first."""

    def __init__(self, seed: int, first: date = date(2025, 9, 1)) -> None:
        self._chance, self._first = random.Random(seed), first
        self._number = 1000
        self.posts: list[Post] = []
        self.withdrawn: set[str] = set()
        self.published: list[str] = []
        self.frame = 0
        self.moment = datetime(first.year, first.month, first.day, tzinfo=UTC) - SEOUL
        self.trouble: str | None = None
        for ago in range(80, 0, -1):
            self._publish(first - timedelta(days=ago))
        self.published.clear()

    # -------------------------------------------------------------- time

    def moments(self, days: int, every: timedelta) -> Iterator[datetime]:
        """Let so many days pass, and stop at each moment of a check."""
        for number in range(days):
            day = self._first + timedelta(days=number)
            work = self._work(day)
            self.moment = self._midnight(day)
            while self.moment < self._midnight(day) + timedelta(days=1):
                while work and work[0][0] <= self.moment:
                    work.pop(0)[1]()
                self.trouble = self._trouble()
                yield self.moment
                self.moment += every
            for _, deed in work:
                deed()

    def is_workday(self, day: date) -> bool:
        """Tell whether the ministry works on a day."""
        return day.weekday() < 5 and not any(first <= day <= last for first, last in HOLIDAYS)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=UTC) - SEOUL

    def _work(self, day: date) -> list[tuple[datetime, Callable[[], object]]]:
        """Return what happens on a day, and when."""
        if not self.is_workday(day):
            return []
        chance = self._chance
        count = chance.choice([0, 0, 1, 1, 1, 2, 2, 3, 4])
        if chance.random() < 0.03:
            count = chance.randint(8, 25)  # a summit
        deeds: list[Callable[[], object]] = [lambda: self._publish(day)] * count
        for share, deed in (
            (0.05, self._edit),
            (0.02, self._withdraw),
            (0.03, lambda: self._publish(day - timedelta(days=chance.randint(1, 20)), at=4)),
            (0.01, self._redesign),
        ):
            if chance.random() < share:
                deeds.append(deed)
        start = self._midnight(day)
        hours = sorted(chance.uniform(8, 19) for _ in deeds)
        chance.shuffle(deeds)
        return [(start + timedelta(hours=h), d) for h, d in zip(hours, deeds, strict=True)]

    # -------------------------------------------------------------- the ministry

    def _publish(self, day: date, at: int = 0) -> None:
        self._number += self._chance.choice([1, 1, 1, 2, 5])  # other boards publish, too
        text = " ".join(self._chance.choices(_WORDS, k=self._chance.choice([0, 40, 90, 200, 200])))
        post = Post(
            article_id=self._number,
            title=f"Talks {self._number}: {' '.join(self._chance.choices(_WORDS, k=6))}",
            date=day,
            category="FTA/Economic Cooperation",
            body=text,
        )
        self.posts.insert(at, post)
        self.published.append(post.title)

    def _edit(self) -> None:
        place = self._chance.randrange(20)
        post = self.posts[place]
        self.posts[place] = replace(post, body=f"{post.body} {self._chance.choice(_WORDS)}")

    def _withdraw(self) -> None:
        self.withdrawn.add(self.posts.pop(self._chance.randrange(20)).title)

    def _redesign(self) -> None:
        self.frame = (self.frame + 1) % len(_FRAMES)

    def _trouble(self) -> str | None:
        """Return what is wrong with the line for this once; never twice in a row."""
        if self.trouble is not None or self._chance.random() > 0.02:
            return None
        return self._chance.choice(["deaf", "half", "maintenance"])

    # -------------------------------------------------------------- what it shows

    def fetch(self, url: str, _: Mapping[str, str] | None = None) -> FetchResponse:
        """Return what stands at an address now, or fail as a line does."""
        parts = urlsplit(url)
        if self.trouble == "deaf":
            raise FetchError("the connection broke off", is_transient=True)
        body = self._shown(parts.path, parts.query).encode()
        if self.trouble == "half":
            body = body[: len(body) // 2]
        return FetchResponse(
            url=url,
            status=200,
            headers={"content-type": "text/html; charset=UTF-8"},
            body=MAINTENANCE.encode() if self.trouble == "maintenance" else body,
            fetched_at=self.moment,
        )

    def _shown(self, path: str, query: str) -> str:
        if path != BOARDS["fta"].path:
            found = next((post for post in self.posts if post.path == path), None)
            if found is None:
                raise FetchError("404", is_transient=False, is_gone=True)
            return _FRAMES[self.frame].format(article(found))
        start = (int(parse_qs(query)["pageIndex"][0]) - 1) * PER_PAGE
        content = board_list(BOARDS["fta"], self.posts[start : start + PER_PAGE])
        return _FRAMES[self.frame].format(content + pager(path, 10))
