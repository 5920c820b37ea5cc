"""Queries read, printed back, and refused with the place of the mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import QueryError
from monitor.models.config import Watch
from monitor.query import build_keyword_query, build_watch_query
from monitor.query.ast import And, Node, Not, Or, SourceTerm, Term
from monitor.query.lexer import to_query
from monitor.query.parser import parse

a, b, c = Term("a"), Term("b"), Term("c")


@pytest.mark.parametrize(
    ("query", "node"),
    [
        # one thing
        ("steel", Term("steel")),
        ("  steel,  ", Term("steel")),
        ('"steel quota"', Term("steel quota")),
        ("“steel  quota”", Term("steel quota")),
        ("＂steel quota＂", Term("steel quota")),
        ('"steel"', Term("steel")),
        ("semicond*", Term("semicond", is_prefix=True)),
        ("semicond＊", Term("semicond", is_prefix=True)),
        ("…semi*", Term("semi", is_prefix=True)),
        ('"steel quota"~5', Term("steel quota", within=5)),
        ('"steel quota"~1', Term("steel quota", within=1)),
        ('"steel quota"~9999', Term("steel quota", within=9999)),
        ('"steel"~0', Term("steel", within=0)),
        ('"steel quota"～5', Term("steel quota", within=5)),
        ("Korea-US", Term("Korea-US")),
        ("R&D", Term("R&D")),
        ("C++", Term("C")),
        ("+82", Term("82")),
        ("why?", Term("why")),
        ("AND/OR", Term("AND/OR")),
        ("5:title", Term("5:title")),
        ("12:30", Term("12:30")),
        ("U.S.", Term("U.S.")),
        ("5G반도체", Term("5G반도체")),
        # operators
        ("a b", And((a, b))),
        ("a AND b", And((a, b))),
        ("a OR b", Or((a, b))),
        ("a b OR c", Or((And((a, b)), c))),
        ("a OR b c", Or((a, And((b, c))))),
        ("(a OR b) c", And((Or((a, b)), c))),
        ("（a OR b） c", And((Or((a, b)), c))),
        ("a (b c)", And((a, And((b, c))))),
        ("((a))", a),
        ("NOT a", Not(a)),
        ("NOT NOT a", Not(Not(a))),
        ("-a b", And((Not(a), b))),
        ("–a", Not(a)),
        ("—a", Not(a)),
        ("−a", Not(a)),
        ("-(a b)", Not(And((a, b)))),
        ('-"a b"', Not(Term("a b"))),
        ("(-a)", Not(a)),
        ("a OR NOT b", Or((a, Not(b)))),
        ("a AND NOT b", And((a, Not(b)))),
        ("a or b", And((a, Term("or"), b))),
        ("not and", And((Term("not"), Term("and")))),
        ('"OR" "NOT"', And((Term("OR"), Term("NOT")))),
        ("ORDER", Term("ORDER")),
        ('a"b c"d', And((a, Term("b c"), Term("d")))),
        # fields
        ("title:a", Term("a", "title")),
        ("Title:a", Term("a", "title")),
        ("title：a", Term("a", "title")),
        ('text:"a b"', Term("a b", "text")),
        ("category:semi*", Term("semi", "category", is_prefix=True)),
        ('text:"a b"~3', Term("a b", "text", within=3)),
        ("-title:a", Not(Term("a", "title"))),
        ("title:(a OR -b) c", And((Or((Term("a", "title"), Not(Term("b", "title")))), c))),
        ("source:trade", SourceTerm("trade")),
        ('source:"trade-all"', SourceTerm("trade-all")),
        ("source:(trade OR energy)", Or((SourceTerm("trade"), SourceTerm("energy")))),
    ],
)
def test_queries_mean_what_the_language_says(query: str, node: Node) -> None:
    """Words are joined by AND, NOT binds before AND before OR, and signs have their variants."""
    assert parse(query) == node


@pytest.mark.parametrize(
    ("query", "marked", "words"),
    [
        # nothing
        ("", "", "empty"),
        ("   ", "", "empty"),
        # quotes and parentheses
        ('steel "quota', '"', "never closed"),
        ("“quota", "“", "never closed"),
        ("(steel", "(", "never closed"),
        ("a (", "(", "never closed"),
        ("a (b OR (c)", "(", "never closed"),
        ("steel) quota", ")", "never opened"),
        (")", ")", "never opened"),
        ("a () b", "()", "nothing in these parentheses"),
        ('a ""', '""', "nothing between these quotes"),
        ('a "  "', '"  "', "nothing between these quotes"),
        # operators
        ("steel OR", "OR", 'nothing after it; to search for the word, write "OR"'),
        ("OR steel", "OR", "nothing before it"),
        ("steel OR AND quota", "OR", "nothing after"),
        ("AND", "AND", "nothing before"),
        ("steel AND", "AND", "nothing after"),
        ("(a OR) b", "OR", "nothing after"),
        ("NOT", "NOT", "nothing after"),
        ("a NOT OR b", "NOT", "nothing after"),
        ("(NOT) a", "NOT", "nothing after"),
        ("a -", "-", "must touch"),
        ("a – b", "–", "must touch"),
        ("(a -)", "-", "must touch"),
        ("--a", "-", "One dash"),
        ('"a"-b', "-", "space before"),
        ("(a)-b", "-", "space before"),
        ("-OR", "-", "nothing after it."),
        ("a || b", "||", "OR"),
        ("a|b", "a|b", "OR"),
        ("!a", "!a", "-"),
        ("a｜｜b", "a｜｜b", "OR"),
        ("! a", "!", "-"),
        ("！a", "！a", "-"),
        ("¬a", "¬a", "-"),
        ("a && b", "&&", "leave out this sign"),
        ("a＆＆b", "a＆＆b", "leave out this sign"),
        ("R & D", "&", "a name that has it in double quotes"),
        ("+a OR b", "+a", "leave out this sign"),
        ("a + b", "+", "leave out this sign"),
        ('+"a b"', "+", "leave out this sign"),
        ("a OR, b", "OR,", 'either side of OR; to search for the word, write "OR"'),
        ("a, (OR.) b", "OR.", "either side"),
        ("NOT: a", "NOT:", "no field"),
        ("NOT! a", "NOT!", "either side of NOT"),
        ("title:ＯＲ,", "ＯＲ,", "either side of OR"),
        ("wom?n", "wom?n", "write both words with OR"),
        ("a,title:b", "a,title:b", "put a space before it"),
        ('a,Title:"b c"', "a,Title:", "put a space before it"),
        (",a:b*", ",a:b*", "put a space before it"),
        ("_a：b*", "_a：b*", "put a space before it"),
        ("title:title:a", "title:", "One field is enough: title:word"),
        ("title: text:a", "text:", "One field is enough: title:word"),
        # stars
        ("*", "*", "beginning of a word"),
        ("*a", "*a", "at the end"),
        ("a*b", "a*b", "at the end"),
        ("a**", "a**", "at the end"),
        ("a-*", "a-*", "beginning of a word"),
        (".*", ".*", "beginning of a word"),
        ('"steel quot*"', '"steel quot*"', "inside a phrase"),
        # ~
        ("steel~2", "steel~2", '"steel quota"~5'),
        ("(a b)~2", "~2", '"steel quota"~5'),
        ('"a b"~', "~", "number"),
        ('"a b"~x', "~x", "number"),
        ('"a b"~5.5', "~5.5", "number"),
        ('"a b"~99999', "~99999", "9999"),
        ('"a b c"~1', "~1", "least here is ~2"),
        (f'"{"a " * 33}"~40', f'"{"a " * 33}"~40', "at most 32"),
        # fields
        ("foo:bar", "foo:", "nearest is"),
        ("titel:bar", "titel:", "title:"),
        ("body:bar", "body:", "text:"),
        ("sources:bar", "sources:", "source:"),
        ("제목:무역", "제목:", "double quotes"),
        ("https://example.com", "https:", "double quotes"),
        ("title:", "title:", "title:word"),
        ("title: a", "title:", "right after it"),
        ("title:OR", "title:", "right after it"),
        ("title:-a", "-", "-title:word"),
        ("title:(text:a)", "text:", "inside title:"),
        ("source:trad*", "trad*", "whole name"),
        ('source:"a b"~3', '"a b"~3', "whole name"),
        ('source:""', '""', "nothing between"),
        # nothing to find
        ("a … b", "…", "letter or digit"),
        ('"…"', '"…"', "letter or digit"),
        # absurd
        ("(" * 51 + "a" + ")" * 51, "(", "50 levels"),
        ("NOT " * 51 + "a", "NOT", "50 levels"),
        ("a" * 10_001, "a", "10000"),
    ],
)
def test_a_mistake_is_an_error_with_its_place(query: str, marked: str, words: str) -> None:
    """Never a query that means something else; the message says what to write instead."""
    with pytest.raises(QueryError) as caught:
        parse(query)
    error = caught.value
    assert error.query == query
    assert query[error.start : error.end] == marked
    assert error.end - error.start == len(marked)
    assert words in error.message


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("a (b", 2, 3),
        ("a b OR", 4, 6),
        ("a title:-b", 8, 9),
        ("((a) OR (b", 8, 9),
        ('a "b"~0 "c d"~0', 13, 15),
        (f"((-b (a) {'(' * 49}c{')' * 51}", 57, 58),
    ],
)
def test_the_place_is_the_right_one_of_several(query: str, start: int, end: int) -> None:
    """Offsets count characters of the query as it was typed."""
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert (caught.value.start, caught.value.end) == (start, end)


@pytest.mark.parametrize(
    "query",
    [
        "(" * 50 + "a" + ")" * 50,
        "NOT " * 50 + "a",
        "(a) " * 60,
        "-a " * 60,
        "title:(-a) " * 60,
    ],
)
def test_fifty_levels_are_deep_enough(query: str) -> None:
    """How many stand beside each other is another matter."""
    assert parse(to_query(parse(query))) == parse(query)


def test_a_phrase_in_any_order_has_up_to_thirty_two_words() -> None:
    """More would take too long to be tried in all orders."""
    assert parse(f'"{"a " * 32}"~40') == Term(" ".join("a" * 32), within=40)


# ------------------------------------------------------------------ keywords


def test_keywords_are_words_and_phrases_without_operators() -> None:
    """Signs and operators mean nothing in a keyword."""
    assert build_keyword_query(any=("a",)) == a
    assert build_keyword_query(
        all=("steel quota", "OR"), any=("a", "-b"), none=("NOT", "“c”")
    ) == And((Term("steel quota"), Term("OR"), Or((a, b)), Not(Term("NOT")), Not(c)))
    assert build_keyword_query(all=('title:x (y) Samsung "Galaxy" S', "5 * 3")) == And(
        (Term("title:x (y) Samsung Galaxy S"), Term("5 * 3"))
    )


@pytest.mark.parametrize(
    ("keyword", "marked", "words"),
    [
        ("…", "…", "letter or digit"),
        ("", "", "letter"),
        ("semicond*", "d*", 'query = "semicond*"'),
        ("x *y", "*y", "query"),
        ("x*\u200by", "x*", "query"),
        (":*\u200by", "*\u200by", "query"),
    ],
)
def test_keywords_may_be_wrong_too(keyword: str, marked: str, words: str) -> None:
    """A keyword that cannot be found, or wants to be a query, is refused with its place."""
    with pytest.raises(QueryError) as caught:
        build_keyword_query(none=(keyword,))
    error = caught.value
    assert (error.query, keyword[error.start : error.end]) == (keyword, marked)
    assert error.end - error.start == len(marked)
    assert words in error.message


def test_no_keyword_at_all_is_the_callers_mistake() -> None:
    """The config asks for at least one; nobody else may forget it either."""
    with pytest.raises(ValueError, match="at least one"):
        build_keyword_query()


def test_a_watch_is_its_query_and_its_keywords() -> None:
    """Where both are given, both must hold."""
    assert build_watch_query(Watch(name="w", query="a OR b")) == Or((a, b))
    assert build_watch_query(Watch(name="w", none=("a",))) == Not(a)
    assert build_watch_query(
        Watch(name="w", query="a OR b", any=("c", "b"), all=("a",), none=("b",))
    ) == And((Or((a, b)), a, Or((c, b)), Not(b)))


# ------------------------------------------------------------------ printing


@pytest.mark.parametrize(
    ("node", "query"),
    [
        (Term("steel"), "steel"),
        (Term("U.S."), "U.S."),
        (Term("Korea–U.S."), "Korea–U.S."),
        (Term("1,234.5"), "1,234.5"),
        (Term("OR"), '"OR"'),
        (Term("AND"), '"AND"'),
        (Term("NOT"), '"NOT"'),
        (Term("steel quota"), '"steel quota"'),
        (Term("12:30"), '"12:30"'),
        (Term("anti-dump", "title", is_prefix=True), "title:anti-dump*"),
        (Term("steel quota", "text", within=5), 'text:"steel quota"~5'),
        (Or((And((a, b)), c)), "a b OR c"),
        (And((Or((a, b)), Not(And((b, c))))), "(a OR b) NOT (b c)"),
        (Or((a, Or((b, c)))), "a OR (b OR c)"),
        (Not(Not(a)), "NOT NOT a"),
        (Not(Or((a, b))), "NOT (a OR b)"),
        (And((a, And((b, c)))), "a (b c)"),
        (And((Or((a, b)), And((b, c)))), "(a OR b) (b c)"),
        (SourceTerm("trade-all"), "source:trade-all"),
        (SourceTerm("trade all"), 'source:"trade all"'),
    ],
)
def test_queries_are_printed_with_no_more_signs_than_they_need(node: Node, query: str) -> None:
    """Quotes and parentheses stand only where the query would mean something else without."""
    assert to_query(node) == query
    assert parse(query) == node


_WORDS = """
    steel AI US U.S. Korea-US 644.5 1,234 반도체 5G반도체 OR NOT AND don’t R&D café a:b x_y (x f(y)
"""
_phrases = st.lists(st.sampled_from(_WORDS.split()), min_size=1, max_size=3).map(
    lambda words: build_keyword_query(all=(" ".join(words),))
)
_fields = st.sampled_from([None, "title", "text", "category"])


def _fielded(term: Node, field: object) -> Node:
    assert isinstance(term, Term)
    return Term(term.text, field)  # type: ignore[arg-type]


_leaves = st.one_of(
    st.builds(_fielded, _phrases, _fields),
    st.builds(
        Term, st.sampled_from(["semi", "AI", "anti-dump", "반도", "don’t"]), _fields, st.just(True)
    ),
    st.builds(Term, st.just("steel of quota"), _fields, st.just(False), st.integers(2, 9999)),
    st.builds(SourceTerm, st.sampled_from(["trade", "trade-all", "two words", "OR"])),
)
_nodes = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        *(
            st.builds(kind, st.lists(inner, min_size=2, max_size=3).map(tuple))
            for kind in (And, Or)
        ),
    ),
    max_leaves=8,
)


@given(_nodes)
def test_what_is_printed_reads_the_same(node: Node) -> None:
    """Printing and reading again gives the same query, whatever is in it."""
    assert parse(to_query(node)) == node


@given(st.text(st.sampled_from('ab 반-–*~:"“”()|!+?&.,5\u200b\u0301 ORNTtitlesource'), max_size=24))
def test_any_text_is_a_query_or_a_mistake_inside_it(text: str) -> None:
    """Nothing else comes out of reading; what is read prints back to itself."""
    mistake: QueryError | None = None
    try:
        node = parse(text)
    except QueryError as error:
        mistake = error
    else:
        assert parse(to_query(node)) == node
    assert mistake is None or 0 <= mistake.start <= mistake.end <= len(text)


@given(st.lists(st.text(st.sampled_from('ab 반-*~:"“”()|!.,5\u200bOR'), max_size=12), min_size=1))
def test_any_keywords_print_as_a_query(texts: list[str]) -> None:
    """Keywords that are accepted can be shown to the user as the query that they are."""
    try:
        node = build_keyword_query(any=tuple(texts))
    except QueryError:
        return
    assert parse(to_query(node)) == node
