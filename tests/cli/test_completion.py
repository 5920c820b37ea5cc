"""Completion, as it is typed in real shells."""

from collections.abc import Iterator

import pytest

from monitor.text.sanitize import safe_dumps
from tests.cli.shells import SHELLS, Typist, typing

WATCHES = (
    "steel",
    "gulf states",
    'it\'s $HOME and `id` or "me" \\ * !1 #',
    "한국 무역",
    "a:b=c@d",
    "~tilde;&|(x)",
)
CONFIG = "\n".join(f"[[watch]]\nname = {safe_dumps(name)}\nany = ['x']" for name in WATCHES)
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


def typed(name: str, beginning: str) -> tuple[str, list[str]]:
    """Return a line that ends with TAB after the beginning of a watch's name, and what it means."""
    return f"monitor watch show {beginning}\t", ["watch", "show", name]


GULF, HARD = WATCHES[1:3]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("monitor rele\t--li\t3", ["releases", "--limit", "3"]),
        ("monitor export --format=c\t", ["export", "--format=csv"]),
        ("monitor releases --watch=gu\t--json", ["releases", "--watch=gulf states", "--json"]),
        typed(HARD, "it"),
        typed(HARD, '"it'),
        typed(GULF, "'gu"),
        typed(GULF, "gulf\\ s"),
        *((typed(name, name[0])) for name in WATCHES[3:5]),
        typed(WATCHES[5], "'~"),
        (
            "monitor --config ot\t--once --source t\t",
            ["--config", "other.toml", "--once", "--source", "trade board"],
        ),
        ("monitor demo --keep tr\t", ["demo", "--keep", "tried"]),
        ("monitor --config no.toml watch show x\t", ["--config", "no.toml", "watch", "show", "x"]),
        ("true && MONITOR_CONFIG=no monitor rele\t", ["releases"]),
    ],
)
def test_what_is_completed_is_what_is_meant(typist: Typist, line: str, meant: list[str]) -> None:
    """The shell reads the words back as they are, whatever stands in them."""
    assert [word.rstrip("/") for word in typist.type(line)] == meant
