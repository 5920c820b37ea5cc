"""`[[channel]]`, from its table to the model; one function a kind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from monitor.config import addresses, values
from monitor.config.durations import seconds
from monitor.config.secret import Around, existing_file, secret
from monitor.config.sections import AT_THE_TOP, MOMENT
from monitor.config.table import Table
from monitor.model.configured import (
    Channel,
    EmailChannel,
    Secret,
    TerminalChannel,
    Tls,
    WebhookChannel,
    WebhookFormat,
)

TLS: Final[tuple[Tls, ...]] = ("starttls", "implicit", "none")
FORMATS: Final[tuple[WebhookFormat, ...]] = ("standard", "slack")
PORTS: Final[dict[Tls, int]] = {"starttls": 587, "implicit": 465, "none": 25}
_HIGHEST_PORT = 65_535
_NO_SECRET = Secret("nowhere", str)


def channel(table: Table, around: Around) -> Channel:
    """Read one `[[channel]]` of any kind."""
    name = table.need('name = "desk"', values.name, "")
    kind = table.need('kind = "email"', values.choice(tuple(_KINDS)), "")
    send = table.get("send", values.send, "immediately")
    if kind not in _KINDS:
        return TerminalChannel(name=name)
    found = _KINDS[kind](table, around, name, send)
    table.close(AT_THE_TOP)
    return found


def _terminal(_table: Table, _around: Around, name: str, send: str) -> Channel:
    return TerminalChannel(name=name, send=send)


def _email(table: Table, around: Around, name: str, send: str) -> Channel:
    tls: Tls = table.get("tls", values.choice(TLS), "starttls")
    people = values.one_or_several(addresses.mail, 'to = ["desk@example.com"]')
    found = EmailChannel(
        name=name,
        send=send,
        to=table.need('to = ["desk@example.com"]', people, ()),
        sender=table.need('from = "monitor@example.com"', addresses.mail, ""),
        host=table.need('host = "smtp.example.com"', addresses.host, "localhost"),
        port=table.get("port", values.whole(1, _HIGHEST_PORT), PORTS[tls]),
        tls=tls,
        username=table.get("username", values.text, None),
        password=table.get("password", secret(around, _where(table, "password", around)), None),
        timeout=table.get("timeout", seconds(MOMENT), timedelta(seconds=30)),
        ca_file=table.get("ca_file", existing_file(around), None),
    )
    _check_login(table, found)
    return found


def _check_login(table: Table, found: EmailChannel) -> None:
    if "username" in table and "password" not in table:
        table.wrong('a username needs a password, such as { env = "SMTP_PASSWORD" }', "username")
    if "password" in table and "username" not in table:
        table.wrong("a password needs a username", "password")
    if "password" in table and found.tls == "none" and not addresses.is_loopback(found.host):
        table.wrong('the password would travel unencrypted; write tls = "starttls"', "tls")


def _webhook(table: Table, around: Around, name: str, send: str) -> Channel:
    url = secret(around, _where(table, "url", around), addresses.hook)
    return WebhookChannel(
        name=name,
        send=send,
        url=table.need('url = "https://hooks.example.com/T000"', url, _NO_SECRET),
        format=table.get("format", values.choice(FORMATS), "standard"),
        secret=table.get("secret", secret(around, _where(table, "secret", around)), None),
        timeout=table.get("timeout", seconds(MOMENT), timedelta(seconds=20)),
        ca_file=table.get("ca_file", existing_file(around), None),
    )


def _where(table: Table, key: str, around: Around) -> str:
    return f"channel[{table.key[-1]}].{key} in {around.path.name}"


_KINDS: Final[dict[str, Callable[[Table, Around, str, str], Channel]]] = {
    "terminal": _terminal,
    "email": _email,
    "webhook": _webhook,
}
