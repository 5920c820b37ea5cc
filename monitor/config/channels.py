"""`[[channel]]`, from its table to the model; one function a kind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from typing import Final

from monitor.config import addresses, sending, values
from monitor.config.durations import seconds
from monitor.config.secret import Around, existing_file, secret
from monitor.config.sections import AT_THE_TOP, MOMENT
from monitor.config.table import Table
from monitor.config.wrong import quoted
from monitor.model.configured import (
    AppriseChannel,
    Channel,
    EmailChannel,
    Secret,
    TerminalChannel,
    Tls,
    WebhookChannel,
    WebhookFormat,
)

TLS: Final[tuple[Tls, ...]] = ("starttls", "implicit", "none")
FORMATS: Final[tuple[WebhookFormat, ...]] = ("standard", "slack", "discord", "teams", "ntfy")
PORTS: Final[dict[Tls, int]] = {"starttls": 587, "implicit": 465, "none": 25}
_HIGHEST_PORT = 65_535
_NO_SECRET = Secret("nowhere", str)
_WITH_SECRET: Final = ("standard", "ntfy")
_ADDRESSES: Final[dict[str, tuple[Callable[[str], str], str]]] = {
    "ntfy": (addresses.topic, "https://ntfy.sh/your-topic"),
}
_NO_DIGEST: Final = (
    "a channel that sends immediately has no digest to be empty; "
    'give it a schedule, such as send = "daily at 08:00"'
)


def channel(table: Table, around: Around) -> Channel:
    """Read one `[[channel]]` of any kind."""
    name = table.need('name = "desk"', values.name, "")
    kind = table.need('kind = "email"', values.choice(tuple(_KINDS)), "")
    send = table.get("send", sending.send, sending.IMMEDIATELY)
    send_empty = table.get("send_empty", values.flag, False)
    if send_empty and table.is_right("send") and send == sending.IMMEDIATELY:
        table.wrong(_NO_DIGEST, "send_empty")
    if kind not in _KINDS:  # it was told, and what else may stand here nobody knows
        return TerminalChannel(name=name)
    found = _KINDS[kind](table, around, name)
    table.close(AT_THE_TOP)
    return replace(found, send=send, send_empty=send_empty)


def _terminal(_table: Table, _around: Around, name: str) -> Channel:
    return TerminalChannel(name=name)


def _email(table: Table, around: Around, name: str) -> Channel:
    tls: Tls = table.get("tls", values.choice(TLS), "starttls")
    people = values.one_or_several(addresses.mail, 'to = ["desk@example.com"]')
    found = EmailChannel(
        name=name,
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


def _webhook(table: Table, around: Around, name: str) -> Channel:
    form: WebhookFormat = table.get("format", values.choice(FORMATS), "standard")
    check, example = _ADDRESSES.get(form, (addresses.hook, "https://hooks.example.com/T000"))
    url = secret(around, _where(table, "url", around), check)
    found = WebhookChannel(
        name=name,
        url=table.need(f'url = "{example}"', url, _NO_SECRET),
        format=form,
        secret=table.get("secret", secret(around, _where(table, "secret", around)), None),
        timeout=table.get("timeout", seconds(MOMENT), timedelta(seconds=20)),
        ca_file=table.get("ca_file", existing_file(around), None),
    )
    if "secret" in table and form not in _WITH_SECRET:
        table.wrong(f"a webhook of format {quoted(form)} has no secret but its url", "secret")
    return found


def _apprise(table: Table, around: Around, name: str) -> Channel:
    if find_spec("apprise") is None:
        table.wrong(
            "the library Apprise is not installed; run: pip install 'monitor[apprise]'", "kind"
        )
    url = secret(around, _where(table, "url", around), addresses.apprise)
    return AppriseChannel(name=name, url=table.need('url = "tgram://token/chat"', url, _NO_SECRET))


def _where(table: Table, key: str, around: Around) -> str:
    return f"channel[{table.key[-1]}].{key} in {around.path.name}"


_KINDS: Final[dict[str, Callable[[Table, Around, str], Channel]]] = {
    "terminal": _terminal,
    "email": _email,
    "webhook": _webhook,
    "apprise": _apprise,
}
