"""The back-test: the stored releases that a query matches, and warnings about the query."""

import shlex
import sqlite3
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from monitor.cli.common import is_set, load_config, print_message
from monitor.cli.releases import print_hit, update_search_index
from monitor.cli.suggestions import describe_unmatched_terms, warn_if_too_broad
from monitor.config import converters
from monitor.config.errors import InvalidValue
from monitor.domain.explanation import explain_terms
from monitor.errors import UsageError
from monitor.models.config import Config, Watch
from monitor.models.notification import Hit
from monitor.query import build_watch_query, restrict_to_sources
from monitor.query.ast import Node
from monitor.query.lexer import to_query
from monitor.query.lint import lint_query
from monitor.query.parser import parse
from monitor.query.snippet import extract_snippet
from monitor.store import releases
from monitor.store.query_sets import QueryEvaluator, ReleaseIds, load_results
from monitor.store.readonly import open_read_only
from monitor.store.releases import SearchResult
from monitor.text.sanitize import safe_dumps, sanitize_line

LATEST_LIMIT = 10
_BAR_WIDTH = 40
_MONTHS_SHOWN = 12
_MONTHS_PER_YEAR = 12
_SMALL_PERCENTAGE = 10  # percent; below it, one decimal is printed


@dataclass(frozen=True, slots=True, kw_only=True)
class BackTest:
    """The result of a back-test: `query` matches `count` of the `total` releases in the archive.

    `sources` are the listings that were searched, None for all. `by_month` maps each month
    (YYYY-MM) to its number of matches, newest month first. `latest` holds the newest matches,
    newest first.
    """

    query: Node
    sources: tuple[str, ...] | None
    count: int
    total: int
    by_month: Mapping[str, int]
    latest: tuple[SearchResult, ...]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the JSON object, with the latest releases in full and the reason for each."""
        return {
            "query": to_query(self.query),
            "sources": self.sources,
            "count": self.count,
            "total": self.total,
            "by_month": dict(sorted(self.by_month.items())),
            "latest": list(map(serialize_result, self.latest)),
            "warnings": list(self.warnings),
        }


def test_query(args: Namespace) -> int:
    """Show the stored releases that a query, or the watch of that name, matches."""
    settings = load_config(args)
    watch, query = resolve_query(settings, args.query)
    sources = validate_names(args.sources, [source.name for source in settings.sources], "source")
    is_quiet = is_set(args, "quiet")
    searched_sources = sources or (watch.sources if watch else None)
    report = run_back_test(settings, query, searched_sources, quiet=is_quiet)
    if watch is None:
        report = replace(report, warnings=(*lint_query(args.query), *report.warnings))
    if is_set(args, "json"):
        print(safe_dumps(report.as_json(), indent=2))
        return 0
    if watch is not None and not is_quiet:
        print_message(_format_watch_note(watch))
    print_back_test(report, quiet=is_quiet)
    if watch is not None and not is_quiet:
        _print_watch_state(watch)
    return 0


def resolve_query(settings: Config, name_or_query: str) -> tuple[Watch | None, Node]:
    """Return the watch of this name and its query; if there is none, parse the text as a query."""
    watch = next(
        (candidate for candidate in settings.watches if candidate.name == name_or_query), None
    )
    return watch, parse(name_or_query) if watch is None else build_watch_query(watch)


def validate_names(
    requested_names: Iterable[str] | None, names: Sequence[str], kind: str
) -> tuple[str, ...]:
    """Return the given names, each once; raise UsageError for an unknown one.

    `names` are those of the config; `kind` is "source" or "channel", for the message.
    """
    try:
        return tuple(
            dict.fromkeys(map(converters.expect_known_name(names, kind), requested_names or ()))
        )
    except InvalidValue as error:
        raise UsageError(error.message) from None


def run_back_test(
    settings: Config, query: Node, sources: Sequence[str] | None, *, quiet: bool = False
) -> BackTest:
    """Test a query against the archive, or against the releases of some sources."""
    with open_archive(settings, quiet=quiet) as conn:
        evaluator = QueryEvaluator(conn)
        total = releases.count_releases(conn)
        ids = keep_listed_by(evaluator, evaluator.find_matches(query), sources)
        names = [source.name for source in settings.sources]
        query_warnings = (
            (
                *describe_unmatched_terms(conn, evaluator, query, names),
                *warn_if_too_broad(len(ids), total),
            )
            if total
            else ()
        )
        return BackTest(
            query=query,
            sources=None if sources is None else tuple(sources),
            count=len(ids),
            total=total,
            by_month=evaluator.count_by_month(ids),
            latest=tuple(load_results(conn, query, evaluator.select_newest(ids, LATEST_LIMIT))),
            warnings=query_warnings,
        )


@contextmanager
def open_archive(settings: Config, *, quiet: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the archive for searching, with its search index up to date."""
    with open_read_only(settings.store_path) as db:
        update_search_index(db, quiet=quiet)
        with db.begin_read() as conn:
            yield conn


def keep_listed_by(
    evaluator: QueryEvaluator, ids: ReleaseIds, sources: Iterable[str] | None
) -> ReleaseIds:
    """Return those of the releases that some sources listed; all of them if `sources` is None."""
    return ids if sources is None else ids & evaluator.find_in_sources(sources)


# ------------------------------------------------------------------ output


def print_back_test(report: BackTest, *, quiet: bool = False) -> None:
    """Print the result for a person; warnings go to stderr."""
    count, total = report.count, report.total
    share = f" ({_format_percentage(count, total)})" if total else ""
    scope = f" in {sanitize_line(', '.join(report.sources))}" if report.sources else ""
    print(f"{sanitize_line(to_query(report.query))}{scope}: {count} of {total} releases{share}")
    _print_months(report.by_month)
    for result in report.latest:
        print_result(result, report.query)
    if count > LATEST_LIMIT:
        print(f"and {count - LATEST_LIMIT} more; see them with: {_format_search_command(report)}")
    if not quiet:
        for warning in report.warnings:
            print_message(f"monitor: {warning}")
        if not total:
            print_message("no releases yet; read some in with: monitor --once")


def _format_search_command(report: BackTest) -> str:
    """Return a shell command that lists every match."""
    query = to_query(restrict_to_sources(report.query, report.sources))
    return sanitize_line(shlex.join(["monitor", "search", query]))


def _format_percentage(count: int, total: int) -> str:
    """Return a percentage, with one decimal if it is small."""
    percent = 100 * count / total
    digits = 1 if count and percent < _SMALL_PERCENTAGE else 0
    return f"{percent:.{digits}f}%"


def _print_months(by_month: Mapping[str, int]) -> None:
    months = list(_list_months(by_month))
    highest_count = max(by_month.values(), default=1)
    for month in months[:_MONTHS_SHOWN]:
        count = by_month.get(month, 0)
        bar = "▇" * max(1, round(_BAR_WIDTH * count / highest_count)) if count else ""
        print(f"  {month}  {bar} {count}" if bar else f"  {month}  0")
    earlier_count = sum(by_month.get(month, 0) for month in months[_MONTHS_SHOWN:])
    if earlier_count:
        oldest = min(by_month)
        print(f"  and {earlier_count} in the months before, from {oldest} on")


def _list_months(by_month: Mapping[str, int]) -> Iterator[str]:
    """Yield the months from the newest to the oldest, including those without a match."""
    if by_month:
        first, last = (_number_month(month) for month in (min(by_month), max(by_month)))
        for number in range(last, first - 1, -1):
            yield f"{number // _MONTHS_PER_YEAR:04}-{number % _MONTHS_PER_YEAR + 1:02}"


def _number_month(month: str) -> int:
    year, number = month.split("-")
    return int(year) * _MONTHS_PER_YEAR + int(number) - 1


def print_result(result: SearchResult, query: Node | None = None) -> None:
    """Print a release with an excerpt around the match, and the terms that matched.

    A release without a highlighted term matched because of its listing or because an excluded term
    is missing; given `query`, print that reason.
    """
    print_hit(result.release, extract_snippet(result.document, result.hits))
    reason = format_hits(result.hits) or (_explain_match(result, query) if query else "")
    if reason:
        print(f"      {reason}")


def _explain_match(result: SearchResult, query: Node) -> str:
    terms = explain_terms(query, result.document)
    present = [term.term for term in terms if term.is_found and not term.is_excluded]
    absent = [f"no {term.term}" for term in terms if term.is_excluded and not term.is_found]
    return "; ".join(map(sanitize_line, (*present, *absent)))


def format_hits(hits: Iterable[Hit]) -> str:
    """Return which terms matched and where: `steel: title, text 3 times; TRQ: text`."""
    return "; ".join(
        f"{sanitize_line(term)}: {format_field_counts(field_counts)}"
        for term, field_counts in count_hits(hits).items()
    )


def format_field_counts(fields: Mapping[str, int]) -> str:
    """Return how often a term occurs in each field: `title, text 3 times`."""
    return ", ".join(f"{field} {n} times" if n > 1 else field for field, n in fields.items())


def count_hits(hits: Iterable[Hit]) -> dict[str, dict[str, int]]:
    """Return the number of hits by term and field."""
    counts: dict[str, dict[str, int]] = {}
    for hit in hits:
        fields = counts.setdefault(hit.term, {})
        fields[hit.field] = fields.get(hit.field, 0) + 1
    return counts


def serialize_result(result: SearchResult) -> dict[str, object]:
    """Return a release in its usual JSON form, with the excerpt and the terms that matched."""
    return {
        **result.release.as_json(),
        "snippet": extract_snippet(result.document, result.hits).text,
        "terms": [{"term": term, "in": fields} for term, fields in count_hits(result.hits).items()],
    }


def _format_watch_note(watch: Watch) -> str:
    """Return a note that the name was read as a watch, and how to search for it as text instead."""
    name = watch.name.replace('"', "")
    query = sanitize_line(shlex.quote(f'"{name}"'))
    return (
        f"this is the watch “{sanitize_line(watch.name)}”; to try its name as a query, "
        f"write {query}"
    )


def _print_watch_state(watch: Watch) -> None:
    if watch.paused:
        print_message("monitor: this watch is paused: it finds nothing until it is resumed")
    elif watch.on != ("new", "revised", "withdrawn"):
        print_message(f"monitor: of these, it tells only what is {' or '.join(watch.on)}")
