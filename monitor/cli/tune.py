"""`monitor watch tune` and `watch diff`: the effect of a broader, narrower or different query."""

import sqlite3
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from monitor.cli.backtest import (
    LATEST_LIMIT,
    keep_listed_by,
    open_archive,
    print_result,
    resolve_query,
    serialize_result,
)
from monitor.cli.common import is_set, load_config, print_message, print_query_warnings
from monitor.cli.watch import find_watch
from monitor.domain.explanation import explain_terms
from monitor.models.config import Watch
from monitor.query import build_watch_query
from monitor.query.ast import And, Node, Not, Term
from monitor.query.lexer import to_query
from monitor.query.rewrite import QueryLeaf, list_leaves, relax_term, remove_leaf, replace_leaf
from monitor.store import releases
from monitor.store.query_sets import (
    QueryEvaluator,
    ReleaseIds,
    find_same_event_releases,
    load_results,
)
from monitor.store.releases import SearchResult
from monitor.text.sanitize import pluralize, safe_dumps, sanitize_line

_MAX_RESULTS_SHOWN = 3  # releases printed for each change
_MAX_TERMS = 30  # compared at once; a watch may have hundreds
_NEWEST_COMPARED = 20  # newest matches; releases close to them in time are compared
_MAX_NEIGHBOURS = 120  # releases that are compared with each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Releases that a watch misses: by one change of its query, or for one reason.

    `change` completes the sentence that begins with the count. `query` is the changed query, None
    for misses about the same event as a match.
    """

    change: str
    query: str | None
    count: int
    latest: tuple[SearchResult, ...]

    def as_json(self) -> dict[str, object]:
        """Return the JSON object."""
        latest = [serialize_result(result) for result in self.latest]
        return {"how": self.change, "query": self.query, "count": self.count, "latest": latest}


@dataclass(frozen=True, slots=True, kw_only=True)
class TermContribution:
    """The contribution of one term: it occurs in `match_count` of the watch's matches.

    `unique_count` of these would not match without the term.
    """

    term: str
    match_count: int
    unique_count: int

    def as_json(self) -> dict[str, object]:
        """Return the JSON object."""
        return {"term": self.term, "found_in": self.match_count, "alone": self.unique_count}


class WatchTuner:
    """Compares the query of a watch with changed versions of it, on the archive."""

    def __init__(self, conn: sqlite3.Connection, watch: Watch) -> None:
        self._conn, self._watch = conn, watch
        self.query = build_watch_query(watch)
        self._evaluator = QueryEvaluator(conn)
        self.matched_ids = self.find_matches(self.query)
        all_terms = list_leaves(self.query)
        self.terms, self.omitted_count = all_terms[:_MAX_TERMS], len(all_terms[_MAX_TERMS:])

    def find_matches(self, query: Node) -> ReleaseIds:
        """Return the releases that the watch would match with another query."""
        return keep_listed_by(
            self._evaluator, self._evaluator.find_matches(query), self._watch.sources
        )

    def find_latest(self, query: Node, ids: ReleaseIds, limit: int) -> tuple[SearchResult, ...]:
        """Return the newest of some releases, with the hits of a query."""
        return tuple(load_results(self._conn, query, self._evaluator.select_newest(ids, limit)))

    def list_contributions(self) -> Iterator[TermContribution]:
        """Yield the contribution of each term that is not excluded."""
        for leaf, is_excluded in self.terms:
            if not is_excluded:
                remaining_query = remove_leaf(self.query, leaf)
                lost = (
                    self.matched_ids
                    if remaining_query is None
                    else self.matched_ids - self.find_matches(remaining_query)
                )
                with_term = self.matched_ids & self._evaluator.find_matches(leaf)
                yield TermContribution(
                    term=to_query(leaf), match_count=len(with_term), unique_count=len(lost)
                )

    def list_expansions(self) -> Iterator[Expansion]:
        """Yield the changes of the query that add matches, those that add most first."""
        expansions = [
            expansion
            for query_term in self.terms
            for expansion in self._expand_term(query_term)
            if expansion.count
        ]
        yield from sorted(expansions, key=lambda expansion: -expansion.count)

    def _expand_term(self, query_term: QueryLeaf) -> Iterator[Expansion]:
        leaf, is_excluded = query_term
        remaining_query = remove_leaf(self.query, leaf)
        if remaining_query is not None:
            # An excluded term is no hit of the query; add it, so that the excerpt shows it.
            name = to_query(Not(leaf)) if is_excluded else to_query(leaf)
            yield self._build_expansion(
                f"without {name}",
                remaining_query,
                And((remaining_query, leaf)) if is_excluded else remaining_query,
            )
        relaxed = relax_term(leaf) if isinstance(leaf, Term) and not is_excluded else None
        relaxed_query = None if relaxed is None else replace_leaf(self.query, leaf, relaxed)
        if relaxed is not None and relaxed_query is not None:
            change = f"with {to_query(relaxed)} instead of {to_query(leaf)}"
            yield self._build_expansion(change, relaxed_query, relaxed_query)

    def _build_expansion(self, change: str, query: Node, highlight_query: Node) -> Expansion:
        added_ids = self.find_matches(query) - self.matched_ids
        latest = self.find_latest(highlight_query, added_ids, _MAX_RESULTS_SHOWN)
        return Expansion(change=change, query=to_query(query), count=len(added_ids), latest=latest)

    def list_same_event_misses(self) -> Iterator[Expansion]:
        """Yield the misses that report the same event as a match, grouped by reason."""
        neighbour_ids = find_same_event_releases(
            self._conn,
            self._evaluator,
            self.matched_ids,
            match_limit=_NEWEST_COMPARED,
            release_limit=_MAX_NEIGHBOURS,
        )
        groups: dict[str, list[SearchResult]] = {}
        for result in load_results(self._conn, self.query, neighbour_ids):
            groups.setdefault(self._explain_exclusion(result), []).append(result)
        for reason, results in sorted(groups.items(), key=lambda group: -len(group[1])):
            yield Expansion(
                change=reason,
                query=None,
                count=len(results),
                latest=tuple(results[:_MAX_RESULTS_SHOWN]),
            )

    def _explain_exclusion(self, result: SearchResult) -> str:
        failed = [
            term for term in explain_terms(self.query, result.document) if term.caused_failure
        ]
        excluded = [term.term for term in failed if term.is_excluded]
        if excluded:
            return f"left out for {', '.join(excluded)}"
        return f"without {', '.join(term.term for term in failed)}" if failed else "elsewhere"


def tune_watch(args: Namespace) -> int:
    """Show the releases just outside a watch, and the contribution of each of its terms."""
    settings = load_config(args)
    watch = find_watch(settings, args.name)
    with open_archive(settings, quiet=is_set(args, "quiet")) as conn:
        tuner = WatchTuner(conn, watch)
        total = releases.count_releases(conn)
        contributions, expansions, same_event_misses = (
            list(tuner.list_contributions()),
            list(tuner.list_expansions()),
            list(tuner.list_same_event_misses()),
        )
    if is_set(args, "json"):
        row = {
            "watch": watch.name,
            "query": to_query(tuner.query),
            "count": len(tuner.matched_ids),
            "total": total,
            "terms": [item.as_json() for item in contributions],
            "wider": [item.as_json() for item in expansions],
            "beside": [item.as_json() for item in same_event_misses],
            "terms_left_out": tuner.omitted_count,
        }
        print(safe_dumps(row, indent=2))
        return 0
    _print_heading(watch, tuner.query, len(tuner.matched_ids), total)
    _print_contributions(contributions, len(tuner.matched_ids))
    _print_expansions("It would find more", expansions)
    comparison_note = (
        f"at most {_MAX_NEIGHBOURS} releases around the newest {_NEWEST_COMPARED} were compared"
    )
    heading = f"On the same event as a match, but not matched ({comparison_note})"
    _print_expansions(heading, same_event_misses)
    if not expansions and not same_event_misses:
        print("\nNo near misses.")
    if tuner.omitted_count:
        print_message(f"monitor: {tuner.omitted_count} more terms were not looked at")
    return 0


def _print_heading(watch: Watch, query: Node, count: int, total: int) -> None:
    print(
        f"{sanitize_line(watch.name)}: {sanitize_line(to_query(query))}: {count} of {total} "
        f"releases"
    )


def _print_contributions(contributions: Sequence[TermContribution], count: int) -> None:
    if count and len(contributions) > 1:
        print("\nWhat each word brings in")
        for contribution in contributions:
            unique_note = (
                f", {contribution.unique_count} of them only for it"
                if contribution.unique_count
                else ""
            )
            print(
                f"  {sanitize_line(contribution.term)}: in {contribution.match_count}{unique_note}"
            )


def _print_expansions(heading: str, expansions: Collection[Expansion]) -> None:
    if expansions:
        print(f"\n{heading}")
    for expansion in expansions:
        print(f"  {expansion.count} {sanitize_line(expansion.change)}")
        _print_results(expansion.latest, expansion.count)


def _print_results(results: Sequence[SearchResult], count: int, query: Node | None = None) -> None:
    for result in results:
        print_result(result, query)
    if count > len(results):
        print(f"      and {count - len(results)} more")


# ------------------------------------------------------------------ diff


def compare_queries(args: Namespace) -> int:
    """Show the matches that a watch would gain and lose with another query."""
    settings = load_config(args)
    watch = find_watch(settings, args.name)
    other_watch, new_query = resolve_query(settings, args.query)
    if other_watch is None:
        print_query_warnings(args, args.query)
    with open_archive(settings, quiet=is_set(args, "quiet")) as conn:
        tuner = WatchTuner(conn, watch)
        new_matches = tuner.find_matches(new_query)
        gained, lost = new_matches - tuner.matched_ids, tuner.matched_ids - new_matches
        sides = {
            "gained": (len(gained), tuner.find_latest(new_query, gained, LATEST_LIMIT)),
            "lost": (len(lost), tuner.find_latest(tuner.query, lost, LATEST_LIMIT)),
        }
    if is_set(args, "json"):
        changes = {
            name: {"count": count, "latest": [serialize_result(result) for result in latest]}
            for name, (count, latest) in sides.items()
        }
        row = {
            "watch": watch.name,
            "query": to_query(tuner.query),
            "new_query": to_query(new_query),
            "before": len(tuner.matched_ids),
            "after": len(new_matches),
        }
        print(safe_dumps(row | changes, indent=2))
        return 0
    name = sanitize_line(watch.name)
    print(
        f"{name} now:  {sanitize_line(to_query(tuner.query))}: "
        f"{pluralize(len(tuner.matched_ids), 'release')}"
    )
    new_label = f"{name} then" if other_watch is None else sanitize_line(other_watch.name)
    print(
        f"{new_label}: {sanitize_line(to_query(new_query))}: "
        f"{pluralize(len(new_matches), 'release')}"
    )
    for side, (count, latest) in sides.items():
        print(f"\n{side} {count}" if count else f"\n{side} nothing")
        _print_results(latest, count, new_query if side == "gained" else tuner.query)
    return 0
