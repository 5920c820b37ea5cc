"""What today's parser makes of the pages of the past, and what that changes. Nobody is told.

Twice through the visits, all in one transaction:

    oldest first   what was missed is added, with all that happened to it since
    newest first   what was misread is put right, by the newest page that shows it

Then the article pages, the newest of each release: they have its text whole, and its attachments.

What was learnt later than a page, or elsewhere, is not undone by it. Doing it all again changes
nothing.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from monitor.check.desk import Desk
from monitor.check.rereading import Reread, Rereader, Visit
from monitor.decide import CrossPost, Decision, Known, New, Passed, Revised, decide
from monitor.identity import identity
from monitor.model.configured import Source
from monitor.model.replayed import Correction, Replay
from monitor.model.scraped import Entry
from monitor.model.stored import Event, Release
from monitor.model.world import World
from monitor.store import archive, attachments, corrections, intake, known
from monitor.store.corrections import Shown
from monitor.store.database import Database
from monitor.text.folding import fold
from monitor.whole import shows


def replay(
    chosen: Sequence[Source],
    desk: Desk,
    *,
    apply: bool,
    db: Database,
    world: World,
    tell: Callable[[int], None],
) -> Replay:
    """Parse the kept pages of these sources again; take in what that changes if `apply`."""
    rereader = Rereader({source.name: source for source in chosen}, tell)
    with db.reading() as conn:
        visits = rereader.read(conn)
    with db.writing() if apply else db.trying() as conn:
        visits += rereader.read(conn)  # by another process meanwhile
        past = _Past(conn, desk, world.now())
        for visit in visits:
            past.add_missed(visit)
        if not all(map(past.is_as_stored, visits)):
            for visit in reversed(visits):
                past.put_right(visit)
        for pages in rereader.articles:
            past.put_article(pages)
        past.forget_misread(visits)
        past.match_again()
        return Replay(
            applied=apply,
            pages=rereader.pages,
            passed_over=rereader.passed_over,
            unreadable=rereader.unreadable,
            added=tuple(past.releases(past.added)),
            corrected=tuple(past.corrected()),
            matched=past.matched,
        )


class _Past:
    """The store, while visits of the past are gone through."""

    def __init__(self, conn: sqlite3.Connection, desk: Desk, now: datetime) -> None:
        self._conn, self._desk, self._now = conn, desk, now
        self._shown = corrections.shown(conn)
        self._settled: set[tuple[int, str]] = set()
        self._rows: set[tuple[int, Shown]] = set()
        self._changes: dict[int, dict[str, tuple[str, str]]] = {}
        self._texts: dict[int, datetime] = {}
        self.added: set[int] = set()
        self.matched = 0

    def add_missed(self, visit: Visit) -> None:
        """Take in what is not known, and what happened to that since; leave the rest as it is."""
        if self.is_as_stored(visit):
            return
        facts, decisions = self._decide(visit)
        there = intake.Visit(
            source=visit.source, site=visit.site, at=visit.at, check_id=None, origin="archive"
        )
        missed = [self._missed(one) for one in decisions]
        events = intake.take_in(self._conn, there, missed)
        ids = {event.release.id for event in events}
        self.added |= ids - facts.releases.keys()
        self._match(events)
        for one in decisions:
            if isinstance(one, Revised):
                intake.name(self._conn, one.release.id, one.entry)
        revised = {one.release.id for one in missed if isinstance(one, Revised)}
        self._look_up(ids | revised)

    def _look_up(self, ids: set[int]) -> None:
        """Learn how releases look now that were added, or were found in another listing."""
        self._shown = {one: found for one, found in self._shown.items() if found not in ids}
        for release_id in ids:
            self._shown |= corrections.shown(self._conn, release_id)

    def _missed(self, one: Decision) -> Decision | Passed:
        match one:
            case New():
                return one
            case CrossPost() if not one.release.is_withdrawn:
                return one
            case _ if one.release.id in self.added:
                return one
            case _:
                return Passed(entry=one.entry, release=one.release)

    def put_right(self, visit: Visit) -> None:
        """Correct what is known by what this visit shows, unless a later one has shown it."""
        if not self.is_as_stored(visit):
            for one in self._decide(visit)[1]:
                if isinstance(one, Revised) and one.release.id not in self.added:
                    self._correct(visit, one)
        for shown in visit.shown:
            if shown in self._shown:
                self._settle(self._shown[shown], shown)

    def _correct(self, visit: Visit, one: Revised) -> None:
        release_id, entry = one.release.id, one.entry
        row = Shown(visit.source, entry.board, entry.article_id, "")
        if (release_id, row) not in self._rows:
            corrections.look_again(self._conn, visit.source, release_id, entry)
        changes = dict(self._misread(visit, one))
        if changes:
            corrections.correct(self._conn, release_id, changes)
            if "body" in changes:
                self._texts[release_id] = visit.at
            self._note(release_id, changes)
        self._settle(release_id, row)

    def _note(self, release_id: int, changes: Mapping[str, tuple[str, str]]) -> None:
        """Remember what was put right, twice perhaps: from what it was to what it is now."""
        noted = self._changes.get(release_id, {})
        for field, (before, after) in changes.items():
            noted[field] = (noted.get(field, (before, after))[0], after)
        noted = {field: pair for field, pair in noted.items() if pair[0] != pair[1]}
        if noted:
            self._changes[release_id] = noted
        else:
            self._changes.pop(release_id, None)

    def _misread(self, visit: Visit, one: Revised) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yield the fields that no later page shows, and nothing later changed."""
        for field, pair in self._differences(visit, one).items():
            # Boards label a release each in their own way; all else is one for all of them.
            shown_by = visit.source if field == "category" else ""
            if (one.release.id, shown_by) not in self._settled and not corrections.is_revised_since(
                self._conn, one.release.id, field, visit.at, visit.check_id
            ):
                yield field, pair

    def _differences(self, visit: Visit, one: Revised) -> dict[str, tuple[str, str]]:
        """Return what differs, down to the spelling: here it is the parser that changed."""
        release, entry = one.release, one.entry
        if visit.source != release.source:
            return dict(one.changes)
        exact = {"title": (release.title, entry.title)}
        if not release.is_whole and fold(release.body) == fold(entry.body):
            exact["body"] = (release.body, entry.body)
        return {name: pair for name, pair in exact.items() if pair[0] != pair[1]} | dict(
            one.changes
        )

    def _settle(self, release_id: int, row: Shown) -> None:
        """Let no older visit say how a release looks."""
        self._rows.add((release_id, row._replace(look="")))
        self._settled |= {(release_id, row.source), (release_id, "")}

    def put_article(self, pages: Sequence[Reread]) -> None:
        """Complete a release, or correct it, by its article pages, the newest of which counts."""
        release = known.release(self._conn, pages[0].release_id)
        own = [
            one
            for one in pages
            if corrections.is_article_of(self._conn, release, one.url, one.article)
        ]
        if not own:
            return
        *earlier, one = own
        changes = {
            field: pair
            for field, pair in corrections.differences(self._conn, release, one.article).items()
            if not self._is_outdated(one, field, release.body)
        }
        corrections.put_article(self._conn, release, one.article, changes, one.at)
        for page in earlier:
            attachments.keep_gone(self._conn, release.id, page.article.attachments, page.at, one.at)
        self._note(release.id, changes)

    def _is_outdated(self, one: Reread, field: str, body: str) -> bool:
        """Tell whether something later than an article page says how a field is."""
        is_text_edited = one.at < self._texts.get(one.release_id, one.at)
        if field == "body" and is_text_edited and not shows(body, one.article.body):
            return True
        return corrections.is_revised_since(self._conn, one.release_id, field, one.at, one.check_id)

    def forget_misread(self, visits: Iterable[Visit]) -> None:
        """Let titles and dates that were misread, and are on no page, lead nowhere."""
        renamed = {
            release_id: changes
            for release_id, changes in self._changes.items()
            if changes.keys() & {"title", "date"}
        }
        if not renamed:
            return
        read = {identity(one.title, one.date) for one in _distinct(visits).values()}
        for release_id, changes in renamed.items():
            release = self._release(release_id)
            title = changes["title"][0] if "title" in changes else release.title
            day = changes["date"][0] if "date" in changes else release.date.isoformat()
            misread = identity(title, date.fromisoformat(day))
            now = identity(release.title, release.date)
            if misread not in read | {now}:
                corrections.forget_name(self._conn, release_id, misread.key, day)

    def match_again(self) -> None:
        """Hold the watches against what was put right."""
        facts = {release_id: known.release(self._conn, release_id) for release_id in self._changes}
        self._match(
            Event(
                kind="new",
                release=release,
                origin="archive",
                sources=tuple(sorted(facts[release.id].sources)),
            )
            for release in self.releases(self._changes)
        )

    def _match(self, events: Iterable[Event]) -> None:
        found = self._desk.match(self._conn, events, None, self._now)
        self.matched += sum(len(one.matches) for one in found)

    def releases(self, ids: Iterable[int]) -> Iterator[Release]:
        """Yield releases by their ids, in order."""
        return map(self._release, sorted(ids))

    def _release(self, release_id: int) -> Release:
        return cast("Release", archive.release(self._conn, release_id))

    def corrected(self) -> Iterator[Correction]:
        """Yield what was put right, release by release."""
        for release_id, changes in sorted(self._changes.items()):
            title = self._release(release_id).title
            for field, (before, after) in changes.items():
                yield Correction(
                    release_id=release_id, title=title, field=field, before=before, after=after
                )

    def is_as_stored(self, visit: Visit) -> bool:
        """Tell whether all of it looks as these listings showed it last: most visits do."""
        return all(shown in self._shown for shown in visit.shown)

    def _decide(self, visit: Visit) -> tuple[Known, tuple[Decision, ...]]:
        facts = known.known(self._conn, visit.source, visit.site, visit.entries)
        return facts, decide(visit.source, visit.entries, facts)


def _distinct(visits: Iterable[Visit]) -> Mapping[int, Entry]:
    return {id(entry): entry for visit in visits for entry in visit.entries}
