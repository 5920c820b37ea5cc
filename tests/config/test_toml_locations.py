"""Where keys stand in a TOML text, which tomllib does not tell."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.config.errors import ConfigKey
from monitor.config.toml_locations import KeySpan, find_key_lines, find_layout, find_nearest_line

DOCUMENT = '''\
# a comment with [brackets] and "quotes
top = 1 # another = one
"quoted key" = "a # no comment" # a comment
'literal [key]' = 'x = "1"'
a.b . "c.d" = 2026-11-24 08:00:00

[table]
text = """
[not.a.table]
key = "no key" \\""" ""\\
"""
raw = \'\'\'
[[no]] ''
#\'\'\'
after = 3

[[source]]
name = "one"
list = [ # a comment ]
  "first, [", 'second ]',
  [1,
   2],
  { x = 1, y.z = [
    true ] },
]

  [source.sub]
  deep = { }

[[source]]
name = 1.5
[[source.items]]
n = 1
[[source.items]]
n = 2
[ last . "one" ]
end = ""'''

PLACES: list[tuple[ConfigKey, int]] = [
    (("top",), 2),
    (("quoted key",), 3),
    (("literal [key]",), 4),
    (("a",), 5),
    (("a", "b", "c.d"), 5),
    (("table",), 7),
    (("table", "text"), 8),
    (("table", "raw"), 12),
    (("table", "after"), 15),
    (("source",), 17),
    (("source", 0), 17),
    (("source", 0, "name"), 18),
    (("source", 0, "list"), 19),
    (("source", 0, "list", 0), 20),
    (("source", 0, "list", 1), 20),
    (("source", 0, "list", 2), 21),
    (("source", 0, "list", 2, 0), 21),
    (("source", 0, "list", 2, 1), 22),
    (("source", 0, "list", 3, "x"), 23),
    (("source", 0, "list", 3, "y", "z"), 23),
    (("source", 0, "list", 3, "y", "z", 0), 24),
    (("source", 0, "sub"), 27),
    (("source", 0, "sub", "deep"), 28),
    (("source", 1), 30),
    (("source", 1, "name"), 31),
    (("source", 1, "items", 0, "n"), 33),
    (("source", 1, "items", 1), 34),
    (("source", 1, "items", 1, "n"), 35),
    (("last", "one"), 36),
    (("last", "one", "end"), 37),
]


@pytest.mark.parametrize(("key", "line"), PLACES, ids=[str(key) for key, _ in PLACES])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_key_has_its_line(key: ConfigKey, line: int, newline: str) -> None:
    """Whatever stands in comments, texts and lists before it, with both kinds of line end."""
    assert find_key_lines(DOCUMENT.replace("\n", newline))[key] == line


def test_every_place_in_the_document_is_known() -> None:
    """No key that tomllib reads is missing, and none is made up."""
    assert set(find_key_lines(DOCUMENT)) == set(_keys(tomllib.loads(DOCUMENT)))


def _keys(value: object, key: ConfigKey = ()) -> Iterator[ConfigKey]:
    if key:
        yield key
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _keys(item, (*key, name))
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from _keys(item, (*key, n))


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("source", 0, "missing"), 17),
        (("source", 9, "name"), 17),
        (("table", "text", "x", "y"), 8),
        (("nowhere", "at", "all"), None),
        ((), None),
    ],
)
def test_an_unknown_place_has_the_line_of_what_it_stands_in(
    key: ConfigKey, line: int | None
) -> None:
    """A key that is missing is told at its section."""
    assert find_nearest_line(find_key_lines(DOCUMENT), key) == line


# ------------------------------------------------------------------ any document

BARE = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
ODD = st.text(st.sampled_from("ab .#[]{}=,'\"\\\té한"), max_size=6)
NAME = BARE | ODD
SPACE = st.sampled_from(["", " ", "\t", "  "])
REST = st.sampled_from(["", " ", " # note", "# [x] = \"'{", "\n", "\n# y = 1\n\n"])


def _written(name: str, style: int) -> str:
    if style == 0 and name.isascii() and name.replace("-", "_").isidentifier():
        return name
    if style == 1 and "'" not in name:
        return f"'{name}'"
    return json.dumps(name, ensure_ascii=False)


SCALAR = st.one_of(
    st.integers(-99, 99).map(str),
    st.sampled_from(["true", "1.5e3", "2026-11-24", "08:00:00", "2026-11-24 08:00:00", "nan"]),
    ODD.map(lambda text: json.dumps(text, ensure_ascii=False)),
    st.sampled_from(
        [
            '"""a\n[b]\nc = "d" """',
            "'''\n# x\ny = ['''",
            '"""\\\n  """',
            '"""a""""',
            "'''a'''''",
            '"\\""',
            "'\\'",
            '"""\\""""',
        ]
    ),
)


def _listed(items: list[str], gap: str) -> str:
    return "[" + "".join(f"{gap}{item}{gap}," for item in items) + gap + "]"


def _tabled(items: dict[str, str]) -> str:
    return (
        "{"
        + ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {v}" for k, v in items.items())
        + "}"
    )


VALUE = st.recursive(
    SCALAR,
    lambda inner: st.one_of(
        st.builds(_listed, st.lists(inner, max_size=3), st.sampled_from(["", " ", "\n", " # ]\n"])),
        st.builds(_tabled, st.dictionaries(NAME, inner, max_size=3)),
    ),
    max_leaves=6,
)
PAIR = st.tuples(NAME, st.integers(0, 2), VALUE, SPACE, REST)
PAIRS = st.lists(PAIR, max_size=4, unique_by=lambda pair: pair[0])
SECTION = st.tuples(NAME, st.integers(0, 2), st.booleans(), PAIRS, REST)


class _Writer:
    """Writes a document piece by piece and knows the line of each."""

    def __init__(self) -> None:
        self.text = ""
        self.known: dict[ConfigKey, int] = {}

    def put(self, key: ConfigKey, text: str) -> None:
        self.known.setdefault(key[:1], self.text.count("\n") + 1)
        self.known.setdefault(key, self.text.count("\n") + 1)
        self.text += f"{text}\n"

    def pairs(self, section: ConfigKey, pairs: list[tuple[str, int, str, str, str]]) -> None:
        for name, style, value, space, rest in pairs:
            written = f"{space}{_written(name, style)}{space}={space}{value}{rest}"
            self.put((*section, name), written)


@settings(deadline=None)
@given(PAIRS, st.lists(SECTION, max_size=5), st.booleans())
def test_any_document_gives_up_all_its_places(
    top: list[tuple[str, int, str, str, str]],
    sections: list[tuple[str, int, bool, list[tuple[str, int, str, str, str]], str]],
    is_dos: bool,
) -> None:
    """Documents built from pieces with known lines: each is found, at its line."""
    writer, taken = _Writer(), {pair[0] for pair in top}
    counts: dict[str, int] = {}
    sections_met: list[ConfigKey] = []
    writer.pairs((), top)
    for name, style, is_item, pairs, rest in sections:
        if name in taken or (name in counts and not is_item):
            continue
        key: ConfigKey = (name,)
        if is_item:
            counts[name] = counts.get(name, -1) + 1
            key = (name, counts[name])
        else:
            taken.add(name)
        sections_met.append(key)
        heading = _written(name, style)
        writer.put(key, f"[[{heading}]]{rest}" if is_item else f"[ {heading} ]{rest}")
        writer.pairs(key, pairs)
    text = writer.text.replace("\n", "\r\n") if is_dos else writer.text
    found = find_key_lines(text)
    assert set(found) == set(_keys(tomllib.loads(text)))
    assert {key: found[key] for key in writer.known} == writer.known
    headings, places = find_layout(text)
    assert [key for key, _ in headings] == sections_met
    assert all(text[start] == "[" for _, start in headings)
    _check_places(text, places)


def _check_places(text: str, places: Mapping[ConfigKey, KeySpan]) -> None:
    document = tomllib.loads(text)
    for key, place in places.items():
        value: Any = document
        for part in key:
            value = value[part]
        read = tomllib.loads(f"x = {text[place.value_start : place.value_end]}")["x"]
        assert repr(read) == repr(value)
        assert text[place.key_start : place.value_start].rstrip(" \t").endswith("=")


SCRAPS = st.lists(
    st.sampled_from([*"[]{}=.,#'\"\\\n\r ab1", '"""', "'''", "[[", "]]", "x = ", "[x]\n"])
)


@given(st.one_of(st.text(), SCRAPS.map("".join)))
@example("a = [}")
@example("a = {=}")
@example('"\\q" = 1')
@example('a = """x')
@example("[a")
def test_no_text_makes_it_fail(text: str) -> None:
    """What is not TOML has places too, or none; every line is one of the text."""
    assert all(1 <= line <= text.count("\n") + 1 for line in find_key_lines(text).values())


def test_deep_nesting_keeps_what_was_found_before() -> None:
    """Lists in lists in lists end the search without an error."""
    found = find_key_lines(f"a = 1\nb = {'[' * 100_000}")
    assert (found["a",], found["b",]) == (1, 2)
