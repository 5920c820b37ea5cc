"""The heartbeat: a request after each round to a service that alerts when the requests stop.

A machine that is down cannot report it. So each good round sends a POST to a URL, and each bad
round sends one to the same URL with `/fail` added to its path, as healthchecks.io and similar
services expect (healthchecks.io/docs/signaling_failures). The URL is a secret: anyone who knows it
can make a machine that is down look alive.
"""

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from monitor import __version__
from monitor.errors import MonitorError
from monitor.http.client import HttpClient, httpx
from monitor.http.errors import describe_error
from monitor.http.tls import create_tls_context
from monitor.models.config import Secret
from monitor.text.sanitize import sanitize_line

TIME_LIMIT = timedelta(seconds=10)
_MAX_PROBLEMS = 5  # the body lists at most this many
_MAX_PROBLEM_LENGTH = 300  # characters of each


def send_heartbeat(heartbeat: Secret, problems: Sequence[str], success_text: str) -> str | None:
    """Report a round to the heartbeat URL: as good with `success_text`, or as bad with `problems`.

    Ends within ten seconds and never raises. Returns None if the server accepted the request, or
    else a sentence about the error, without the URL.
    """
    try:
        url = heartbeat.reveal().strip()
        _post_heartbeat(
            build_fail_url(url) if problems else url, format_body(problems, success_text)
        )
    except MonitorError as error:
        return f"the heartbeat failed: {error}"
    return None


def build_fail_url(url: str) -> str:
    """Return the URL for a bad round: `/fail` is added to the path, before any query."""
    scheme, netloc, path, query, _ = urlsplit(url)
    return urlunsplit((scheme, netloc, f"{path.rstrip('/')}/fail", query, ""))


def format_body(problems: Sequence[str], success_text: str) -> str:
    """Return the request's body: one line for each problem, at most five, or the success text."""
    lines = [
        sanitize_line(problem)[:_MAX_PROBLEM_LENGTH] for problem in problems[:_MAX_PROBLEMS]
    ] or [sanitize_line(success_text)]
    if len(problems) > _MAX_PROBLEMS:
        lines.append(f"and {len(problems) - _MAX_PROBLEMS} more; see: monitor status")
    return "\n".join(lines) + "\n"


def _post_heartbeat(url: str, body: str) -> None:
    parts = urlsplit(url)
    client = HttpClient(
        user_agent=f"monitor/{__version__}", limit=TIME_LIMIT, context=create_tls_context
    )
    headers = {"content-type": "text/plain; charset=utf-8"}
    try:
        with (
            contextlib.closing(client),
            client.request("POST", url, headers=headers, content=body.encode()) as response,
        ):
            status, is_accepted = response.status_code, response.is_success
            is_redirect = response.is_redirect
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # it holds the secret URL: not chained
        raise MonitorError(f"{parts.scheme}://{parts.hostname}: {describe_error(error)}") from None
    if not is_accepted:
        hint = "; a redirect is not followed: give the final address" if is_redirect else ""
        raise MonitorError(f"{parts.scheme}://{parts.hostname} answered {status}{hint}")
