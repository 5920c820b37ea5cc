"""The site and the store as one state machine: what is told is what happened, whatever went wrong.

The ministry publishes, edits, withdraws, moves things about; checks run at any time, and at any of
their requests the site may be deaf, show something else, or change under the reader's hands. Once
it has settled (some sweeps without trouble) the store equals the site, and the messages owed equal
what a reader should have heard: each thing once.

Between two settlings each release changes at most once, so that what should be told is certain.
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from monitor.check.alerts import AlertRouter
from monitor.models.config import Source, TerminalChannel, Watch
from monitor.store.database import open_database
from tests.check.expected_alerts import BOARDS, Known, Ledger, matching
from tests.check.fake_ministry import Line, Trap, deaf
from tests.support.fake_clock import FakeWorld
from tests.support.site import Site
from tests.support.site_pages import LOGIN, MAINTENANCE, File, Post, article, framed

DAY = date(2025, 12, 1)
CUT = 500
STEPS = 2_000
WATCHES = (
    Watch(name="steel", any=("steel",)),
    Watch(name="gulf", query="gulf", sources=("trade",)),
)
PLACES = st.integers(0, 40)


class Ministry(Ledger, RuleBasedStateMachine):
    """The site, two listings of it that are watched, and what should come of it."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.site = Site(cut=CUT)
        self.site.__enter__()
        self.world = FakeWorld()
        self.line = Line(self.site, self.world)
        self.db = open_database(Path(self.folder.name) / "monitor.db")
        self.db.conn.execute("PRAGMA synchronous = OFF")
        self.desk = AlertRouter(WATCHES, (TerminalChannel(name="bot"),))
        self.sources = [
            Source(name=name, kind="motir", url=self.site.url(board), sweep_pages=8)
            for name, board in BOARDS.items()
        ]
        self.count = 0

    def teardown(self) -> None:
        """Let it settle a last time."""
        try:
            self.settle()
        finally:
            self.db.close()
            self.site.__exit__()
            self.folder.cleanup()

    # -------------------------------------------------------------- the ministry

    @initialize(some=st.lists(st.tuples(*[st.booleans()] * 4), min_size=12, max_size=12))
    def begin(self, some: list[tuple[bool, bool, bool, bool]]) -> None:
        """Twelve releases are there, and a last one that nothing ever happens to."""
        steps = Ministry.steps
        self.publish(0, "none", long=False, crossed=True)
        for long, steel, crossed, tail in some:
            word = "gulf" if steel and tail else "steel" if steel else "tail" if tail else "none"
            self.publish(0, word, long=long, crossed=crossed)
        for source in self.sources:
            self.line.check(source, self.desk, self.db)
        for one in self.known.values():
            one.matched = matching(one.post, one.boards)
        self.touched.clear()
        self.settle()
        Ministry.steps = steps

    def _step(self) -> None:
        Ministry.steps += 1
        self.count += 1

    @rule(
        place=PLACES,
        word=st.sampled_from(["steel", "gulf", "tail", "none"]),
        long=st.booleans(),
        crossed=st.booleans(),
    )
    def publish(self, place: int, word: str, *, long: bool, crossed: bool) -> None:
        """Publish, on top or late among older ones; `tail`: steel is named below the cut."""
        self._step()
        if len(self.known) > 40:
            return
        lead = f"Release {self.count} on {'talks' if word == 'tail' else word}"
        body = f"Text of number {self.count}. " + ("And so on. " * 60 if long else "")
        body += "Last comes steel here" if word == "tail" else "The end"
        boards = ["all-releases", "fta"] if crossed else ["all-releases"]
        number = self._new_number()
        day = DAY - timedelta(days=place)
        post = Post(article_id=number, title=lead, date=day, category="Trade", body=body)
        self._put(post, boards, place)
        self.known[self.count] = Known(post=post, boards=set(boards))
        self.touched[self.count] = "new"

    def _new_number(self) -> int:
        self._highest = getattr(self, "_highest", 100) + 1
        return self._highest

    def _put(self, post: Post, boards: list[str], place: int) -> None:
        for board in boards:
            last = len(self.site.boards[board])
            self.site.put(post, [board], min(place, max(last - 1, 0)))

    def _pick(self, draw: st.DataObject, *, stands: bool = True) -> int | None:
        """Choose a release that nothing happened to since the site settled; not the last one."""
        free = [
            name
            for name, one in list(self.known.items())[1:]
            if name not in self.touched and one.stands is stands
        ]
        return draw.draw(st.sampled_from(free)) if free else None

    @rule(data=st.data(), how=st.sampled_from(["title", "head", "tail", "dot", "date", "files"]))
    def edit(self, data: st.DataObject, how: str) -> None:
        """Edit one thing, anywhere; a dot more is not worth telling."""
        self._step()
        name = self._pick(data)
        if name is None:
            return
        post = self.known[name].post
        word = data.draw(st.sampled_from(["steel", "gulf", "none"]))
        changes: dict[str, dict[str, object]] = {
            "title": {"title": f"Retitled {self.count} {word} {post.title}"},
            "head": {"body": f"Edit {self.count} {word} in front. {post.body}"},
            "tail": {"body": f"{post.body} and edit {self.count} {word} behind"},
            "dot": {"body": f"{post.body} ."},
            "date": {"date": post.date - timedelta(days=400 + self.count)},
            "files": {"files": (*post.files, File(f"note {self.count}.pdf"))},
        }
        self.site.edit(post.article_id, **changes[how])
        self.touched[name] = how

    @rule(data=st.data())
    def edit_back(self, data: st.DataObject) -> None:
        """Give a release the title that it had before: that is an edit too."""
        self._step()
        name = self._pick(data)
        titles = [edit for edit in self.known[name].edits if edit[0] == "title"] if name else []
        if name is not None and titles and titles[-1][2] == self.known[name].post.title:
            self.site.edit(self.known[name].post.article_id, title=titles[-1][1])
            self.touched[name] = "title"

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Take a release off the site; not so many at once that nobody would believe it."""
        self._step()
        few = list(self.touched.values()).count("withdrawn") < 3
        many = all(len(self.site.boards[board]) > 7 for board in BOARDS.values())
        name = self._pick(data) if few and many else None
        if name is not None:
            self.site.withdraw(self.known[name].post.article_id)
            self.touched[name] = "withdrawn"

    @rule(data=st.data(), place=PLACES, renumbered=st.booleans())
    def restore(self, data: st.DataObject, place: int, *, renumbered: bool) -> None:
        """Put a withdrawn release back, under its number or another one."""
        self._step()
        name = self._pick(data, stands=False)
        if name is not None:
            post = self.known[name].post
            number = self._new_number() if renumbered else post.article_id
            self._put(replace(post, article_id=number), sorted(self.known[name].boards), place)
            self.known[name].post = replace(post, article_id=number)
            self.touched[name] = "restored"

    @rule(data=st.data(), place=PLACES)
    def cross_post(self, data: st.DataObject, place: int) -> None:
        """Show a release on the other board too."""
        self._step()
        name = self._pick(data)
        if name is not None and "fta" not in self.known[name].boards:
            post = self.known[name].post
            self.site.boards["fta"].insert(
                min(place, len(self.site.boards["fta"]) - 1), post.article_id
            )
            self.known[name].boards.add("fta")
            self.touched[name] = "crossed"

    @rule(data=st.data(), board=st.sampled_from(sorted(BOARDS.values())), place=PLACES)
    def reorder(self, data: st.DataObject, board: str, place: int) -> None:
        """Move an entry elsewhere in its listing, but not below the last."""
        self._step()
        *ids, last = self.site.boards[board]
        if ids:
            moved = data.draw(st.sampled_from(ids))
            ids.remove(moved)
            ids.insert(place, moved)
            self.site.reorder(board, [*ids, last])

    # -------------------------------------------------------------- checks

    def _something_else(self, target: str) -> bytes:
        """Show another article than the one that was asked for, or a page that is none at all."""
        if "/view" in target and self.site.posts:
            post = self.site.posts[min(self.site.posts)]
            return framed("Press Releases", article(post)).encode()
        return MAINTENANCE.encode()

    def _half(self, target: str) -> bytes:
        return framed(target, "x" * 900).encode()[:4000]

    def _changing(self, data: st.DataObject) -> Trap:
        """Publish or withdraw while pages are being read, so that entries move to other pages."""

        def trap(_: str) -> bytes | None:
            if data.draw(st.booleans()):
                self.publish(data.draw(PLACES), "steel", long=True, crossed=True)
            else:
                self.withdraw(data)
            return None

        return trap

    @rule(data=st.data(), sweep=st.booleans(), hours=st.integers(0, 30))
    def check_in_trouble(self, data: st.DataObject, hours: int, *, sweep: bool) -> None:
        """Check while things go wrong at up to two of the requests."""
        self._step()
        self.world.pass_time(timedelta(hours=hours))
        faults: list[Trap] = [
            deaf,
            self._something_else,
            self._half,
            lambda _: LOGIN.encode(),
            self._changing(data),
        ]
        source = data.draw(st.sampled_from(self.sources))
        self.line.set(
            data.draw(st.dictionaries(st.integers(0, 6), st.sampled_from(faults), max_size=2))
        )
        self.line.check(source, self.desk, self.db, sweep=sweep)
        self.line.set()

    @rule()
    @precondition(lambda self: len(self.touched) > 2)
    def settle(self) -> None:
        """Let a few days pass without trouble; then everything must be as it should."""
        self._step()
        self.line.set()
        for _ in range(3):
            self.world.pass_time(timedelta(hours=25))
            for source in self.sources:
                assert self.line.check(source, self.desk, self.db).result.error is None
            self._read_what_waits()
        self.understand()
        self.compare()

    def _read_what_waits(self) -> None:
        for _ in range(40):
            for source in self.sources:
                self.line.check(source, self.desk, self.db)
            if not self.ask("SELECT 1 FROM waiting WHERE due_at <= ?", _text(self.world)):
                return
        raise AssertionError(self.ask("SELECT * FROM waiting"))


def _text(world: FakeWorld) -> str:
    return world.moment.strftime("%Y-%m-%dT%H:%M:%S.999Z")


@pytest.mark.slow
def test_the_store_follows_the_site_whatever_happens() -> None:
    """At least two thousand steps of a ministry at work, with a network that fails."""
    Ministry.steps = 0
    run_state_machine_as_test(
        Ministry,
        settings=settings(
            max_examples=70,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{Ministry.steps} steps")
    assert Ministry.steps >= STEPS
