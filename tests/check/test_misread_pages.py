"""A redesign that puts another title or date where they are read is no news and no edit."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.check.scene import DAY, Scene
from tests.support.site_wire import Request

Change = Callable[[str], str]
_TITLE = re.compile(r'(<strong class="title">)(.*?)(</strong>)')
_DATE = re.compile(r"(<i>date</i>)([0-9-]+)")


def titled(pattern: str) -> Change:
    """Show other titles; `{}` is the right one."""
    return lambda html: _TITLE.sub(
        lambda is_: is_[1] + pattern.replace("{}", is_[2]) + is_[3], html
    )


def dated(change: Callable[[date], date]) -> Change:
    """Show other dates."""
    return lambda html: _DATE.sub(
        lambda is_: is_[1] + change(date.fromisoformat(is_[2])).isoformat(), html
    )


LAYOUTS = {
    "a title before the title": titled('FTA News</strong> <strong class="title">{}'),
    "undefined": titled("undefined"),
    "a template": titled("{{ item.title }}"),
    "a prefix": titled("Press release: {}"),
    "a badge": titled("{} <em>NEW</em>"),
    "today": dated(lambda _: DAY),
    "tomorrow": dated(lambda _: DAY + timedelta(days=1)),
    "a day later": dated(lambda day: day + timedelta(days=1)),
    "the epoch": dated(lambda _: date(1970, 1, 1)),
}
ONE_TITLE = ("a title before the title", "undefined", "a template")


def redesign(scene: Scene, change: Change) -> None:
    """Let every page of the listing be changed."""

    def trap(target: str) -> bytes | None:
        if "/view" in target:
            return None
        body = scene.site.answer(Request("GET", target, {}, 0.0)).body
        return change(body.decode()).encode()

    scene.line.set(dict.fromkeys(range(99), trap))


def contents(scene: Scene) -> list[tuple[object, ...]]:
    """Return what is stored, and all that was found otherwise."""
    return [
        *scene.rows("SELECT title, date, withdrawn_at FROM releases ORDER BY id"),
        *scene.rows("SELECT field, before FROM revisions ORDER BY id"),
    ]


@pytest.mark.parametrize("name", LAYOUTS)
def test_known_entries_that_all_read_otherwise_were_not_edited(scene: Scene, name: str) -> None:
    """Nothing is stored or told, by replay neither; and the next good check tells what is new."""
    scene.begin()
    before = contents(scene)
    scene.site.publish("Steel, at Last", DAY, body="Of steel.")
    redesign(scene, LAYOUTS[name])
    for sweep in (False, True):
        assert scene.check(sweep=sweep).result.rule == "rewritten"
    assert (contents(scene), scene.told()) == (before, [])
    done = scene.replay()
    assert (done.added, done.corrected) == ((), ())
    assert done.unreadable
    scene.line.set()
    result = scene.check().result
    assert (result.error, result.new, result.revised) == (None, 1, 0)
    assert [title for _, _, title, _ in scene.told()] == ["Steel, at Last"]


@pytest.mark.parametrize("name", ONE_TITLE)
def test_news_alone_that_all_has_one_title_was_misread(scene: Scene, name: str) -> None:
    """After an outage longer than a check may read, there is nothing known to compare with."""
    scene.source = replace(scene.source, sweep_pages=1, max_pages=2)
    scene.begin()
    before = contents(scene)
    for number in range(20):
        scene.site.publish(f"Steel {number}", DAY + timedelta(days=number), body="Of steel.")
    redesign(scene, LAYOUTS[name])
    assert scene.check().result.rule == "one-title"
    assert (contents(scene), scene.told()) == (before, [])
    scene.line.set()
    assert scene.check().result.error is None
    assert len(scene.told()) == 20


def test_one_title_that_was_accepted_is_usual_from_there_on(scene: Scene) -> None:
    """News under it is news, and is not refused."""
    scene.begin()
    for number in scene.site.posts:
        scene.site.edit(number, title="Press briefing")
    assert scene.check().result.rule == "rewritten"
    assert scene.check(accept=True).result.rule == "rewritten, one-title"
    scene.site.publish("Press briefing", DAY, body="Of steel.")
    result = scene.check().result
    assert (result.error, result.new) == (None, 1)
    assert len(scene.told()) == 1
