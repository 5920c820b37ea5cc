"""Trying again."""

from datetime import date, timedelta

import pytest

from monitor.errors import FetchError
from monitor.http.fetcher import RetryingFetcher, limit_attempts
from tests.http.fetchers import fetcher, settings
from tests.support import site_faults as faults
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site


def test_a_site_that_is_deaf_for_minutes_is_read_in_the_end() -> None:
    """Nine failures in a row, with growing waits from 2.5 s, and the tenth attempt gets through."""
    fake = FakeWorld()
    with Site() as site, fetcher(fake=fake) as reader:
        site.publish("Steel talks", date(2025, 12, 1))
        site.misbehave(faults.reset(), times=9)
        page = RetryingFetcher(reader, settings(), fake.world)(site.url())
    assert b"Steel talks" in page.body
    assert fake.waits[0] == 2.5
    assert fake.waits == sorted(fake.waits)
    assert len(fake.waits) == 9


def test_it_gives_up_after_its_attempts_and_says_how_many() -> None:
    """The reason of the last failure is told."""
    fake = FakeWorld()
    with Site() as site, fetcher(fake=fake) as reader:
        site.misbehave(faults.status(503))
        with pytest.raises(FetchError, match=r"503 Service Unavailable \(3 attempts\)"):
            RetryingFetcher(reader, settings(attempts=3), fake.world)(site.url())
        assert len(site.requests) == 3


def test_what_cannot_pass_is_not_tried_again() -> None:
    """A page that is not there is not there a second later."""
    fake = FakeWorld()
    with Site() as site, fetcher(fake=fake) as reader:
        with pytest.raises(FetchError, match=r"404 Not Found;"):
            RetryingFetcher(reader, settings(), fake.world)(f"{site.origin}/nowhere")
        assert len(site.requests) == 1


@pytest.mark.parametrize(("code", "gone"), [(404, True), (410, True), (403, False), (500, False)])
def test_that_there_is_nothing_is_told_apart(code: int, *, gone: bool) -> None:
    """Also where the attempts before failed in another way."""
    fake = FakeWorld()
    with Site() as site, fetcher(fake=fake) as reader:
        site.misbehave(faults.reset(), times=1)
        site.misbehave(faults.status(code))
        with pytest.raises(FetchError, match=r"\(2 attempts\)") as caught:
            RetryingFetcher(reader, settings(attempts=2), fake.world)(site.url())
    assert caught.value.is_gone is gone


def test_what_can_wait_is_tried_three_times_at_most() -> None:
    """Or as often as the config says, if that is less."""
    assert limit_attempts(settings()).attempts == 3
    assert limit_attempts(settings(attempts=1)).attempts == 1


def test_retry_after_is_honoured() -> None:
    """The server's own word about when to come back is longer than ours."""
    fake = FakeWorld()
    with Site() as site, fetcher(fake=fake) as reader:
        site.misbehave(faults.status(429, retry_after="40"), times=1)
        RetryingFetcher(reader, settings(), fake.world)(site.url())
    assert fake.waits == [40.0]


def test_all_pages_of_a_check_share_one_budget() -> None:
    """Once it is spent, each further page gets one attempt."""
    fake = FakeWorld()
    with Site() as site, fetcher(fake=fake) as reader:
        site.misbehave(faults.status(500))
        patience = RetryingFetcher(reader, settings(budget=timedelta(seconds=10)), fake.world)
        with pytest.raises(FetchError, match="3 attempts"):
            patience(site.url())
        assert sum(fake.waits) < 10
        fake.pass_time(timedelta(seconds=10))
        with pytest.raises(FetchError, match=r"Error;"):
            patience(site.url())
