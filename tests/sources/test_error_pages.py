"""What a page that is no listing looks like."""

import pytest

from monitor.sources.error_pages import (
    LOGIN_PAGE,
    detect_error_page,
    detect_failure_page,
    explain_empty_list,
    is_temporary,
)


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Scheduled Maintenance", "maintenance"),
        ("시스템 점검 안내", "maintenance"),
        ("This service is temporarily unavailable", "maintenance"),
        ("Temporarily suspended", "maintenance"),
        ("Scheduled downtime", "maintenance"),
        ("시스템 작업 중입니다. 이용에 불편을 드려 죄송합니다.", "maintenance"),
        ("정기작업 안내", "maintenance"),
        ("서비스가 일시 중단됩니다", "maintenance"),
        ("Log in", "login"),
        ("Sign-in to go on", "login"),
        ("LOGIN", "login"),
        ("로그인", "login"),
        ("Access Denied", "blocked"),
        ("Your access was blocked", "blocked"),
        ("Access is denied", "blocked"),
        ("Please solve this CAPTCHA", "blocked"),
        ("Unusual traffic from your network", "blocked"),
        ("Show that you are not a robot", "blocked"),
        ("Are you human?", "blocked"),
        ("Verify you are there", "blocked"),
        ("Verify that you are there", "blocked"),
        ("Checking your browser", "blocked"),
        ("Just a moment...", "blocked"),
        ("The request was rejected", "blocked"),
        ("Request blocked", "blocked"),
        ("The request is blocked", "blocked"),
        ("접근이 차단되었습니다", "blocked"),
        ("접근 거부", "blocked"),
        ("비정상적인 접근입니다", "blocked"),
        ("비정상적인 요청입니다", "blocked"),
        ("귀하의 요청이 보안정책에 의해 차단되었습니다", "blocked"),
        ("보안 정책 위반", "blocked"),
        ("웹 방화벽", "blocked"),
        ("Web Firewall", "blocked"),
        ("Web Application Firewall", "blocked"),
        ("The requested URL was rejected", "blocked"),
        ("Blocked by our security policy", "blocked"),
        ("Your IP address has been blocked", "blocked"),
        ("Incapsula incident ID: 7", "blocked"),
        ("Cookie settings", "consent"),
        ("Our cookie policy", "consent"),
        ("Cookie consent", "consent"),
        ("Cookie preferences", "consent"),
        ("Accept all cookies", "consent"),
        ("Accept cookies", "consent"),
        ("We use cookies", "consent"),
        ("Before you continue", "consent"),
        ("쿠키 안내", "consent"),
        ("개인정보 수집 및 이용에 동의", "consent"),
    ],
)
def test_what_it_is_instead_is_told_by_its_words(words: str, rule: str) -> None:
    """In English or Korean, in capitals or not; with words for people and an advice."""
    look = detect_error_page(words)
    assert look is not None
    assert look.rule == rule
    assert look.reason.startswith("the site ")
    assert look.advice
    assert is_temporary(look.rule)


def test_the_first_that_fits_counts() -> None:
    """A site under maintenance may have a login too."""
    look = detect_error_page("Log in – Maintenance")
    assert look is not None
    assert look.rule == "maintenance"
    assert detect_error_page("Log in – We use cookies") == LOGIN_PAGE


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Please enable JavaScript", "script"),
        ("This page requires JavaScript", "script"),
        ("Turn on javascript", "script"),
        ("You need JavaScript", "script"),
        ("Nothing works without JavaScript", "script"),
        ("자바스크립트를 켜십시오", "script"),
        ("Internal Server Error", "error"),
        ("오류가 발생했습니다", "error"),
        ("java.lang.NullPointerException", "error"),
        ("Bad Gateway", "error"),
        ("Service Unavailable", "error"),
        ("500", "error"),
        ("HTTP 502", "error"),
        ("503", "error"),
        ("504", "error"),
        ("Error: enable JavaScript", "script"),
    ],
)
def test_how_it_failed_is_told_by_its_words(words: str, rule: str) -> None:
    """Where it says nothing of what was asked for."""
    look = detect_failure_page(words)
    assert look is not None
    assert look.rule == rule
    assert look.reason.startswith("the site shows ")
    assert look.advice
    assert is_temporary(look.rule)
    assert detect_error_page(words) is None


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Press Releases",
        "Catalog in English",
        "Minister assigns input",
        "Korea to host terrorism talks",
        "5000 jobs, 1503 places",
        "501",
    ],
)
def test_ordinary_words_say_nothing(words: str) -> None:
    """Nor do words that only hold such a word."""
    assert detect_error_page(words) is None
    assert detect_failure_page(words) is None


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ("cut", True),
        ("empty", True),
        ("no-text", True),
        ("challenge", False),
        ("sent-on", False),
        ("no-list", False),
        ("no-entries", False),
        ("far-fewer", False),
        ("", False),
    ],
)
def test_a_changed_layout_does_not_pass_by_itself(rule: str, *, passes: bool) -> None:
    """A page that was cut off, or came empty, does."""
    assert is_temporary(rule) is passes


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("서비스 점검 중입니다", "maintenance"),
        ("로그인 후 이용하십시오", "login"),
        ("Loading…", "script"),
        ("Now loading, please wait", "script"),
        ("불러오는 중입니다", "script"),
        ("로딩중", "script"),
        ("잠시만 기다려 주십시오", "script"),
        ("Please enable JavaScript", "script"),
        ("", None),
        ("There is no data.", None),
        ("등록된 게시물이 없습니다.", None),
        ("Nothing about loading docks", None),
        ("1 2 3 … 502 503", None),
    ],
)
def test_what_stands_in_place_of_entries(words: str, rule: str | None) -> None:
    """It says why there are none, or that they are still to come; otherwise there are none."""
    look = explain_empty_list(words)
    assert (look and look.rule) == rule
