"""Any sequence of edits on any config: every line that is not meant stays, in its place.

A config is made of lines whose owner is known: a watch, or nobody. Each edit is done on these lines
too, in the most obvious way, and the two texts must be the same to the byte.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from monitor.config import editor
from monitor.errors import UsageError

HEADINGS = ("[[watch]]", "[[ watch ]]  # heading", '[["watch"]]', "  [['watch']]\t# [x]")
NAMES = ('name = "{}"', "  name='{}' # [[watch]]", '"name" = "{}"  # name = "x"')
LEADS = ("# Words, [[watch]] among them.", "  # more: words", "#")
VALUES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("any = ['a', \"b\"] # c", {"any": ["a", "b"]}),
    ('any = [ # all\n  "a", # ]\n  "[[watch]]",\n]', {"any": ["a", "[[watch]]"]}),
    ("query = '''\n[[watch]]\n# name = \"no\"'''", {"query": '[[watch]]\n# name = "no"'}),
    ('query = "\\"a b\\" # c" # d', {"query": '"a b" # c'}),
    ("# inside\nto=['x']", {"to": ["x"]}),
    ("", {}),
)
FEET = ("# to = ['desk']", "  #on = []", "##  paused = true")
PAUSED: tuple[tuple[str, bool | None], ...] = (
    ("", None),
    ("\tpaused = true", True),
    ("paused=false", False),
    ('  "paused" = true # till May', True),
)
SECTIONS = (
    "# ------------- banner",
    "[[channel]]\nname = 'x' # [[watch]]\n# y = 1",
    '[[source]]\ntext = """\n[[watch]]\nname = \'no\'\n"""',
    "# [[watch]]\n# name = 'off'",
)
NAMED = st.sampled_from(["a", "B", "c d", "é"])


@dataclass
class Model:
    """The lines that are not blank, their owners, the blank lines above each; and the watches."""

    lines: list[str] = field(default_factory=list)
    owners: list[str | None] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    watches: list[dict[str, Any]] = field(default_factory=list)

    def put(self, text: str, owner: str | None = None, gap: int = 0, at: int | None = None) -> None:
        """Put lines in, at the end unless said."""
        start = len(self.lines) if at is None else at
        for n, line in enumerate(filter(None, text.split("\n")), start):
            self.lines.insert(n, line)
            self.owners.insert(n, owner)
            self.gaps.insert(n, gap)
            gap = 0

    def text(self) -> str:
        """Return the config."""
        pairs = zip(self.gaps, self.lines, strict=True)
        return "".join("\n" * gap + line + "\n" for gap, line in pairs)

    def names(self) -> list[str]:
        """Return the names of the watches."""
        return [one["name"] for one in self.watches]

    def row(self, name: str, key: str) -> int | None:
        """Return the line of a key of a watch."""
        for n, line in enumerate(self.lines):
            if self.owners[n] == name and line.replace('"', "").lstrip().startswith(key):
                return n
        return None

    # ---------------------------------------------------------------- the edits

    def add(self, name: str) -> None:
        """Write three lines below the last line of any watch."""
        owned = [n for n, owner in enumerate(self.owners) if owner is not None]
        at = owned[-1] + 1 if owned else len(self.lines)
        if at < len(self.lines):
            self.gaps[at] = max(1, self.gaps[at])
        self.put(f"[[watch]]\nname = \"{name}\"\nquery = 'x'", name, 1, at)
        self.watches.append({"name": name, "query": "x"})

    def remove(self, name: str) -> None:
        """Drop the lines of a watch, and the smaller gap."""
        first, count = self.owners.index(name), self.owners.count(name)
        after = first + count
        if after < len(self.lines):
            self.gaps[after] = max(self.gaps[first], self.gaps[after])
        for column in (self.lines, self.owners, self.gaps):
            del column[first:after]
        self.watches = [one for one in self.watches if one["name"] != name]

    def rename(self, name: str, new: str) -> None:
        """Change what stands in quotes."""
        row = self.row(name, "name")
        assert row is not None
        quote = "'" if f"'{name}'" in self.lines[row] else '"'
        self.lines[row] = self.lines[row].replace(f"{quote}{name}{quote}", f'"{new}"', 1)
        self.owners = [new if owner == name else owner for owner in self.owners]
        self.watches[self.names().index(name)]["name"] = new

    def pause(self, name: str) -> None:
        """Turn the key to true, or write it below the name."""
        row, top = self.row(name, "paused"), self.row(name, "name")
        assert top is not None
        self.watches[self.names().index(name)]["paused"] = True
        if row is not None:
            self.lines[row] = self.lines[row].replace("false", "true", 1)
        else:
            indent = self.lines[top][: -len(self.lines[top].lstrip())]
            self.put(f"{indent}paused = true", name, at=top + 1)

    def resume(self, name: str) -> None:
        """Drop the line, or turn the key to false where words stand behind it."""
        row = self.row(name, "paused")
        watch = self.watches[self.names().index(name)]
        if row is None or not watch["paused"]:
            return
        if "#" in self.lines[row]:
            self.lines[row] = self.lines[row].replace("true", "false", 1)
            watch["paused"] = False
        else:
            for column in (self.lines, self.owners, self.gaps):
                del column[row]
            del watch["paused"]


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Make a config: watches of any layout, and other things between them."""
    model, gap = Model(), st.integers(0, 2)
    model.put('timezone = "Asia/Seoul"\n# words')
    names = draw(st.lists(NAMED, max_size=3, unique=True))
    least = 1
    for name in names:
        for _ in range(draw(st.integers(0, 2))):
            model.put(draw(st.sampled_from(SECTIONS)), gap=max(least, draw(gap)))
            least = 0
            if draw(st.booleans()):
                model.put("# Words of nobody.", gap=draw(st.integers(1, 2)))
                least = 1
        _watch(draw, model, name, max(least, draw(gap)))
        least = 0
    for section in draw(st.lists(st.sampled_from(SECTIONS), max_size=2)):
        model.put(section, gap=draw(gap))
    return model


def _watch(draw: st.DrawFn, model: Model, name: str, gap: int) -> None:
    keys, value = draw(st.sampled_from(VALUES))
    pausing, is_paused = draw(st.sampled_from(PAUSED))
    lead = draw(st.lists(st.sampled_from(LEADS), max_size=2))
    foot = draw(st.lists(st.sampled_from(FEET), max_size=2))
    head = (draw(st.sampled_from(HEADINGS)), draw(st.sampled_from(NAMES)).format(name))
    model.put("\n".join([*lead, *head, keys, pausing, *foot]), name, gap)
    paused = {} if is_paused is None else {"paused": is_paused}
    model.watches.append({"name": name, **value, **paused})


EDITS = ("add", "remove", "rename", "pause", "resume")


@settings(deadline=None)
@given(
    models(),
    st.lists(st.tuples(st.sampled_from(EDITS), NAMED, NAMED), min_size=1, max_size=8),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(["", "\ufeff"]),
)
def test_any_edits_change_what_they_mean_alone(
    model: Model, edits: list[tuple[str, str, str]], newline: str, is_ended: bool, mark: str
) -> None:
    """Byte for byte; and the watches that are read afterwards are those intended."""

    def text() -> str:
        plain = model.text() if is_ended else model.text().removesuffix("\n")
        return mark + plain.replace("\n", newline)

    edited = text()
    rest = _rest(edited)
    for what, name, new in edits:
        change, do = _edit(model, what, name, new)
        if change is None:
            with pytest.raises(UsageError):
                do(edited)
            continue
        event(what)
        edited = do(edited)
        change()
        assert edited == text()
        read = tomllib.loads(edited.removeprefix("\ufeff"))
        assert read.get("watch", []) == model.watches
        assert _rest(edited) == rest


def _rest(text: str) -> dict[str, Any]:
    document = tomllib.loads(text.removeprefix("\ufeff"))
    return {key: value for key, value in document.items() if key != "watch"}


def _edit(
    model: Model, what: str, name: str, new: str
) -> tuple[Callable[[], None] | None, Callable[[str], str]]:
    """Return the edit of the model, None where it cannot be, and that of the text."""
    is_there = name in model.names()
    if what == "add":
        watch = {"name": name, "query": "x"}
        return None if is_there else lambda: model.add(name), lambda t: editor.add_watch(t, watch)
    if what == "rename":
        is_free = new == name or new not in model.names()
        can = is_there and is_free
        return (lambda: model.rename(name, new)) if can else None, lambda t: editor.rename_watch(
            t, name, new
        )
    change, do = getattr(model, what), getattr(editor, f"{what}_watch")
    return (lambda: change(name)) if is_there else None, lambda t: do(t, name)
