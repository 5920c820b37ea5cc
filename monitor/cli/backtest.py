"""The back-test: what a query would have found in the archive, and what is odd about it."""

import re
import sqlite3
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.cli.archive import tell_hit
from monitor.cli.parts import config, flag, say
from monitor.jsontext import dumps
from monitor.model.configured import Config
from monitor.query.keywords import of
from monitor.query.nodes import And, Node, Not, Or, Source, Term
from monitor.query.printing import unparse
from monitor.query.snippet import snippet
from monitor.query.syntax import parse
from monitor.store import archive, words
from monitor.store.archive import Result
from monitor.store.database import open_database
from monitor.text.cleaning import clean
from monitor.text.tokens import Tokens

LATEST = 10
_BAR = 40
_MONTHS = 12
_MOST_ODD = 10
_LENGTHS = 2
_NEAR = 0.75
_TITLES = 20_000  # older ones hardly hold another word, and would take a second
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What `query` finds among the `total` releases of the archive, newest first."""

    query: Node
    results: Sequence[Result]
    total: int
    warnings: tuple[str, ...]

    def by_month(self) -> Counter[str]:
        """Return how many releases of each month it finds."""
        return Counter(result.release.date.strftime("%Y-%m") for result in self.results)

    def as_json(self) -> dict[str, object]:
        """Return all of it, with the latest releases whole."""
        return {
            "query": unparse(self.query),
            "count": len(self.results),
            "total": self.total,
            "by_month": dict(sorted(self.by_month().items())),
            "latest": [result.release.as_json() for result in self.results[:LATEST]],
            "warnings": list(self.warnings),
        }


def test(args: Namespace) -> int:
    """Show what a query, or a watch of that name, would have found in the archive."""
    settings = config(args)
    query, sources = _query(args.query, settings)
    found = back_test(settings, query, sources)
    if flag(args, "json"):
        print(dumps(found.as_json(), indent=2))
    else:
        tell(found, quiet=flag(args, "quiet"))
    return 0


def _query(text: str, settings: Config) -> tuple[Node, tuple[str, ...] | None]:
    for watch in settings.watches:
        if watch.name == text:
            return of(watch), watch.sources
    return parse(text), None


def back_test(settings: Config, query: Node, sources: Sequence[str] | None) -> BackTest:
    """Hold a query against the archive, or against what came from some sources."""
    with open_database(settings.store_path) as db:
        words.bring_up_to_date(db)
        with db.reading() as conn:
            total = archive.count(conn)
            results = [one for one in archive.search(conn, query) if _in(one, sources)]
            warnings = tuple(_warnings(conn, query, len(results), total)) if total else ()
    return BackTest(query=query, results=results, total=total, warnings=warnings)


def _in(result: Result, sources: Sequence[str] | None) -> bool:
    return sources is None or not set(sources).isdisjoint(result.document.sources)


# ------------------------------------------------------------------ what is odd


def _warnings(conn: sqlite3.Connection, query: Node, count: int, total: int) -> Iterator[str]:
    unmet = [one for one in dict.fromkeys(_wanted(query)) if not _is_met(conn, one)]
    words = _words(conn) if unmet else {}
    for one in unmet[:_MOST_ODD]:
        yield f"“{clean(unparse(one))}” matched nothing{_meant(conn, one, words)}"
    if len(unmet) > _MOST_ODD:
        yield f"{len(unmet) - _MOST_ODD} more matched nothing"
    if count > total / 2:
        yield f"this matches {count / total:.0%} of everything; narrow it down with more words"


def _wanted(node: Node) -> Iterator[Term | Source]:
    """Yield the words, phrases and listings that a query looks for; not what it leaves out."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part)
        case Not():
            return
        case _:
            yield node


def _is_met(conn: sqlite3.Connection, node: Node) -> bool:
    return next(archive.search(conn, node), None) is not None


def _words(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the words of titles, as they are written, by how they are compared."""
    titles = "\n".join(archive.titles(conn, _TITLES))
    return {word.casefold(): word for word in set(_WORD.findall(titles))}


def _meant(conn: sqlite3.Connection, odd: Term | Source, words: dict[str, str]) -> str:
    """Return `; did you mean “steel”?` where a word of the titles is near an unknown one."""
    if isinstance(odd, Source):
        return ""
    for surface in Tokens(odd.text).surfaces:
        word = surface.casefold()
        if word not in words and not _is_met(conn, Term(surface, prefix=odd.prefix)):
            near = _nearest(word, words, is_beginning=odd.prefix)
            return f"; did you mean “{clean(near)}”?" if near else ""
    return ""


def _nearest(word: str, words: dict[str, str], *, is_beginning: bool) -> str | None:
    from difflib import get_close_matches

    end = len(word) if is_beginning else None
    alike = {
        one[:end]: shown
        for one, shown in words.items()
        if is_beginning or abs(len(one) - len(word)) <= _LENGTHS
    }
    found = get_close_matches(word, alike, n=1, cutoff=_NEAR)
    return alike[found[0]] if found else None


# ------------------------------------------------------------------ how it is told


def tell(found: BackTest, *, quiet: bool = False) -> None:
    """Print it for a person; what is odd goes beside."""
    count, total = len(found.results), found.total
    share = f" ({count / total:.0%})" if total else ""
    print(f"{clean(unparse(found.query))}: {count} of {total} releases{share}")
    _tell_months(found.by_month())
    for result in found.results[:LATEST]:
        tell_hit(result.release, snippet(result.document, result.hits))
    if count > LATEST:
        print(f"and {count - LATEST} more; see them with: monitor search")
    if not quiet:
        for warning in found.warnings:
            say(f"monitor: {warning}")
        if not total:
            say("no releases yet; read some in with: monitor --once")


def _tell_months(months: Counter[str]) -> None:
    most = max(months.values(), default=1)
    for month in sorted(months, reverse=True)[:_MONTHS]:
        bar = "▇" * max(1, round(_BAR * months[month] / most))
        print(f"  {month}  {bar} {months[month]}")
    if len(months) > _MONTHS:
        print(f"  and {len(months) - _MONTHS} months before")
