"""Messages through the library Apprise, which knows a hundred services; an extra.

Any part of an Apprise address may be a key, its host too: an error names services by their kind
alone. Apprise's own log is kept from ours for the same reason. Where one of several addresses
fails, the message is sent to all of them again: whoever does not want that makes two channels.
"""

import json
import logging
from collections.abc import Iterable, Iterator

import apprise

from monitor.errors import DeliveryError
from monitor.http.answers import without
from monitor.model.configured import AppriseChannel
from monitor.model.told import Delivery
from monitor.text.cleaning import clean

_SECONDS = 60  # for all addresses together
_QUOTED = 200  # characters of a reason that an error shows

for _name in ("apprise", "urllib3", "requests"):
    logging.getLogger(_name).propagate = False
    logging.getLogger(_name).addHandler(logging.NullHandler())


def send(channel: AppriseChannel, delivery: Delivery) -> None:
    """Send a message to every address of the channel; what Apprise cannot do is passing."""
    addresses = channel.url.reveal().split()
    services = _services(channel, addresses)
    for service in services:
        if service.overflow_mode is apprise.OverflowMode.UPSTREAM:  # which may cut it off
            service.overflow_mode = apprise.OverflowMode.SPLIT
    said = json.loads(delivery.payload)
    result = services.notify(
        title=said["title"],
        body=said["body"],
        body_format=apprise.NotifyFormat.TEXT,
        interpret_escapes=False,
        timeout=_SECONDS,
    )
    if not result:
        raise DeliveryError(f"Apprise did not get it through: {_reasons(result, addresses)}")


def rehearse(channel: AppriseChannel) -> int:
    """Have Apprise read the addresses, and return how many services they are; nobody is asked."""
    return len(_services(channel, channel.url.reveal().split()))


def _services(channel: AppriseChannel, addresses: Iterable[str]) -> apprise.Apprise:
    services = apprise.Apprise(asset=apprise.AppriseAsset(http_redirects=False))
    for address in addresses:
        if not services.add(address):
            raise DeliveryError(f"{channel.url.where} holds an address that Apprise does not know")
    return services


def _reasons(result: apprise.AppriseResult, addresses: Iterable[str]) -> str:
    hidden = [address.partition("://")[2] for address in addresses]
    words = [clean(without(reason, hidden))[:_QUOTED] for reason in _failures(result)]
    return "; ".join(dict.fromkeys(words)) or "it gave no reason"


def _failures(result: apprise.AppriseResult) -> Iterator[str]:
    for one in result:
        if not one:
            logged = [entry.message for entry in one.logs()]
            yield f"{one.name}: {' '.join(logged) or 'no answer in time'}"
