"""The index narrows a search down and never hides what the matcher would find."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.models.notification import Document
from monitor.query import build_keyword_query
from monitor.query.ast import And, Node, Not, Or, Term
from monitor.query.fts_document import encode_document
from monitor.query.fts_query import build_coarse_query, build_lower_bound, build_upper_bound
from monitor.query.matcher import find_hits
from monitor.query.parser import parse
from tests.query.reference_model import Written, documents, nodes


@pytest.fixture(scope="module")
def index() -> Iterator[sqlite3.Connection]:
    """Return an index like that of the archive."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(
        "CREATE VIRTUAL TABLE fts USING fts5(title, body, category, sources, tokenize = 'ascii')"
    )
    yield connection
    connection.close()


def _lets_through(index: sqlite3.Connection, narrowed: str, *documents: Document) -> list[int]:
    index.execute("DELETE FROM fts")
    for document in documents:
        texts = (document.title, document.text, document.category)
        index.execute(
            "INSERT INTO fts VALUES (?, ?, ?, ?)", encode_document(*texts, document.sources)
        )
    rows = index.execute("SELECT rowid FROM fts WHERE fts MATCH ? ORDER BY rowid", (narrowed,))
    first = index.execute("SELECT min(rowid) FROM fts").fetchone()[0]
    return [row - first for (row,) in rows]


BOTH = "{title body} : "


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("steel", f'{BOTH}"steel"'),
        ("batteries", f'{BOTH}("batteries" OR "battery" OR "zwbatteries")'),
        ("US", f'{BOTH}"zzus"'),
        ("644.5", f'{BOTH}"644z2ez5"'),
        ("semicond*", f'{BOTH}"semicond"*'),
        ("batterie*", f'{BOTH}("batterie"* OR "batteri" OR "battery")'),
        ("batteries*", f'{BOTH}("batteries"* OR "batterie" OR "batteri" OR "battery")'),
        ("men*", f'{BOTH}("men"* OR "man")'),
        ("spokesme*", f'{BOTH}("spokesme"* OR "spokesm" OR "spokesman")'),
        ("synthese*", f'{BOTH}("synthese"* OR "synthes" OR "synthesis")'),
        ("theses*", f'{BOTH}("theses"* OR "these" OR "thes" OR "thesis")'),
        ("child*", f'{BOTH}"child"*'),
        ("childr*", f'{BOTH}("childr"* OR "child")'),
        ("b*", f'{BOTH}"zyb"'),
        ("AI*", f'{BOTH}"zzai"*'),
        ('"steel quota"', f'{BOTH}"steel quota"'),
        ("quotas", f'{BOTH}("quotas" OR "quota")'),
        ('"US quota"', f'{BOTH}"zzus zvquota"'),
        ('"the US"', f'{BOTH}("zvthe zzus" OR "zzthe zzus" OR "zzthes zzus")'),
        (
            '"US AI steel Korea"',
            f'{BOTH}("us ai steel korea" AND "zzus" AND "zzai" AND "zzus zzai zvsteel")',
        ),
        ('"steel news"', f'{BOTH}("steel news" OR (("steel news" OR "steel new") AND "zwnews"))'),
        ("Korea-semi*", f'{BOTH}("korea" AND ("semi"* OR "semy"))'),
        ('"a b US"', f'{BOTH}("a b us" AND "zzus" AND "zvb zzus")'),
        (
            '"US a b c EU"',
            f'{BOTH}("us a b c eu" AND "zzus" AND "zzeu" AND "zzus zva" AND "zvc zzeu")',
        ),
        ("US-se*", f'{BOTH}("us" AND "zzus" AND ("se"* OR "s"))'),
        ("AI-US*", f'{BOTH}("ai" AND "zzai" AND "zzus"*)'),
        ('"steel quota"~5', f'{BOTH}NEAR("steel" "quota", 4)'),
        (
            '"steel news"~5',
            (
                f'{BOTH}(NEAR("steel" "news", 4) OR ((NEAR("steel" "news", 4)'
                ' OR NEAR("steel" "new", 4)) AND "zwnews"))'
            ),
        ),
        (
            '"US news"~3',
            (
                f'{BOTH}((NEAR("us" "news", 2) OR ((NEAR("us" "news", 2)'
                ' OR NEAR("us" "new", 2)) AND "zwnews")) AND "zzus")'
            ),
        ),
        ("철강", f'{BOTH}"zcca0z zac15z"'),
        ("zinc", f'{BOTH}"z7azinc"'),
        ("title:steel -quota", f'(title : "steel" NOT {BOTH}"quota")'),
        ("steel -quotas -US", f'({BOTH}"steel" NOT ({BOTH}("quotas" OR "quota") OR {BOTH}"zzus"))'),
        ('steel -"US quota"', f'({BOTH}"steel" NOT {BOTH}"zzus zvquota")'),
        ('steel -"steel quota"~3', f'({BOTH}"steel" NOT {BOTH}NEAR("steel" "quota", 2))'),
        ('steel -"steel steel"~3', f'{BOTH}"steel"'),
        (
            'steel -"AI plan here"',
            (
                f'({BOTH}"steel" NOT {BOTH}('
                '(title : (("ai plan here" AND "zzai") NOT "zuai"))'
                ' OR (body : (("ai plan here" AND "zzai") NOT "zuai"))))'
            ),
        ),
        (
            '-"US EU"~3',
            (
                f'("zx" NOT {BOTH}('
                '(title : ((NEAR("us" "eu", 2) AND "zzus" AND "zzeu") NOT ("zuus" OR "zueu")))'
                ' OR (body : ((NEAR("us" "eu", 2) AND "zzus" AND "zzeu") NOT ("zuus" OR "zueu")))))'
            ),
        ),
        ('-"CARS focus"~3', '"zx"'),  # they could be CARs
        ("steel -semicond*", f'({BOTH}"steel" NOT {BOTH}"semicond"*)'),
        ("-battery*", f'("zx" NOT {BOTH}("battery"* NOT "battery"))'),
        ("-fo*", f'("zx" NOT {BOTH}("fo"* NOT "foot"))'),
        ("-korean*", f'("zx" NOT {BOTH}"korean"*)'),
        ("-spokesma*", f'("zx" NOT {BOTH}("spokesma"* NOT "spokesman"))'),
        ("-synthesi*", f'("zx" NOT {BOTH}("synthesi"* NOT "synthesis"))'),
        ("-batteries", f'("zx" NOT {BOTH}("batteries" OR "battery" OR "zwbatteries"))'),
        ('-"the US"', f'("zx" NOT {BOTH}("zvthe zzus" OR "zzthe zzus"))'),
        ("-США", '"zx"'),
        ('-"США план"', '"zx"'),
        ("-СШ*", '"zx"'),
        ("-철강", '"zx"'),
        ("-AI*", f'("zx" NOT {BOTH}"zzai"*)'),
        ("steel -s*", f'({BOTH}"steel" NOT {BOTH}"zys")'),
        ("steel OR quota", f'({BOTH}"steel" OR {BOTH}"quota")'),
        ("steel OR -quota", f'({BOTH}"steel" OR ("zx" NOT {BOTH}"quota"))'),
        ("-steel", f'("zx" NOT {BOTH}"steel")'),
        ("-(steel quota)", f'("zx" NOT ({BOTH}"steel" AND {BOTH}"quota"))'),
        ("-(steel -quota)", f'("zx" NOT ({BOTH}"steel" AND ("zx" NOT {BOTH}"quota")))'),
        ("-(steel source:Trade)", f'("zx" NOT ({BOTH}"steel" AND sources : "trade"))'),
        ('-"batteries batteries batteries batteries batteries batteries"', '"zx"'),
        ("category:fta", 'category : "fta"'),
        ("text:steel", 'body : "steel"'),
        ('source:"A b"', 'sources : "az20zb"'),
        ('"or near"', f'{BOTH}"or near"'),
    ],
)
def test_what_narrows_and_what_cannot(query: str, expression: str) -> None:
    """Words and phrases narrow, and so does leaving them out."""
    assert build_upper_bound(parse(query)) == expression


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("se*", f'{BOTH}"zys"'),
        ("semi*", f'{BOTH}"zys"'),
        ("semic*", f'{BOTH}"semic"*'),
        ("5G*", f'{BOTH}"zy5"'),
        ("AI*", f'{BOTH}"zzai"*'),
        ("steel-se*", f'{BOTH}("steel" AND ("se"* OR "s"))'),
        ("반도*", f'{BOTH}("zbc18z" AND "zyzb3c4z")'),
        ("title:se* steel", f'(title : "zys" AND {BOTH}"steel")'),
        ("se* OR st*", f'{BOTH}"zys"'),
        ("se* -st*", f'{BOTH}"zys"'),
        ("steel -(se* OR quota)", f'{BOTH}"steel"'),
        ("steel -(source:trade se*)", f'{BOTH}"steel"'),
        ("steel -s*", f'({BOTH}"steel" NOT {BOTH}"zys")'),
        ("steel -semic*", f'({BOTH}"steel" NOT {BOTH}"semic"*)'),
        ("steel -quota", f'({BOTH}"steel" NOT {BOTH}"quota")'),
        ("steel -source:trade", f'({BOTH}"steel" NOT sources : "trade")'),
        (
            "steel (se* OR -st*)",
            f'({BOTH}"steel" AND ({BOTH}"zys" OR ("zx" NOT {BOTH}"st"*)))',
        ),
        ("-se*", f'("zx" NOT {BOTH}"se"*)'),
        ("-se* -st*", f'("zx" NOT ({BOTH}"se"* OR {BOTH}"st"*))'),
    ],
)
def test_short_beginnings_are_asked_for_by_their_letter(query: str, expression: str) -> None:
    """And are not left out, unless that is all there is to ask; longer ones are few as they are."""
    assert build_coarse_query(parse(query)) == expression


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the steel quota, the end", "the steel quota the end zye zyq zys zyt"),
        ("batteries", "battery zyb"),
        ("U.S. U.S.", "us us zyu zzus zzus zv"),
        ("Korea’s", "korea zyk"),
        ("AIs", "ai zwais zya zzai zv"),
        ("the US and Korea", "the us and korea zya zyk zyt zyu zvthe zzus zvand zv"),
        ("EU KOREA AI. EU", "eu korea ai eu zya zye zyk zzkorea zzeu zvkorea zzai zzeu zv"),
        ("US a b c US a", "us a b c us a zya zyb zyc zyu zzus zva zv zvc zzus zva zv"),
        ("US a b US a b", "us a b us a b zya zyb zyu zzus zva zvb zzus zva zv"),
        ("A plan", "a plan zya zyp"),
        ("AIDS", "aids zya zzaids zv"),
        ("a a a a a a a a US b", "a a a a a a a a us b zya zyb zyu zva zzus zvb zv"),
        ("644.5", "644z2ez5 zy6"),
        ("철", "zcca0z zyzcca0z"),
        ("zinc", "z7azinc zyz7az"),
        ("", ""),
    ],
)
def test_the_index_holds_every_word_in_order_and_then_marks(text: str, words: str) -> None:
    """One word a token; marks for capitals and first letters behind, each once."""
    assert encode_document(text, text, text, ["Trade", "b c"]) == (
        f"{words} zx",
        words,
        words,
        "trade bz20zc",
    )


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
        ("theses*", "theses"),
        ("men*", "men"),
    ],
)
def test_the_index_lets_through_what_matches(
    index: sqlite3.Connection, query: str, text: str
) -> None:
    """Each of these is cut or spelled by SQLite in a way of its own."""
    document, node = Document(title="", text=text), parse(query)
    if find_hits(node, document) is not None:
        assert _lets_through(index, build_upper_bound(node), document) == [0]


def test_it_narrows_indeed(index: sqlite3.Connection) -> None:
    """Releases without the words are not read at all."""
    texts = ["steel quota", "steel", "quota", "nothing"]
    documents = [Document(title="", text=text) for text in texts]
    assert _lets_through(index, build_upper_bound(parse("steel quotas")), *documents) == [0]
    assert _lets_through(index, build_upper_bound(parse("steel OR quotas")), *documents) == [
        0,
        1,
        2,
    ]


@given(node=nodes, written=documents)
def test_it_never_hides_a_match(index: sqlite3.Connection, node: Node, written: Written) -> None:
    """Whatever the query and the release are made of; the rough one lets through no less."""
    if find_hits(node, written.document) is not None:
        assert _lets_through(index, build_upper_bound(node), written.document) == [0]
        assert _lets_through(index, build_coarse_query(node), written.document) == [0]
    negated = Not(node)
    if find_hits(negated, written.document) is not None:
        assert _lets_through(index, build_upper_bound(negated), written.document) == [0]


@given(node=nodes, written=documents)
def test_what_it_claims_does_match(index: sqlite3.Connection, node: Node, written: Written) -> None:
    """Whatever the query and the release are made of."""
    for one in (node, Not(node)):
        claimed = build_lower_bound(one)
        if claimed is not None and _lets_through(index, claimed, written.document):
            assert find_hits(one, written.document) is not None


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
        node = build_keyword_query(all=(text[start : data.draw(st.integers(start, len(text)))],))
    except QueryError:
        return
    beginning = Term(node.text, is_prefix=True) if isinstance(node, Term) else node
    document = Document(title="", text=text)
    for query in (node, beginning):
        for one in (query, Not(query)):
            if find_hits(one, document) is not None:
                assert _lets_through(index, build_upper_bound(one), document) == [0]


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("steel quota", f'({BOTH}"steel" AND {BOTH}"quota")'),
        ("steel 철강", None),
        ("steel OR quota", f'({BOTH}"steel" OR {BOTH}"quota")'),
        ("steel OR 철강", f'{BOTH}"steel"'),
        ("철강 OR 반도체", None),
        ('"철 강"', f'{BOTH}"zcca0z zac15z"'),
        ("source:Trade -quota", f'(sources : "trade" AND ("zx" NOT {BOTH}"quota"))'),
        ("-철강", f'("zx" NOT {BOTH}"zcca0z zac15z")'),
        ("-(철강 OR steel)", f'("zx" NOT ({BOTH}"zcca0z zac15z" OR {BOTH}"steel"))'),
        ("-(steel -철강)", f'("zx" NOT {BOTH}"steel")'),
        (
            "(steel (quota OR tin)) OR -(zinc (US OR EU))",
            (
                f'(({BOTH}"steel" AND ({BOTH}"quota" OR {BOTH}"tin"))'
                f' OR ("zx" NOT ({BOTH}"z7azinc" AND ({BOTH}"zzus" OR {BOTH}"zzeu"))))'
            ),
        ),
    ],
)
def test_what_matches_for_sure(query: str, expression: str | None) -> None:
    """All of what must be true is sure, or one of what may be; a word of Hangul never is."""
    assert build_lower_bound(parse(query)) == expression


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
        assert find_hits(node, document) is not None
        assert _lets_through(index, build_upper_bound(node), document) == [0]
        assert _lets_through(index, build_upper_bound(Not(Not(node))), document) == [0]


@pytest.mark.parametrize("depth", [8, 9, 20, 21])
def test_a_not_of_a_not_may_be_as_deep_as_it_likes(index: sqlite3.Connection, depth: int) -> None:
    """Where it gets too deep, everything is let through."""
    node: Node = Term("steel")
    for _ in range(depth):
        node = Not(node)
    text = "tin" if depth % 2 else "steel"
    assert _lets_through(index, build_upper_bound(node), Document(title=text, text="")) == [0]
    outer = Not(And((Term("steel"), node)))
    assert _lets_through(index, build_upper_bound(outer), Document(title="tin", text="")) == [0]
