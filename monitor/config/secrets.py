"""Secrets, such as passwords and webhook URLs: as text, from the environment, or from a file.

Only secrets given as text are read at load. The others are read when they are needed, so that the
config can be checked without them and a changed secret takes effect. No message shows a secret.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from monitor.config.converters import Converter
from monitor.config.errors import InvalidValue, suggest_known
from monitor.errors import MonitorError
from monitor.models.config import Secret

TextCheck = Callable[[str], str]

_SECRET_FORM_KEYS = ("env", "file")
_ACCEPTED_FORMS = 'text, { env = "NAME" } or { file = "path" }'
_VARIABLE_PREFIX = "the environment variable "
_VARIABLE_NAME_PATTERN = r"[A-Za-z_][A-Za-z0-9_]*"


class ConfigContext(NamedTuple):
    """The context of config values: the path of their file, and the environment variables."""

    path: Path
    environ: Mapping[str, str]

    def resolve_path(self, text: str) -> Path:
        """Resolve a path: expand `~`, and start relative paths from the folder of the config."""
        home = self.environ.get("HOME")
        if home and (text == "~" or text.startswith("~/")):
            return Path(home, text[2:])
        return self.path.parent / Path(text).expanduser()


def expect_secret(
    context: ConfigContext, location: str, check: TextCheck = str
) -> Converter[Secret]:
    """Expect a secret in one of its three forms.

    `location` describes the position of the key, for a secret given as text. `check` returns the
    secret unchanged or raises InvalidValue; it runs at load for text, on reading for the others.
    """

    def convert(value: object) -> Secret:
        match value:
            case str() if value.strip():
                check(value)
                return Secret(location, lambda: value)
            case {"env": str(name), **rest} if not rest:
                return _build_environment_secret(context.environ, name, check)
            case {"file": str(name), **rest} if not rest:
                return _build_file_secret(context, name, check)
        raise InvalidValue(_describe_form_error(value))

    return convert


def get_secret_variable(secret: Secret) -> str | None:
    """Return the environment variable that holds a secret; None if it is stored elsewhere."""
    name = secret.location.removeprefix(_VARIABLE_PREFIX)
    return None if name == secret.location else name


def expect_path(context: ConfigContext) -> Converter[Path]:
    """Expect the path of a file; the file need not exist."""

    def convert(value: object) -> Path:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise InvalidValue("expected the path of a file in quotes")
        try:
            return context.resolve_path(value)
        except RuntimeError:
            raise InvalidValue(
                "expected a path; ~ cannot be resolved: the home folder is unknown"
            ) from None

    return convert


def expect_existing_file(context: ConfigContext) -> Converter[Path]:
    """Expect the path of an existing file."""

    def convert(value: object) -> Path:
        file = expect_path(context)(value)
        if not file.is_file():
            raise InvalidValue(f"expected a file, but there is none at {file}")
        return file

    return convert


def _build_environment_secret(environ: Mapping[str, str], name: str, check: TextCheck) -> Secret:
    if not re.fullmatch(_VARIABLE_NAME_PATTERN, name):
        raise InvalidValue(
            'expected the name of an environment variable, such as { env = "PASSWORD" }'
        )
    location = f"{_VARIABLE_PREFIX}{name}"

    def read_secret() -> str:
        if not (value := environ.get(name, "")):
            raise MonitorError(f"{location} is not set, or empty")
        return _check_secret_text(value, location, check)

    return Secret(location, read_secret)


def _build_file_secret(context: ConfigContext, name: str, check: TextCheck) -> Secret:
    file = expect_path(context)(name)
    location = f"the file {file}"

    def read_secret() -> str:
        try:
            value = file.read_bytes().decode()
        except OSError as error:
            raise MonitorError(f"{location} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise MonitorError(f"{location} cannot be read: it is not UTF-8 text") from None
        value = value.removesuffix("\n").removesuffix("\r")
        if not value:
            raise MonitorError(f"{location} is empty")
        return _check_secret_text(value, location, check)

    return Secret(location, read_secret)


def _check_secret_text(value: str, location: str, check: TextCheck) -> str:
    try:
        return check(value)
    except InvalidValue as error:
        raise MonitorError(f"{location}: {error.message}") from None


def _describe_form_error(value: object) -> str:
    if isinstance(value, dict):
        for key in value:
            if key not in _SECRET_FORM_KEYS:
                return (
                    f"expected {_ACCEPTED_FORMS}; a secret has no key of this "
                    f"name{suggest_known(key, _SECRET_FORM_KEYS)}"
                )
    return f"expected {_ACCEPTED_FORMS}"
