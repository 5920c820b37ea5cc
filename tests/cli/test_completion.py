"""Completion, as it is typed in real shells."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.jsontext import dumps
from tests.cli.shells import SHELLS, Typist, typing

WATCHES = (
    "steel",
    "gulf states",
    'it\'s $HOME and `id` or "me" \\ * !1 #',
    "한국 무역",
    "a:b=c@d",
    "~tilde;&|(x)",
)
CONFIG = "\n".join(f"[[watch]]\nname = {dumps(name)}\nany = ['x']" for name in WATCHES)
OTHER = """
[[source]]
name = "trade board"
[[channel]]
name = "desk"
"""


@pytest.fixture(params=SHELLS, scope="module")
def typist(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Typist]:
    """Someone at a shell, in a folder with a config."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "other.toml").write_text(OTHER, encoding="utf-8")
    (folder / "tried").mkdir()
    (folder / "tried.txt").touch()
    with typing(request.param, folder) as there:
        yield there


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("monitor rele\t", ["releases"]),
        ("monitor wat\tli\t", ["watch", "list"]),
        ("monitor rele\t--li\t3", ["releases", "--limit", "3"]),
        ("monitor export --format c\t", ["export", "--format", "csv"]),
        ("monitor export --format=c\t", ["export", "--format=csv"]),
        (
            "monitor releases --watch ste\t--limit 3",
            ["releases", "--watch", "steel", "--limit", "3"],
        ),
        ("monitor releases --watch=gu\t", ["releases", "--watch=gulf states"]),
        *((f"monitor watch show {name[:2]}\t", ["watch", "show", name]) for name in WATCHES[:2]),
        *(
            (f"monitor watch show {quote}{name[:2]}\t", ["watch", "show", name])
            for quote in "\"'"
            for name in WATCHES[:2]
        ),
        ('monitor watch show "it\t', ["watch", "show", WATCHES[2]]),
        ("monitor watch show it\t", ["watch", "show", WATCHES[2]]),
        ("monitor watch show 한\t", ["watch", "show", WATCHES[3]]),
        ("monitor watch show gulf\\ s\t", ["watch", "show", WATCHES[1]]),
        ("monitor watch show a\t", ["watch", "show", WATCHES[4]]),
        ("monitor watch show a:b\t", ["watch", "show", WATCHES[4]]),
        ("monitor watch show '~t\t", ["watch", "show", WATCHES[5]]),
        (
            "monitor --config other.toml --once --source t\t",
            ["--config", "other.toml", "--once", "--source", "trade board"],
        ),
        ("monitor --config oth\t--once", ["--config", "other.toml", "--once"]),
        ("monitor deliveries list --channel te\t", ["deliveries", "list", "--channel", "terminal"]),
        ("monitor demo --keep tr\t", ["demo", "--keep", "tried/"]),
        (
            "monitor --config none.toml watch show x\t",
            ["--config", "none.toml", "watch", "show", "x"],
        ),
        ("true && MONITOR_CONFIG=no monitor rele\t", ["releases"]),
    ],
)
def test_what_is_completed_is_what_is_meant(typist: Typist, line: str, meant: list[str]) -> None:
    """The shell reads the words back as they are, whatever stands in them."""
    assert typist.type(line) == meant
