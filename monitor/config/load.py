"""Finds config.toml and reads it; what it says is understood in `parse`."""

import os
import stat
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from monitor import __version__
from monitor.config.parse import parse
from monitor.errors import ConfigError
from monitor.model.configured import Config

VARIABLE = "MONITOR_CONFIG"
_INIT = "write one with: monitor init"


def find(explicit: Path | None, environ: Mapping[str, str], cwd: Path, home: Path) -> Path:
    """Return the path of the config to use; ConfigError where there is none.

    `explicit` (`--config`) and `$MONITOR_CONFIG` are taken as they are, there or not: somebody
    who names a file does not mean another one.
    """
    named = explicit or environ.get(VARIABLE)
    if named:
        return cwd / named
    places = (cwd / "config.toml", _user_folder(environ, home) / "monitor" / "config.toml")
    for place in places:
        if place.exists():
            return place
    looked = " and ".join(map(str, places))
    raise ConfigError(f"no config.toml found, looked for {looked}; {_INIT}", path=places[0])


def _user_folder(environ: Mapping[str, str], home: Path) -> Path:
    folder = Path(environ.get("XDG_CONFIG_HOME", ""))
    return folder if folder.is_absolute() else home / ".config"


def load(path: Path, environ: Mapping[str, str], *, check_queries: bool = True) -> Config:
    """Read and check a config file.

    Every mistake in it is in the one ConfigError that is raised, each on a line of its own with
    file, line, key and what was expected; the error's attributes are those of the first. `environ`
    is read again whenever a secret is revealed. Where `check_queries` is false, the queries of the
    watches are taken for right: for who knows the config's `fingerprint` from an earlier load.
    """
    data, status = read(path)
    text = decoded(data, path)
    is_private = not status.st_mode & (stat.S_IRGRP | stat.S_IROTH)
    config = parse(
        text, path=path, environ=environ, is_private=is_private, check_queries=check_queries
    )
    return replace(config, fingerprint=_fingerprint(data))


def _fingerprint(data: bytes) -> str:
    return blake2b(__version__.encode() + b"\n" + data, digest_size=16).hexdigest()


def read(path: Path) -> tuple[bytes, os.stat_result]:
    """Return the bytes of a config file, and what the system says of it."""
    try:
        with path.open("rb") as file:
            return file.read(), os.fstat(file.fileno())
    except FileNotFoundError:
        raise ConfigError(f"there is no such file; {_INIT}", path=path) from None
    except IsADirectoryError:
        raise ConfigError("this is a folder; expected a file", path=path) from None
    except PermissionError:
        raise ConfigError("the permission to read this file is missing", path=path) from None
    except (OSError, ValueError) as error:
        told = getattr(error, "strerror", None) or error
        raise ConfigError(f"this file cannot be read: {told}", path=path) from None


def decoded(data: bytes, path: Path) -> str:
    """Return the text of a config file, without a mark at its beginning."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "this is not UTF-8 text; save the file as UTF-8"
        raise ConfigError(message, path=path, line=line) from None
