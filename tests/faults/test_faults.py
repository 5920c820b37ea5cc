"""Whatever goes wrong is told in words, and nothing is lost, wrongly told or withdrawn by it.

The README tells of each; where it is wrong, its row is written anew, and the test fails so that
someone reads it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path

import pytest

from tests.channels.peers import Receiver
from tests.faults.fault_bench import NEWS, Stand, baseline, site_with_receiver, standing
from tests.faults.fault_cases import Case
from tests.faults.fault_list import ALL
from tests.support.installation import ROOT
from tests.support.site import Site

README = ROOT / "README.md"
HEAD = "| what goes wrong | exit | what you are told |\n|---|---|---|\n"
WAY_OUT = "; if it is right, run: monitor --once --accept --source trade"

Ministry = tuple[Site, Receiver, Path]


@pytest.fixture(name="ministry", scope="module")
def ministry_fixture(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ministry]:
    """Serve one ministry to all cases, and make its baseline once."""
    for site, receiver in site_with_receiver():
        yield site, receiver, baseline(tmp_path_factory.mktemp("baseline"), site, receiver)


@pytest.fixture(name="stand")
def stand_fixture(
    ministry: Ministry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stand]:
    """Give a case its own installation, with two releases to be found."""
    with standing(tmp_path, *ministry, monkeypatch) as stand:
        yield stand


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_fault_is_told_and_does_no_harm(stand: Stand, case: Case) -> None:
    """In words, with exit code 1; nothing else happens, and the next good check catches up."""
    before = stand.kept()
    case.lay(stand)
    done = stand.stage.run("--once", "-q")
    told = stand.in_the_table(done.err)
    if not case.is_fine:
        assert done.code == 1, done
        assert stand.told_titles() == []
        again = stand.stage.run("--once", "-q", "--sweep")
        assert (again.code, stand.told_titles()) == (1, [])
        stand.mend()
        assert stand.kept() == before
        done_well = stand.stage.run("--once", "-q")
        assert (done_well.code, done_well.err) == (0, "")
    else:
        assert (done.code, done.err) == (0, "")
    assert stand.told_titles() == [NEWS[0]]
    stand.mend()
    assert stand.stage.run("--once", "-q").code == 0
    assert stand.told_titles() == [NEWS[0]]
    withdrawn = stand.stage.rows("SELECT count(*) FROM releases WHERE withdrawn_at IS NOT NULL")
    assert withdrawn == [(0,)]
    check_row(row(case, done.code if case.is_fine else 1, told))


def row(case: Case, code: int, told: str) -> str:
    """Return the README's row for a case."""
    said = told.removeprefix("trade: ").removeprefix("monitor: ")
    said = said.replace(WAY_OUT, " (`--accept`)") or "nothing: it is read all the same"
    return f"| {case.name} | {code} | {said.replace('|', '¦')} |"


def table(text: str) -> list[str]:
    """Return the rows of the README's table."""
    after = text.partition(HEAD)[2].splitlines()
    return list(takewhile(lambda line: line.startswith("|"), after))


def named(one: str) -> str:
    """Return the name of the case in a row."""
    return one.split("|")[1].strip()


def check_row(right: str) -> None:
    """Compare a row with the README's; write it there, and fail, where it differs."""
    with _alone():
        text = README.read_text(encoding="utf-8")
        rows = {named(one): one for one in table(text)}
        if rows.get(named(right)) == right:
            return
        rows[named(right)] = right
        order = [case.name for case in ALL]
        kept = sorted((one for one in rows if one in order), key=order.index)
        head, _, rest = text.partition(HEAD)
        for one in table(text):
            rest = rest.removeprefix(f"{one}\n")
        whole = head + HEAD + "".join(f"{rows[one]}\n" for one in kept) + rest
        README.write_text(whole, encoding="utf-8")
    pytest.fail(f"the README's row differed, and is now: {right}")


@contextmanager
def _alone() -> Iterator[None]:
    """Let no other process write the README meanwhile."""
    with README.open(encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def test_the_readme_tells_of_these_faults() -> None:
    """All of them, in this order, and of no other; more than thirty."""
    rows = table(README.read_text(encoding="utf-8"))
    assert [named(one) for one in rows] == [case.name for case in ALL]
    assert len(rows) > 30
