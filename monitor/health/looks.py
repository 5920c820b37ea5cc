"""What a page that is no listing looks like, told from its title, its headings, its first words.

Nothing is inferred from the rest of it: a listing in a new layout speaks of all sorts of things.
"""

import re
from dataclasses import dataclass

PASSES = "this usually passes by itself; the next check reads the page again"
_CAUGHT_UP = "nothing to do: what is published meanwhile is caught up afterwards"
_IN_A_BROWSER = "open {url} in a browser: if it is public there, this passes"
_BLOCKED = (
    "open {url} in a browser; if all is well there, check less often ([[source]] every, [fetch]"
    " delay) and let [fetch] user_agent say how to reach you"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a page looks like: the `rule` it breaks, in words, and an advice with `{url}` in it."""

    rule: str
    words: str
    advice: str


_MAINTENANCE = (
    r"maintenance|점검|temporarily (?:unavailable|suspended)|scheduled downtime"
    r"|(?:시스템|서버|서비스|정기|긴급) ?작업|(?:서비스|시스템).{0,12}중단"
)
_LOGIN = r"\b(?:log|sign)[ -]?in\b|로그인"
_TURNED_AWAY = (
    r"access (?:is |was )?(?:denied|blocked)|captcha|unusual traffic|not a robot|are you human"
    r"|verify (?:that )?you|checking your browser|just a moment|request (?:was |is )?"
    r"(?:blocked|rejected)|(?:url|page) was (?:blocked|rejected)|(?:access|address) has been"
    r" blocked|web (?:application )?firewall|blocked by (?:\w+ ){0,2}security|incident id"
    r"|접근이? ?(?:차단|거부)|차단(?:되|하)|보안 ?정책|웹 ?방화벽|비정상적인 (?:접근|요청)"
)
_CONSENT = (
    r"cookie (?:consent|settings|preferences|policy)|accept (?:all )?cookies|we use cookies"
    r"|before you continue|쿠키|(?:이용|수집).{0,12}동의"
)
_LOADING = r"^\W*(?:now )?loading\b|^\W*(?:로딩|불러오는) ?중|^\W*잠시만 기다"
_SCRIPT = r"(?:enable|requires?|turn on|need|without) javascript|자바스크립트"
_ERROR = r"\berror\b|오류|exception|bad gateway|service unavailable|\b50[0234]\b"

LOGIN = Look(rule="login", words="the site asks for a login", advice=_IN_A_BROWSER)
_LOOKS = (
    (
        _MAINTENANCE,
        Look(rule="maintenance", words="the site is under maintenance", advice=_CAUGHT_UP),
    ),
    (_LOGIN, LOGIN),
    (_TURNED_AWAY, Look(rule="blocked", words="the site turns us away", advice=_BLOCKED)),
    (
        _CONSENT,
        Look(rule="consent", words="the site asks for consent first", advice=_IN_A_BROWSER),
    ),
)
SCRIPT = Look(
    rule="script",
    words="the site shows nothing without JavaScript",
    advice="open {url} in a browser: if all is well there, the site is built in another"
    " way now, and needs a newer monitor",
)
_FAILURES = (
    (_SCRIPT, SCRIPT),
    (_ERROR, Look(rule="error", words="the site shows an error", advice=PASSES)),
)
# Pages without a word to be told by.
CHALLENGE = Look(
    rule="challenge",
    words="the site answered with a mere script, which only a browser can run",
    advice="this does not pass by itself: " + _BLOCKED,
)
SENT_ON = Look(
    rule="sent-on",
    words="the site answered with nothing but an order to go on to another page",
    advice="this does not pass by itself: open {url} in a browser, and let [[source]] url be the"
    " address where it ends; if that is the same one, only browsers are let in",
)
NO_TEXT = Look(
    rule="no-text",
    words="the answer is not text",
    advice="open {url} in a browser: if all is well there, the site has sent it wrongly, and this"
    " passes once it is mended",
)


def may_pass(rule: str) -> bool:
    """Tell whether a page that broke this rule is the site's trouble of the hour, by its look.

    Whatever else cannot be right is a changed layout, until somebody has looked.
    """
    return rule in _PASSING


def told_apart(words: str) -> Look | None:
    """Return what a page is instead of what was asked for, whatever was asked for."""
    return _first(_LOOKS, words)


def failed(words: str) -> Look | None:
    """Return in which way a page failed that says nothing of what was asked for."""
    return _first(_FAILURES, words)


def in_place_of_entries(words: str) -> Look | None:
    """Return what a list says that holds no entry: why there is none, or that one will come."""
    return told_apart(words) or _first(((_LOADING, SCRIPT), (_SCRIPT, SCRIPT)), words)


_PASSING = {look.rule for _, look in (*_LOOKS, *_FAILURES)} | {"cut", "empty", NO_TEXT.rule}


def _first(looks: tuple[tuple[str, Look], ...], words: str) -> Look | None:
    found = (look for pattern, look in looks if re.search(pattern, words, re.IGNORECASE))
    return next(found, None)
