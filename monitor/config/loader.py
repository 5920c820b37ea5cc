"""Finding and loading of config.toml."""

import os
import stat
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from monitor import __version__
from monitor.config import converters, secrets
from monitor.config.converters import format_duration
from monitor.config.errors import quote_text
from monitor.config.schedules import find_shortest_gap
from monitor.config.sections import (
    ROOT_KEY_ADVICE,
    read_channel,
    read_fetch_settings,
    read_health_settings,
    read_source,
    read_watch,
)
from monitor.config.tables import ConfigProblem, SectionReader
from monitor.errors import ConfigError
from monitor.models.config import Channel, Config, Source, TerminalChannel, Watch

CONFIG_VARIABLE = "MONITOR_CONFIG"
_INIT_HINT = "write one with: monitor init"


def find_config_file(
    explicit_path: Path | None, environ: Mapping[str, str], cwd: Path, home: Path
) -> Path:
    """Return the path of the config file to use; raise ConfigError if there is none.

    `explicit_path` (`--config`) and `$MONITOR_CONFIG` are returned even if the file is missing: a
    different file must not replace the named one.
    """
    given_path = explicit_path or environ.get(CONFIG_VARIABLE)
    if given_path:
        return cwd / given_path
    candidates = (
        cwd / "config.toml",
        _get_user_config_folder(environ, home) / "monitor" / "config.toml",
    )
    for candidate in candidates:
        if candidate.exists():
            return candidate
    searched = " and ".join(map(str, candidates))
    raise ConfigError(
        f"no config.toml found, looked for {searched}; {_INIT_HINT}", path=candidates[0]
    )


def _get_user_config_folder(environ: Mapping[str, str], home: Path) -> Path:
    folder = Path(environ.get("XDG_CONFIG_HOME", ""))
    return folder if folder.is_absolute() else home / ".config"


def load_config_file(
    path: Path, environ: Mapping[str, str], *, check_queries: bool = True
) -> Config:
    """Read and check a config file.

    All mistakes are reported in a single ConfigError, each on its own line with file, line, key and
    expected value; the attributes of the error describe the first mistake. `environ` is read again
    whenever a secret is revealed. If `check_queries` is false, the queries of the watches are
    assumed to be valid; this is for callers that know the `fingerprint` from an earlier load.
    """
    data, status = read_config_bytes(path)
    text = decode_config(data, path)
    is_private = not status.st_mode & (stat.S_IRGRP | stat.S_IROTH)
    config = parse_config(
        text, path=path, environ=environ, is_private=is_private, check_queries=check_queries
    )
    return replace(config, fingerprint=_compute_fingerprint(data))


def _compute_fingerprint(data: bytes) -> str:
    return blake2b(__version__.encode() + b"\n" + data, digest_size=16).hexdigest()


def read_config_bytes(path: Path) -> tuple[bytes, os.stat_result]:
    """Return the bytes and the file status of a config file; raise ConfigError if unreadable."""
    try:
        with path.open("rb") as file:
            return file.read(), os.fstat(file.fileno())
    except FileNotFoundError:
        raise ConfigError(f"there is no such file; {_INIT_HINT}", path=path) from None
    except IsADirectoryError:
        raise ConfigError("this is a folder; expected a file", path=path) from None
    except PermissionError:
        raise ConfigError("the permission to read this file is missing", path=path) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(f"this file cannot be read: {reason}", path=path) from None


def decode_config(data: bytes, path: Path) -> str:
    """Decode a config file from UTF-8, without a byte order mark; raise ConfigError on failure."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "this is not UTF-8 text; save the file as UTF-8"
        raise ConfigError(message, path=path, line=line) from None


MIN_POLITE_INTERVAL = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_MAX_KEEP_DAYS = 36_500  # days: a hundred years
_NO_SOURCE = 'nothing to watch: add a [[source]] with name, kind = "motir" and url'
_NO_WATCH = "no [[watch]] in the config: releases are stored, but no alerts are sent"
_ALL_PAUSED = "every [[watch]] is paused: releases are stored, but no alerts are sent"


def parse_config(
    text: str,
    *,
    path: Path,
    environ: Mapping[str, str],
    is_private: bool = True,
    check_queries: bool = True,
) -> Config:
    """Parse and check the text of a config file.

    `path` is the path of the file; relative paths in it start from its folder. `environ` is where
    secrets are looked up when they are revealed. `is_private` means that no other user can read the
    file. If `check_queries` is false, the queries of the watches are assumed to be valid.
    All mistakes are reported in a single ConfigError, each on its own line with file, line, key and
    expected value; the attributes of the error describe the first mistake.
    """
    document = _parse_toml(text, path)
    problems: list[ConfigProblem] = []
    context = secrets.ConfigContext(path.absolute(), environ)
    config = _build_config(
        SectionReader(document, (), problems), context, check_queries=check_queries
    )
    if problems:
        from monitor.config.tables import build_config_error  # noqa: PLC0415, only needed for a mistake

        raise build_config_error(problems, text, path)
    if not is_private and _has_plain_password(document):
        warning = f"{path} holds a password and others can read it; run: chmod 600 {path}"
        return replace(config, warnings=(*config.warnings, warning))
    return config


def _parse_toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        from monitor.config.tables import build_toml_error  # noqa: PLC0415, only needed for a mistake

        raise build_toml_error(error, text, path) from None
    except RecursionError:
        raise ConfigError("lists or tables are nested too deeply", path=path) from None


def _build_config(
    root: SectionReader, context: secrets.ConfigContext, *, check_queries: bool
) -> Config:
    sources = _read_sources(root)
    channels = _read_channels(root, context)
    channel_names, source_names = (
        [channel.name for channel in channels],
        [channel.name for channel in sources],
    )
    watch_sections = root.get_sections("watch")
    watches = [read_watch(channel, source_names, channel_names) for channel in watch_sections]
    query_warnings: tuple[str, ...] = ()
    if check_queries:
        from monitor.config.queries import check_watch_queries  # noqa: PLC0415, slow, and mostly skipped

        query_warnings = tuple(check_watch_queries(watches, watch_sections, source_names))
    _check_unique_names(root, watch=watches, source=sources, channel=channels)
    store_path, keep = _read_store_section(root.get_section("store"), context)
    config = Config(
        path=context.path,
        store_path=store_path,
        retention=keep,
        timezone=root.get("timezone", converters.parse_time_zone, None),
        sources=tuple(sources),
        watches=tuple(watches),
        channels=tuple(channels),
        fetch=read_fetch_settings(root.get_section("fetch"), context),
        health=read_health_settings(root.get_section("health"), context, channel_names),
        warnings=(*_collect_warnings(sources, watches), *query_warnings),
    )
    root.reject_unknown()
    return config


def _read_sources(root: SectionReader) -> list[Source]:
    if not root.get("source", lambda value: value, None):
        root.add_problem(_NO_SOURCE, "source")
        return []
    return [read_source(section) for section in root.get_sections("source")]


def _read_channels(root: SectionReader, context: secrets.ConfigContext) -> list[Channel]:
    channels = [read_channel(section, context) for section in root.get_sections("channel")]
    return channels or [TerminalChannel(name="terminal")]


def _read_store_section(
    section: SectionReader, context: secrets.ConfigContext
) -> tuple[Path, timedelta]:
    path = section.get("path", secrets.expect_path(context), context.path.parent / "monitor.db")
    days = section.get("keep", converters.expect_integer(1, _MAX_KEEP_DAYS), 400)
    section.reject_unknown(ROOT_KEY_ADVICE)
    return path, timedelta(days=days)


def _check_unique_names(root: SectionReader, **kinds: Sequence[Source | Watch | Channel]) -> None:
    for kind, items in kinds.items():
        index_by_name: dict[str, int] = {}
        for index, item in enumerate(items):
            first_index = index_by_name.setdefault(item.name.casefold(), index)
            if item.name and first_index != index:
                message = (
                    f"{quote_text(item.name)} is taken by {kind}[{first_index}], upper case or not"
                )
                root.add_problem(message, kind, index, "name")


def _collect_warnings(sources: Iterable[Source], watches: Sequence[Watch]) -> Iterable[str]:
    for source in sources:
        interval = source.every or find_shortest_gap(source.cron or "* * * * *") * _MINUTE
        if interval < MIN_POLITE_INTERVAL:
            message = (
                f"source {source.name}: every {format_duration(interval)} is often for "
                f"a public site"
            )
            yield f"{message}; be polite, {format_duration(MIN_POLITE_INTERVAL)} or more will do"
    if not watches:
        yield _NO_WATCH
    elif all(source.paused for source in watches):
        yield _ALL_PAUSED


def _has_plain_password(document: Mapping[str, Any]) -> bool:
    proxy = document.get("fetch", {}).get("proxy")
    return (isinstance(proxy, str) and converters.has_password(proxy)) or any(
        isinstance(channel.get(key), str)
        for channel in document.get("channel", ())
        for key in ("password", "secret", *(("url",) if channel.get("kind") == "apprise" else ()))
    )


SectionKind = Literal["watch", "source", "channel"]


def read_names(path: Path, kind: SectionKind) -> tuple[str, ...]:
    """Return the names of a kind, in file order; return none if the file cannot be read."""
    try:
        sections: Any = tomllib.loads(path.read_bytes().decode("utf-8-sig")).get(kind, [])
    except (OSError, ValueError, RecursionError):
        return ()
    if kind == "channel" and not sections:
        return ("terminal",)  # the default channel if none is configured
    tables = sections if isinstance(sections, list) else []
    raw_names = (table.get("name") for table in tables if isinstance(table, dict))
    return tuple(
        name for name in raw_names if isinstance(name, str) and name and name.isprintable()
    )


def read_template() -> str:
    """Return the text of a commented config.toml that works without editing."""
    return Path(__file__).with_name("template.toml").read_text(encoding="utf-8")
