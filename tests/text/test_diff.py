"""Word differences: exact, readable, and quick on whatever comes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.models.release import FieldChange
from monitor.render.content import build_content
from monitor.text.diff import diff_words, is_trivial
from tests.render.samples import REVISED, digest


@pytest.mark.parametrize(
    ("before", "after", "diff"),
    [
        ("the price rose fast", "the price fell fast", "the price [-rose-] {+fell+} fast"),
        ("the price rose", "the price fell", "the price [-rose-] {+fell+}"),
        ("a b c", "a c", "a [-b-] c"),
        ("a c", "a b c", "a {+b+} c"),
        ("a b", "b a", "[-a-] b {+a+}"),
        ("", "x y", "{+x y+}"),
        ("x y", "", "[-x y-]"),
        ("one\ntwo  three", "one\n2  three", "one\n[-two-]  {+2+}  three"),
        ("as it was", "as it was", "as it was"),
        ("it was so", "it", "it [-was so-]"),
        ("a x b y c", "a p b q c", "a [-x-] {+p+} b [-y-] {+q+} c"),
        ("a o", "p a q", "{+p+} a [-o-] {+q+}"),
        ("c a b", "a b c", "[-c-] a b {+c+}"),
        ("b a b a", "a b b", "[-b-] a b [-a-] {+b+}"),
        ("x a b c y", "p c a b q", "[-x-] {+p c+} a b [-c y-] {+q+}"),
        ("a b c a b b a", "c b a b a c", "[-a b-] c [-a-] b {+a+} b a {+c+}"),
        ("o a a b a r", "p a c b q", "[-o a-] {+p+} a {+c+} b [-a r-] {+q+}"),
        ("o a b a b r", "p a b b q", "[-o-] {+p+} a b [-a-] b [-r-] {+q+}"),
        (
            "the steel quota of the EU rose",
            "the EU quota of steel rose",
            "the [-steel-] {+EU+} quota of [-the EU-] {+steel+} rose",
        ),
        ("[ [", "[", "[ [-[-]"),
        ("[-a-] b", "[-a-] c", "[\u2060-a-\u2060] [-b-] {+c+}"),
        ("{+a+} b", "{+a+} c", "{\u2060+a+\u2060} [-b-] {+c+}"),
    ],
)
def test_differences_are_told_by_words(before: str, after: str, diff: str) -> None:
    """What stayed stands as it is now; what went and what came is marked."""
    assert diff_words(before, after) == diff


def most_in_common(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many words two texts can share in order, every way tried."""
    if not before or not after:
        return 0
    if before[0] == after[0]:
        return 1 + most_in_common(before[1:], after[1:])
    return max(most_in_common(before[1:], after), most_in_common(before, after[1:]))


SHORT = st.lists(st.sampled_from("abc"), max_size=7)


@given(SHORT, SHORT)
def test_as_many_words_stay_as_can(before: list[str], after: list[str]) -> None:
    """No difference of short texts could be told with fewer words."""
    diff = diff_words(" ".join(before), " ".join(after))
    kept = re.sub(r"\[-.*?-\]|\{\+.*?\+\}", "", diff).split()
    assert len(kept) == most_in_common(before, after)


@pytest.mark.parametrize("halves", [1, 2])
def test_each_of_many_edits_is_told_by_itself(halves: int) -> None:
    """In texts too long to be compared in full, also where most words stand in them twice."""
    before, after, told = (
        " middle ".join([" ".join(f"w{n} {edit} {n} is" for n in range(300))] * halves)
        for edit in ("was", "now", "[-was-] {+now+}")
    )
    assert diff_words(before, after) == told


def test_a_long_text_before_an_edit_makes_no_difference() -> None:
    """What stayed at either end is not compared again."""
    before, after, same = "a b a c " * 8, "c a b b " * 8, "as it was " * 700
    told = diff_words(before, after).strip()
    assert told.count("[-") > 5
    assert diff_words(same + before + same, same + after + same) == f"{same}{told} {same}".strip()


TEXTS = st.text(st.sampled_from("ab-+[]{} \n"), max_size=40)


def _read(diff: str, taken: str) -> list[str]:
    """Return the words of one side of a difference, as a reader of the marks sees them."""
    kept = re.sub(r"\[-(.*?)-\]", r"\1" if taken == "-" else "", diff, flags=re.DOTALL)
    kept = re.sub(r"\{\+(.*?)\+\}", r"\1" if taken == "+" else "", kept, flags=re.DOTALL)
    return kept.replace("\u2060", "").split()


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_their_difference(before: str, after: str) -> None:
    """Whatever marks they hold themselves."""
    diff = diff_words(before, after)
    assert _read(diff, "-") == before.split()
    assert _read(diff, "+") == after.split()


@settings(deadline=None)
@given(st.integers(900, 1200), st.integers(0), st.lists(st.integers(0, 899), max_size=5))
def test_a_long_text_with_a_few_edits_shows_few_changes(
    count: int, seed: int, places: list[int]
) -> None:
    """Far beyond what could be compared in full."""
    # A thousand numbers of hypothesis' own would take longer to make up than to compare.
    numbers = Random(seed).choices(range(401), k=count)
    edited: list[object] = list(numbers)
    for place in places:
        edited[place] = "edited"
    diff = diff_words(" ".join(map(str, numbers)), " ".join(map(str, edited)))
    assert diff.count("{+") <= 5
    assert _read(diff, "+") == [str(one) for one in edited]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a " * 10_000, "b a " * 5_000),
        (" ".join(map(str, range(5_000))), " ".join(map(str, range(5_000, 0, -1)))),
        ("x" * 20_000, "y" * 20_000),
        ("-]" * 10_000, "[-" * 10_000),
    ],
)
def test_no_text_takes_long(before: str, after: str) -> None:
    """Not even one that was made to: 20,000 characters are compared in well under a second."""
    start = perf_counter()
    diff_words(before, after)
    is_trivial(before, after)
    assert perf_counter() - start < 2


def test_a_message_shows_what_changed() -> None:
    """Marks in the text itself are text."""
    change = FieldChange(
        field="text", before="", after="", diff=diff_words("[-old-] price", "[-old-] cost")
    )
    (told,) = build_content(digest(replace(REVISED, changes=(change,)))).releases
    ((_, line),) = told.changes
    assert [(span.kind, span.text.strip()) for span in line] == [
        ("text", "[-old-]"),
        ("removed", "price"),
        ("text", ""),
        ("added", "cost"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "trivial"),
    [
        ("a, b", "a b", True),
        ("a-b", "a – b", True),
        ("“x”", '"x"', True),
        ("can not", "cannot", True),
        ("5% of it, all of it", "5% of it all of it", True),
        ("a\0b", "ab", True),
        ("the end", "the end.", True),
        ("", "…", True),
        ("a b", "b a", False),
        ("US", "us", False),
        ("1.5", "15", False),
        ("1,000", "1.000", False),
        ("5%", "5", False),
        ("-5 degrees", "5 degrees", False),
        ("2025-12-01", "2025-12-02", False),
        ("cafe", "café", False),
        ("€5", "$5", False),
    ],
)
def test_white_space_and_punctuation_alone_are_trivial(
    before: str, after: str, *, trivial: bool
) -> None:
    """But a mark within a number, a sign of money or a capital is none of that."""
    assert is_trivial(before, after) is trivial
    assert is_trivial(after, before) is trivial
