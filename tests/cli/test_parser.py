"""The command line itself: what it takes, and what its help says."""

import shlex
from collections.abc import Iterator

import pytest

from monitor.cli.command_line import build_parser, parse_arguments
from monitor.cli.parser import CommandParser

HEAD = "for example:\n"


def commands(command: CommandParser) -> Iterator[CommandParser]:
    """Yield every command for people below one, actions among them."""
    for inner in command.get_subcommands().values():
        if inner.summary:
            yield inner
            yield from commands(inner)


@pytest.mark.parametrize("command", [*commands(build_parser())], ids=lambda one: one.prog)
def test_every_command_has_examples_that_the_command_line_takes(command: CommandParser) -> None:
    """Help that cannot lie: each example is a command line, of this very command."""
    epilog = command.epilog or ""
    assert epilog.startswith(HEAD)
    examples = epilog.removeprefix(HEAD).split("\n")
    for example in examples:
        words = shlex.split(example.split(" > ")[0])
        assert words[0] == "monitor"
        assert callable(parse_arguments(words[1:]).run)
    assert any(example.strip().startswith(command.prog) for example in examples)


@pytest.mark.parametrize(
    "line",
    [
        "--config x.toml --once --source trade",
        "--once -q",
        "-v",
        "--config watch --once",
        "watch list --config x.toml",
        "--json releases --limit 3",
    ],
)
def test_a_command_line_means_the_same_whichever_groups_are_made_for_it(line: str) -> None:
    """Leaving out the commands that a command line does not name is only for speed."""
    whole = vars(build_parser().parse_args(line.split()))
    told = vars(parse_arguments(line.split()))
    assert {**told, "run": None} == {**whole, "run": None}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("relases", 'monitor: "relases" is no command; did you mean "releases"?'),
        ("watch tst x", 'monitor watch: "tst" is no action; did you mean "test"?'),
        ("watch delete x", 'monitor watch: "delete" is no action; there are: list, '),
        ("nonsense", 'monitor: "nonsense" is no command; there are: demo, '),
        ("--source trade", "monitor: --source, --sweep and --accept go with --once; "),
        ("--once relases", 'monitor: "relases" is no command'),
        ("--onse", 'monitor: there is no option "--onse"; did you mean "--once"?'),
        (
            "releases --limt 3",
            'monitor releases: there is no option "--limt"; did you mean "--limit"?',
        ),
        ("releases --x=3", 'monitor releases: there is no option "--x"'),
        ("releases --limit", "monitor releases: --limit needs a value after it"),
        ("releases --limit 0", "monitor releases: --limit: “0” is no count; write a number from 1"),
        ("show", "monitor show: ID is missing"),
        ("watch add", "monitor watch add: NAME and QUERY are missing"),
        ("watch add steel steel quota", 'monitor watch add: "quota" is one word too many; a query'),
        ("watch show steel quota", 'monitor watch show: "quota" is one word too many; put quotes'),
        (
            "export --format cvs",
            'monitor export: "cvs" cannot stand for --format; there are: text, ',
        ),
        ("completion csh", 'monitor completion: "csh" cannot stand for SHELL; '),
        ("backfill", "monitor backfill: one of --pages, --since and --all is needed"),
        ("-q -v", "monitor: --verbose and --quiet exclude each other; leave one of them out"),
        ("--s trade", 'monitor: "--s" can mean --source or --sweep; write it out'),
        ("--once=now", "monitor: --once takes no value"),
        ("search -- -steel --limit 3", 'monitor search: "--limit" is after --, where options end'),
        ("--no-pager releases", 'monitor releases: "--no-pager" is before the command that it'),
        ("--limit=3 releases", 'monitor releases: "--limit" is before the command that it'),
        ("--source trade releases", "monitor: --once, --source, --sweep and --accept belong to a"),
        ("--once releases", "monitor: --once, --source, --sweep and --accept belong to a check"),
        ("--sweep watch list", "monitor: --once, --source, --sweep and --accept belong to a check"),
        ("--accept show 41", "monitor: --once, --source, --sweep and --accept belong to a check"),
        ("help wach", 'monitor: "wach" is no command; did you mean "watch"?'),
    ],
)
def test_a_slip_of_the_finger_is_told_in_plain_words(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to type instead, the code for wrong usage, and where help is."""
    with pytest.raises(SystemExit) as ended:
        args = parse_arguments(line.split())
        args.run(args)
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(told)
    assert "--help" in err
    assert "complete" not in err


def test_a_mistake_comes_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """Of that very command."""
    with pytest.raises(SystemExit):
        parse_arguments(["watch", "add", "gulf"])
    example, more = capsys.readouterr().err.splitlines()[1:]
    assert example == "for example:  monitor watch add gulf '(UAE OR Qatar) NOT football'"
    assert more == "more about it:  monitor watch add --help"


@pytest.mark.parametrize(
    "line",
    [
        "search -steel",
        "watch test -steel",
        "watch add tin -steel",
        "search --limit 3 -quota",
        "watch test -vehicle",
        "watch diff tin -hydrogen",
    ],
)
def test_a_query_that_begins_with_a_dash_is_told_where_to_stand(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It looks like an option, or like -q, -v or -h with something behind it."""
    with pytest.raises(SystemExit):
        parse_arguments(line.split())
    query = line.rpartition(" ")[2]
    hint = f"put two dashes before a query that begins with a dash:  -- {query}\n"
    assert hint in capsys.readouterr().err
    assert parse_arguments(["search", "--", query]).query == query


@pytest.mark.parametrize("line", ["search -q", "search -q=1 steel", "status -vx", "show -steel"])
def test_other_options_are_no_queries(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no query, or none was meant."""
    with pytest.raises(SystemExit):
        parse_arguments(line.split())
    assert "stands behind two" not in capsys.readouterr().err


@pytest.mark.parametrize("line", ["--help", "help", "--once --help", "-v help"])
def test_the_front_page_says_what_to_do_first(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In command lines that are understood; then come all the commands."""
    with pytest.raises(SystemExit) as ended:
        args = parse_arguments(line.split())
        args.run(args)
    assert ended.value.code == 0
    told = capsys.readouterr().out
    first = told[told.index("to begin with:") :].split("\n\n")[0]
    lines = [shlex.split(step.split("  ")[1])[1:] for step in first.splitlines()[1:]]
    assert [words[:2] for words in lines] == [
        ["demo"], ["init"], ["--once"], ["watch", "test"], ["watch", "add"], []
    ]  # fmt: skip
    assert all(callable(parse_arguments(words).run) for words in lines)
    for command in build_parser().get_subcommands():
        assert (f"\n  {command} " in told) == (command != "complete")


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_the_front_page_fits_the_terminal(
    columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wider than 100 nobody likes to read."""
    monkeypatch.setenv("COLUMNS", columns)
    build_parser().print_help()
    widest = max(map(len, capsys.readouterr().out.splitlines()))
    assert widest <= min(int(columns), 100)


def test_the_help_of_a_command_is_that_of_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    """`help` is for those who look for it."""
    shown = []
    for line in ("help watch add", "watch add --help"):
        with pytest.raises(SystemExit):
            args = parse_arguments(line.split())
            args.run(args)
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]
    assert shown[0].startswith("usage: monitor watch add")
