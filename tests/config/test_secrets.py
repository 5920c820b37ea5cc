"""Secrets come as text, from the environment or from a file, and show nowhere."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.loader import parse_config
from monitor.errors import ConfigError, MonitorError
from monitor.models.config import AppriseChannel, EmailChannel, Secret, WebhookChannel
from tests.config.helpers import EMAIL, HOOK, LEAST, PATH, mistake, read, told

LOGIN = f'{EMAIL}username = "monitor"\n'
BOT = HOOK.partition("url")[0]


def password(form: str, environ: Mapping[str, str] | None = None, path: Path = PATH) -> Secret:
    """Return the password of an email channel that is written in this form."""
    config = parse_config(
        f"{LEAST}{LOGIN}password = {form}", path=path, environ={} if environ is None else environ
    )
    (channel,) = config.channels
    assert isinstance(channel, EmailChannel)
    assert channel.password is not None
    return channel.password


def url(form: str, environ: Mapping[str, str] | None = None) -> Secret:
    """Return the address of a webhook that is written in this form."""
    (channel,) = read(f"{LEAST}{BOT}url = {form}", environ).channels
    assert isinstance(channel, WebhookChannel)
    return channel.url


def test_text_is_the_secret_itself() -> None:
    """It says where it stands, and not what it is."""
    secret = password('"hunter2"')
    assert secret.reveal() == "hunter2"
    assert repr(secret) == "Secret(channel[0].password in config.toml)"


def test_the_environment_is_read_when_the_secret_is_needed() -> None:
    """So that a check of the config needs no secret, and a changed one is taken up."""
    environ: dict[str, str] = {}
    secret = password('{ env = "SMTP_PASSWORD" }', environ)
    environ["SMTP_PASSWORD"] = " hunter2 "
    assert secret.reveal() == " hunter2 "
    assert repr(secret) == "Secret(the environment variable SMTP_PASSWORD)"


@pytest.mark.parametrize("environ", [{}, {"SMTP_PASSWORD": ""}])
def test_a_missing_variable_is_told_when_it_is_needed(environ: dict[str, str]) -> None:
    """By its name."""
    secret = password('{ env = "SMTP_PASSWORD" }', environ)
    with pytest.raises(MonitorError) as caught:
        secret.reveal()
    assert str(caught.value) == "the environment variable SMTP_PASSWORD is not set, or empty"


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"hunter2", "hunter2"),
        (b"hunter2\n", "hunter2"),
        (b"hunter2\r\n", "hunter2"),
        (b"hunter2\n\n", "hunter2\n"),
        (b" hunter2 ", " hunter2 "),
        ("pässword\n".encode(), "pässword"),
    ],
)
def test_a_file_beside_the_config_holds_the_secret(
    tmp_path: Path, content: bytes, secret: str
) -> None:
    """An editor's newline at the end is not part of it."""
    (tmp_path / "password").write_bytes(content)
    found = password('{ file = "password" }', path=tmp_path / "config.toml")
    assert found.reveal() == secret
    assert repr(found) == f"Secret(the file {tmp_path / 'password'})"


@pytest.mark.parametrize(
    ("name", "told_as"),
    [
        ("missing", "cannot be read: No such file or directory"),
        (".", "cannot be read: Is a directory"),
        ("latin", "cannot be read: it is not UTF-8 text"),
        ("empty", "is empty"),
        ("newline", "is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_when_it_is_needed(
    tmp_path: Path, name: str, told_as: str
) -> None:
    """In words, and without what stands in it."""
    (tmp_path / "latin").write_bytes(b"p\xe4ssword")
    (tmp_path / "empty").touch()
    (tmp_path / "newline").write_bytes(b"\n")
    found = password(f'{{ file = "{name}" }}', path=tmp_path / "config.toml")
    with pytest.raises(MonitorError) as caught:
        found.reveal()
    assert str(caught.value) == f"the file {tmp_path / name} {told_as}"


FORMS = 'expected text, { env = "NAME" } or { file = "path" }'
NO_KEY = f"{FORMS}; a secret has no key of this name"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ('""', FORMS),
        ("12345678", FORMS),
        ('["hunter2"]', FORMS),
        ("{}", FORMS),
        ("{ env = 1 }", FORMS),
        ('{ env = "A", file = "b" }', FORMS),
        ('{ envv = "A" }', f'{NO_KEY}; did you mean "env"?'),
        ('{ text = "hunter2" }', f"{NO_KEY}; known here: env, file"),
        (
            '{ env = "hunter2!" }',
            'expected the name of an environment variable, such as { env = "PASSWORD" }',
        ),
        ('{ file = "" }', "expected the path of a file in quotes"),
    ],
)
def test_another_form_is_refused_without_repeating_it(form: str, message: str) -> None:
    """What stands there may be the secret, in the wrong clothes."""
    assert told(f"{LEAST}{LOGIN}password = {form}") == [
        f"config.toml:15: channel[0].password: {message}"
    ]


@pytest.mark.parametrize("form", ['"hooks.example.com/T0"', '"ftp://example.com"', '"https://"'])
def test_the_address_of_a_webhook_is_checked_and_not_shown(form: str) -> None:
    """It is a secret: whoever has it can post."""
    assert told(f"{LEAST}{BOT}url = {form}") == [
        (
            "config.toml:11: channel[0].url: expected an address such as"
            ' "https://hooks.example.com/T000"'
        )
    ]


def test_an_address_from_elsewhere_is_checked_when_it_is_read() -> None:
    """A webhook's address in the environment may be wrong too."""
    good = url('{ env = "HOOK" }', {"HOOK": "https://hooks.example.com/T1"})
    assert good.reveal() == "https://hooks.example.com/T1"
    wrong = url('{ env = "HOOK" }', {"HOOK": "hooks.example.com/T1"})
    with pytest.raises(MonitorError) as caught:
        wrong.reveal()
    assert str(caught.value) == (
        "the environment variable HOOK: expected an address such as"
        ' "https://hooks.example.com/T000"'
    )


@pytest.mark.parametrize(
    ("kind", "value"), [('"webhook"\nformat = "ntfy"', "https://ntfy.sh/a/b"), ('"apprise"', " ")]
)
def test_what_a_kind_needs_is_checked_when_it_is_read(kind: str, value: str) -> None:
    """A topic of ntfy, or addresses for Apprise, may stand in the environment too."""
    text = f'{LEAST}[[channel]]\nname = "x"\nkind = {kind}\nurl = {{ env = "HOOK" }}'
    (channel,) = read(text, {"HOOK": value}).channels
    assert isinstance(channel, WebhookChannel | AppriseChannel)
    with pytest.raises(MonitorError, match=r"^the environment variable HOOK: expected ") as caught:
        channel.url.reveal()
    assert "a/b" not in str(caught.value)


def test_the_address_of_a_proxy_is_checked() -> None:
    """It may hold a password, so it is not repeated."""
    assert told(f'{LEAST}[fetch]\nproxy = "ann:hunter2@example.com"') == [
        'config.toml:9: fetch.proxy: expected an address such as "http://proxy.example.com:3128"'
    ]


# ------------------------------------------------------------------ nowhere to be seen

RANDOM = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=12, max_size=60)
WRONG = st.lists(
    st.sampled_from(
        ["evry = 1\n", "timeout = -1\n", 'tls = "none"\n', 'send = "never"\n', 'format = "x"\n']
    ),
    unique=True,
)


def _everywhere(secret: str, wrong: str) -> str:
    mail = f'{LOGIN}password = "{secret}"\n{wrong}'
    hook = f'{BOT}url = "https://example.com/{secret}"\nsecret = "{secret}"\n{wrong}'
    fetch = f'[fetch]\nproxy = "http://ann:{secret}@example.com"\n{wrong}'
    return f'{LEAST}{mail}{hook}{fetch}[health]\nheartbeat = "https://example.com/{secret}"\n'


@given(RANDOM)
def test_a_secret_is_not_in_the_representation_of_a_config(secret: str) -> None:
    """A config may be logged."""
    config = read(_everywhere(secret, ""))
    assert secret not in repr(config)
    assert secret not in " ".join(config.warnings)


@given(RANDOM, WRONG.filter(bool).map("".join), st.integers(0, 6))
def test_a_secret_is_not_in_any_error(secret: str, wrong: str, kind: int) -> None:
    """Whatever else is wrong in the file, and whatever is wrong with the secret itself."""
    spoilt = [
        ("", ""),
        (f'"{secret}"', f'["{secret}"]'),
        (f'"{secret}"', f'{{ env = "{secret}-" }}'),
        (f'"{secret}"', f'{{ {secret} = "{secret}" }}'),
        ("https://example.com", "//example.com"),
        (f'"{secret}"', f'"{secret}'),
        (f'"{secret}"', f"{secret} x"),
    ]
    before, after = spoilt[kind]
    error = mistake(_everywhere(secret, wrong).replace(before, after, 1 if not before else -1))
    assert secret not in str(error)
    assert secret not in repr(error)
    assert isinstance(error, ConfigError)
