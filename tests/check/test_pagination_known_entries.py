"""How far a check reads, and what of it is news, where known ground is thin or cut off."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.check.scene import DAY, Scene


@pytest.fixture(name="thin")
def thin_fixture(scene: Scene) -> Scene:
    """Give a scene in which ten entries of 200 are known."""
    scene.source = replace(scene.source, sweep_pages=1, max_pages=5)
    scene.begin(200)
    scene.line.set()
    return scene


def publish(scene: Scene, count: int) -> None:
    """Publish so many releases."""
    for number in range(count):
        scene.site.publish(f"Steel {number}", DAY, body="Of steel.")


def origins(scene: Scene) -> dict[str, int]:
    """Return how many releases came how, once the check has closed every gap."""
    assert scene.rows("SELECT gap_page FROM sources") == [(None,)]
    return dict(scene.rows("SELECT origin, count(*) FROM releases GROUP BY 1"))


@pytest.mark.parametrize("count", [5, 10, 15])
def test_below_thin_ground_nothing_is_news(thin: Scene, count: int) -> None:
    """It is read no further than it takes to see where known ground ends."""
    publish(thin, count)
    assert thin.check().result.new == count
    assert len(thin.pages()) <= count // 10 + 3
    assert len(thin.told()) == count
    assert origins(thin)["news"] == count


def test_the_end_of_known_ground_may_be_gone(thin: Scene) -> None:
    """The oldest known entries were withdrawn meanwhile: what follows is archive all the same."""
    publish(thin, 5)
    for article_id in (191, 192, 193):
        thin.site.withdraw(article_id)
    assert thin.check().result.new == 5
    assert len(thin.pages()) <= 3
    assert origins(thin)["news"] == 5


@pytest.mark.parametrize("count", [8, 30, 70])
def test_an_old_entry_pinned_to_the_top_hides_nothing(thin: Scene, count: int) -> None:
    """Neither where everything is read at once, nor where it takes several checks."""
    publish(thin, count)
    ids = thin.site.boards["fta"]
    thin.site.reorder("fta", [191, *(one for one in ids if one != 191)])
    found = [thin.check().result.new for _ in range(3)]
    assert sum(found) == count
    assert origins(thin)["news"] == count


@pytest.mark.parametrize("count", [52, 55, 60, 101, 130])
def test_a_gap_ends_where_known_ground_of_before_ends(thin: Scene, count: int) -> None:
    """However its pages fall, and though what was read meanwhile is known too."""
    publish(thin, count)
    found = [thin.check().result.new for _ in range(4)]
    assert sum(found) == count
    assert found[-1] == 0
    assert len(thin.told()) == count
    assert origins(thin)["news"] == count


def test_late_entries_within_known_ground_are_news(thin: Scene) -> None:
    """Though they stand at the foot of a page and are older than all that is known."""
    for number in range(3):
        thin.site.publish(f"Steel, late {number}", DAY - timedelta(days=900), at=7)
    assert thin.check().result.new == 3
    assert len(thin.told()) == 3


def test_a_list_that_is_turned_over_is_not_believed(scene: Scene) -> None:
    """Its archive is no news, and what is news stands where no check comes."""
    scene.begin(80)
    scene.site.reorder("fta", scene.site.boards["fta"][::-1])
    result = scene.check().result
    assert (result.status, result.rule, result.new) == ("suspect", "turned-back", 0)
    assert scene.check(sweep=True).result.status == "suspect"
    scene.site.reorder("fta", scene.site.boards["fta"][::-1])
    scene.site.publish("Steel", DAY)
    assert (scene.check().result.new, len(scene.told())) == (1, 1)


def test_a_page_of_withdrawals_at_once_is_believed(scene: Scene) -> None:
    """Their article pages are gone too."""
    scene.begin(40)
    for article_id in range(40, 34, -1):
        scene.site.withdraw(article_id)
    found = [scene.check(sweep=True).result for _ in range(3)]
    assert [one.status for one in found] == ["ok", "ok", "ok"]
    assert sum(one.withdrawn for one in found) == 6


def test_a_page_that_was_accepted_though_it_had_turned_back_is_usual_from_then_on(
    scene: Scene,
) -> None:
    """Its entries were moved elsewhere, say, where their articles can still be read."""
    scene.begin(40)
    scene.site.reorder("fta", scene.site.boards["fta"][6:])
    assert scene.check().result.status == "suspect"
    assert [one.rule for one in scene.check(accept=True).overruled_faults] == ["turned-back"]
    scene.site.publish("Steel", DAY)
    assert (scene.check().result.new, scene.check(sweep=True).result.status) == (1, "ok")
