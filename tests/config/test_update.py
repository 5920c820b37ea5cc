"""The file itself: replaced in one step, with everything about it kept, or left alone."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from monitor.config import editor
from monitor.config.loader import load_config_file
from monitor.config.update import update_file
from monitor.errors import ConfigError, UsageError
from tests.config.helpers import LEAST, SOURCE
from tests.support.installation import environment


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a config file that is right."""
    path = tmp_path / "config.toml"
    path.write_text(LEAST, encoding="utf-8")
    path.chmod(0o640)
    return path


def pause(text: str) -> str:
    """Do an edit that works."""
    return editor.pause_watch(text, "steel")


PAUSED = pause(LEAST)


def test_the_file_is_replaced_and_keeps_its_mode(path: Path) -> None:
    """Nothing else is left in the folder; whoever holds the old file open still reads it whole."""
    status = path.stat()
    with path.open(encoding="utf-8") as old:
        assert update_file(path, pause, {})
        assert old.read() == LEAST
    assert path.read_text(encoding="utf-8") == PAUSED
    now = path.stat()
    assert (now.st_mode, now.st_uid, now.st_gid) == (status.st_mode, status.st_uid, status.st_gid)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_another_owner_stays_the_owner(path: Path) -> None:
    """Root edits, and the service can still read its file."""
    os.chown(path, 12345, 23456)
    update_file(path, pause, {})
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)
    assert path.stat().st_mode & 0o777 == 0o640


def test_an_owner_that_cannot_be_kept_is_no_trouble(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system forbids it, the file is the editor's."""

    def forbidden(*_: int) -> None:
        raise PermissionError(errno.EPERM, "no")

    monkeypatch.setattr(os, "fchown", forbidden)
    assert update_file(path, pause, {})
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_mark_at_the_beginning_and_other_line_ends_stay(path: Path) -> None:
    """As an editor of another system has written them."""
    path.write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    update_file(path, pause, {})
    assert path.read_bytes() == b"\xef\xbb\xbf" + PAUSED.replace("\n", "\r\n").encode()


def test_a_link_stays_one_and_its_target_is_edited(path: Path, tmp_path: Path) -> None:
    """Over several links, relative ones among them."""
    folder = tmp_path / "dotfiles"
    folder.mkdir()
    target = path.rename(folder / "monitor.toml")
    (folder / "current").symlink_to("monitor.toml")
    path.symlink_to("dotfiles/current")
    update_file(path, pause, {})
    assert (path.readlink(), (folder / "current").readlink()) == (
        Path("dotfiles/current"),
        Path("monitor.toml"),
    )
    assert target.read_text(encoding="utf-8") == PAUSED
    assert target.stat().st_mode & 0o777 == 0o640


def test_an_edit_that_changes_nothing_writes_nothing(path: Path) -> None:
    """The file is the very same one."""
    before = path.stat()
    assert not update_file(path, str, {})
    assert path.stat() == before


def append(path: Path) -> None:
    """Change a file as an editor that writes into it."""
    with path.open("a", encoding="utf-8") as file:
        file.write("# mine\n")


def swap(path: Path) -> None:
    """Change a file as an editor that puts another in its place, though with the same in it."""
    path.with_name("new").write_bytes(path.read_bytes())
    path.with_name("new").replace(path)


def delete(path: Path) -> None:
    """Take the file away."""
    path.unlink()


MEANWHILE = "somebody else changed the file at the same moment; nothing was written, try again"


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [(append, MEANWHILE), (swap, MEANWHILE), (delete, "there is no such file")],
)
def test_what_somebody_else_saved_meanwhile_stays(
    path: Path, meanwhile: Callable[[Path], None], words: str
) -> None:
    """It is noticed, told, and not overwritten."""

    def slowly(text: str) -> str:
        meanwhile(path)
        return pause(text)

    with pytest.raises(ConfigError, match=words):
        update_file(path, slowly, {})
    assert not path.exists() or path.read_text(encoding="utf-8").startswith(LEAST)
    assert [one.name for one in path.parent.iterdir()] == ([path.name] if path.exists() else [])


def test_a_config_that_is_wrong_is_told_and_left(path: Path) -> None:
    """Its own mistakes come first, and no edit is tried."""
    path.write_text(LEAST + "nonsense = 1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="unknown key"):
        update_file(path, lambda _: pytest.fail("it was edited"), {})


def test_a_config_that_would_be_wrong_is_not_written(path: Path) -> None:
    """With what would be wrong, and where."""
    with pytest.raises(UsageError) as caught:
        update_file(path, lambda text: f'{text}to = ["nobody"]\n', {})
    assert str(caught.value).startswith("nothing was written, as the file would be wrong then: ")
    assert 'no channel is named "nobody"' in str(caught.value)
    assert path.read_text(encoding="utf-8") == LEAST


AS_NOBODY = """
import os, sys, tempfile
from pathlib import Path
from monitor.config import editor
from monitor.config.update import update_file
from monitor.errors import ConfigError

update_file(Path(sys.argv[2]), str, {})  # what is imported late may be out of reach then
if os.geteuid() == 0:
    os.setuid(65534)
try:
    update_file(Path(sys.argv[1]), lambda text: editor.remove_watch(text, "steel"), {})
except ConfigError as error:
    print(error.message)
"""


@pytest.mark.parametrize(
    ("folder_mode", "mode", "words"),
    [
        (0o555, 0o644, "Permission denied; its folder must be writable too"),
        (0o755, 0o444, "this file is write-protected; allow writing with: chmod u+w"),
        (0o311, 0o644, "the folder of this file cannot be opened"),
        (0o755, 0o000, "the permission to read this file is missing"),
    ],
)
def test_missing_rights_are_told(path: Path, folder_mode: int, mode: int, words: str) -> None:
    """By a process that is not root's; the file stays, and nothing beside it."""
    other = path
    with TemporaryDirectory() as name:
        folder, path = Path(name), Path(name) / "config.toml"
        path.write_text(LEAST, encoding="utf-8")
        path.chmod(mode)
        folder.chmod(folder_mode)
        if os.geteuid() == 0:
            os.chown(folder, 65534, -1)
            os.chown(path, 65534, -1)
        try:
            done = subprocess.run(
                [sys.executable, "-c", AS_NOBODY, str(path), str(other)],
                env=environment(),
                check=True,
                capture_output=True,
                text=True,
            )
        finally:
            folder.chmod(0o755)
            path.chmod(0o644)
        assert words in done.stdout
        assert path.read_text(encoding="utf-8") == LEAST
        assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "stays as it was: No space left on device"),
        (errno.EROFS, "stays as it was: Read-only file system; its folder must be writable too"),
    ],
)
def test_trouble_with_the_disk_leaves_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, words: str
) -> None:
    """Whichever step fails: a sentence, the file as it was, and nothing beside it."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(ConfigError) as caught:
        update_file(path, pause, {})
    assert str(caught.value) == f"{path}: this file cannot be written, and {words}"
    assert path.read_text(encoding="utf-8") == LEAST
    assert list(path.parent.iterdir()) == [path]


KILLED = """
import os, signal, sys
from pathlib import Path
from monitor.config import editor
from monitor.config.update import update_file

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

os.{call} = die
update_file(Path(sys.argv[1]), lambda text: editor.remove_watch(text, "steel"), {{}})
"""


@pytest.mark.parametrize("call", ["fchmod", "fsync", "replace"])
def test_a_process_that_is_killed_leaves_the_old_file_whole(path: Path, call: str) -> None:
    """Between any two steps; and the next edit works."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED.format(call=call), str(path)], env=environment(), check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert path.read_text(encoding="utf-8") == LEAST
    update_file(path, pause, {})
    assert load_config_file(path, {}).watches[0].paused


def test_edits_at_the_same_moment_wait_for_each_other(path: Path) -> None:
    """None is lost."""

    def add(number: int) -> bool:
        watch = {"name": f"w{number}", "query": "x"}
        return update_file(path, lambda text: editor.add_watch(text, watch), {})

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(add, range(40)))
    assert {watch.name for watch in load_config_file(path, {}).watches} == {
        "steel",
        *(f"w{number}" for number in range(40)),
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nowhere/config.toml", "there is no such file"),
        ("nowhere.toml", "there is no such file"),
        (".", "this is a folder"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, name: str, words: str) -> None:
    """As when it is read."""
    with pytest.raises(ConfigError, match=words):
        update_file(tmp_path / name, pause, {})


def test_what_an_edit_says_goes_through(path: Path) -> None:
    """The last watch may go; one that is not there cannot."""
    with pytest.raises(UsageError, match="no watch is called"):
        update_file(path, lambda text: editor.remove_watch(text, "gulf"), {})
    update_file(path, lambda text: editor.remove_watch(text, "steel"), {})
    assert path.read_text(encoding="utf-8") == SOURCE
