"""Whether two releases report one event."""

import pytest

from monitor.text.similarity import ReleaseTraits, is_same_event

RECEIVED = (
    "Kim Jung-kwan, Minister of Trade, Industry and Resources, met with {guest} in Seoul on Monday "
    "to discuss ways to expand bilateral cooperation in trade, investment and supply chains. The "
    "two sides agreed to keep in close contact and to meet again next year."
)
CENTRES = (
    "President Lee met the ruler of the UAE. Korea and the UAE will build data centres, for which "
    "the desert has land and sun, and Korea the chips."
)
REACTORS = (
    "In the evening an agreement on reactors followed: firms from Korea will look for orders "
    "with partners from the UAE. Neither Korea nor the UAE named a price."
)


def alike(one: tuple[str, str], other: tuple[str, str], *, same_day: bool = True) -> bool:
    """Compare two releases, each given by title and text; who is asked first makes no odds."""
    there = is_same_event(ReleaseTraits(*one), ReleaseTraits(*other), same_day=same_day)
    assert is_same_event(ReleaseTraits(*other), ReleaseTraits(*one), same_day=same_day) is there
    return there


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        # One title says all that the other does.
        (
            "Korea Joins Study of Reactors for Ships",
            "Korea Joins Study of Reactors for Ships",
            True,
        ),
        ("Korea’s Ships & Reactors", "KOREA'S SHIPS – REACTORS", True),
        ("Korea Joins Study of Reactors", "Photos: Korea Joins Study of Reactors", True),
        # A word is exchanged, or a number comes in.
        ("Meeting with the Ambassador of Chile", "Meeting with the Ambassador of Peru", False),
        ("Robots for Small Foundries", "Robots for Small Foundries: 2nd Round", False),
        ("A Bridge for Small Ships in Busan", "A Bridge for Small Ships in Busan 2", False),
        ("Exports Rise in October 2025", "Exports Rise in October 2024", False),
        ("Notice", "Notice", False),
        ("", "", False),
    ],
)
def test_titles_alone(one: str, other: str, together: bool) -> None:
    """Releases without a text are one event where one title holds all of the other."""
    assert alike((one, ""), (other, ""), same_day=False) is together


def test_short_report_whose_words_are_all_in_the_long_one() -> None:
    """A photograph's text stands in the release that it belongs to."""
    short = RECEIVED.format(guest="the Ambassador of Chile")
    long = (
        f"{short} Chile was the first partner of Korea in a free trade agreement, and both want "
        "more trade in minerals. The ambassador spoke of copper, of lithium, of apples and of "
        "wine, and the Minister asked about the new tax on mines and about visas for engineers."
    )
    photo, release = "Meeting with the Ambassador of Chile", "Korea and Chile to Trade Minerals"
    assert alike((photo, short), (release, long), same_day=False)


def test_two_guests_of_one_day_are_two_events() -> None:
    """The phrases of protocol are the same whoever comes; the titles say who it is."""
    chile, peru = (RECEIVED.format(guest=f"the Ambassador of {land}") for land in ("Chile", "Peru"))
    assert not alike(
        ("Meeting with the Ambassador of Chile", chile),
        ("Meeting with the Ambassador of Peru", peru),
    )


def test_guest_whom_the_other_title_names_is_no_stranger() -> None:
    """Two reports of one table, each on the guest at one end of it."""
    chile, peru = (RECEIVED.format(guest=f"the Ambassador of {land}") for land in ("Chile", "Peru"))
    assert alike(
        ("Meeting with the Ambassador of Chile", chile),
        ("Lunch with Chile and Peru", peru),
    )


def test_texts_that_share_a_part_are_two() -> None:
    """A paragraph that both releases carry, as on a programme, makes them no one event."""
    shared = " ".join(f"shared{n}" for n in range(58))
    one, other = (" ".join(f"{name}{n}" for n in range(42)) for name in ("wind", "sun"))
    assert not alike(("Wind", f"{shared} {one}"), ("Sun", f"{shared} {other}"))
    assert alike(("Wind", f"{shared} {one}"), ("Sun", f"{shared} sun1 sun2"))


def test_two_visits_with_the_same_parties() -> None:
    """What two parties do on one day is one event; on the next day it's another."""
    one = "Korea and the UAE to Build Data Centres", CENTRES
    other = "Korea and the UAE Sign a Memorandum", REACTORS
    elsewhere = "Korea and the UAE Play Football", "The match ended three to two."
    assert alike(one, other)
    assert not alike(one, other, same_day=False)
    once = other[0], "A memorandum on reactors was signed by Korea and the UAE, and tea was poured."
    assert not alike(one, once)
    assert not alike((one[0], "Many words on other things."), elsewhere)
    third = "Korea and Qatar Sign a Memorandum", REACTORS.replace("UAE", "Qatar")
    assert not alike(one, third)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("Offshore Wind: First Auction", "Five sites off the coast were given to builders."),
            ("Solar Power: First Auction", "Five fields on the coast were given to builders."),
        ),
        (
            (
                "Steel Imports Fall in November",
                """Imports of steel fell by 4 percent in November, to 1.2 million tonnes. Plates
                fell most, by a tenth, as builders of ships had filled their yards in summer.""",
            ),
            (
                "Duty on Steel Pipes to Be Looked At",
                """A firm asked for a duty on pipes of steel from two countries. An inquiry begins
                in December and ends within six months; builders of ships may be heard on it.""",
            ),
        ),
        (
            ("Meeting with the Vice-President of Chile", "The Vice-President was here. Vice-P."),
            ("Dinner with the Vice-President of Peru", "The Vice-President was there. Vice-P."),
        ),
    ],
)
def test_same_topic_is_not_the_same_event(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Two releases of one day on one matter stand apart."""
    assert not alike(one, other)


def test_texts_in_scripts_without_spaces() -> None:
    """Two texts of the same letters are not one event for that; the same text is."""
    text = "산업통상자원부 장관은 서울에서 캐나다 차관을 만나 철강 관세 문제를 논의하였다고 밝혔다"
    turned = text[::-1]
    assert alike(("가", text), ("나", f"{text} 또한 배터리 협력도 논의하였다"))
    assert not alike(("가", text), ("나", turned))
