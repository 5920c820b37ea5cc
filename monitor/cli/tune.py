"""`monitor watch tune` and `watch diff`: what a wider or narrower watch would find."""

import sqlite3
from argparse import Namespace
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from monitor.cli.backtest import LATEST, confined, meant, opened, result_json, tell_result
from monitor.cli.output import say
from monitor.cli.parts import config, flag, remark
from monitor.cli.watch import named
from monitor.jsontext import dumps
from monitor.model.configured import Watch
from monitor.query.keywords import of
from monitor.query.leaving import Wanted, exchanged, leaves, looser, without
from monitor.query.nodes import And, Node, Not, Term
from monitor.query.printing import unparse
from monitor.query.reasoning import reasons
from monitor.store import archive
from monitor.store.archive import Result
from monitor.store.neighbours import neighbours
from monitor.store.sifting import Ids, Sifter, shown
from monitor.text.cleaning import clean
from monitor.text.counting import counted

_SHOWN = 3  # releases for each change
_MOST_TERMS = 30  # a watch of hundreds of keywords is tuned a part at a time
_BESIDE = 20  # of the newest found, whose neighbours in time are looked at
_MOST_NEAR = 120  # releases that are held against each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a watch would find besides if it were changed; `how` is a sentence's end."""

    how: str
    query: str | None
    count: int
    latest: tuple[Result, ...]

    def as_json(self) -> dict[str, object]:
        """Return it for scripts."""
        latest = [result_json(one) for one in self.latest]
        return {"how": self.how, "query": self.query, "count": self.count, "latest": latest}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one term brings in: it is in `found_in` of what the watch finds, `alone` only for it."""

    term: str
    found_in: int
    alone: int

    def as_json(self) -> dict[str, object]:
        """Return it for scripts."""
        return {"term": self.term, "found_in": self.found_in, "alone": self.alone}


class Tuner:
    """One watch, held against the archive in several ways."""

    def __init__(self, conn: sqlite3.Connection, watch: Watch) -> None:
        self._conn, self._watch = conn, watch
        self.query = of(watch)
        self._sifter = Sifter(conn)
        self.found = self.find(self.query)
        every = leaves(self.query)
        self.terms, self.left_out = every[:_MOST_TERMS], len(every[_MOST_TERMS:])

    def find(self, query: Node) -> Ids:
        """Return what the watch would find with another query."""
        return confined(self._sifter, self._sifter.matching(query), self._watch.sources)

    def latest(self, query: Node, ids: Ids, limit: int) -> tuple[Result, ...]:
        """Return the newest of some releases, with where a query hits them."""
        return tuple(shown(self._conn, query, self._sifter.newest(ids, limit)))

    def shares(self) -> Iterator[Share]:
        """Yield what each term that is looked for brings in."""
        for leaf, is_excluded in self.terms:
            if not is_excluded:
                rest = without(self.query, leaf)
                lost = self.found if rest is None else self.found - self.find(rest)
                there = self.found & self._sifter.matching(leaf)
                yield Share(term=unparse(leaf), found_in=len(there), alone=len(lost))

    def gains(self) -> Iterator[Gain]:
        """Yield what would be found besides, by each change that brings something; most first."""
        gains = [gain for wanted in self.terms for gain in self._gains(wanted) if gain.count]
        yield from sorted(gains, key=lambda gain: -gain.count)

    def _gains(self, wanted: Wanted) -> Iterator[Gain]:
        leaf, is_excluded = wanted
        rest = without(self.query, leaf)
        if rest is not None:
            # What is left out is no hit of the query; here it is what there is to see.
            name = unparse(Not(leaf)) if is_excluded else unparse(leaf)
            yield self._gain(f"without {name}", rest, And((rest, leaf)) if is_excluded else rest)
        loose = looser(leaf) if isinstance(leaf, Term) and not is_excluded else None
        changed = None if loose is None else exchanged(self.query, leaf, loose)
        if loose is not None and changed is not None:
            how = f"with {unparse(loose)} instead of {unparse(leaf)}"
            yield self._gain(how, changed, changed)

    def _gain(self, how: str, query: Node, marked: Node) -> Gain:
        more = self.find(query) - self.found
        latest = self.latest(marked, more, _SHOWN)
        return Gain(how=how, query=unparse(query), count=len(more), latest=latest)

    def beside(self) -> Iterator[Gain]:
        """Yield what reports one event with what was found, by what kept it out."""
        near = neighbours(self._conn, self._sifter, self.found, beside=_BESIDE, most=_MOST_NEAR)
        groups: dict[str, list[Result]] = {}
        for one in shown(self._conn, self.query, near):
            groups.setdefault(self._kept_out(one), []).append(one)
        for how, some in sorted(groups.items(), key=lambda group: -len(group[1])):
            yield Gain(how=how, query=None, count=len(some), latest=tuple(some[:_SHOWN]))

    def _kept_out(self, one: Result) -> str:
        blamed = [term for term in reasons(self.query, one.document) if term.is_to_blame]
        left_out = [term.term for term in blamed if term.is_excluded]
        if left_out:
            return f"left out for {', '.join(left_out)}"
        return f"without {', '.join(term.term for term in blamed)}" if blamed else "elsewhere"


def tune(args: Namespace) -> int:
    """Show what stands just outside a watch, and what each of its terms brings in."""
    settings = config(args)
    watch = named(settings, args.name)
    with opened(settings, quiet=flag(args, "quiet")) as conn:
        tuner = Tuner(conn, watch)
        total = archive.count(conn)
        shares, gains, beside = list(tuner.shares()), list(tuner.gains()), list(tuner.beside())
    if flag(args, "json"):
        row = {
            "watch": watch.name,
            "query": unparse(tuner.query),
            "count": len(tuner.found),
            "total": total,
            "terms": [one.as_json() for one in shares],
            "wider": [one.as_json() for one in gains],
            "beside": [one.as_json() for one in beside],
            "terms_left_out": tuner.left_out,
        }
        print(dumps(row, indent=2))
        return 0
    _tell_head(watch, tuner.query, len(tuner.found), total)
    _tell_shares(shares, len(tuner.found))
    _tell_gains("It would find more", gains)
    where = f"at most {_MOST_NEAR} releases around the newest {_BESIDE} were compared"
    about = f"Of one event with what it found, but not found ({where})"
    _tell_gains(about, beside)
    if not gains and not beside:
        print("\nNothing stands just outside.")
    if tuner.left_out:
        say(f"monitor: {tuner.left_out} more terms were not looked at")
    return 0


def _tell_head(watch: Watch, query: Node, count: int, total: int) -> None:
    print(f"{clean(watch.name)}: {clean(unparse(query))}: {count} of {total} releases")


def _tell_shares(shares: Sequence[Share], count: int) -> None:
    if count and len(shares) > 1:
        print("\nWhat each word brings in")
        for one in shares:
            alone = f", {one.alone} of them only for it" if one.alone else ""
            print(f"  {clean(one.term)}: in {one.found_in}{alone}")


def _tell_gains(heading: str, gains: Collection[Gain]) -> None:
    if gains:
        print(f"\n{heading}")
    for one in gains:
        print(f"  {one.count} {clean(one.how)}")
        _tell_some(one.latest, one.count)


def _tell_some(some: Sequence[Result], count: int, query: Node | None = None) -> None:
    for one in some:
        tell_result(one, query)
    if count > len(some):
        print(f"      and {count - len(some)} more")


# ------------------------------------------------------------------ diff


def diff(args: Namespace) -> int:
    """Show what a watch would gain and lose with another query."""
    settings = config(args)
    watch = named(settings, args.name)
    other, new = meant(settings, args.query)
    if other is None:
        remark(args, args.query)
    with opened(settings, quiet=flag(args, "quiet")) as conn:
        tuner = Tuner(conn, watch)
        after = tuner.find(new)
        gained, lost = after - tuner.found, tuner.found - after
        sides = {
            "gained": (len(gained), tuner.latest(new, gained, LATEST)),
            "lost": (len(lost), tuner.latest(tuner.query, lost, LATEST)),
        }
    if flag(args, "json"):
        changes = {
            name: {"count": count, "latest": [result_json(one) for one in latest]}
            for name, (count, latest) in sides.items()
        }
        row = {
            "watch": watch.name,
            "query": unparse(tuner.query),
            "new_query": unparse(new),
            "before": len(tuner.found),
            "after": len(after),
        }
        print(dumps(row | changes, indent=2))
        return 0
    name = clean(watch.name)
    print(f"{name} now:  {clean(unparse(tuner.query))}: {counted(len(tuner.found), 'release')}")
    then = f"{name} then" if other is None else clean(other.name)
    print(f"{then}: {clean(unparse(new))}: {counted(len(after), 'release')}")
    for side, (count, latest) in sides.items():
        print(f"\n{side} {count}" if count else f"\n{side} nothing")
        _tell_some(latest, count, new if side == "gained" else tuner.query)
    return 0
