"""Detection of error pages from their title, headings and first words.

The rest of the page is ignored: a listing in a new layout may mention anything.
"""

import re
from dataclasses import dataclass

TEMPORARY_ADVICE = "this usually passes by itself; the next check reads the page again"
_NO_ACTION_ADVICE = "nothing to do: monitor catches up on the releases published meanwhile"
_BROWSER_ADVICE = "open {url} in a browser: if it is public there, this passes"
_BLOCKED_ADVICE = (
    "open {url} in a browser; if all is well there, check less often ([[source]] every, [fetch]"
    " delay) and let [fetch] user_agent say how to reach you"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """A kind of page that is no listing: its `rule`, a reason, and advice that may hold `{url}`."""

    rule: str
    reason: str
    advice: str


_MAINTENANCE_TEXT = (
    r"maintenance|점검|temporarily (?:unavailable|suspended)|scheduled downtime"
    r"|(?:시스템|서버|서비스|정기|긴급) ?작업|(?:서비스|시스템).{0,12}중단"
)
_LOGIN_TEXT = r"\b(?:log|sign)[ -]?in\b|로그인"
_BLOCKED_TEXT = (
    r"access (?:is |was )?(?:denied|blocked)|captcha|unusual traffic|not a robot|are you human"
    r"|verify (?:that )?you|checking your browser|just a moment|request (?:was |is )?"
    r"(?:blocked|rejected)|(?:url|page) was (?:blocked|rejected)|(?:access|address) has been"
    r" blocked|web (?:application )?firewall|blocked by (?:\w+ ){0,2}security|incident id"
    r"|접근이? ?(?:차단|거부)|차단(?:되|하)|보안 ?정책|웹 ?방화벽|비정상적인 (?:접근|요청)"
)
_CONSENT_TEXT = (
    r"cookie (?:consent|settings|preferences|policy)|accept (?:all )?cookies|we use cookies"
    r"|before you continue|쿠키|(?:이용|수집).{0,12}동의"
)
_LOADING_TEXT = r"^\W*(?:now )?loading\b|^\W*(?:로딩|불러오는) ?중|^\W*잠시만 기다"
_SCRIPT_TEXT = r"(?:enable|requires?|turn on|need|without) javascript|자바스크립트"
_ERROR_TEXT = r"\berror\b|오류|exception|bad gateway|service unavailable|\b50[0234]\b"

LOGIN_PAGE = ErrorPage(rule="login", reason="the site asks for a login", advice=_BROWSER_ADVICE)
_ERROR_PAGES = (
    (
        _MAINTENANCE_TEXT,
        ErrorPage(
            rule="maintenance", reason="the site is under maintenance", advice=_NO_ACTION_ADVICE
        ),
    ),
    (_LOGIN_TEXT, LOGIN_PAGE),
    (
        _BLOCKED_TEXT,
        ErrorPage(rule="blocked", reason="the site turns us away", advice=_BLOCKED_ADVICE),
    ),
    (
        _CONSENT_TEXT,
        ErrorPage(rule="consent", reason="the site asks for consent first", advice=_BROWSER_ADVICE),
    ),
)
NEEDS_SCRIPT = ErrorPage(
    rule="script",
    reason="the site shows nothing without JavaScript",
    advice="open {url} in a browser: if all is well there, the site is built in another"
    " way now, and needs a newer monitor",
)
_FAILURE_PAGES = (
    (_SCRIPT_TEXT, NEEDS_SCRIPT),
    (
        _ERROR_TEXT,
        ErrorPage(rule="error", reason="the site shows an error", advice=TEMPORARY_ADVICE),
    ),
)
# Pages without any text to match.
SCRIPT_CHALLENGE = ErrorPage(
    rule="challenge",
    reason="the site answered with a script that only a browser can run",
    advice="this does not pass by itself: " + _BLOCKED_ADVICE,
)
META_REFRESH = ErrorPage(
    rule="sent-on",
    reason="the site answered with nothing but an order to go on to another page",
    advice="this does not pass by itself: open {url} in a browser, and let [[source]] url be the"
    " address where it ends; if that is the same one, only browsers are let in",
)
NOT_TEXT = ErrorPage(
    rule="no-text",
    reason="the answer is not text",
    advice="open {url} in a browser: if it looks right there, the site sent a faulty answer, "
    "and this passes once it is fixed",
)


def is_temporary(rule: str) -> bool:
    """Return whether a violation of this rule is usually a temporary problem of the site.

    Any other violation counts as a changed layout until somebody has looked at it.
    """
    return rule in _TEMPORARY_RULES


def detect_error_page(page_text: str) -> ErrorPage | None:
    """Return the kind of error page that `words` show, for listings and articles alike."""
    return _find_first_match(_ERROR_PAGES, page_text)


def detect_failure_page(page_text: str) -> ErrorPage | None:
    """Return the kind of failure that `words` show, for a page without the expected content."""
    return _find_first_match(_FAILURE_PAGES, page_text)


def explain_empty_list(list_text: str) -> ErrorPage | None:
    """Return the reason that an empty list gives: an error, or a script that would fill it."""
    return detect_error_page(list_text) or _find_first_match(
        ((_LOADING_TEXT, NEEDS_SCRIPT), (_SCRIPT_TEXT, NEEDS_SCRIPT)), list_text
    )


_TEMPORARY_RULES = {look.rule for _, look in (*_ERROR_PAGES, *_FAILURE_PAGES)} | {
    "cut",
    "empty",
    NOT_TEXT.rule,
}


def _find_first_match(
    candidates: tuple[tuple[str, ErrorPage], ...], page_text: str
) -> ErrorPage | None:
    matches = (
        error_page
        for pattern, error_page in candidates
        if re.search(pattern, page_text, re.IGNORECASE)
    )
    return next(matches, None)
