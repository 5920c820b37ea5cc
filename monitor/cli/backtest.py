"""The back-test: what a query would have found in the archive, and what is odd about it."""

import shlex
import sqlite3
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from monitor.cli.archive import bring_up_to_date, tell_hit
from monitor.cli.odd import too_much, unmet
from monitor.cli.output import say
from monitor.cli.parts import config, flag
from monitor.config import values
from monitor.config.wrong import Wrong
from monitor.errors import UsageError
from monitor.jsontext import dumps
from monitor.model.configured import Config, Watch
from monitor.model.told import Hit
from monitor.query.keywords import narrowed, of
from monitor.query.nodes import Node
from monitor.query.printing import unparse
from monitor.query.reasoning import reasons
from monitor.query.remarks import remarks
from monitor.query.snippet import snippet
from monitor.query.syntax import parse
from monitor.store import archive
from monitor.store.archive import Result
from monitor.store.reading import open_to_read
from monitor.store.sifting import Ids, Sifter, shown
from monitor.text.cleaning import clean

LATEST = 10
_BAR = 40
_MONTHS = 12
_YEAR = 12
_FEW = 10  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """What `query` finds: `count` of the `total` releases of the archive.

    `sources` are the listings that it is confined to, None for all; `by_month` has how many
    releases each month (YYYY-MM) has, the newest first; so are the `latest`.
    """

    query: Node
    sources: tuple[str, ...] | None
    count: int
    total: int
    by_month: Mapping[str, int]
    latest: tuple[Result, ...]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return all of it, with the latest releases whole and the reason for each."""
        return {
            "query": unparse(self.query),
            "sources": self.sources,
            "count": self.count,
            "total": self.total,
            "by_month": dict(sorted(self.by_month.items())),
            "latest": list(map(result_json, self.latest)),
            "warnings": list(self.warnings),
        }


def test(args: Namespace) -> int:
    """Show what a query, or a watch of that name, would have found in the archive."""
    settings = config(args)
    watch, query = meant(settings, args.query)
    sources = known(args.sources, [one.name for one in settings.sources], "source")
    quiet = flag(args, "quiet")
    among = sources or (watch.sources if watch else None)
    found = back_test(settings, query, among, quiet=quiet)
    if watch is None:
        found = replace(found, warnings=(*remarks(args.query), *found.warnings))
    if flag(args, "json"):
        print(dumps(found.as_json(), indent=2))
        return 0
    if watch is not None and not quiet:
        say(_is_a_watch(watch))
    tell(found, quiet=quiet)
    if watch is not None and not quiet:
        _tell_settings(watch)
    return 0


def meant(settings: Config, said: str) -> tuple[Watch | None, Node]:
    """Return the watch of this name and its query, or else what was said as a query."""
    watch = next((one for one in settings.watches if one.name == said), None)
    return watch, parse(said) if watch is None else of(watch)


def known(given: Iterable[str] | None, names: Sequence[str], what: str) -> tuple[str, ...]:
    """Return the names of sources or channels (`what`) that were given; UsageError for others."""
    try:
        return tuple(dict.fromkeys(map(values.known(names, what), given or ())))
    except Wrong as wrong:
        raise UsageError(wrong.message) from None


def back_test(
    settings: Config, query: Node, sources: Sequence[str] | None, *, quiet: bool = False
) -> BackTest:
    """Hold a query against the archive, or against what came from some sources."""
    with opened(settings, quiet=quiet) as conn:
        sifter = Sifter(conn)
        total = archive.count(conn)
        ids = confined(sifter, sifter.matching(query), sources)
        names = [source.name for source in settings.sources]
        odd = (*unmet(conn, sifter, query, names), *too_much(len(ids), total)) if total else ()
        return BackTest(
            query=query,
            sources=None if sources is None else tuple(sources),
            count=len(ids),
            total=total,
            by_month=sifter.by_month(ids),
            latest=tuple(shown(conn, query, sifter.newest(ids, LATEST))),
            warnings=odd,
        )


@contextmanager
def opened(settings: Config, *, quiet: bool = False) -> Iterator[sqlite3.Connection]:
    """Give the archive to be sifted, with its index brought up to date."""
    with open_to_read(settings.store_path) as db:
        bring_up_to_date(db, quiet=quiet)
        with db.reading() as conn:
            yield conn


def confined(sifter: Sifter, ids: Ids, sources: Iterable[str] | None) -> Ids:
    """Return those releases that some sources show, or all of them."""
    return ids if sources is None else ids & sifter.of_sources(sources)


# ------------------------------------------------------------------ how it is told


def tell(found: BackTest, *, quiet: bool = False) -> None:
    """Print it for a person; what is odd goes beside."""
    count, total = found.count, found.total
    share = f" ({_share(count, total)})" if total else ""
    among = f" in {clean(', '.join(found.sources))}" if found.sources else ""
    print(f"{clean(unparse(found.query))}{among}: {count} of {total} releases{share}")
    _tell_months(found.by_month)
    for result in found.latest:
        tell_result(result, found.query)
    if count > LATEST:
        print(f"and {count - LATEST} more; see them with: {_search(found)}")
    if not quiet:
        for warning in found.warnings:
            say(f"monitor: {warning}")
        if not total:
            say("no releases yet; read some in with: monitor --once")


def _search(found: BackTest) -> str:
    """Return the command that lists all of it, as a shell takes it."""
    query = unparse(narrowed(found.query, found.sources))
    return clean(shlex.join(["monitor", "search", query]))


def _share(count: int, total: int) -> str:
    """Return a percentage, a small one to the tenth."""
    percent = 100 * count / total
    digits = 1 if count and percent < _FEW else 0
    return f"{percent:.{digits}f}%"


def _tell_months(by_month: Mapping[str, int]) -> None:
    months = list(_all_months(by_month))
    most = max(by_month.values(), default=1)
    for month in months[:_MONTHS]:
        count = by_month.get(month, 0)
        bar = "▇" * max(1, round(_BAR * count / most)) if count else ""
        print(f"  {month}  {bar} {count}" if bar else f"  {month}  0")
    before = sum(by_month.get(month, 0) for month in months[_MONTHS:])
    if before:
        oldest = min(by_month)
        print(f"  and {before} in the months before, from {oldest} on")


def _all_months(by_month: Mapping[str, int]) -> Iterator[str]:
    """Yield the months from the newest to the oldest, the empty ones between them too."""
    if by_month:
        first, last = (_months_since_zero(month) for month in (min(by_month), max(by_month)))
        for number in range(last, first - 1, -1):
            yield f"{number // _YEAR:04}-{number % _YEAR + 1:02}"


def _months_since_zero(month: str) -> int:
    year, number = month.split("-")
    return int(year) * _YEAR + int(number) - 1


def tell_result(result: Result, query: Node | None = None) -> None:
    """Print a release with the place where a query hits it, and which words that are.

    Where none does, it is found for what it has not, or for its listing, if by `query` at all.
    """
    tell_hit(result.release, snippet(result.document, result.hits))
    reason = where(result.hits) or (_without(result, query) if query else "")
    if reason:
        print(f"      {reason}")


def _without(result: Result, query: Node) -> str:
    terms = reasons(query, result.document)
    listed = [one.term for one in terms if one.is_found and not one.is_excluded]
    lacking = [f"no {one.term}" for one in terms if one.is_excluded and not one.is_found]
    return "; ".join(map(clean, (*listed, *lacking)))


def where(hits: Iterable[Hit]) -> str:
    """Say which terms were found, and where: `steel: title, text 3 times; TRQ: text`."""
    return "; ".join(f"{clean(term)}: {places(one)}" for term, one in by_field(hits).items())


def places(fields: Mapping[str, int]) -> str:
    """Say how often something was found in each field: `title, text 3 times`."""
    return ", ".join(f"{field} {n} times" if n > 1 else field for field, n in fields.items())


def by_field(hits: Iterable[Hit]) -> dict[str, dict[str, int]]:
    """Return how often each term was found in each field."""
    found: dict[str, dict[str, int]] = {}
    for hit in hits:
        fields = found.setdefault(hit.term, {})
        fields[hit.field] = fields.get(hit.field, 0) + 1
    return found


def result_json(result: Result) -> dict[str, object]:
    """Return a release in its usual shape, with the reason why it was found."""
    return {
        **result.release.as_json(),
        "snippet": snippet(result.document, result.hits).text,
        "terms": [{"term": term, "in": fields} for term, fields in by_field(result.hits).items()],
    }


def _is_a_watch(watch: Watch) -> str:
    """Return that a watch is tested by its name, and how its name would be as a query."""
    name = watch.name.replace('"', "")
    query = clean(shlex.quote(f'"{name}"'))
    return f"this is the watch “{clean(watch.name)}”; to try its name as a query, write {query}"


def _tell_settings(watch: Watch) -> None:
    if watch.paused:
        say("monitor: this watch is paused: it finds nothing until it is resumed")
    elif watch.on != ("new", "revised", "withdrawn"):
        say(f"monitor: of these, it tells only what is {' or '.join(watch.on)}")
