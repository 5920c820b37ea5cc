"""Edits of the watches in a config's text: what changes, and that nothing else does."""

import tomllib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config import editor
from monitor.config.editor import TomlSource, format_toml_value
from monitor.config.loader import read_template
from monitor.errors import UsageError
from tests.config.helpers import LEAST, SOURCE, read

Edit = Callable[[str], str]
NEW = {"name": "new", "query": "new*"}
ADDED = "[[watch]]\nname = \"new\"\nquery = 'new*'\n"

TWO = """\
# top

# ---------------- watches

# One.
# Of two lines.
[[watch]]  # first
name = "one" # its name
any = [ # all of it
  "a", # [[watch]]

  "b",
]
# all = ["c"]

# Alone.

[[watch]]
  name = 'two'
  query = '''
[[watch]]
# not a comment
'''


# ---------------- channels

[[channel]]
name = "t"
"""

NO_ONE = """\
# top

# ---------------- watches

# Alone.

[[watch]]
  name = 'two'
  query = '''
[[watch]]
# not a comment
'''


# ---------------- channels

[[channel]]
name = "t"
"""

NO_TWO = """\
# top

# ---------------- watches

# One.
# Of two lines.
[[watch]]  # first
name = "one" # its name
any = [ # all of it
  "a", # [[watch]]

  "b",
]
# all = ["c"]

# Alone.


# ---------------- channels

[[channel]]
name = "t"
"""

THREE = TWO.replace("comment\n'''\n", "comment\n'''\n\n[[watch]]\nname = \"new\"\nquery = 'new*'\n")

ROWS: dict[str, tuple[str, Edit, str]] = {
    "a watch goes with its comments and one gap": (
        TWO,
        lambda t: editor.remove_watch(t, "one"),
        NO_ONE,
    ),
    "a comment between blank lines stays": (TWO, lambda t: editor.remove_watch(t, "two"), NO_TWO),
    "a new one comes after the last, before the banner": (
        TWO,
        lambda t: editor.add_watch(t, NEW),
        THREE,
    ),
    "a name changes in its quotes' place": (
        TWO,
        lambda t: editor.rename_watch(t, "one", "Ein's"),
        TWO.replace('"one" #', '"Ein\'s" #'),
    ),
    "pausing is a line below the name, as far in": (
        TWO,
        lambda t: editor.pause_watch(t, "two"),
        TWO.replace("'two'\n", "'two'\n  paused = true\n"),
    ),
    "a name over several lines": (
        '[[watch]]\nname = """\none"""\nquery = "a"',
        lambda t: editor.pause_watch(t, "one"),
        '[[watch]]\nname = """\none"""\npaused = true\nquery = "a"',
    ),
    "what is switched off changes in place": (
        '[[watch]]\nname = "a"\npaused = false # till May\n',
        lambda t: editor.pause_watch(t, "a"),
        '[[watch]]\nname = "a"\npaused = true # till May\n',
    ),
    "resuming keeps a comment": (
        '[[watch]]\nname = "a"\npaused = true # till May\n',
        lambda t: editor.resume_watch(t, "a"),
        '[[watch]]\nname = "a"\npaused = false # till May\n',
    ),
    "resuming takes the line away": (
        '[[watch]]\nname = "a"\n  "paused"=true\t\nquery = "b"\n',
        lambda t: editor.resume_watch(t, "a"),
        '[[watch]]\nname = "a"\nquery = "b"\n',
    ),
    "what is not paused cannot be resumed": (
        '[[watch]]\nname = "a"\npaused = false\n',
        lambda t: editor.resume_watch(t, "a"),
        '[[watch]]\nname = "a"\npaused = false\n',
    ),
    "a quoted heading": (
        '[x]\n[[ "watch" ]]\nname = "a"\n[y]\n',
        lambda t: editor.remove_watch(t, "a"),
        "[x]\n[y]\n",
    ),
    "sections inside a watch go too": (
        '[[watch]]\nname = "a"\n[watch.more]\nb = 1\n[[watch.list]]\n# in it\n\n[x]\n',
        lambda t: editor.remove_watch(t, "a"),
        "[x]\n",
    ),
    "watches apart from each other": (
        '[[watch]]\nname = "a"\n\n[x]\n\n[[watch]]\nname = "b"\n[y]\n',
        lambda t: editor.remove_watch(t, "a"),
        '[x]\n\n[[watch]]\nname = "b"\n[y]\n',
    ),
    "a new one after the last of them": (
        '[[watch]]\nname = "a"\n\n[x]\n\n[[watch]]\nname = "b"\n[y]\n',
        lambda t: editor.add_watch(t, NEW),
        f'[[watch]]\nname = "a"\n\n[x]\n\n[[watch]]\nname = "b"\n\n{ADDED}\n[y]\n',
    ),
    "no watch yet: at the end": (
        "[x]\n# y = 1\n",
        lambda t: editor.add_watch(t, NEW),
        f"[x]\n# y = 1\n\n{ADDED}",
    ),
    "an end without a line end stays one": (
        "[x]\ny = 1",
        lambda t: editor.add_watch(t, NEW),
        f"[x]\ny = 1\n\n{ADDED}".removesuffix("\n"),
    ),
    "an end without a line end, taken away": (
        'x = 1\r\n\r\n[[watch]]\r\nname = "a"',
        lambda t: editor.remove_watch(t, "a"),
        "x = 1",
    ),
    "CR LF and a mark at the beginning": (
        '\ufeff[[watch]]\r\nname = "a"\r\n',
        lambda t: editor.add_watch(editor.pause_watch(t, "a"), NEW),
        f'\ufeff[[watch]]\nname = "a"\npaused = true\n\n{ADDED}'.replace("\n", "\r\n"),
    ),
    "a banner right above a heading stays": (
        '# ===\n# W\n# ===\n# mine\n[[watch]]\nname = "a"\n\n# ~~~ x\n[x]\n',
        lambda t: editor.remove_watch(t, "a"),
        "# ===\n# W\n# ===\n\n# ~~~ x\n[x]\n",
    ),
    "a watch that is switched off stays, below": (
        '[[watch]]\nname = "a"\n# to = []\n# [[watch]]\n# name = "off"\n',
        lambda t: editor.remove_watch(t, "a"),
        '# [[watch]]\n# name = "off"\n',
    ),
    "a watch that is switched off stays, above": (
        '# [[watch]]\n# name = "off"\n[[watch]]\nname = "a"\n',
        lambda t: editor.remove_watch(t, "a"),
        '# [[watch]]\n# name = "off"\n',
    ),
    "without blank lines, keys switched off are the upper one's": (
        '[[watch]]\nname = "a"\n# to = []\n# of b\n[[watch]]\nname = "b"\n',
        lambda t: editor.remove_watch(t, "a"),
        '# of b\n[[watch]]\nname = "b"\n',
    ),
    "and words are the lower one's": (
        '[[watch]]\nname = "a"\n# to = []\n# of b\n[[watch]]\nname = "b"\n',
        lambda t: editor.remove_watch(t, "b"),
        '[[watch]]\nname = "a"\n# to = []\n',
    ),
    "the smaller gap goes": (
        'x = 1\n\n\n[[watch]]\nname = "a"\n\n[y]\n',
        lambda t: editor.remove_watch(t, "a"),
        "x = 1\n\n\n[y]\n",
    ),
    "other lines' signs end no line": (
        '# a\u2028b\x85c\n[[watch]]\nname = "a"\n[x]\nt = "\u2028"\n',
        lambda t: editor.pause_watch(t, "a"),
        '# a\u2028b\x85c\n[[watch]]\nname = "a"\npaused = true\n[x]\nt = "\u2028"\n',
    ),
}


@pytest.mark.parametrize(("before", "change", "after"), ROWS.values(), ids=ROWS)
def test_an_edit_changes_what_it_means_alone(before: str, change: Edit, after: str) -> None:
    """Text by text, byte for byte."""
    assert change(before) == after


@pytest.mark.parametrize(("before", "change", "after"), ROWS.values(), ids=ROWS)
def test_the_kind_of_line_end_makes_no_difference(before: str, change: Edit, after: str) -> None:
    """The same edits of a file from another system."""

    def dos(text: str) -> str:
        return text.replace("\r\n", "\n").replace("\n", "\r\n")

    if "\n" in before:
        assert change(dos(before)) == dos(after)


@pytest.mark.parametrize("name", ["steel", "gulf"])
def test_the_template_survives_any_edit(name: str) -> None:
    """Added and taken away, paused and resumed, renamed and back: it is the same again."""
    text = read_template()
    assert editor.remove_watch(editor.add_watch(text, NEW), "new") == text
    assert editor.resume_watch(editor.pause_watch(text, name), name) == text
    assert editor.rename_watch(editor.rename_watch(text, name, "x"), "x", name).count(
        "\n"
    ) == text.count("\n")
    rest = editor.remove_watch(text, name).splitlines()
    assert [line for line in text.splitlines() if line.startswith("# ---")] == [
        line for line in rest if line.startswith("# ---")
    ]
    assert all(name != watch.name for watch in read("\n".join(rest)).watches)


def test_the_last_watch_can_go() -> None:
    """Then there is none, and a new one finds its place again."""
    assert editor.remove_watch(LEAST, "steel") == SOURCE
    assert editor.add_watch(SOURCE, NEW).startswith(SOURCE)
    assert editor.add_watch("", NEW) == ADDED


LIST = 'watch = [{ name = "a", any = ["b"] }]\n[x]\n'


@pytest.mark.parametrize("text", [LIST, "watch = []\n", '[watch]\nname = "a"\n', "watch = 1\n"])
@pytest.mark.parametrize(
    "change",
    [
        lambda text: editor.add_watch(text, NEW),
        lambda text: editor.remove_watch(text, "a"),
        lambda text: editor.pause_watch(text, "a"),
    ],
)
def test_watches_in_one_list_are_not_edited(text: str, change: Edit) -> None:
    """A sentence says how they are to be written."""
    with pytest.raises(UsageError, match="its own \\[\\[watch\\]\\] section"):
        change(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda: editor.remove_watch(TWO, "ones"),
            'no watch is called "ones"; did you mean "one"?',
        ),
        (lambda: editor.pause_watch(TWO, "zzz"), 'no watch is called "zzz"; there are: one, two'),
        (lambda: editor.resume_watch(SOURCE, "one"), 'no watch is called "one"; there is none'),
        (lambda: editor.rename_watch(TWO, "one", "TWO"), "there is a watch called “two” already"),
        (lambda: editor.add_watch(TWO, {"name": "Two"}), "there is a watch called “two” already"),
        (lambda: editor.add_watch(TWO, {"name": " x"}), "a name without space around it"),
        (lambda: editor.rename_watch(TWO, "one", ""), "expected a name in quotes"),
        (lambda: editor.add_watch(TWO, {"name": "x", "query": "\udc80"}), "save it as UTF-8"),
    ],
)
def test_what_cannot_be_is_told(change: Callable[[], str], words: str) -> None:
    """With what to type instead."""
    with pytest.raises(UsageError) as caught:
        change()
    assert words in str(caught.value)


def test_another_case_of_the_same_name_is_no_other() -> None:
    """A watch may be renamed from steel to Steel."""
    assert read(editor.rename_watch(LEAST, "steel", "Steel")).watches[0].name == "Steel"


@pytest.mark.parametrize("key", ["paused.for", "paused . for", '"paused".for'])
def test_an_edit_that_cannot_be_proved_is_not_done(key: str) -> None:
    """Where the new text would say something else, or nothing, a person is asked to do it."""
    with pytest.raises(UsageError, match="cannot be edited safely"):
        editor.pause_watch(f'[[watch]]\nname = "a"\n{key} = 1\n', "a")


def test_a_name_that_is_not_where_it_seems_to_be_is_not_edited() -> None:
    """No name of a right config is like this."""
    with pytest.raises(UsageError, match="cannot be edited safely"):
        editor.pause_watch('[[watch]]\nname.first = "a"\n', "{'first': 'a'}")


def test_a_cut_in_the_wrong_place_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong in the cutting: what tomllib reads afterwards decides."""
    monkeypatch.setattr(TomlSource, "without_watch", lambda *_: SOURCE)
    with pytest.raises(UsageError, match="cannot be edited safely"):
        editor.remove_watch(TWO, "one")


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("name", "steel", '"steel"'),
        ("query", '"a b" OR c', "'\"a b\" OR c'"),
        ("query", "it's", '"it\'s"'),
        ("query", 'it\'s "a\\b"', '"it\'s \\"a\\\\b\\""'),
        ("query", "a\nb\x7f\U000e0001", '"a\\u000ab\\u007f\\U000e0001"'),
        ("to", ("a", "b"), '["a", "b"]'),
        ("paused", False, "false"),
    ],
)
def test_values_are_written_as_toml(
    key: str, value: str | bool | tuple[str, ...], text: str
) -> None:
    """And read back as they were."""
    assert format_toml_value(key, value) == text
    found = tomllib.loads(f"x = {text}")["x"]
    assert found == (list(value) if isinstance(value, tuple) else value)


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
def test_any_text_is_read_back_as_it_was(query: str, names: list[str]) -> None:
    """Quotes, backslashes, line ends and control characters of a query among it."""
    after = editor.add_watch(TWO, {"name": "new", "query": query, "to": names})
    assert tomllib.loads(after)["watch"][2] == {"name": "new", "query": query, "to": names}
    assert editor.remove_watch(after, "new") == TWO
