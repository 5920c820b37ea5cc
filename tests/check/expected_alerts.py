"""What a reader should have heard of all that a ministry did, worked out without the store."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from monitor.store.database import Database
from tests.support.site import Site
from tests.support.site_pages import Post

BOARDS = {"trade": "fta", "all": "all-releases"}


def matching(post: Post, boards: set[str]) -> set[str]:
    """Return the watches that find a release which these boards have shown."""
    words = set(f"{post.title} {post.body}".lower().split())
    found = {"steel"} if "steel" in words else set()
    return found | ({"gulf"} if "gulf" in words and "fta" in boards else set())


@dataclass
class Known:
    """What the reader knows of a release since the site settled last."""

    post: Post
    boards: set[str]  # that have shown it, ever
    stands: bool = True
    matched: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    edits: list[tuple[str, str, str]] = field(default_factory=list)


class Ledger:
    """What is known of each release, by the step that published it, and what should be told.

    `touched` says what happened to which since the site settled last.
    """

    site: Site
    db: Database

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, Known] = {}
        self.touched: dict[int, str] = {}
        self.expected: Counter[tuple[str, int, str]] = Counter()

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the store something."""
        with self.db.begin_read() as conn:
            return conn.execute(sql, values).fetchall()

    def understand(self) -> None:
        """Work out what a reader should have heard of all that happened."""
        for name, what in self.touched.items():
            one = self.known[name]
            now = self.site.posts.get(one.post.article_id, one.post)
            if what in ("title", "head", "tail", "dot", "date", "files"):
                self._edited(name, now, trivial=what == "dot")
                continue
            fresh = set() if what == "withdrawn" else matching(now, one.boards) - one.matched
            if what in ("new", "crossed"):
                # To whom has heard of it, for whichever watch, it is new no more.
                heard = set() if one.told else fresh
                self._expect("new", name, heard)
            else:
                heard = fresh
                self._expect(what, name, one.told | fresh)
                one.stands = what == "restored"
            one.matched |= fresh
            one.told |= heard
        self.touched.clear()

    def _edited(self, name: int, now: Post, *, trivial: bool) -> None:
        one = self.known[name]
        was = one.post
        fresh = matching(now, one.boards) - matching(was, one.boards) - one.matched
        self._expect("revised", name, fresh if trivial else one.told | fresh)
        one.matched |= fresh
        one.told |= fresh
        files = ["\n".join(sorted(file.name for file in post.files)) for post in (was, now)]
        for what, before, after in (
            ("title", was.title, now.title),
            ("date", str(was.date), str(now.date)),
            ("body", " ".join(was.body.split()), " ".join(now.body.split())),
            ("attachments", *files),
        ):
            if before != after:
                one.edits.append((what, before, after))
        one.post = now

    def _expect(self, event: str, name: int, watches: set[str]) -> None:
        self.expected.update((event, name, watch) for watch in watches)

    def compare(self) -> None:
        """Hold the store and the outbox against the site and what should have been told."""
        rows = self.ask("SELECT id, title, date, body, withdrawn_at IS NULL FROM releases")
        found = {
            (title, day): (release_id, body, stands)
            for release_id, title, day, body, stands in rows
        }
        assert len(rows) == len(found) == len(self.known)
        ids = {}
        for name, one in self.known.items():
            post = one.post
            ids[name], body, stands = found[post.title, str(post.date)]
            assert (body, bool(stands)) == (" ".join(post.body.split()), one.stands), post
            edits = self.ask(
                "SELECT field, before, after FROM revisions WHERE release_id = ? ORDER BY id",
                ids[name],
            )
            assert edits == one.edits
            files = self.ask(
                "SELECT name FROM attachments WHERE release_id = ? AND gone_at IS NULL"
                " ORDER BY name",
                ids[name],
            )
            assert [file for (file,) in files] == sorted(file.name for file in post.files)
        told = Counter(
            (event, release_id, watch)
            for event, release_id, watch in self.ask(
                "SELECT i.event, i.release_id, w.value FROM items AS i, json_each(i.watches) AS w"
            )
        )
        assert told == Counter(
            {(event, ids[name], watch): n for (event, name, watch), n in self.expected.items()}
        )
        for source, board in BOARDS.items():
            order = self.ask(
                "SELECT DISTINCT l.release_id FROM listings AS l JOIN releases AS r"
                " ON r.id = l.release_id WHERE l.source = ? AND r.withdrawn_at IS NULL"
                " GROUP BY l.release_id ORDER BY max(l.rank) DESC",
                source,
            )
            numbers = {one.post.article_id: ids[name] for name, one in self.known.items()}
            assert [i for (i,) in order] == [numbers[i] for i in self.site.boards[board]]
