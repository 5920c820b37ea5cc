"""The heartbeat, against a real receiver."""

import pytest

from monitor.errors import MonitorError
from monitor.incidents import heartbeat
from monitor.incidents.heartbeat import build_fail_url, format_body, send_heartbeat
from monitor.models.config import Secret
from tests.channels.peers import Receiver, free_port, receiving, secret


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://hc-ping.com/5f0c", "https://hc-ping.com/5f0c/fail"),
        ("https://hc-ping.com/key/name?create=1", "https://hc-ping.com/key/name/fail?create=1"),
        ("https://beats.example.com/5f0c/", "https://beats.example.com/5f0c/fail"),
        ("http://[::1]:8000", "http://[::1]:8000/fail"),
    ],
)
def test_a_bad_round_goes_to_the_address_with_fail_added_to_its_path(
    address: str, expected: str
) -> None:
    """Before the query, where there is one: it says how to make what is not there yet."""
    assert build_fail_url(address) == expected


@pytest.mark.parametrize(
    ("troubles", "expected"),
    [
        ([], "all well\n"),
        (["trade: no\nanswer"], "trade: no answer\n"),
        ([f"s{n}: no" for n in range(7)], ("s0: no\ns1: no\ns2: no\ns3: no\ns4: no\n"
         "and 2 more; see: monitor status\n")),
        (["x" * 999], "x" * 300 + "\n"),
    ],
)  # fmt: skip
def test_it_says_how_the_round_went_in_a_few_lines(troubles: list[str], expected: str) -> None:
    """A line for each trouble, and how many more there are."""
    assert format_body(troubles, "all well") == expected


def test_a_good_round_and_a_bad_one_are_told_apart() -> None:
    """By the address; both are POSTed, with words for a person."""
    with receiving(Receiver()) as receiver:
        assert send_heartbeat(secret(receiver.url), [], "all well") is None
        assert send_heartbeat(secret(receiver.url), ["trade: no answer"], "all well") is None
    good, bad = receiver.got
    assert (good[0], good[2]) == ("/T000/B000/hush", b"all well\n")
    assert (bad[0], bad[2]) == ("/T000/B000/hush/fail", b"trade: no answer\n")
    assert good[1]["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("receiver", "expected"),
    [
        (Receiver(status=404), "answered 404"),
        (Receiver(status=301, headers={"location": "/hush/elsewhere"}), "a redirect is not follow"),
    ],
)
def test_what_is_not_taken_is_told_without_the_address(receiver: Receiver, expected: str) -> None:
    """Whoever knows the address can keep a dead machine looking alive; no redirect leads on."""
    with receiving(receiver):
        told = send_heartbeat(secret(receiver.url), [], "all well") or ""
    assert expected in told
    assert "hush" not in told
    assert len(receiver.got) == 1


def test_a_dead_receiver_raises_nothing() -> None:
    """It is told in words, with the host alone."""
    told = send_heartbeat(secret(f"http://127.0.0.1:{free_port()}/hush"), [], "all well")
    assert told == "the heartbeat failed: http://127.0.0.1: Connection refused"


def test_an_address_that_is_not_there_raises_nothing() -> None:
    """As when the environment variable is not set."""

    def gone() -> str:
        raise MonitorError("the environment variable BEAT is not set, or empty")

    told = send_heartbeat(Secret("$BEAT", gone), [], "all well")
    assert told == ("the heartbeat failed: the environment variable BEAT is not set, or empty")


def test_it_waits_ten_seconds_at_most() -> None:
    """A round is not held up for long by whoever is told of it."""
    assert heartbeat.TIME_LIMIT.total_seconds() == 10  # nobody wants to wait for it
