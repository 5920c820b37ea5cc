"""The full-text index narrows a search down and never hides what the matcher would find."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.model.told import Document
from monitor.query.keywords import keywords
from monitor.query.match import find
from monitor.query.nodes import And, Node, Or, Term
from monitor.query.prefilter import prefilter, spellings
from monitor.query.syntax import parse
from tests.query.model import Written, documents, nodes


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    """Return an index like that of the archive."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(
        "CREATE VIRTUAL TABLE fts USING fts5(title, body, category, spellings,"
        " tokenize = 'unicode61 remove_diacritics 2')"
    )
    yield connection
    connection.close()


def _lets_through(index: sqlite3.Connection, narrowed: str, *documents: Document) -> list[int]:
    index.execute("DELETE FROM fts")
    for document in documents:
        texts = (document.title, document.text, document.category)
        index.execute("INSERT INTO fts VALUES (?, ?, ?, ?)", (*texts, spellings(*texts)))
    rows = index.execute("SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rowid", (narrowed,))
    first = index.execute("SELECT min(rowid) FROM fts").fetchone()[0]
    return [row - first for (row,) in rows]


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("steel", '"steel"'),
        ("batteries", '("batteries" OR "battery")'),
        ("US", '"us"'),
        ("644.5", '"644z2ez5"'),
        ("semicond*", '"semicond"*'),
        ("AI*", '"ai"*'),
        ('"steel quota"', '("steel" AND "quota")'),
        ("철강", '("zcca0z" AND "zac15z")'),
        ("title:steel -quota", '"steel"'),
        ("steel OR quota", '("steel" OR "quota")'),
        ("steel OR -quota", None),
        ("-steel", None),
        ("category:fta", None),
        ("category:fta steel", '"steel"'),
        ("source:trade", None),
        ('"OR NEAR"', '("or" AND "near")'),
    ],
)
def test_what_narrows_and_what_cannot(query: str, expression: str | None) -> None:
    """Words narrow; what is left out, the category and the source do not."""
    assert prefilter(parse(query)) == expression


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("the steel quota, and so on.", ""),
        ("batteries", "battery"),
        ("U.S. U.S.", "us z1zUS z0zu z0zs z2zus"),
        ("Korea’s", "korea z0zs"),
        ("(café) – x", "cafe z2zcafe"),
        ("644.5", "644z2ez5 z0z644 z0z5"),
        ("1,234", "1234 z0z1 z0z234 z2z1234"),
        ("철", "zcca0z"),
        ("AIs", "ai z1zAI"),
        ("KOREA, A", "z1zKOREA"),
        ("steel–made", "steel made"),
        ("steel \ue000 made", "z2z"),
        ("made ℃", "c z2zc z2z"),
    ],
)
def test_spellings_hold_what_the_raw_text_may_not(text: str, keys: str) -> None:
    """Only what SQLite might cut or fold in another way, marks of it, and each of it once."""
    assert spellings(text, text, text) == keys


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("us", "the U.S. side"),
        ("Korea-US", "Korea–U.S."),
        ("battery", "batteries"),
        ("batteries", "battery"),
        ("semicond*", "Ｓｅｍｉｃｏｎｄｕｃｔｏｒ"),
        ("eco*", "école"),
        ("644*", "644.5bn"),
        ("12*", "1,234"),
        ("반도체", "5G반도체산업"),
        ("dont", "don’t"),
        ("lodz", "Łódź"),
        ("strasse", "Straße"),
        ("москва", "МОСКВА"),
        ("steel", "mild_steel"),
        ("steel", "e\u0301steel steel\u0301"),
        ("gas", "gases"),
    ],
)
def test_the_index_lets_through_what_matches(
    index: sqlite3.Connection, query: str, text: str
) -> None:
    """Each of these is cut or spelled by SQLite in a way of its own."""
    document, node = Document(title="", text=text), parse(query)
    narrowed = prefilter(node)
    assert narrowed is not None
    if find(node, document) is not None:
        assert _lets_through(index, narrowed, document) == [0]


def test_it_narrows_indeed(index: sqlite3.Connection) -> None:
    """Releases without the words are not read at all."""
    texts = ["steel quota", "steel", "quota", "nothing"]
    documents = [Document(title="", text=text) for text in texts]
    assert _lets_through(index, prefilter(parse("steel quotas")) or "", *documents) == [0]
    assert _lets_through(index, prefilter(parse("steel OR quotas")) or "", *documents) == [0, 1, 2]


@given(node=nodes, written=documents)
def test_it_never_hides_a_match(index: sqlite3.Connection, node: Node, written: Written) -> None:
    """Whatever the query and the release are made of."""
    narrowed = prefilter(node)
    if narrowed is not None and find(node, written.document) is not None:
        assert _lets_through(index, narrowed, written.document) == [0]


_characters = st.sampled_from(
    "aeis SUt.,'’-–_&0179한국가カガßøéıİ…½ﬁ㎿™\u0301\u200b\u00ad\u00a0\n😀µªㅎ"
)


@given(st.text(_characters, max_size=30), st.data())
def test_it_never_hides_a_word_of_any_text(
    index: sqlite3.Connection, text: str, data: st.DataObject
) -> None:
    """Any part of a text, made a keyword, is let through if it is found."""
    start = data.draw(st.integers(0, len(text)))
    try:
        node = keywords(all=(text[start : data.draw(st.integers(start, len(text)))],))
    except QueryError:
        return
    beginning = Term(node.text, prefix=True) if isinstance(node, Term) else node
    document = Document(title="", text=text)
    for query in (node, beginning):
        if find(query, document) is not None:
            assert _lets_through(index, prefilter(query) or "", document) == [0]


@pytest.mark.parametrize("kind", [And, Or])
def test_absurd_queries_stay_within_what_sqlite_reads(
    index: sqlite3.Connection, kind: type[And | Or]
) -> None:
    """Width and depth are bounded, and bounded in the right direction."""
    document = Document(title="", text=" ".join(f"w{number}" for number in range(500)))
    wide: Node = kind(tuple(Term(f"w{number}") for number in range(500)))
    deep: Node = Term("w0")
    for number in range(100):
        deep = (And, Or)[number % 2]((deep, Term(f"w{number}")))
    for node in (wide, deep, And((deep, wide))):
        narrowed = prefilter(node)
        assert find(node, document) is not None
        assert narrowed is None or _lets_through(index, narrowed, document) == [0]
