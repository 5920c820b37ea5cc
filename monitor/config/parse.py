"""Turns the text of a config.toml into a checked Config.

A function of its arguments but for one look: whether a `ca_file` is there. On the good path
nothing is imported that a mistake alone needs: no difflib, no line numbers.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.config import addresses, secret, values
from monitor.config.channels import channel
from monitor.config.cron import shortest_gap
from monitor.config.durations import spelled
from monitor.config.sections import AT_THE_TOP, fetch, health, source, watch
from monitor.config.table import Problem, Table
from monitor.config.wrong import quoted
from monitor.errors import ConfigError
from monitor.model.configured import Channel, Config, Source, TerminalChannel, Watch

POLITE = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_LONGEST = 36_500  # days: a hundred years
_NO_SOURCE = 'nothing to watch: add a [[source]] with name, kind = "motir" and url'
_NO_WATCH = "no [[watch]] in the config: releases are kept, and nobody is alerted"
_ALL_PAUSED = "every [[watch]] is paused: releases are kept, and nobody is alerted"


def parse(
    text: str,
    *,
    path: Path,
    environ: Mapping[str, str],
    is_private: bool = True,
    check_queries: bool = True,
) -> Config:
    """Return the Config that the text of a file says.

    `path` is where the text stands: other paths start from its folder. `environ` is where secrets
    are looked up when they are revealed. `is_private` says that nobody else can read the file.
    Where `check_queries` is false, the watches' queries are taken for right.
    All mistakes come in one ConfigError, each on a line of its own with file, line, key and what
    was expected; its attributes are those of the first.
    """
    document = _document(text, path)
    problems: list[Problem] = []
    around = secret.Around(path.absolute(), environ)
    config = _config(Table(document, (), problems), around, check_queries=check_queries)
    if problems:
        from monitor.config.report import mistakes  # noqa: PLC0415, only a mistake pays for it

        raise mistakes(problems, text, path)
    if not is_private and _holds_password(document):
        open_file = f"{path} holds a password and others can read it; run: chmod 600 {path}"
        return replace(config, warnings=(*config.warnings, open_file))
    return config


def _document(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        from monitor.config.report import not_toml  # noqa: PLC0415, only a mistake pays for it

        raise not_toml(error, text, path) from None
    except RecursionError:
        raise ConfigError("lists or tables are nested too deeply", path=path) from None


def _config(top: Table, around: secret.Around, *, check_queries: bool) -> Config:
    sources = _sources(top)
    channels = _channels(top, around)
    names, listed = [one.name for one in channels], [one.name for one in sources]
    tables = top.tables("watch")
    watches = [watch(one, listed, names) for one in tables]
    remarks: tuple[str, ...] = ()
    if check_queries:
        from monitor.config.queries import understand  # noqa: PLC0415, known to be right mostly

        remarks = tuple(understand(watches, tables, listed))
    _check_names(top, watch=watches, source=sources, channel=channels)
    store_path, keep = _store(top.table("store"), around)
    config = Config(
        path=around.path,
        store_path=store_path,
        keep=keep,
        timezone=top.get("timezone", values.time_zone, None),
        sources=tuple(sources),
        watches=tuple(watches),
        channels=tuple(channels),
        fetch=fetch(top.table("fetch"), around),
        health=health(top.table("health"), around, names),
        warnings=(*_warnings(sources, watches), *remarks),
    )
    top.close()
    return config


def _sources(top: Table) -> list[Source]:
    if not top.get("source", lambda value: value, None):
        top.wrong(_NO_SOURCE, "source")
        return []
    return [source(table) for table in top.tables("source")]


def _channels(top: Table, around: secret.Around) -> list[Channel]:
    found = [channel(table, around) for table in top.tables("channel")]
    return found or [TerminalChannel(name="terminal")]


def _store(store: Table, around: secret.Around) -> tuple[Path, timedelta]:
    path = store.get("path", secret.path(around), around.path.parent / "monitor.db")
    days = store.get("keep", values.whole(1, _LONGEST), 400)
    store.close(AT_THE_TOP)
    return path, timedelta(days=days)


def _check_names(top: Table, **kinds: Sequence[Source | Watch | Channel]) -> None:
    for kind, items in kinds.items():
        taken: dict[str, int] = {}
        for n, item in enumerate(items):
            first = taken.setdefault(item.name.casefold(), n)
            if item.name and first != n:
                message = f"{quoted(item.name)} is taken by {kind}[{first}], upper case or not"
                top.wrong(message, kind, n, "name")


def _warnings(sources: Iterable[Source], watches: Sequence[Watch]) -> Iterable[str]:
    for one in sources:
        every = one.every or shortest_gap(one.cron or "* * * * *") * _MINUTE
        if every < POLITE:
            often = f"source {one.name}: every {spelled(every)} is often for a public site"
            yield f"{often}; be polite, {spelled(POLITE)} or more will do"
    if not watches:
        yield _NO_WATCH
    elif all(one.paused for one in watches):
        yield _ALL_PAUSED


def _holds_password(document: Mapping[str, Any]) -> bool:
    proxy = document.get("fetch", {}).get("proxy")
    return (isinstance(proxy, str) and addresses.has_password(proxy)) or any(
        isinstance(one.get(key), str)
        for one in document.get("channel", ())
        for key in ("password", "secret", *(("url",) if one.get("kind") == "apprise" else ()))
    )
