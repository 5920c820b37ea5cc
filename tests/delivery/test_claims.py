"""Who holds a claim, and whether that process still lives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.delivery import claims


def test_a_living_process_is_not_dead() -> None:
    """Not this one, and not another one that runs."""
    assert not claims.is_owner_dead(claims.get_current_owner())
    code = (
        "from monitor.delivery.claims import get_current_owner;"
        "print(get_current_owner(), flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert not claims.is_owner_dead(name)
        other.kill()
        other.wait()
        assert claims.is_owner_dead(name)


def test_another_process_under_the_same_number_is_another_process() -> None:
    """Numbers are given again: the start time tells."""
    place, pid, started = claims.get_current_owner().split(" ")
    assert claims.is_owner_dead(f"{place} {pid} {int(started) - 1}")


def test_what_was_before_the_machine_started_is_dead() -> None:
    """A claim from an earlier boot of this machine has no holder."""
    place, pid, started = claims.get_current_owner().split(" ")
    _, _, *rest = place.split(":")
    earlier = ":".join(["boot", "11111111-2222-3333-4444-555555555555", *rest])
    assert claims.is_owner_dead(f"{earlier} {pid} {started}")


@pytest.mark.parametrize(
    "name", ["", "nonsense", "boot:1:2:another-machine 12 34", "host:another-machine 12 there"]
)
def test_of_other_places_nothing_is_known(name: str) -> None:
    """A claim from another machine or container ends with its lease."""
    assert not claims.is_owner_dead(name)


def test_without_proc_the_process_number_has_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As on systems that have no /proc."""
    monkeypatch.setattr(claims, "_PROC", tmp_path / "nowhere")
    assert not claims.is_owner_dead(claims.get_current_owner())
    place = claims.get_current_owner().split(" ")[0]
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert claims.is_owner_dead(f"{place} {child} there")
    assert not claims.is_owner_dead(f"{place} 1 there")


def test_a_hidden_namespace_is_a_place_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the namespace cannot be read, claims still name machine and boot."""
    boot = tmp_path / "sys/kernel/random"
    boot.mkdir(parents=True)
    (boot / "boot_id").write_text("abc\n")
    monkeypatch.setattr(claims, "_PROC", tmp_path)
    assert claims.get_current_owner().startswith("boot:abc:unknown:")
