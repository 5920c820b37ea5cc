"""What matches and what does not, why, and where: one matcher for one query and for thousands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.models.notification import Document, Hit
from monitor.query import build_keyword_query
from monitor.query.ast import Node, Term
from monitor.query.lexer import to_query
from monitor.query.matcher import WatchMatcher, find_hits
from monitor.query.parser import parse
from monitor.query.snippet import extract_snippet
from monitor.text.tokenize import TokenizedText
from tests.query.reference_model import Written, documents, found, nodes

MATCHES = {
    "the contract": [
        ("battery", "the batteries"),
        ("batteries", "the battery"),
        ("FTA", "two FTAs"),
        ("FTAs", "an FTA"),
        ("Canada", "Canada’s offer"),
        ("Canada’s", "in Canada"),
        ("Korea-US", "the Korea–U.S. talks"),
        ("Korea–U.S.", "the Korea-US talks"),
        ("AI", "an AI bill"),
        ("US", "the U.S. side"),
        ("us", "the U.S. side"),
        ("us", "tell us"),
        ('"steel quota"~5', "the quota that remains on steel"),
        ("644.5", "worth 644.5 billion"),
        ("반도체", "한국반도체산업"),
        ("半導体", "日本半導体製"),
        ("semicond*", "Semiconductors"),
        ("café", "CAFE"),
        ("Ｋｏｒｅａ", "Korea"),
        ("“steel quota”", "Steel, quota"),
    ],
    "capitals": [
        ("US", "US-led"),
        ("US", "the U.S.’s"),
        ("AI", "AI's AIs"),
        ("EVs", "an EV"),
        ("AI*", "AIs"),
        ("AI*", "AIDS"),
        ("Korea", "KOREA"),
        ("KOREA", "Korea"),
        ("G7", "g7"),
        ("car", "CARS"),
        ("E.U.", "EU"),
    ],
    "compounds and signs": [
        ("R&D", "R & D"),
        ("AT&T", "AT&T"),
        ("anti-dumping", "anti dumping"),
        ("anti-dumping", "anti–dumping"),
        ("Korea/US", "Korea-U.S."),
        ("1,234", "1234"),
        ("2025-12-01", "2025.12.01"),
        ("it's", "it"),
        ("don't", "don’t"),
        ("O'Brien", "OBrien"),
        ("5G반도체", "5G 반도체"),
    ],
    "operators": [
        ("steel quota", "quota of steel"),
        ("steel OR quota", "quota"),
        ("steel -quota", "steel"),
        ("NOT quota", "steel"),
        ("steel (quota OR tariff)", "steel tariff"),
        ("-(a b)", "a"),
    ],
}

MISSES = {
    "the contract": [
        ("AI", "he said"),
        ("AI", "ai"),
        ("US", "tell us"),
        ("IT", "it’s"),
        ("TRQ", "trq"),
        ("general", "generate"),
        ('"steel tariff"', "tariff on steel"),
        ('"steel quota"', "steel and quota"),
        ('"steel quota"~5', "quota a b c d e steel"),
        ("644", "worth 644.5 billion"),
        ("644.5", "644 5"),
        ("new", "news"),
    ],
    "capitals": [
        ("Korea-US", "Korea us"),
        ("AI*", "aid"),
        ("CARS", "cars"),
        ("AID", "AIDS"),
        ("gp", "GPS"),
    ],
    "Hangul": [("반도체", "반도 체"), ("반도체", "반, 도체"), ("수출", "출수")],
    "operators": [
        ("steel quota", "steel"),
        ("steel OR quota", "tariff"),
        ("steel -quota", "steel quota"),
        ("-(a b)", "a b"),
        ('"a a"~3', "a b"),
    ],
}


def _cases(groups: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    return [case for cases in groups.values() for case in cases]


@pytest.mark.parametrize(("query", "text"), _cases(MATCHES))
def test_a_query_finds(query: str, text: str) -> None:
    """In the title as in the text."""
    assert find_hits(parse(query), Document(title="", text=text)) is not None
    assert find_hits(parse(query), Document(title=text, text="")) is not None


@pytest.mark.parametrize(("query", "text"), _cases(MISSES))
def test_a_query_does_not_find(query: str, text: str) -> None:
    """Neither in the title nor in the text."""
    assert find_hits(parse(query), Document(title=text, text=text)) is None


DOCUMENT = Document(
    title="Korea–U.S. steel talks",
    text="The quota for steel: Korea’s steel.",
    category="FTA/Economic Cooperation",
    sources=("trade", "All-Releases"),
)


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("steel", [("title", "steel"), ("text", "steel"), ("text", "steel")]),
        ("title:steel", [("title", "steel")]),
        ("text:korea", [("text", "Korea’s")]),
        ("title:(steel OR quota)", [("title", "steel")]),
        ("talks quota", [("title", "talks"), ("text", "quota")]),
        ("talks OR bananas", [("title", "talks")]),
        ("Korea-US -bananas", [("title", "Korea–U.S.")]),
        ("category:fta", [("category", "FTA")]),
        ("category:cooper* text:quota", [("text", "quota"), ("category", "Cooperation")]),
        ("source:trade talks", [("title", "talks")]),
        ("source:all-releases", []),
        ("-bananas", []),
        ("NOT NOT steel", []),
        (
            '"steel korea quota"~4',
            [("text", "quota"), ("text", "steel"), ("text", "Korea’s"), ("text", "steel")],
        ),
        ('text:"steel steel"~2', [("text", "steel"), ("text", "steel")]),
        ("FTA", None),
        ("title:quota", None),
        ("-title:steel", None),
        ("source:energy", None),
        ("source:releases", None),
        ('"talks the"', None),
        ('"talks the"~3', None),
    ],
)
def test_hits_tell_where_and_in_order(query: str, hits: list[tuple[str, str]] | None) -> None:
    """All places that made it true, by field and offset; none for what is left out."""
    result = find_hits(parse(query), DOCUMENT)
    if hits is None:
        assert result is None
    else:
        assert result is not None
        assert [
            (hit.field, getattr(DOCUMENT, hit.field)[hit.start : hit.end]) for hit in result
        ] == hits


def test_hits_name_the_term_as_a_query_would() -> None:
    """The reason reads as what the user typed, and a term given twice is told once."""
    result = find_hits(parse('"korea us" title:steel* steel steel'), DOCUMENT)
    assert result is not None
    terms = [hit.term for hit in result]
    assert terms == ['"korea us"', "steel", "title:steel*", "steel", "steel"]
    assert result[0] == Hit(field="title", start=0, end=10, term='"korea us"')


# ------------------------------------------------------------------ many watches


def test_watches_come_in_the_order_given() -> None:
    """Only those that match, each with its hits and its snippet."""
    matcher = WatchMatcher(
        [
            ("last", parse("talks"), None),
            ("first", parse("korea OR bananas"), None),
            ("too", parse("korea talks"), None),
            ("not", parse("bananas"), None),
            ("lacks one", parse("talks bananas"), None),
            ("without", parse("-bananas"), None),
            ("category", parse("category:fta"), None),
        ]
    )
    matches = matcher.match_document(DOCUMENT)
    assert [match.watch for match in matches] == ["last", "first", "too", "without", "category"]
    for match in matches:
        assert match.snippet == extract_snippet(DOCUMENT, match.hits)
    assert matcher.find_watch_hits(DOCUMENT) == [(match.watch, match.hits) for match in matches]
    assert matcher.match_document(Document(title="", text="")) != matches


@pytest.mark.parametrize(
    ("sources", "matched"),
    [
        (None, True),
        (("trade",), True),
        (("energy", "trade"), True),
        (("energy",), False),
        ((), False),
    ],
)
def test_a_watch_may_keep_to_some_sources(sources: tuple[str, ...] | None, matched: bool) -> None:
    """One of them must be among those in which the release was seen."""
    assert bool(WatchMatcher([("w", parse("steel"), sources)]).match_document(DOCUMENT)) is matched


def test_what_is_remembered_about_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that runs for months forgets words, and finds them again all the same."""
    monkeypatch.setattr("monitor.query.phrases._MAX_CACHED_SURFACES", 3)
    matcher = WatchMatcher([("w", parse("steel"), None)])
    for number in range(10):
        text = f"a{number} b{number} steel c{number}"
        assert matcher.match_document(Document(title="", text=text))
    assert len(matcher._compiler.token_index) <= 5  # noqa: SLF001


# ------------------------------------------------------------------ against the slow model


@given(nodes, documents)
def test_the_matcher_means_what_the_model_says(node: Node, written: Written) -> None:
    """The same answer, and the same places, as trying everything without any index."""
    expected = found(node, written)
    result = find_hits(node, written.document)
    if expected is None:
        assert result is None
    else:
        assert result is not None
        assert [(hit.field, hit.start, hit.end, hit.term) for hit in result] == _in_order(expected)


def _in_order(places: set[tuple[str, int, int, Term]]) -> list[tuple[str, int, int, str]]:
    order = ("title", "text", "category")
    named = {(field, start, end, to_query(term)) for field, start, end, term in places}
    return sorted(named, key=lambda place: (order.index(place[0]), *place[1:]))


@given(st.lists(nodes, max_size=6), st.lists(documents, max_size=3))
def test_many_watches_match_as_each_would_alone(queries: list[Node], texts: list[Written]) -> None:
    """What is shared and skipped for speed changes no answer, whatever came before."""
    matcher = WatchMatcher((str(number), node, None) for number, node in enumerate(queries))
    for text in texts:
        alone = {
            str(number): hits
            for number, node in enumerate(queries)
            if (hits := find_hits(node, text.document)) is not None
        }
        assert {match.watch: match.hits for match in matcher.match_document(text.document)} == alone


@given(documents, st.data())
def test_a_hit_shows_its_term(written: Written, data: st.DataObject) -> None:
    """The original between the offsets, taken for itself, is found by the same term."""
    text = written.document.text
    tokens = list(TokenizedText(text))
    if tokens:
        token = data.draw(st.sampled_from(tokens))
        node = build_keyword_query(all=(text[token.start : token.end],))
        hits = find_hits(node, written.document)
        assert hits is not None
        for hit in hits:
            shown = getattr(written.document, hit.field)[hit.start : hit.end]
            assert find_hits(node, Document(title="", text=shown)) is not None
