"""Sections and keys that should not be there, or not like this; and how mistakes are told."""

import pytest

from monitor.errors import ConfigError
from tests.config.helpers import (
    EMAIL,
    HOOK,
    LEAST,
    PATH,
    SOURCE,
    WATCH,
    mistake,
    read,
    told,
    told_of_line,
)

SECTIONS = "source, channel, watch, store, timezone, fetch, health"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"wat = 1\n{LEAST}", '1: wat: unknown key; did you mean "watch"?'),
        (f'time_zone = "UTC"\n{LEAST}', '1: time_zone: unknown key; did you mean "timezone"?'),
        (f"{LEAST}[web]\nlisten = 1", f"8: web: unknown section; known here: {SECTIONS}"),
        (f"{LEAST}[[sources]]", '8: sources: unknown section; did you mean "source"?'),
        (f"{LEAST}[fetsh]", '8: fetsh: unknown section; did you mean "fetch"?'),
        (f"zzz = []\n{LEAST}", f"1: zzz: unknown key; known here: {SECTIONS}"),
    ],
)
def test_an_unknown_section_is_told_with_the_nearest(text: str, message: str) -> None:
    """Or, where none is near, with all there are."""
    assert told(text) == [f"config.toml:{message}"]


SOURCE_KEYS = "name, max_pages, kind, url, every, cron, sweep_every, sweep_pages, first_run"
TERMINAL = f'{LEAST}[[channel]]\nname = "x"\nkind = "terminal"\n'


@pytest.mark.parametrize(
    ("text", "line", "section", "message"),
    [
        (SOURCE, 'evry = "1h"', "source[0]", 'did you mean "every"?'),
        (SOURCE, "zzz = 1", "source[0]", f"known here: {SOURCE_KEYS}"),
        (SOURCE, '"z.z" = 1', "source[0]", f"known here: {SOURCE_KEYS}"),
        (LEAST, 'Any = ["x"]', "watch[0]", 'did you mean "any"?'),
        (LEAST + EMAIL, 'user_name = "x"', "channel[0]", 'did you mean "username"?'),
        (LEAST + HOOK, 'secrets = "x"', "channel[0]", 'did you mean "secret"?'),
        (TERMINAL, 'url = "x"', "channel[0]", "known here: name, kind, send, send_empty"),
        (f"{LEAST}[store]", 'Path = "x"', "store", 'did you mean "path"?'),
        (f"{LEAST}[store]", "kept = 9", "store", 'did you mean "keep"?'),
        (f"{LEAST}[fetch]", "attempt = 1", "fetch", 'did you mean "attempts"?'),
        (f"{LEAST}[health]", "afer = 1", "health", 'did you mean "after"?'),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest(
    text: str, line: str, section: str, message: str
) -> None:
    """What is known depends on the section, and on the kind of the channel."""
    assert told_of_line(text, line, section) == f": unknown key; {message}"


def test_a_key_that_slid_into_a_section_is_sent_back_to_the_top() -> None:
    """TOML takes what stands below a [section] as part of it."""
    assert told_of_line(LEAST, 'timezone = "UTC"', "watch[0]") == (
        ": unknown key; it belongs at the top of the file, above the first [section]"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[source]\nname = "trade"', "1: source: expected [[source]] in double brackets, once"),
        ("source = [1]", "1: source[0]: expected [[source]] in double brackets, once"),
        (f"{SOURCE}[watch.x]\nany = []", "5: watch: expected [[watch]] in double brackets, once"),
        (f"channel = 1\n{LEAST}", "1: channel: expected [[channel]] in double brackets, once"),
        (f"fetch = 3\n{LEAST}", "1: fetch: expected a section: [fetch] with its keys below it"),
        (f"{LEAST}[[store]]", "8: store: expected a section: [store] with its keys below it"),
    ],
)
def test_the_shape_of_a_section_is_told(text: str, message: str) -> None:
    """The difference of one bracket is easily missed."""
    (only,) = told(text)
    assert only.startswith(f"config.toml:{message}")


NOTHING = 'nothing to watch: add a [[source]] with name, kind = "motir" and url'


@pytest.mark.parametrize("text", ["", "# nothing\n", WATCH, "[fetch]\ndelay = 0"])
def test_a_config_without_a_source_has_nothing_to_watch(text: str) -> None:
    """It has no line to point at, and says what to add."""
    assert told(text) == [f"config.toml: source: {NOTHING}"]


def test_an_empty_list_of_sources_is_none_either() -> None:
    """It has a line."""
    assert told(f"\nsource = []\n{WATCH}") == [f"config.toml:2: source: {NOTHING}"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("3", 'expected a name in quotes, such as "trade", got 3'),
        ('" "', 'expected a name in quotes, such as "trade", got " "'),
        ('"trade "', 'expected a name without space around it, got "trade "'),
        (
            '"a\\u202eb"',
            'expected a name without control or invisible characters, got "a\\u202eb"',
        ),
        (f'"{"t" * 65}"', "expected a name of at most 64 characters, got 65"),
    ],
)
@pytest.mark.parametrize(
    ("text", "section"),
    [(SOURCE, "source[0]"), (SOURCE + WATCH, "watch[0]"), (LEAST + HOOK, "channel[0]")],
)
def test_names_are_short_and_printable(text: str, section: str, written: str, message: str) -> None:
    """They stand in messages, in commands and in the archive."""
    assert told_of_line(text, f"name = {written}", section) == f": {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SOURCE + SOURCE.replace("trade", "Trade"),
            '6: source[1].name: "Trade" is taken by source',
        ),
        (LEAST + WATCH, '9: watch[1].name: "steel" is taken by watch'),
        (LEAST + HOOK + HOOK, '13: channel[1].name: "bot" is taken by channel'),
    ],
)
def test_names_are_taken_once(text: str, message: str) -> None:
    """Upper case makes no other name; a source and a watch may share one."""
    assert told(text) == [f"config.toml:{message}[0], upper case or not"]
    assert read(LEAST.replace("steel", "trade")).watches[0].name == "trade"


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    """One run, one list to work through; the error's place is that of the first."""
    text = f'[fetch]\nattempts = 0\n{SOURCE}evry = "1h"\n[[watch]]\n[[channel]]\nname = ""\n'
    assert told(text) == [
        "config.toml:2: fetch.attempts: expected a whole number from 1 to 50, got 0",
        'config.toml:7: source[0].evry: unknown key; did you mean "every"?',
        'config.toml:8: watch[0].name: missing; write for instance name = "steel"',
        'config.toml:8: watch[0]: nothing to look for; write for instance any = ["steel"]',
        'config.toml:9: channel[0].kind: missing; write for instance kind = "email"',
        'config.toml:10: channel[0].name: expected a name in quotes, such as "trade", got ""',
    ]
    error = mistake(text)
    assert (error.path, error.line, error.key) == (PATH, 2, "fetch.attempts")
    assert error.exit_code == 2


# ------------------------------------------------------------------ not TOML

LINE = 'expected one value a line; text needs quotes, such as every = "30m"'
VALUE = 'expected a value; text needs quotes, such as every = "30m"'
KEY = 'expected a key such as every = "30m", or a section such as [[source]]'
TWICE = "this key or section is already in the file"
UNCLOSED = "a text is not closed: its last quote is missing"
BRACKETS = f"{TWICE}; [[source]] and its like take two brackets every time"
BACKSLASH = "a backslash means something in double quotes: put the text in 'single quotes'"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nevery = 30m", f"2: {LINE}"),
        ("every = half an hour", f"1: {VALUE}"),
        ("\n\na = 1 b = 2", f"3: {LINE}"),
        ('a = "x\nb = 1', f"1: {UNCLOSED}"),
        ("a = 'x", f"1: {UNCLOSED}"),
        ("a = 'x\nb = 1", f"1: {UNCLOSED}"),
        ("a = 'x\nb = 'y'", f"1: {UNCLOSED}"),
        ('a = """x\n\n', f"1: {UNCLOSED}"),
        ("a = '''x\n\n", f"1: {UNCLOSED}"),
        ("a = 1\nb = 2\na = 3", f"3: {TWICE}"),
        ("[a]\n[b]\n[a]", f"3: {BRACKETS}"),
        ("[[a]]\n[a]", f"2: {BRACKETS}"),
        ("[a]\n[[a]]", f"2: {TWICE}"),
        ("a = { b = 1, b = 2 }", f"1: {TWICE}"),
        ("a = { b = 1 }\n[a.c]", f"2: {BRACKETS}"),
        ("[a.b]\n[a]\nb.c = 1", f"3: {TWICE}"),
        ("a", "1: expected = and a value after the key"),
        ("[a", "1: a [section] is not closed: its last bracket is missing"),
        ("[[a]", "1: a [section] is not closed: its last bracket is missing"),
        ("a = [1 2]", "1: a list is not closed: a comma or its last ] is missing"),
        ("a = { b = 1", "1: a { table } is not closed: a comma or its last } is missing"),
        ('a = "\\d"', f"1: {BACKSLASH}"),
        ("= 3", f"1: {KEY}"),
        ("a. = 3", f"1: {KEY}"),
        ("[]", f"1: {KEY}"),
        ('a = "x\x7f"', "1: this is not TOML: Illegal character '\\x7f'"),
        (f"a = {'9' * 5000}", " this is not TOML: a number in it is too long"),
        (f"a = {'[' * 5000}", " lists or tables are nested too deeply"),
    ],
)
def test_what_is_not_toml_is_told_in_a_sentence(text: str, message: str) -> None:
    """With its line, and without the words of a parser."""
    assert told(text) == [f"config.toml:{message}"]


def test_a_mistake_leaves_no_other_error_behind() -> None:
    """No cause or context, which could hold the text of the file."""
    with pytest.raises(ConfigError) as caught:
        read("every = 30m")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
