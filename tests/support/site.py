"""The ministry's site, as far as anybody needs it: a model, and a real server on loopback.

The model is a dict of posts and, per board, a list of their ids, newest first. Tests publish, edit
and withdraw; the server renders what they left. `misbehave` lays a fault (tests/site_faults.py)
over the requests it names.
"""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from threading import RLock
from typing import Any, Self

import pytest

from tests.support.site_pages import (
    BOARDS,
    CUT,
    PER_PAGE,
    File,
    Post,
    article,
    board_list,
    framed,
    pager,
)
from tests.support.site_wire import Fault, Request, Response, Server


@dataclass(slots=True)
class _Rule:
    fault: Fault
    path: str
    after: int
    times: int | None

    def applies(self, request: Request) -> bool:
        """Tell whether this request is one to spoil, and count it."""
        if not request.target.startswith(self.path) or self.times == 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Site:
    """A ministry that publishes; `with Site() as site:` serves it until the block ends.

    `validators`: ETag and Last-Modified are sent and answered to. `moving_frame`: the token and
    the visitor count around the content differ on each request. `cut`: where listings cut texts.
    """

    def __init__(
        self,
        *,
        validators: bool = False,
        compress: bool = True,
        moving_frame: bool = True,
        cut: int = CUT,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self.validators, self.compress, self.moving_frame = validators, compress, moving_frame
        self.cut = cut
        self.posts: dict[int, Post] = {}
        self.boards: dict[str, list[int]] = {name: [] for name in BOARDS}
        self.requests: list[Request] = []
        self._rules: list[_Rule] = []
        self._changes = 0
        self._lock = RLock()
        self._server = Server(self, ssl_context)
        self.origin = self._server.origin

    # -------------------------------------------------------------- the ministry

    def publish(
        self,
        title: str,
        day: date,
        category: str = "FTA/Economic Cooperation",
        body: str = "",
        *,
        boards: Sequence[str] = ("all-releases", "fta"),
        at: int = 0,
        article_id: int | None = None,
        number: str = "2",
        files: Sequence[File] = (),
    ) -> Post:
        """Put a release on boards, at index `at` of each: 0 is the top."""
        with self._lock:
            post = Post(
                article_id=max(self.posts, default=0) + 1 if article_id is None else article_id,
                title=title,
                date=day,
                category=category,
                body=body,
                board=number,
                files=tuple(files),
            )
            return self.put(post, boards, at)

    def put(self, post: Post, boards: Sequence[str], at: int = 0) -> Post:
        """Put a post on boards as it is."""
        with self._lock:
            self.posts[post.article_id] = post
            for board in boards:
                self.boards[board].insert(at, post.article_id)
            self._changes += 1
        return post

    def edit(self, article_id: int, **changes: Any) -> Post:
        """Change fields of a release, wherever it stands."""
        with self._lock:
            self.posts[article_id] = replace(self.posts[article_id], **changes)
            self._changes += 1
            return self.posts[article_id]

    def withdraw(self, article_id: int) -> Post:
        """Take a release off every board; its article page is gone too."""
        with self._lock:
            for ids in self.boards.values():
                if article_id in ids:
                    ids.remove(article_id)
            self._changes += 1
            return self.posts.pop(article_id)

    def reorder(self, board: str, article_ids: Sequence[int]) -> None:
        """Let the releases of a board stand in this order; some may be left out."""
        with self._lock:
            self.boards[board] = list(article_ids)
            self._changes += 1

    # -------------------------------------------------------------- what is served

    def url(self, board: str = "fta") -> str:
        """Return the address of a board's listing."""
        return self.origin + BOARDS[board].path

    def misbehave(
        self, fault: Fault, *, path: str = "", times: int | None = None, after: int = 0
    ) -> None:
        """Spoil the next `times` requests (None: all) whose target begins with `path`.

        The first `after` of them are left alone. Of several faults the one laid first counts.
        """
        with self._lock:
            self._rules.append(_Rule(fault, path, after, times))

    def behave(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._rules.clear()

    def targets(self) -> list[str]:
        """Return what was asked for so far, in order."""
        with self._lock:
            return [request.target for request in self.requests]

    def receive(self, request: Request) -> tuple[Response, Fault | None]:
        """Log a request; return the honest answer, and the fault that is laid over it."""
        with self._lock:
            self.requests.append(request)
            rule = next((rule for rule in self._rules if rule.applies(request)), None)
            return self.answer(request), None if rule is None else rule.fault

    def answer(self, request: Request) -> Response:
        """Return the listing, article or attachment that a request is for."""
        path = request.path
        with self._lock:
            for board in BOARDS.values():
                if board.path == path:
                    return self._listing(board.name, request)
            for post in self.posts.values():
                if post.path == path:
                    return self._framed("Press Releases", article(post), request)
                for file in post.files:
                    if file.path == path:
                        return Response(file.data, headers={"Content-Type": "application/pdf"})
        return Response(framed("Not found", "<p>No such page.</p>").encode(), status=404)

    def _listing(self, name: str, request: Request) -> Response:
        board, ids = BOARDS[name], self.boards[name]
        start = (request.page - 1) * PER_PAGE
        posts = [self.posts[i] for i in ids[start : start + PER_PAGE]]
        content = board_list(board, posts, cut=self.cut) + pager(
            board.path, -(-len(ids) // PER_PAGE)
        )
        return self._framed(board.heading, content, request)

    def _framed(self, title: str, content: str, request: Request) -> Response:
        count = len(self.requests) if self.moving_frame else 0
        response = Response(framed(title, content, count=count).encode())
        if not self.validators:
            return response
        etag = f'"{blake2b(content.encode(), digest_size=8).hexdigest()}"'
        changed = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._changes)
        modified = format_datetime(changed, usegmt=True)
        asked, since = map(request.headers.get, ("if-none-match", "if-modified-since"))
        if asked == etag or (asked is None and since == modified):
            response = Response(b"", status=304, headers={})
        return response.but(ETag=etag, Last_Modified=modified)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()


@pytest.fixture(name="site")
def site_fixture() -> Iterator[Site]:
    """Give a test an empty site of its own."""
    with Site() as site:
        yield site
