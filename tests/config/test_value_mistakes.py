"""Each key says what it expects; the place is checked by `told_of_line`."""

from pathlib import Path

import pytest

from monitor.errors import QueryError
from monitor.models.config import Watch
from tests.config.helpers import EMAIL, HOOK, LEAST, PHONE, SOURCE, told, told_of_line

DURATION = 'expected a duration such as "30m" or "1h30m", got'
SECONDS = 'expected a duration such as "30s", or a number of seconds, got'
FIRST_RUN = 'expected "baseline" or "alert", got'
PAGES = "expected a whole number from 1, got"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('kind = "motie"', 'expected "motir", got "motie"'),
        ("kind = 1", 'expected "motir", got 1'),
        ("every = 30", f"{DURATION} 30"),
        ('every = "half an hour"', f'{DURATION} "half an hour"'),
        ('every = "0s"', 'expected at least 1s, got "0s"'),
        ('every = "99999d"', 'expected at most ten years, got "99999d"'),
        ('sweep_every = "0h"', 'expected at least 1s, got "0h"'),
        (
            'cron = "0 8 * *"',
            'expected five fields such as "*/20 8-19 * * mon-fri", got "0 8 * *"',
        ),
        ("max_pages = 0", f"{PAGES} 0"),
        ("max_pages = true", f"{PAGES} true"),
        ("max_pages = 1.5", f"{PAGES} 1.5"),
        ("sweep_pages = -1", f"{PAGES} -1"),
        ("sweep_pages = 31", "a sweep cannot read more pages than max_pages = 30"),
        ('first_run = "alerts"', f'{FIRST_RUN} "alerts"; did you mean "alert"?'),
        ("first_run = [1]", f"{FIRST_RUN} a list"),
        ("first_run = { a = 1 }", f"{FIRST_RUN} a table"),
        ("first_run = 2026-11-24", f"{FIRST_RUN} 2026-11-24"),
    ],
)
def test_a_source(line: str, message: str) -> None:
    """What, when and how far."""
    assert told_of_line(SOURCE, line, "source[0]") == f": {message}"


def test_a_source_has_one_schedule() -> None:
    """`every` or `cron`."""
    both = ": every and cron exclude each other; leave one of them out"
    assert told_of_line(f'{SOURCE}every = "1h"', 'cron = "0 8 * * *"', "source[0]") == both


ADDRESS = 'expected an address such as "https://example.com/news"'
LOGIN = "expected an address without user name and password; it is shown in messages"
PAGE = "expected an address without pageIndex: the pages are turned by themselves"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("example.org/news", ADDRESS),
        ("ftp://example.org/news", ADDRESS),
        ("https://", ADDRESS),
        ("https:///news", ADDRESS),
        ("https://example.org:x/news", ADDRESS),
        ("https://example.org:99999/news", ADDRESS),
        ("https://example.org:0/news", ADDRESS),
        ("https://[::1/news", ADDRESS),
        ("https://example.org/a b", ADDRESS),
        ("https://example.org/a\\nb", ADDRESS),
        ("", ADDRESS),
        ("https://ann@example.org/news", LOGIN),
        ("https://ann:hunter2@example.org/news", LOGIN),
        ("https://:hunter2@example.org/news", LOGIN),
        ("https://example.org/news?pageIndex=3", PAGE),
        ("https://example.org/news?a=b&pageIndex=", PAGE),
        ("https://example.org/news?pageIndex=1#x", PAGE),
    ],
)
def test_the_address_of_a_source(url: str, message: str) -> None:
    """It is not repeated, there may be a password in it; its pages are turned by the program."""
    assert told_of_line(SOURCE, f'url = "{url}"', "source[0]") == f": {message}"


def test_an_address_is_text() -> None:
    """A number is none."""
    assert told_of_line(SOURCE, "url = 3", "source[0]") == f": {ADDRESS}"


ANY = 'any = ["steel"]'
ON = 'expected "new" or "revised" or "withdrawn", got'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('any = "steel"', f": expected a list: write {ANY}"),
        ("any = 3", f": expected a list such as {ANY}, got 3"),
        ("any = []", f": expected something in the list, such as {ANY}; or leave the key out"),
        ('all = ["a", " "]', '[1]: expected text in quotes, got " "'),
        ("none = [7]", "[0]: expected text in quotes, got 7"),
        ('query = ""', ': expected text in quotes, got ""'),
        ('sources = ["trad"]', '[0]: no source is named "trad"; did you mean "trade"?'),
        ('sources = ["Trade"]', '[0]: no source is named "Trade"; did you mean "trade"?'),
        ('sources = ["trade", "x"]', '[1]: no source is named "x"; there is: trade'),
        ("to = [1]", "[0]: expected the name of a channel, got 1"),
        ('to = ["dsk"]', '[0]: no channel is named "dsk"; there is: terminal'),
        ('on = ["restored"]', f'[0]: {ON} "restored"'),
        ('on = ["revisd"]', f'[0]: {ON} "revisd"; did you mean "revised"?'),
        ('paused = "yes"', ': expected true or false, without quotes, got "yes"'),
        ("paused = 1", ": expected true or false, without quotes, got 1"),
    ],
)
def test_a_watch(line: str, message: str) -> None:
    """What, where and to whom."""
    assert told_of_line(LEAST, line, "watch[0]") == message


def test_a_wrong_item_is_told_with_its_own_line() -> None:
    """In a list over several lines."""
    text = f'{SOURCE}[[watch]]\nname = "x"\nall = [\n  "a",\n  "",\n]'
    assert told(text) == ['config.toml:9: watch[0].all[1]: expected text in quotes, got ""']


@pytest.mark.parametrize(
    ("keys", "place", "wrong"),
    [
        ('query = "(UAE OR Qatar"', "7: watch[0].query: ", "(UAE OR Qatar"),
        ('any = [\n  "steel",\n  "..."]', "9: watch[0].any[1]: ", "..."),
        ('query = "steel"\nnone = ["..."]', "8: watch[0].none[0]: ", "..."),
    ],
)
def test_a_mistake_in_a_query_is_pointed_at(keys: str, place: str, wrong: str) -> None:
    """The query stands below the message, and marks below the query."""
    first, query, marks = told(f'{SOURCE}[[watch]]\nname = "x"\n{keys}')
    assert first.startswith(f"config.toml:{place}")
    assert query == f"    {wrong}"
    assert set(marks) <= {" ", "^"}
    assert "^" in marks


def test_a_query_mistake_of_unknown_place_is_told_at_the_watch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the query language speaks of a text that stands nowhere in the file."""

    def refuse(_: Watch) -> None:
        raise QueryError("too much", query="a OR b", start=2, end=4)

    monkeypatch.setattr("monitor.config.queries.build_watch_query", refuse)
    assert told(LEAST) == [
        "config.toml:5: watch[0]: too much",
        "    a OR b",
        "      ^^",
    ]


KIND = 'expected "terminal" or "email" or "webhook" or "apprise", got'
NO_DIGEST = (
    "a channel that sends immediately has no digest to be empty; "
    'give it a schedule, such as send = "daily at 08:00"'
)
MAIL = 'expected one plain mail address such as "desk@example.com", got'
SERVER = 'expected the name of a server such as "smtp.example.com"'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('kind = "discord"', f': {KIND} "discord"'),
        ('kind = "emial"', f': {KIND} "emial"; did you mean "email"?'),
        ("send_empty = 1", ": expected true or false, got 1"),
        ("send_empty = true", f": {NO_DIGEST}"),
        ('to = ["Desk <d@example.com>"]', f'[0]: {MAIL} "Desk <d@example.com>"'),
        ('to = "a@b, c@d"', f': {MAIL} "a@b, c@d"'),
        ("to = 3", ': expected a list such as to = ["desk@example.com"], got 3'),
        ('from = "a@b\\n@c"', f': {MAIL} "a@b\\u000a@c"'),
        ('from = "a@b@c"', f': {MAIL} "a@b@c"'),
        ('from = "desk"', f': {MAIL} "desk"'),
        (f'from = "{"m" * 255}@b"', f': {MAIL} "{"m" * 39}…"'),
        ('host = "https://example.com"', f": {SERVER}"),
        ("host = 1", f": {SERVER}"),
        (
            'host = "example.com:25"',
            ": expected the name of a server alone; the port has a key of its own: port",
        ),
        ("port = 0", ": expected a whole number from 1 to 65535, got 0"),
        ("port = 65536", ": expected a whole number from 1 to 65535, got 65536"),
        ('tls = "ssl"', ': expected "starttls" or "implicit" or "none", got "ssl"'),
        (
            'username = "ann"',
            ': a username needs a password, such as { env = "SMTP_PASSWORD" }',
        ),
        ('password = "hunter2"', ": a password needs a username"),
        ("timeout = 0", ": expected at least 0.001s, got 0"),
        ("timeout = inf", f": {SECONDS} inf"),
        ("timeout = false", f": {SECONDS} false"),
        ('ca_file = "no.pem"', ": expected a file, but there is none at /etc/monitor/no.pem"),
    ],
)
def test_an_email_channel(line: str, message: str) -> None:
    """Addresses, the server, the login."""
    assert told_of_line(LEAST + EMAIL, line, "channel[0]") == message


@pytest.mark.parametrize("host", ["smtp.example.com", "127.example.com", "10.0.0.1", "::2"])
def test_a_password_does_not_travel_unencrypted(host: str) -> None:
    """But within the machine, and a name that begins like loopback is not loopback."""
    email = EMAIL.replace("smtp.example.com", host)
    text = f'{LEAST}{email}username = "ann"\npassword = "hunter2"'
    assert told_of_line(text, 'tls = "none"', "channel[0]") == (
        ': the password would travel unencrypted; write tls = "starttls"'
    )


FORMAT = 'expected "standard" or "slack" or "discord" or "teams" or "ntfy", got'


@pytest.mark.parametrize(
    ("form", "line", "message"),
    [
        ("standard", 'format = "slak"', f'{FORMAT} "slak"; did you mean "slack"?'),
        ("slack", 'secret = "x"', 'a webhook of format "slack" has no secret but its url'),
        ("discord", 'secret = "x"', 'a webhook of format "discord" has no secret but its url'),
        ("teams", 'secret = "x"', 'a webhook of format "teams" has no secret but its url'),
    ],
)
def test_a_webhook(form: str, line: str, message: str) -> None:
    """Its format is one of five, of which two have a secret; its address is in test_secret."""
    text = f'{LEAST}{HOOK}format = "{form}"'
    assert told_of_line(text, line, "channel[0]") == f": {message}"


@pytest.mark.parametrize(
    "url",
    [
        "https://ntfy.sh",
        "https://ntfy.sh/",
        "https://ntfy.sh/a/b",
        "https://ntfy.sh/a?b=c",
        "https://ntfy.sh/a#b",
        "https://ntfy.sh/a.b",
        f"https://ntfy.sh/{'a' * 65}",
    ],
)
def test_the_address_of_a_topic(url: str) -> None:
    """It is a secret, and not repeated."""
    text = f'{LEAST}{HOOK}format = "ntfy"'
    assert told_of_line(text, f'url = "{url}"', "channel[0]") == (
        ': expected the address of a topic, such as "https://ntfy.sh/your-topic"'
    )


@pytest.mark.parametrize("url", ["hush", "tgram//x", "tgram://a, b", "://x", "tgram:// x"])
def test_addresses_for_apprise(url: str) -> None:
    """They are secrets, and not repeated."""
    assert told_of_line(LEAST + PHONE, f'url = "{url}"', "channel[0]") == (
        ': expected addresses as Apprise writes them, such as "tgram://token/chat", '
        "with a space between two"
    )


def test_a_wrong_schedule_is_told_once() -> None:
    """Whether a digest may be empty then, nobody can say."""
    text = f"{LEAST}{EMAIL}send_empty = true"
    assert told_of_line(text, 'send = "daily at 25:00"', "channel[0]") == (
        ': expected a time from 00:00 to 23:59, got "25:00"'
    )


def test_apprise_is_told_of_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it."""
    monkeypatch.setattr("monitor.config.sections.find_spec", lambda _: None)
    assert told(LEAST + PHONE) == [
        (
            "config.toml:10: channel[0].kind: the library Apprise is not installed; "
            "run: pip install 'monitor[apprise]'"
        )
    ]


FILE = "expected the path of a file in quotes"


@pytest.mark.parametrize(
    ("section", "line", "message"),
    [
        ("fetch", "attempts = 51", ": expected a whole number from 1 to 50, got 51"),
        ("fetch", "concurrency = 65", ": expected a whole number from 1 to 64, got 65"),
        ("fetch", "max_bytes = 0", ": expected a whole number from 1, got 0"),
        ("fetch", "delay = -1", ": expected at least 0s, got -1"),
        (
            "fetch",
            'user_agent = "a\\nb"',
            ': expected text of plain ASCII characters, got "a\\u000ab"',
        ),
        ("fetch", 'user_agent = "…"', ': expected text of plain ASCII characters, got "…"'),
        ("store", 'path = ""', f": {FILE}"),
        ("store", 'path = "a\\u0000b"', f": {FILE}"),
        ("store", "path = 1", f": {FILE}"),
        (
            "store",
            'path = "~nobody-of-this-name/x"',
            ": expected a path; ~ cannot be resolved: the home folder is unknown",
        ),
        ("store", "keep = 0", ": expected a whole number from 1 to 36500, got 0"),
        ("store", 'keep = "400d"', ': expected a whole number from 1 to 36500, got "400d"'),
        ("health", "after = 0", ": expected a whole number from 1, got 0"),
        ("health", 'to = ["ops"]', '[0]: no channel is named "ops"; there is: terminal'),
        (
            "health",
            'heartbeat = "x"',
            ': expected an address such as "https://hooks.example.com/T000"',
        ),
    ],
)
def test_the_other_sections(section: str, line: str, message: str) -> None:
    """[fetch], [store] and [health]."""
    assert told_of_line(f"{LEAST}[{section}]", line, section) == message


AREA = "; write Area/City, such as Asia/Seoul"


@pytest.mark.parametrize(
    ("zone", "message"),
    [
        ("9", 'expected a time zone such as "Asia/Seoul", got 9'),
        ('"Asia/Soul"', 'no time zone is named "Asia/Soul"; did you mean "Asia/Seoul"?'),
        ('"../x"', f'no time zone is named "../x"{AREA}'),
        ('"Asia"', f'no time zone is named "Asia"{AREA}'),
        ('""', f'no time zone is named ""{AREA}'),
    ],
)
def test_a_time_zone_has_an_iana_name(zone: str, message: str) -> None:
    """The nearest is named, else the pattern."""
    assert told(f"timezone = {zone}\n{LEAST}") == [f"config.toml:1: timezone: {message}"]


def test_a_machine_without_time_zones_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the name that is wrong then."""
    monkeypatch.setattr("zoneinfo.available_timezones", set[str])
    assert told(f'timezone = "Asia/Nowhere"\n{LEAST}') == [
        "config.toml:1: timezone: this machine has no time zone data: install the package tzdata"
    ]


def test_certificates_are_a_file(tmp_path: Path) -> None:
    """A folder is none."""
    assert told_of_line(f"{LEAST}[fetch]", f'ca_file = "{tmp_path}"', "fetch") == (
        f": expected a file, but there is none at {tmp_path}"
    )
