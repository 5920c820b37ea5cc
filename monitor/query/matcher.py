"""Matching of queries against documents: one query at a time, or a thousand watches at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

from monitor.models.notification import Document, Hit, Match, Snippet
from monitor.query.ast import FIELDS, And, Field, Node, Not, SourceTerm, Term
from monitor.query.lexer import to_query
from monitor.query.phrases import TokenIndex, TokenRange, find_adjacent, find_unordered, split_term
from monitor.query.snippet import extract_snippet
from monitor.text.tokenize import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Container, Iterable


def find_hits(node: Node, document: Document) -> tuple[Hit, ...] | None:
    """Return the hits of a query in `document`, in order, or None if the query is not true.

    A query with only excluded terms can be true without a hit.
    """
    compiler, matcher = _compile_query(node)
    indexed = IndexedDocument(document, compiler.token_index, compiler.fields)
    terms = matcher.match_terms(indexed)
    return None if terms is None else collect_hits(frozenset(terms), indexed)


def matches_document(node: Node, document: Document) -> bool:
    """Return whether `document` makes the query true; cheaper than `find_hits`."""
    compiler, matcher = _compile_query(node)
    indexed = IndexedDocument(document, compiler.token_index, compiler.fields)
    return matcher.match_terms(indexed) is not None


@lru_cache(maxsize=16)
def _compile_query(node: Node) -> tuple[MatcherCompiler, NodeMatcher]:
    """Return the compiler and the matcher of a query.

    They are cached because a search matches one query against the whole archive.
    """
    compiler = MatcherCompiler()
    return compiler, compiler.compile_node(node)


class _CompiledWatch(NamedTuple):
    name: str
    matcher: NodeMatcher
    sources: frozenset[str] | None


class WatchMatcher:
    """Many watches compiled together; only those with a word in the document are tried."""

    def __init__(self, watches: Iterable[tuple[str, Node, tuple[str, ...] | None]]) -> None:
        self._compiler = MatcherCompiler()
        self._watches = [
            _CompiledWatch(
                name,
                self._compiler.compile_node(node),
                None if sources is None else frozenset(sources),
            )
            for name, node, sources in watches
        ]
        self._watches_by_trigger: dict[int, list[int]] = defaultdict(list)
        self._always_tried: list[int] = []
        self._index_triggers()

    def _index_triggers(self) -> None:
        """Index each watch by the tokens that trigger it: its rarest required one, if any."""
        usage_counts = Counter(
            chain.from_iterable(watch.matcher.required_ids for watch in self._watches)
        )
        for number, watch in enumerate(self._watches):
            matcher = watch.matcher
            triggers = (
                {min(matcher.required_ids, key=usage_counts.__getitem__)}
                if matcher.required_ids
                else matcher.trigger_ids
            )
            if triggers is None:
                self._always_tried.append(number)
            for trigger in triggers or ():
                self._watches_by_trigger[trigger].append(number)

    def match_document(self, document: Document) -> list[Match]:
        """Return the watches that match `document`, in the order given to the constructor."""
        snippets: dict[tuple[Hit, ...], Snippet] = {}
        matches: list[Match] = []
        for name, hits in self.find_watch_hits(document):
            if hits not in snippets:
                snippets[hits] = extract_snippet(document, hits)
            matches.append(Match(watch=name, hits=hits, snippet=snippets[hits]))
        return matches

    def find_watch_hits(self, document: Document) -> list[tuple[str, tuple[Hit, ...]]]:
        """Return the name and the hits of each watch that matches `document`, in the same order."""
        indexed = IndexedDocument(document, self._compiler.token_index, self._compiler.fields)
        hits_by_terms: dict[frozenset[TermMatcher], tuple[Hit, ...]] = {}
        watch_hits: list[tuple[str, tuple[Hit, ...]]] = []
        for watch in self._find_candidates(indexed):
            if watch.sources is None or not watch.sources.isdisjoint(document.sources):
                terms = watch.matcher.match_terms(indexed)
                if terms is not None:
                    # Watches that matched the same terms have the same hits.
                    matched_terms = frozenset(terms)
                    if matched_terms not in hits_by_terms:
                        hits_by_terms[matched_terms] = collect_hits(matched_terms, indexed)
                    watch_hits.append((watch.name, hits_by_terms[matched_terms]))
        return watch_hits

    def _find_candidates(self, indexed: IndexedDocument) -> list[_CompiledWatch]:
        """Return the watches with a trigger in the document and all required tokens."""
        triggered = map(
            self._watches_by_trigger.__getitem__,
            self._watches_by_trigger.keys() & indexed.present_ids,
        )
        numbers = set(self._always_tried).union(*triggered)
        watches = (self._watches[number] for number in sorted(numbers))
        return [watch for watch in watches if watch.matcher.required_ids <= indexed.present_ids]


_DEFAULT_FIELDS: tuple[Field, ...] = ("title", "text")
_NO_IDS: frozenset[int] = frozenset()


class NodeMatcher(Protocol):
    """A compiled node.

    Without all tokens of `required_ids` it cannot match. If `trigger_ids` is a set, at least one of
    its tokens must be present; None means that the node can match without any token.
    """

    required_ids: frozenset[int]
    trigger_ids: frozenset[int] | None

    def match_terms(self, indexed: IndexedDocument) -> list[TermMatcher] | None:
        """Return the terms that make this node true in the document, or None if it is not true."""


class MatcherCompiler:
    """A compiler whose matchers share their terms: each distinct term is searched for once."""

    def __init__(self) -> None:
        self.token_index = TokenIndex()
        self.fields: set[Field] = set()  # that any term searches
        self._matcher_by_term: dict[Term, TermMatcher] = {}

    def compile_node(self, node: Node) -> NodeMatcher:
        """Return the matcher for a query node."""
        match node:
            case Term():
                return self._compile_term(node)
            case SourceTerm(name):
                return SourceMatcher(name)
            case Not(part):
                return NotMatcher(self.compile_node(part))
            case And(parts):
                return AndMatcher([self.compile_node(part) for part in parts])
            case _:
                return OrMatcher([self.compile_node(part) for part in node.parts])

    def _compile_term(self, term: Term) -> TermMatcher:
        matcher = self._matcher_by_term.get(term)
        if matcher is None:
            matcher_class = WordMatcher if len(split_term(term)) == 1 else TermMatcher
            matcher = self._matcher_by_term[term] = matcher_class(
                len(self._matcher_by_term), term, self.token_index
            )
            self.fields.update(matcher.fields)
        return matcher


class TermMatcher:
    """A matcher for a term of several tokens; `term_id` is unique among the compiler's terms."""

    def __init__(self, term_id: int, term: Term, token_index: TokenIndex) -> None:
        term_parts = split_term(term)
        self.term_id = term_id
        self.query_text = to_query(term)
        self.fields = _DEFAULT_FIELDS if term.field is None else (term.field,)
        self.token_ids = tuple(token_index.assign_id(piece.pattern) for piece in term_parts)
        self.required_ids = frozenset(self.token_ids)
        # The longest word is usually the rarest.
        rarest_index = max(
            range(len(term_parts)), key=lambda index: len(term_parts[index].pattern.texts[0])
        )
        self.trigger_ids: frozenset[int] | None = frozenset({self.token_ids[rarest_index]})
        self.match_result = [self]
        self._within = term.within
        self._joined_indexes = [index for index, piece in enumerate(term_parts) if piece.is_joined]

    def match_terms(self, indexed: IndexedDocument) -> list[TermMatcher] | None:
        """Return this term if it occurs in the document, else None."""
        field_ranges = indexed.term_ranges.get(self.term_id)
        if field_ranges is None:
            field_ranges = indexed.term_ranges[self.term_id] = [
                (field, ranges)
                for field in self.fields
                if (ranges := self.find_ranges(indexed, field))
            ]
        return self.match_result if field_ranges else None

    def find_hits(self, indexed: IndexedDocument) -> list[SortableHit]:
        """Return all hits of a term that occurs in the document."""
        term_hits = indexed.term_hits.get(self.term_id)
        if term_hits is None:
            term_hits = indexed.term_hits[self.term_id] = [
                hit
                for field in self.fields
                if (ranges := self.find_ranges(indexed, field))
                for hit in indexed.make_hits(field, ranges, self.query_text)
            ]
        return term_hits

    def find_ranges(self, indexed: IndexedDocument, field: Field) -> list[TokenRange]:
        """Return the first and last token of each occurrence in a field."""
        positions = indexed.positions[field]
        if not self.required_ids <= positions.keys():
            return []
        tokens, within = indexed.tokens[field], self._within
        if within is None:
            return find_adjacent(self.token_ids, self._joined_indexes, positions, tokens)
        return find_unordered(self.token_ids, self._joined_indexes, within, positions, tokens)


class WordMatcher(TermMatcher):
    """A matcher for a single token, as most terms are; computes positions only when needed."""

    def match_terms(self, indexed: IndexedDocument) -> list[TermMatcher] | None:
        """Return this term if it occurs in the document, else None."""
        token_id = self.token_ids[0]
        for field in self.fields:
            if token_id in indexed.positions[field]:
                return self.match_result
        return None

    def find_ranges(self, indexed: IndexedDocument, field: Field) -> list[TokenRange]:
        """Return each occurrence in a field; its first and last token are the same."""
        return [
            (position, position) for position in indexed.positions[field].get(self.token_ids[0], ())
        ]


class SourceMatcher:
    """A matcher for a source: true if the release is in its listing."""

    required_ids = _NO_IDS
    trigger_ids: frozenset[int] | None = None

    def __init__(self, name: str) -> None:
        self._name = name.casefold()

    def match_terms(self, indexed: IndexedDocument) -> list[TermMatcher] | None:
        """Return no terms if true (a source name is not in the text), else None."""
        return [] if self._name in indexed.sources else None


class NotMatcher:
    """A matcher for a negation; it has no hits, since the excluded terms are absent."""

    required_ids = _NO_IDS
    trigger_ids: frozenset[int] | None = None

    def __init__(self, part: NodeMatcher) -> None:
        self._part = part

    def match_terms(self, indexed: IndexedDocument) -> list[TermMatcher] | None:
        """Return no terms if the negated part is not true, else None."""
        return [] if self._part.match_terms(indexed) is None else None


class AndMatcher:
    """A matcher that requires all of its parts."""

    def __init__(self, parts: list[NodeMatcher]) -> None:
        self._parts = parts
        self.required_ids = _NO_IDS.union(*(part.required_ids for part in parts))
        part_triggers = [part.trigger_ids for part in parts if part.trigger_ids is not None]
        self.trigger_ids: frozenset[int] | None = min(part_triggers, key=len, default=None)

    def match_terms(self, indexed: IndexedDocument) -> list[TermMatcher] | None:
        """Return the matched terms of all parts, or None if one part is not true."""
        matched_terms: list[TermMatcher] = []
        for part in self._parts:
            part_terms = part.match_terms(indexed)
            if part_terms is None:
                return None
            matched_terms += part_terms
        return matched_terms


class OrMatcher:
    """A matcher that requires at least one of its parts."""

    def __init__(self, parts: list[NodeMatcher]) -> None:
        self._parts = parts
        self.required_ids = parts[0].required_ids.intersection(
            *(part.required_ids for part in parts[1:])
        )
        part_triggers = [part.trigger_ids for part in parts if part.trigger_ids is not None]
        is_complete = len(part_triggers) == len(parts)
        self.trigger_ids: frozenset[int] | None = (
            _NO_IDS.union(*part_triggers) if is_complete else None
        )

    def match_terms(self, indexed: IndexedDocument) -> list[TermMatcher] | None:
        """Return the matched terms of all parts that are true, or None if none is."""
        matched_terms = [
            terms for part in self._parts if (terms := part.match_terms(indexed)) is not None
        ]
        return list(chain.from_iterable(matched_terms)) if matched_terms else None


def collect_hits(terms: frozenset[TermMatcher], indexed: IndexedDocument) -> tuple[Hit, ...]:
    """Return all hits of these terms, in order."""
    sortable_hits = [spot for term in terms for spot in term.find_hits(indexed)]
    if len(terms) > 1:
        sortable_hits.sort()
    return tuple([spot[-1] for spot in sortable_hits])


TokenPositions = dict[int, list[int]]


# A hit after its sort key: the index of the field, the offsets, the term.
SortableHit = tuple[int, int, int, str, Hit]


class IndexedDocument:
    """The tokens of each field, and the positions at which token patterns match.

    Only `fields` that a query uses are tokenized.
    """

    def __init__(
        self, document: Document, token_index: TokenIndex, fields: Container[Field]
    ) -> None:
        texts = zip(FIELDS, (document.title, document.text, document.category), strict=True)
        self.tokens = {field: TokenizedText(text) for field, text in texts if field in fields}
        self.positions = {
            field: token_index.find_positions(tokens) for field, tokens in self.tokens.items()
        }
        self.sources = frozenset(name.casefold() for name in document.sources)
        self.present_ids = frozenset[int]().union(*self.positions.values())
        # Caches, by the id of the term.
        self.term_ranges: dict[int, list[tuple[Field, list[TokenRange]]]] = {}
        self.term_hits: dict[int, list[SortableHit]] = {}

    def make_hits(self, field: Field, ranges: list[TokenRange], term: str) -> list[SortableHit]:
        """Return the hits of a term in a field, given its token ranges."""
        field_order = FIELDS.index(field)
        return [
            (field_order, start, end, term, Hit(field, start, end, term))
            for start, end in self.tokens[field].find_spans(ranges)
        ]
