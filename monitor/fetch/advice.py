"""What to do about an answer that did not come, or was none."""

TRIED_AGAIN = "this mostly passes by itself: the next check tries again"
_SERVER_IN_TROUBLE = 500
COMPARE = "open the source's url in a browser, and compare"
MOVED = "open the source's url in a browser: if the listing has moved, change the url"
_TURNED_AWAY = (
    "if a browser gets in, check less often ([[source]] every, [fetch] delay) and let [fetch]"
    " user_agent say how to reach you"
)
_LESS_OFTEN = "check less often: raise [[source]] every, or [fetch] delay"
_BY_STATUS = {401: _TURNED_AWAY, 403: _TURNED_AWAY, 404: MOVED, 410: MOVED, 429: _LESS_OFTEN}

CERTIFICATE = {
    "expired": "the site has to renew it; if it is good in a browser, look at this machine's clock",
    "mismatch": "look at the source's url: it may name the site in another way",
    "issuer": "if a browser trusts it, the site leaves out a certificate: save that one and give it"
    " as [fetch] ca_file",
    "self": "if you trust it, save the site's certificate and give it as [fetch] ca_file",
}


def of_status(status: int) -> str:
    """Return what to do about an answer with this status."""
    if status >= _SERVER_IN_TROUBLE:
        return TRIED_AGAIN
    return _BY_STATUS.get(status, COMPARE)


def of_certificate(trouble: str) -> str:
    """Return what to do about a certificate of which OpenSSL says this."""
    words = trouble.casefold()
    return next((advice for word, advice in CERTIFICATE.items() if word in words), COMPARE)
