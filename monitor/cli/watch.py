"""`monitor watch`: what is waited for, and what a query would have found."""

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence

from monitor.cli.archive import tell_hit
from monitor.cli.parts import config, flag, say
from monitor.jsontext import dumps
from monitor.model.configured import Config, Watch
from monitor.query.keywords import of
from monitor.query.nodes import Node
from monitor.query.printing import unparse
from monitor.query.snippet import snippet
from monitor.query.syntax import parse
from monitor.store import archive
from monitor.store.archive import Result
from monitor.store.database import open_database
from monitor.text.cleaning import clean

_LATEST = 10
_BAR = 40
_MONTHS = 12


def list_(args: Namespace) -> int:
    """List the watches, with how many releases each has found."""
    settings = config(args)
    with open_database(settings.store_path) as db, db.reading() as conn:
        counts = archive.matches_by_watch(conn)
    rows = [_row(watch, counts.get(watch.name, 0)) for watch in settings.watches]
    if flag(args, "json"):
        print(dumps(rows, indent=2))
        return 0
    if not rows:
        say("no watches yet; add a [[watch]] to the config")
    for row in rows:
        print(f"{clean(str(row['name']))}  ({row['matches']} found)")
        print(f"      {clean(str(row['query']))}")
        for name in ("sources", "to"):
            if row[name] is not None:
                print(f"      {name}: {clean(', '.join(row[name]))}")  # type: ignore[arg-type]
    return 0


def _row(watch: Watch, matches: int) -> dict[str, object]:
    return {
        "name": watch.name,
        "query": unparse(of(watch)),
        "sources": watch.sources,
        "to": watch.to,
        "on": watch.on,
        "matches": matches,
    }


def test(args: Namespace) -> int:
    """Show what a query, or a watch of that name, would have found in the archive."""
    settings = config(args)
    query, sources = _query(args.query, settings)
    with open_database(settings.store_path) as db, db.reading() as conn:
        total = archive.count(conn)
        results = [one for one in archive.search(conn, query) if _in(one, sources)]
    if flag(args, "json"):
        print(dumps(_summary(query, results, total), indent=2))
    else:
        _tell(query, results, total)
    return 0


def _query(text: str, settings: Config) -> tuple[Node, tuple[str, ...] | None]:
    for watch in settings.watches:
        if watch.name == text:
            return of(watch), watch.sources
    return parse(text), None


def _in(result: Result, sources: Sequence[str] | None) -> bool:
    return sources is None or not set(sources).isdisjoint(result.document.sources)


def _summary(query: Node, results: Sequence[Result], total: int) -> dict[str, object]:
    return {
        "query": unparse(query),
        "count": len(results),
        "total": total,
        "by_month": dict(sorted(_by_month(results).items())),
        "latest": [result.release.as_json() for result in results[:_LATEST]],
    }


def _by_month(results: Sequence[Result]) -> Counter[str]:
    return Counter(result.release.date.strftime("%Y-%m") for result in results)


def _tell(query: Node, results: Sequence[Result], total: int) -> None:
    share = f" ({len(results) / total:.0%})" if total else ""
    print(f"{clean(unparse(query))}: {len(results)} of {total} releases{share}")
    months = _by_month(results)
    most = max(months.values(), default=1)
    for month in sorted(months, reverse=True)[:_MONTHS]:
        bar = "▇" * max(1, round(_BAR * months[month] / most))
        print(f"  {month}  {bar} {months[month]}")
    if len(months) > _MONTHS:
        print(f"  and {len(months) - _MONTHS} months before")
    for result in results[:_LATEST]:
        tell_hit(result.release, snippet(result.document, result.hits))
    if len(results) > _LATEST:
        print(f"and {len(results) - _LATEST} more; see them with: monitor search")
