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


_MAINTENANCE = r"maintenance|점검|temporarily (?:unavailable|suspended)"
_LOGIN = r"\b(?:log|sign)[ -]?in\b|로그인"
_TURNED_AWAY = (
    r"access (?:is |was )?(?:denied|blocked)|captcha|unusual traffic|not a robot|are you human"
    r"|verify (?:that )?you|checking your browser|just a moment|request (?:was |is )?"
    r"(?:blocked|rejected)|접근이? ?(?:차단|거부)|비정상적인 접근"
)
_CONSENT = (
    r"cookie (?:consent|settings|preferences|policy)|accept (?:all )?cookies|we use cookies"
    r"|before you continue|쿠키|(?:이용|수집).{0,12}동의"
)
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
_FAILURES = (
    (
        _SCRIPT,
        Look(
            rule="script",
            words="the site shows nothing without JavaScript",
            advice="open {url} in a browser: if all is well there, the site is built in another"
            " way now, and needs a newer monitor",
        ),
    ),
    (_ERROR, Look(rule="error", words="the site shows an error", advice=PASSES)),
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


_PASSING = {look.rule for _, look in (*_LOOKS, *_FAILURES)} | {"cut", "empty"}


def _first(looks: tuple[tuple[str, Look], ...], words: str) -> Look | None:
    found = (look for pattern, look in looks if re.search(pattern, words, re.IGNORECASE))
    return next(found, None)
