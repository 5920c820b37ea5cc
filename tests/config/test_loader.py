"""Where config.toml is looked for, and how the file itself can be wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.config.loader import find_config_file, load_config_file
from monitor.errors import ConfigError
from tests.config.helpers import LEAST, SOURCE

# ------------------------------------------------------------------ finding


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home folder with nothing in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """Make a working folder with nothing in it."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def written(path: Path) -> Path:
    """Write a config there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LEAST)
    return path


def test_the_order_of_places(cwd: Path, home: Path) -> None:
    """--config, $MONITOR_CONFIG, ./config.toml, the user's config folder."""
    users = written(home / ".config" / "monitor" / "config.toml")
    assert find_config_file(None, {}, cwd, home) == users
    here = written(cwd / "config.toml")
    assert find_config_file(None, {}, cwd, home) == here
    environ = {"MONITOR_CONFIG": str(home / "other.toml")}
    assert find_config_file(None, environ, cwd, home) == home / "other.toml"
    assert find_config_file(Path("mine.toml"), environ, cwd, home) == cwd / "mine.toml"


def test_the_users_folder_follows_xdg(cwd: Path, home: Path, tmp_path: Path) -> None:
    """Where XDG_CONFIG_HOME is an absolute path, as its specification asks."""
    xdg = written(tmp_path / "xdg" / "monitor" / "config.toml")
    usual = written(home / ".config" / "monitor" / "config.toml")
    assert find_config_file(None, {"XDG_CONFIG_HOME": str(tmp_path / "xdg")}, cwd, home) == xdg
    assert find_config_file(None, {"XDG_CONFIG_HOME": "xdg"}, cwd, home) == usual
    assert find_config_file(None, {"XDG_CONFIG_HOME": ""}, cwd, home) == usual


def test_an_empty_variable_names_no_file(cwd: Path, home: Path) -> None:
    """MONITOR_CONFIG= in a unit file is the same as nothing."""
    here = written(cwd / "config.toml")
    assert find_config_file(None, {"MONITOR_CONFIG": ""}, cwd, home) == here


def test_no_config_says_where_it_was_looked_for(cwd: Path, home: Path) -> None:
    """And how to get one."""
    with pytest.raises(ConfigError) as caught:
        find_config_file(None, {}, cwd, home)
    here, users = cwd / "config.toml", home / ".config" / "monitor" / "config.toml"
    assert str(caught.value) == (
        f"{here}: no config.toml found, looked for {here} and {users}; write one with: monitor init"
    )
    assert caught.value.line is None


# ------------------------------------------------------------------ reading


def refused(path: Path) -> ConfigError:
    """Return the error that a file is answered with."""
    with pytest.raises(ConfigError) as caught:
        load_config_file(path, {})
    return caught.value


def test_a_file_is_read(tmp_path: Path) -> None:
    """As UTF-8, with its folder as the place that other paths start from."""
    path = tmp_path / "config.toml"
    path.write_text(LEAST.replace("steel", "철강"), encoding="utf-8")
    config = load_config_file(path, {})
    assert config.watches[0].any == ("철강",)
    assert config.store_path == tmp_path / "monitor.db"


def test_a_byte_order_mark_and_dos_lines_do_no_harm(tmp_path: Path) -> None:
    """An editor on Windows writes both; lines are counted as usual."""
    path = tmp_path / "config.toml"
    text = LEAST.replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_config_file(path, {}).sources[0].name == "trade"
    path.write_bytes(b"\xef\xbb\xbf" + f"{text}wat = 1".encode())
    assert str(refused(path)).startswith(f"{path}:8: watch[0].wat: unknown key")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """With the way to get one."""
    path = tmp_path / "config.toml"
    assert str(refused(path)) == f"{path}: there is no such file; write one with: monitor init"


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    """--config wants the file."""
    assert str(refused(tmp_path)) == f"{tmp_path}: this is a folder; expected a file"


def test_a_file_in_a_file_is_told(tmp_path: Path) -> None:
    """Any other trouble of the system is told in its words."""
    (tmp_path / "a").touch()
    path = tmp_path / "a" / "config.toml"
    assert str(refused(path)) == f"{path}: this file cannot be read: Not a directory"


def test_an_impossible_path_is_told() -> None:
    """No file has a null character in its name."""
    assert "this file cannot be read: " in str(refused(Path("a\0b")))


def test_a_missing_permission_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon's user may not be the one who wrote the file."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path / "config.toml")
    monkeypatch.setattr(Path, "open", denied)
    assert str(refused(path)) == f"{path}: the permission to read this file is missing"


def test_what_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    """Without repeating it."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"# one\n# two\nname = 'caf\xe9'\n")
    error = refused(path)
    assert str(error) == f"{path}:3: this is not UTF-8 text; save the file as UTF-8"
    assert (error.line, error.key) == (3, None)


@pytest.mark.parametrize(
    ("mode", "is_warned"), [(0o600, False), (0o640, True), (0o604, True), (0o400, False)]
)
def test_a_password_wants_a_private_file(tmp_path: Path, mode: int, is_warned: bool) -> None:
    """Nobody but the owner needs to read it."""
    path = tmp_path / "config.toml"
    path.write_text(f'{LEAST}[fetch]\nproxy = "http://ann:hunter2@example.com"\n')
    path.chmod(mode)
    warnings = load_config_file(path, {}).warnings
    told = f"{path} holds a password and others can read it; run: chmod 600 {path}"
    assert warnings == ((told,) if is_warned else ())


# ------------------------------------------------------------------ what it costs

DEAR = (
    "difflib",
    "zoneinfo",
    "tomlkit",
    "apscheduler",
    "httpx",
    "sqlite3",
    "importlib.resources",
    "monitor.config.toml_locations",
)


def test_a_config_that_is_right_imports_nothing_dear(tmp_path: Path) -> None:
    """What only a mistake needs, or another room, is not loaded."""
    path = tmp_path / "config.toml"
    path.write_text(SOURCE)
    program = (
        "import sys, pathlib; before = set(sys.modules);"
        "from monitor.config import load_config_file;"
        "load_config_file(pathlib.Path(sys.argv[1]), {});"
        f"print(*(name for name in {DEAR!r} if name in set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    assert done.stdout.strip() == ""
