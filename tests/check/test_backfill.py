"""Walks back through a listing that moves under them, broken off at any request."""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.check.backfill import BackfillTarget
from monitor.errors import FetchError
from monitor.http.fetcher import PageFetcher
from monitor.models.check import FetchResponse
from tests.check.check_bench import House
from tests.http.fetchers import fetcher
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site

DAY = date(2025, 8, 1)
BASELINE = "SELECT 1 FROM sources WHERE baseline_at IS NOT NULL"


class Weather:
    """Between two requests the ministry publishes, and the line breaks."""

    def __init__(self, site: Site, fetcher: PageFetcher, chance: random.Random) -> None:
        self._site, self._fetcher, self._chance = site, fetcher, chance
        self._count = 0
        self.news: set[str] = set()
        self.is_calm = True
        self.has_baseline: Callable[[], bool] = lambda: False

    def publish(self, count: int) -> None:
        """Put new releases on top."""
        for _ in range(count):
            self._count += 1
            title = f"Talks {self._count}"
            day = DAY + timedelta(days=self._count // 20)
            self._site.publish(title, day, article_id=self._count)
            if self.has_baseline():
                self.news.add(title)

    def fetch(self, url: str, validators: Mapping[str, str] | None = None) -> FetchResponse:
        """Fetch through the weather."""
        what = "nothing" if self.is_calm else self._chance.choice(["nothing"] * 16 + [*"ppbb"])
        if what == "b":
            raise FetchError("the line broke", is_transient=True)
        fetched = self._fetcher.fetch_page(url, validators)
        if what == "p" and self.has_baseline():
            self.publish(self._chance.choice([1, 2, 9, 10, 11, 25]))
        return fetched

    def withdraw(self) -> None:
        """Take releases off the listing, from anywhere."""
        ids = self._site.boards["fta"]
        for _ in range(min(self._chance.choice([0, 1, 2, 9, 12, 25]), len(ids) - 5)):
            self._site.withdraw(self._chance.choice(ids))


@pytest.mark.parametrize("seed", [*range(11), 23])
def test_whatever_happens_all_is_stored_in_order_and_news_stays_news(
    tmp_path: Path, seed: int
) -> None:
    """And a walk that says that the archive is complete is right."""
    chance = random.Random(seed)
    fake = FakeWorld()
    with Site() as site, fetcher(fake=fake) as line:
        weather = Weather(site, line, chance)
        weather.publish(chance.randint(30, 160))
        house = House(tmp_path / "monitor.db", site, weather.fetch, fake)
        weather.has_baseline = lambda: house.path.exists() and bool(house.rows(BASELINE))
        if chance.random() < 0.5:
            house.check()
        for _ in range(chance.randint(3, 8)):
            weather.is_calm = False
            target = chance.choice([BackfillTarget(), BackfillTarget(pages=chance.randint(1, 12))])
            house.backfill(target)
            weather.withdraw()
            fake.pass_time(timedelta(hours=chance.choice([1, 30])))
            if chance.random() < 0.5:
                house.check()
        weather.is_calm = True
        assert house.backfill().is_complete
        fake.pass_time(timedelta(hours=30))
        (report,) = house.check()
        assert report.result.error is None
        assert_equal(house, weather)


def assert_equal(house: House, weather: Weather) -> None:
    """Compare the store with the site, as far as it still shows what was stored."""
    shown = [house.site.posts[number].title for number in house.site.boards["fta"]]
    there = set(shown)
    stored = house.rows(
        "SELECT r.title, r.origin FROM listings AS l JOIN releases AS r ON r.id = l.release_id"
        " ORDER BY l.rank DESC"
    )
    assert [title for title, _ in stored if title in there] == shown
    told = {title for title, origin in stored if origin == "news" and title in there}
    assert told == weather.news & there
