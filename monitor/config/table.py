"""Reads a table of the file key by key, notes what is wrong, and goes on.

So a person sees every mistake at once. Where a key is wrong, its default or a stand-in is returned
to read on with; `load` raises in the end, and nobody sees what was built.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

from monitor.config.wrong import Key, Wrong, hint

T = TypeVar("T")
D = TypeVar("D")


class Problem(NamedTuple):
    """One mistake: where it stands, and what was expected there."""

    key: Key
    message: str


class Table:
    """One table of the file. The keys that were asked for are the known ones."""

    __slots__ = ("_known", "_problems", "_raw", "key")

    def __init__(self, raw: Mapping[str, object], key: Key, problems: list[Problem]) -> None:
        self.key = key
        self._raw, self._problems, self._known = raw, problems, dict[str, None]()

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def is_right(self, name: str) -> bool:
        """Say whether nothing has been found wrong with a key."""
        key = (*self.key, name)
        return all(problem.key[: len(key)] != key for problem in self._problems)

    def get(self, name: str, convert: Callable[[object], T], default: D) -> T | D:
        """Return the converted value; the default where there is none, or a wrong one."""
        self._known[name] = None
        if name not in self._raw:
            return default
        try:
            return convert(self._raw[name])
        except Wrong as wrong:
            self.wrong(wrong.message, name, *wrong.key)
            return default

    def need(self, example: str, convert: Callable[[object], T], stand_in: T) -> T:
        """Return the converted value of the key that `example` shows, which must be there."""
        name = example.partition(" ")[0]
        if name not in self._raw:
            self.wrong(f"missing; write for instance {example}", name)
        return self.get(name, convert, stand_in)

    def table(self, name: str) -> "Table":
        """Return the section `[name]`, empty where the file has none."""
        return Table(self.get(name, _section(name), {}), (*self.key, name), self._problems)

    def tables(self, name: str) -> list["Table"]:
        """Return the sections `[[name]]`, in the order of the file."""
        raws = self.get(name, _sections(name), [])
        return [Table(raw, (*self.key, name, n), self._problems) for n, raw in enumerate(raws)]

    def wrong(self, message: str, *key: str | int) -> None:
        """Note a mistake at `key`, which starts from this table."""
        self._problems.append(Problem((*self.key, *key), message))

    def close(self, elsewhere: Mapping[str, str] | None = None) -> None:
        """Note every key that nobody asked for; `elsewhere` says where others belong."""
        for name, value in self._raw.items():
            if name not in self._known:
                advice = (elsewhere or {}).get(name) or hint(name, self._known)
                self.wrong(f"unknown {_sort(value)}{advice}", name)


def _sort(value: object) -> str:
    tables = value if isinstance(value, list) and value else [value]
    return "section" if all(isinstance(table, dict) for table in tables) else "key"


def _section(name: str) -> Callable[[object], Mapping[str, object]]:
    def convert(value: object) -> Mapping[str, object]:
        if isinstance(value, dict):
            return value
        raise Wrong(f"expected a section: [{name}] with its keys below it")

    return convert


def _sections(name: str) -> Callable[[object], list[Mapping[str, object]]]:
    advice = f"expected [[{name}]] in double brackets, once for each {name}"

    def convert(value: object) -> list[Mapping[str, object]]:
        if not isinstance(value, list):
            raise Wrong(advice)
        for n, item in enumerate(value):
            if not isinstance(item, dict):
                raise Wrong(advice, n)
        return value

    return convert
