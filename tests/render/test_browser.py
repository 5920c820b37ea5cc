"""Mail as a real browser shows it: on a phone and a desk, by day and by night."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.models.notification import ReleaseMessage
from monitor.render import email
from tests.render.browser import Look, look
from tests.render.samples import FORUM, ONE, STEEL, THREE, digest, item
from tests.render.seed_releases import FTA, daily
from tests.render.test_hostile import HOSTILE, hostile, scheduled

LONG = "산업통상자원부" * 1500
FORTY = daily(
    tuple(
        replace(
            one,
            release=replace(
                one.release,
                id=10 * turn + one.release.id,
                date=one.release.date - timedelta(days=30 * turn),
            ),
        )
        for turn in range(4)
        for one in FTA.items
    )
)
MESSAGES: dict[str, ReleaseMessage] = {
    "one": ONE,
    "three": THREE,
    "ten": FTA,
    "forty": FORTY,
    "nothing": digest(scheduled=True),
    "unlinked": digest(item(replace(FORUM, url=f"ftp://example.com/{'x' * 400}"))),
    "no spaces": digest(item(replace(STEEL, title=LONG, body=LONG, category=LONG))),
    **{f"hostile {name}": hostile(text) for name, text in HOSTILE.items()},
    **{f"hostile digest, {name}": scheduled(text) for name, text in HOSTILE.items()},
}
PAGES = {name: email.render_html(message) for name, message in MESSAGES.items()}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[(360, False), (360, True), (1280, False), (1280, True)])
def looks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Look]:
    """Return how every page comes out, at one width and in one mode."""
    width, dark = request.param
    found = look(PAGES, tmp_path_factory.mktemp("browser"), width=width, dark=dark)
    assert list(found) == list(PAGES)
    assert {(one.width, one.dark) for one in found.values()} == {(width, dark)}
    return found


def test_nothing_is_wider_than_the_screen(looks: dict[str, Look]) -> None:
    """No page scrolls sideways, not for a title without spaces, nor for a huge address."""
    assert {name: one.needed for name, one in looks.items() if one.needed > one.width} == {}


def test_all_text_stands_out(looks: dict[str, Look]) -> None:
    """Body text, links, hits, labels and differences have a contrast of 4.5 (WCAG 2.2, AA)."""
    tags = {text.tag for one in looks.values() for text in one.texts}
    assert {"a", "p", "mark", "ins", "del", "h1", "h2", "span", "b"} <= tags
    faint = [text for one in looks.values() for text in one.texts if text.contrast < 4.5]
    assert faint == []


def test_text_is_large_enough_for_a_phone(looks: dict[str, Look]) -> None:
    """Nothing but a label is smaller than 14 pixels."""
    small = [text for one in looks.values() for text in one.texts if text.size < 14]
    assert {text.tag for text in small} <= {"span"}


def test_nothing_does_anything(looks: dict[str, Look]) -> None:
    """Whatever a title holds, the page has no script, image, form or frame."""
    assert {name: one.active for name, one in looks.items() if one.active} == {}
