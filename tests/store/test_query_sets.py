"""What is counted from the index is what the matcher would say of each release."""

import sqlite3
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.models.notification import Document
from monitor.query import build_keyword_query
from monitor.query.ast import Node, Term
from monitor.query.matcher import find_hits
from monitor.query.parser import parse
from monitor.store.database import Database, open_database
from monitor.store.query_sets import QueryEvaluator
from monitor.store.search_index import index_changed_releases
from tests.query.reference_model import Written, documents, nodes

SLOW_CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give a store that no test leaves anything in."""
    with open_database(tmp_path_factory.mktemp("sifting") / "monitor.db") as db:
        yield db


def put(conn: sqlite3.Connection, number: int, document: Document) -> None:
    """Store a document as the intake does."""
    conn.execute(
        "INSERT INTO releases (id, title, date, category, body, source, origin, first_seen_at)"
        " VALUES (?, ?, '2025-12-01', ?, ?, '', 'news', '')",
        (number, document.title, document.category or None, document.text),
    )
    conn.executemany(
        "INSERT OR IGNORE INTO listings (release_id, source, rank, first_seen_at, last_seen_at)"
        " VALUES (?, ?, 0, '', '')",
        [(number, name) for name in document.sources],
    )


def agree(store: Database, query: Node, documents: Sequence[Document]) -> None:
    """Hold what is sifted against what the matcher says of each."""
    with store.begin_dry_run() as conn:
        for number, document in enumerate(documents, 1):
            put(conn, number, document)
        wanted = {n for n, one in enumerate(documents, 1) if find_hits(query, one) is not None}
        assert QueryEvaluator(conn).find_matches(query) == wanted
        index_changed_releases(conn)
        assert QueryEvaluator(conn).find_matches(query) == wanted


TEXTS = (
    "steel quotas, and U.S. tariffs",
    "o'clock steel’s quota",
    "us and Us; the AIDS AIs",
    "US steel-quota 644.5 and 1,234",
    "Türkiye’s Ü.S. bat\u00adtery batteries",
    "한국 반도체산업 5G반도체",
    "korea \ue000 and 반 도체",
    "steel ʹ quota",
    "steel ℃ quota",
    "us tariffs rise",
    "Korea’s and",
    "analyses of asses",
    "the NEWs of men; new CARS and US focus",
    "AID AIs; the US and then tariffs of the us, steel of steel",
    "US steel is one thing, and what else there is to be said is another: tariffs for us",
    "",
)
QUERIES = (
    "steel", "us", "US", "US*", "clock", "s", "5", "644", "644.5", "1234", "NOT us", "a*", "u",
    "batter*", "battery*", "analysi*", '"steel quota"', '"steel quotas"', '"quota and"',
    '"Korea and"', '"US tariff"', '"us tariff"', '"the AI"', '"steel and"~5', "반도체", "turkiye",
    '"C"', '"steel C"', '"steel quota tariffs"~5', '"US rise"~3', '"the US tariffs"', '"AIDS AIs"',
    '"us ai"', '"news of asses"', "new", "news", '"the news"', '"steel steel"~2', "fo*", "men*",
    '"US tariffs"~5', '"tariffs US steel"~20', '"US us"~9', '"AIDS AID"~3', '"CARS focus"~9',
    '"tariffs and US"', '"US and then tariffs"', '-"US tariffs"~5', '"CARS and"',
    '"car and US"', "industry",
    "category:industries", "category:US", "title:steel", "İ*",
    "text:steel", "title:US", "text:us", "title:batter*", "source:TRADE", "steel (quota OR -us)",
    "source:fta OR category:trade", '"quota quota quota quota quota quota"',
)  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_the_index_and_the_matcher_agree(store: Database, query: str) -> None:
    """On words that SQLite cuts, folds or sees in its own way, in any field."""
    some = [
        Document(title=title, text=text, category=category, sources=(source,))
        for place, text in enumerate(TEXTS)
        for title, category, source in (
            ("Steel, and the US", "Industries’ Trade", "trade"),
            (TEXTS[place - 1], "US", "fta"),
        )
    ]
    agree(store, parse(query), some)


@settings(suppress_health_check=SLOW_CHECKS)
@given(node=nodes, written=st.lists(documents, min_size=1, max_size=3))
def test_they_agree_on_any_query(store: Database, node: Node, written: list[Written]) -> None:
    """Whatever the query and the releases are made of."""
    agree(store, node, [one.document for one in written])


characters = st.sampled_from(
    "aeis SUt.,'’-–_&0179한국가カガßøéıİ…½ﬁ㎿™\u0301\u200b\u00ad\u00a0\n😀µªㅎ\ue000ʹ℃Üü①²"
)


@settings(suppress_health_check=SLOW_CHECKS, max_examples=200)
@given(st.text(characters, max_size=30), st.data())
def test_they_agree_on_any_part_of_any_text(
    store: Database, text: str, data: st.DataObject
) -> None:
    """Made a keyword, the beginning of a word, or sought in the title."""
    start = data.draw(st.integers(0, len(text)))
    try:
        node = build_keyword_query(all=(text[start : data.draw(st.integers(start, len(text)))],))
    except QueryError:
        return
    assert isinstance(node, Term)
    other = data.draw(st.text(characters, max_size=10))
    some = [Document(title=other, text=text), Document(title=text, text=other, category=text)]
    for query in (node, Term(node.text, is_prefix=True), Term(node.text, field="title")):
        agree(store, query, some)


def test_a_common_beginning_is_found(store: Database) -> None:
    """Whatever begins so, and wherever."""
    some = [Document(title="", text=f"and a{n} o'a{n}") for n in range(120)]
    agree(store, parse("a*"), some)
    agree(store, parse("o* OR an*"), some)
