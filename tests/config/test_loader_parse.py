"""A config that is right becomes the model, every default filled in."""

from datetime import timedelta

import pytest

from monitor import __version__
from monitor.models.config import (
    AppriseChannel,
    EmailChannel,
    FetchSettings,
    HealthSettings,
    Source,
    TerminalChannel,
    Watch,
    WebhookChannel,
)
from tests.config.helpers import EMAIL, FOLDER, LEAST, PATH, SOURCE, WATCH, read


def test_the_least_config_gets_every_default() -> None:
    """Name, kind and address of a source and one keyword are enough."""
    config = read(LEAST)
    assert config.path == PATH
    assert config.store_path == FOLDER / "monitor.db"
    assert config.timezone is None
    assert config.sources == (
        Source(
            name="trade",
            kind="motir",
            url="https://example.org/news",
            every=timedelta(minutes=30),
            cron=None,
            sweep_every=timedelta(hours=24),
            max_pages=30,
            sweep_pages=5,
            first_run="baseline",
        ),
    )
    assert config.watches == (
        Watch(
            name="steel",
            query=None,
            any=("steel",),
            sources=None,
            to=None,
            on=("new", "revised", "withdrawn"),
        ),
    )
    assert config.channels == (TerminalChannel(name="terminal", send="immediately"),)
    assert config.fetch == FetchSettings(
        user_agent=f"monitor/{__version__} (+contact not set)",
        timeout=timedelta(seconds=30),
        attempts=10,
        max_bytes=10_000_000,
        delay=timedelta(seconds=1),
        concurrency=4,
        budget=timedelta(minutes=5),
        proxy=None,
        ca_file=None,
    )
    assert config.health == HealthSettings(after=3, to=None, heartbeat=None)
    assert config.warnings == ()


FULL = """
timezone = "Asia/Seoul"

[store]
path = "data/news.db"
keep = 30

[[source]]
name = "trade"
kind = "motir"
url = "https://english.motir.go.kr/eng/15/topics/4?lang=en"
every = "1h30m"
sweep_every = "2d"
max_pages = 3
sweep_pages = 2
first_run = "alert"

[[source]]
name = "Énergie, world news"
kind = "motir"
url = "http://127.0.0.1:8080/eng/14/topics/3"
cron = "*/20  8-19 * * mon-fri"

[[watch]]
name = "steel"
any = ["steel", "TRQ", "steel"]
all = ["quota"]
none = ["football"]
sources = ["trade", "trade"]
to = ["desk"]
on = ["withdrawn", "new"]

[[channel]]
name = "desk"
kind = "email"
send = "Weekly on Thu, mon at 8:05"
send_empty = true
to = ["desk@example.com", "ops@example.com"]
from = "monitor@example.com"
host = "smtp.example.com"
username = "monitor"
password = { env = "SMTP_PASSWORD" }
timeout = 2.5

[[channel]]
name = "bot"
kind = "webhook"
url = "https://hooks.example.com/T000"
format = "standard"
secret = { file = "secrets/bot" }
timeout = "5s"

[[channel]]
name = "screen"
kind = "terminal"
send = "hourly"

[[channel]]
name = "phone"
kind = "apprise"
send = "cron 0  8 * * mon-fri"
url = "tgram://token/chat mailto://ann:pass@example.com"

[[channel]]
name = "push"
kind = "webhook"
url = "https://ntfy.sh/our-topic"
format = "ntfy"
secret = "tk_x"

[fetch]
user_agent = "monitor (+mailto:ops@example.com)"
timeout = "10s"
attempts = 3
max_bytes = 5000
delay = 0
concurrency = 8
budget = "2m"
proxy = { env = "PROXY" }

[health]
after = 5
to = ["screen"]
heartbeat = "https://heartbeat.example.com/abc"
"""


def test_a_source_says_when_and_how_far() -> None:
    """Durations, page counts and the first run are taken as written."""
    first, second = read(FULL).sources
    assert first == Source(
        name="trade",
        kind="motir",
        url="https://english.motir.go.kr/eng/15/topics/4?lang=en",
        every=timedelta(hours=1, minutes=30),
        sweep_every=timedelta(days=2),
        max_pages=3,
        sweep_pages=2,
        first_run="alert",
    )
    assert (second.every, second.cron) == (None, "*/20 8-19 * * mon-fri")


def test_a_watch_says_what_where_and_to_whom() -> None:
    """What stands in a list twice counts once."""
    assert read(FULL).watches == (
        Watch(
            name="steel",
            any=("steel", "TRQ"),
            all=("quota",),
            none=("football",),
            sources=("trade",),
            to=("desk",),
            on=("withdrawn", "new"),
        ),
    )


def test_channels_are_of_four_kinds() -> None:
    """Each kind has its own keys; when it sends is the same for all."""
    email, webhook, terminal, phone, push = read(FULL, {"SMTP_PASSWORD": "hunter2"}).channels
    assert isinstance(email, EmailChannel)
    assert (email.to, email.sender) == (
        ("desk@example.com", "ops@example.com"),
        "monitor@example.com",
    )
    assert (email.host, email.port, email.tls) == ("smtp.example.com", 587, "starttls")
    assert (email.username, email.timeout) == ("monitor", timedelta(seconds=2.5))
    assert email.password is not None
    assert email.password.reveal() == "hunter2"
    assert isinstance(webhook, WebhookChannel)
    assert (email.send, email.send_empty) == ("weekly on mon,thu at 08:05", True)
    assert (webhook.format, webhook.timeout) == ("standard", timedelta(seconds=5))
    assert (webhook.send, webhook.send_empty) == ("immediately", False)
    assert webhook.url.reveal() == "https://hooks.example.com/T000"
    assert webhook.secret is not None
    assert terminal == TerminalChannel(name="screen", send="hourly")
    assert isinstance(phone, AppriseChannel)
    assert phone.send == "cron 0 8 * * mon-fri"
    assert phone.url.reveal().split() == ["tgram://token/chat", "mailto://ann:pass@example.com"]
    assert isinstance(push, WebhookChannel)
    assert push.secret is not None
    assert (push.format, push.secret.reveal()) == ("ntfy", "tk_x")


def test_the_other_sections_are_read() -> None:
    """[fetch], [health], [store] and the time zone."""
    config = read(FULL, {"PROXY": "http://proxy.example.com:3128"})
    assert config.timezone == "Asia/Seoul"
    assert config.store_path == FOLDER / "data" / "news.db"
    assert config.retention == timedelta(days=30)
    assert config.fetch.proxy is not None
    assert config.fetch.proxy.reveal() == "http://proxy.example.com:3128"
    assert config.fetch == FetchSettings(
        user_agent="monitor (+mailto:ops@example.com)",
        timeout=timedelta(seconds=10),
        attempts=3,
        max_bytes=5000,
        delay=timedelta(0),
        concurrency=8,
        budget=timedelta(minutes=2),
        proxy=config.fetch.proxy,
    )
    assert (config.health.after, config.health.to) == (5, ("screen",))
    assert config.health.heartbeat is not None
    assert config.health.heartbeat.reveal() == "https://heartbeat.example.com/abc"


@pytest.mark.parametrize(("tls", "port"), [("starttls", 587), ("implicit", 465), ("none", 25)])
def test_the_port_of_a_mail_server_follows_tls(tls: str, port: int) -> None:
    """Without `port`, the usual one of the way of encrypting is taken."""
    (email,) = read(f'{LEAST}{EMAIL}tls = "{tls}"').channels
    assert isinstance(email, EmailChannel)
    assert (email.tls, email.port) == (tls, port)


def test_one_recipient_needs_no_list() -> None:
    """`to` of an email channel is a list, or one address alone."""
    (email,) = read(LEAST + EMAIL.replace('["desk@example.com"]', '"desk@example.com"')).channels
    assert isinstance(email, EmailChannel)
    assert email.to == ("desk@example.com",)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_a_password_may_travel_unencrypted_within_the_machine(host: str) -> None:
    """A relay on loopback needs no TLS."""
    login = 'username = "monitor"\npassword = "hunter2"\ntls = "none"\n'
    (email,) = read(f"{LEAST}{EMAIL}{login}".replace("smtp.example.com", host)).channels
    assert isinstance(email, EmailChannel)
    assert email.host == host


def test_few_pages_make_a_short_sweep() -> None:
    """Whoever lowers max_pages need not lower sweep_pages too."""
    (source,) = read(f"{SOURCE}max_pages = 3\n{WATCH}").sources
    assert source.sweep_pages == 3
