"""Passwords and addresses that are passwords: as text, from the environment, or from a file.

Only text is read at load. The others are fetched when they are needed, so that a check of the
config needs none of them, and a changed one is taken up. No message here shows what was read.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from monitor.config.values import Convert
from monitor.config.wrong import Wrong, hint
from monitor.errors import MonitorError
from monitor.model.configured import Secret

Check = Callable[[str], str]

_FORM_KEYS = ("env", "file")
_FORMS = 'text, { env = "NAME" } or { file = "path" }'
_THE_VARIABLE = "the environment variable "
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"


class Around(NamedTuple):
    """What surrounds the values: the file they stand in, and the environment."""

    path: Path
    environ: Mapping[str, str]

    def resolve(self, text: str) -> Path:
        """Return a path as the config means it: `~` is home, the rest starts at the file."""
        home = self.environ.get("HOME")
        if home and (text == "~" or text.startswith("~/")):
            return Path(home, text[2:])
        return self.path.parent / Path(text).expanduser()


def secret(around: Around, where: str, check: Check = str) -> Convert[Secret]:
    """Expect a secret in one of its three forms.

    `where` says where its text would stand. `check` returns the secret as it is, or raises
    Wrong: for text at load, for the others when they are read.
    """

    def convert(value: object) -> Secret:
        match value:
            case str() if value.strip():
                check(value)
                return Secret(where, lambda: value)
            case {"env": str(name), **rest} if not rest:
                return _from_environment(around.environ, name, check)
            case {"file": str(name), **rest} if not rest:
                return _from_file(around, name, check)
        raise Wrong(_complaint(value))

    return convert


def variable(found: Secret) -> str | None:
    """Return the environment variable in which a secret stands; None where it stands elsewhere."""
    name = found.where.removeprefix(_THE_VARIABLE)
    return None if name == found.where else name


def path(around: Around) -> Convert[Path]:
    """Expect the path of a file, which need not exist."""

    def convert(value: object) -> Path:
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise Wrong("expected the path of a file in quotes")
        try:
            return around.resolve(value)
        except RuntimeError:
            raise Wrong("expected a path; the home folder that ~ stands for is unknown") from None

    return convert


def existing_file(around: Around) -> Convert[Path]:
    """Expect the path of a file that is there."""

    def convert(value: object) -> Path:
        file = path(around)(value)
        if not file.is_file():
            raise Wrong(f"expected a file, but there is none at {file}")
        return file

    return convert


def _from_environment(environ: Mapping[str, str], name: str, check: Check) -> Secret:
    if not re.fullmatch(_VARIABLE, name):
        raise Wrong('expected the name of an environment variable, such as { env = "PASSWORD" }')
    where = f"{_THE_VARIABLE}{name}"

    def read() -> str:
        if not (found := environ.get(name, "")):
            raise MonitorError(f"{where} is not set, or empty")
        return _checked(found, where, check)

    return Secret(where, read)


def _from_file(around: Around, name: str, check: Check) -> Secret:
    file = path(around)(name)
    where = f"the file {file}"

    def read() -> str:
        try:
            found = file.read_bytes().decode()
        except OSError as error:
            raise MonitorError(f"{where} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise MonitorError(f"{where} cannot be read: it is not UTF-8 text") from None
        found = found.removesuffix("\n").removesuffix("\r")
        if not found:
            raise MonitorError(f"{where} is empty")
        return _checked(found, where, check)

    return Secret(where, read)


def _checked(found: str, where: str, check: Check) -> str:
    try:
        return check(found)
    except Wrong as wrong:
        raise MonitorError(f"{where}: {wrong.message}") from None


def _complaint(value: object) -> str:
    if isinstance(value, dict):
        for key in value:
            if key not in _FORM_KEYS:
                return f"expected {_FORMS}; a secret has no key of this name{hint(key, _FORM_KEYS)}"
    return f"expected {_FORMS}"
