"""Messages through the library Apprise, which supports a hundred services; an extra.

Any part of an Apprise address may be a key, even its host, so errors name a service by its kind
alone. Apprise's own log is kept out of ours for the same reason. If one of several addresses fails,
the message is sent again to all of them; use two channels to avoid that.
"""

import json
import logging
from collections.abc import Iterable, Iterator

import apprise

from monitor.errors import DeliveryError
from monitor.http.errors import redact_secrets
from monitor.models.config import AppriseChannel
from monitor.models.notification import Delivery
from monitor.text.sanitize import sanitize_line

_TIMEOUT_SECONDS = 60  # for all addresses together
_MAX_QUOTE = 200  # characters of a reason shown in an error

for _logger_name in ("apprise", "urllib3", "requests"):
    logging.getLogger(_logger_name).propagate = False
    logging.getLogger(_logger_name).addHandler(logging.NullHandler())


def send(channel: AppriseChannel, delivery: Delivery) -> None:
    """Send a message to every address of the channel; a failure in Apprise is temporary."""
    addresses = channel.url.reveal().split()
    services = _build_services(channel, addresses)
    for service in services:
        if service.overflow_mode is apprise.OverflowMode.UPSTREAM:  # may truncate the message
            service.overflow_mode = apprise.OverflowMode.SPLIT
    content = json.loads(delivery.payload)
    result = services.notify(
        title=content["title"],
        body=content["body"],
        body_format=apprise.NotifyFormat.TEXT,
        interpret_escapes=False,
        timeout=_TIMEOUT_SECONDS,
    )
    if not result:
        raise DeliveryError(f"Apprise did not get it through: {_format_reasons(result, addresses)}")


def count_services(channel: AppriseChannel) -> int:
    """Return the number of services in the channel's addresses; no service is contacted."""
    return len(_build_services(channel, channel.url.reveal().split()))


def _build_services(channel: AppriseChannel, addresses: Iterable[str]) -> apprise.Apprise:
    services = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
    for address in addresses:
        if not services.add(address):
            raise DeliveryError(
                f"{channel.url.location} holds an address that Apprise does not know"
            )
    return services


def _format_reasons(result: apprise.AppriseResult, addresses: Iterable[str]) -> str:
    secrets = [address.partition("://")[2] for address in addresses]
    reasons = [
        sanitize_line(redact_secrets(reason, secrets))[:_MAX_QUOTE]
        for reason in _iter_failures(result)
    ]
    return "; ".join(dict.fromkeys(reasons)) or "it gave no reason"


def _iter_failures(result: apprise.AppriseResult) -> Iterator[str]:
    for service_result in result:
        if not service_result:
            log_lines = [entry.message for entry in service_result.logs()]
            yield f"{service_result.name}: {' '.join(log_lines) or 'no answer in time'}"
