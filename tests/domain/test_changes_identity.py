"""Sameness."""

import unicodedata
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.changes import make_release_key

DAY = date(2025, 12, 1)
TITLES = st.text(
    st.sampled_from("abcXYZ é½&$.-–—’'“”\" \u00a0\u3000가Ａ５"), min_size=1, max_size=40
)
RESPELLINGS = [
    lambda s: s.replace("-", "–"),
    lambda s: s.replace("–", "—"),
    lambda s: s.replace("’", "'"),
    lambda s: s.replace("“", '"').replace("”", '"'),
    lambda s: s.replace(" ", "  "),
    lambda s: s.replace(" ", "\u00a0"),
    lambda s: f" {s}\n",
    str.upper,
    str.lower,
    lambda s: unicodedata.normalize("NFD", s),
    lambda s: unicodedata.normalize("NFKC", s),
]


@given(TITLES, st.lists(st.sampled_from(RESPELLINGS), max_size=4))
def test_every_spelling_of_a_title_is_one_identity(title: str, changes: list) -> None:  # type: ignore[type-arg]
    """Dashes, quotes, white space, case and width never make another release."""
    spelled = title
    for change in changes:
        spelled = change(spelled)
    assert make_release_key(spelled, DAY) == make_release_key(title, DAY)


@given(TITLES, st.dates(), st.dates())
def test_another_date_is_another_release(title: str, one: date, other: date) -> None:
    """Same title, other date: another release."""
    assert (make_release_key(title, one) == make_release_key(title, other)) is (one == other)


def test_other_words_are_another_release() -> None:
    """What readers would call two titles stays two."""
    titles = ["Korea-US FTA", "Korea-EU FTA", "Korea-US FTAs", "$644.5 billion", "$644 billion"]
    assert len({make_release_key(title, DAY) for title in titles}) == len(titles)
