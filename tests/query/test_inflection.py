"""Singular, plural and possessive are one; different words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.query import inflection
from monitor.query.inflection import WordForm, inflect_token, list_inflections, singularize

# Grouped by where they were seen or why they go wrong.
SAME = {
    "the contract": "battery/batteries FTA/FTAs Canada/Canada’s",
    "trade releases": """
        tariff/tariffs quota/quotas country/countries company/companies industry/industries
        subsidy/subsidies policy/policies duty/duties strategy/strategies supply/supplies
        vehicle/vehicles chip/chips car/cars ship/ships plant/plants export/exports
        investigation/investigations measure/measures agreement/agreements reserve/reserves
        initiative/initiatives price/prices service/services alliance/alliances
        ministry/ministry’s Korea/Korea's member/members’ robot/robots display/displays
        day/days key/keys survey/surveys delay/delays
    """,
    "-es after a hiss": """
        business/businesses address/addresses process/processes access/accesses loss/losses
        tax/taxes box/boxes index/indexes suffix/suffixes branch/branches launch/launches
        batch/batches approach/approaches bush/bushes wish/wishes buzz/buzzes quiz/quizzes
        waltz/waltzes blitz/blitzes gas/gases bus/buses lens/lenses virus/viruses campus/campuses
        status/statuses bonus/bonuses census/censuses surplus/surpluses focus/focuses
        caucus/caucuses bias/biases canvas/canvases atlas/atlases alias/aliases iris/irises
        Airbus/Airbuses
    """,
    "an e of their own": """
        house/houses case/cases base/bases license/licenses release/releases purchase/purchases
        size/sizes prize/prizes bronze/bronzes headache/headaches axe/axes cache/caches
        niche/niches avalanche/avalanches use/uses abuse/abuses cause/causes clause/clauses
        pause/pauses excuse/excuses warehouse/warehouses course/courses nurse/nurses
        response/responses expense/expenses exercise/exercises enterprise/enterprises
        purpose/purposes phase/phases database/databases disease/diseases impasse/impasses
        fuse/fuses spouse/spouses increase/increases lease/leases
    """,
    "-ie and -y": """
        tie/ties die/dies lie/lies pie/pies movie/movies cookie/cookies calorie/calories
        selfie/selfies rookie/rookies city/cities ally/allies sky/skies library/libraries
    """,
    "-o": """
        potato/potatoes tomato/tomatoes embargo/embargoes embargo/embargos veto/vetoes
        cargo/cargoes hero/heroes shoe/shoes toe/toes canoe/canoes photo/photos memo/memos
        expo/expos studio/studios
    """,
    "-f and -fe": "leaf/leaves life/lives knife/knives wife/wives half/halves shelf/shelves "
    "wolf/wolves thief/thieves chief/chiefs tariff/tariffs",
    "irregular": """
        man/men woman/women chairman/chairmen spokesman/spokesmen fisherman/fishermen
        businessman/businessmen gentleman/gentlemen child/children foot/feet tooth/teeth
        mouse/mice criterion/criteria phenomenon/phenomena index/indices matrix/matrices
        appendix/appendices analysis/analyses crisis/crises hypothesis/hypotheses thesis/theses
        synthesis/syntheses memorandum/memoranda diagnosis/diagnoses referendum/referenda
        forum/fora basis/basis
    """,
    "-ics that count": """
        topic/topics clinic/clinics fabric/fabrics critic/critics metric/metrics
        statistic/statistics ceramic/ceramics plastic/plastics mechanic/mechanics
        republic/republics epidemic/epidemics graphic/graphics generic/generics tactic/tactics
        cosmetic/cosmetics antibiotic/antibiotics
    """,
    "peoples and borrowed words": """
        Saudi/Saudis Emirati/Emiratis Iraqi/Iraqis Israeli/Israelis menu/menus taxi/taxis
        guru/gurus tsunami/tsunamis bureau/bureaus bureau/bureaux Thai/Thais
    """,
    "acronyms": """
        EV/EVs PC/PCs TV/TVs SME/SMEs MOU/MOUs MoU/MoUs AI/AI's US/U.S. US/U.S.’s USA/U.S.A.
        PhD/PhDs GPU/GPUs gpu/gpus BRIC/BRICs
    """,
    "spelling": """
        cafe/café resume/résumé Łódź/Lodz Ørsted/Orsted Æther/Aether œuvre/oeuvre Straße/STRASSE
        İstanbul/Istanbul ısı/isi þing/thing dont/don't OBrien/O’Brien 1234/1,234 Sao/São
    """,
    "headlines in capitals": "car/CARS Korea/KOREA'S battery/BATTERIES chip/CHIPS LED/LEDS",
}

DIFFERENT = {
    "the contract": "general/generate AI/said 644/644.5",
    "s that belongs to the word": """
        new/news good/goods custom/customs arm/arms mean/means it/its thi/this ha/has wa/was u/us
        i/is a/as hi/his doe/does corp/corps len/lens bia/bias plu/plus odd/odds Mar/Mars Han/Hans
    """,
    "-ics that are a field": """
        economic/economics electronic/electronics politic/politics logistic/logistics
        ethic/ethics physic/physics robotic/robotics
    """,
    "words with and without an e": """
        car/care plan/plane rat/rate cars/care plans/planes gas/gaze us/use us/uses bus/buse
        basis/bases basis/base virus/virtue Claus/clause human/humane
    """,
    "stems": "import/important busy/business nation/national trade/trader produce/product",
    "acronyms": "gp/GPS aid/AIDS ci/CIS sar/SARS EV/eve IT/item",
    "numbers": "1/1,234 644.5/6445 5/5G 2/2nd G2/G20 1.5/15",
    "scripts": "カ/ガ 한/하",
}


def _pairs(groups: dict[str, str]) -> list[tuple[str, str]]:
    return [tuple(pair.split("/")) for text in groups.values() for pair in text.split()]  # type: ignore[misc]


def _share(one: str, other: str) -> bool:
    return not set(inflect_token(one).keys).isdisjoint(inflect_token(other).keys)


@pytest.mark.parametrize(("one", "other"), _pairs(SAME))
def test_forms_of_one_word_share_a_key(one: str, other: str) -> None:
    """In both directions, the singular finds the plural and the plural the singular."""
    assert _share(one, other)
    assert _share(other, one)


@pytest.mark.parametrize(("one", "other"), _pairs(DIFFERENT))
def test_different_words_share_none(one: str, other: str) -> None:
    """No rule may make one word of two."""
    assert not _share(one, other)


STAYS = """
    news goods series species customs arms means gas bus lens plus status campus politics economics
    electronics basis analysis this us is as has was his its does yes ads less business Paris
"""


@pytest.mark.parametrize("word", STAYS.split())
def test_words_that_are_no_plurals_stay(word: str) -> None:
    """Their s belongs to them."""
    assert singularize(word.lower()) == word.lower()


@pytest.mark.parametrize(
    ("surface", "expected"),
    [
        ("U.S.", WordForm("us", ("us",), "US")),
        ("U.S.’s", WordForm("us", ("us",), "US")),
        ("us", WordForm("us", ("us",))),
        ("Us", WordForm("us", ("us",))),
        ("AI’s", WordForm("ai", ("ai",), "AI")),
        ("AIs", WordForm("ais", ("ais", "ai"), "AI")),
        ("As", WordForm("as", ("as",))),
        ("IT'S", WordForm("it", ("it",), "IT")),
        ("It’s", WordForm("it", ("it",))),
        ("É.U.", WordForm("eu", ("eu",), "EU")),
        ("MoUs", WordForm("mous", ("mous", "mou"))),
        ("G7", WordForm("g7", ("g7",))),
        ("644.5bn", WordForm("644.5bn", ("644.5bn",))),
        ("1990's", WordForm("1990", ("1990",))),
        ("반", WordForm("반", ("반",))),
    ],
)
def test_capitals_are_known(surface: str, expected: WordForm) -> None:
    """The acronym inside a token is told from small letters that spell the same."""
    assert inflect_token(surface) == expected


@given(st.text(st.characters(codec="ascii", categories=["Ll"]), max_size=12))
def test_a_key_is_never_longer_than_two_letters_more(word: str) -> None:
    """Singular makes keys of words, never of nothing, and only irregular ones grow."""
    assert bool(singularize(word)) == bool(word)
    assert len(singularize(word)) <= len(word) + 2


ENDINGS = ("", "s", "es", "ies", "sses", "men", "theses", "uses", "ics", "is", "ches")


@given(
    st.one_of(
        st.builds(str.__add__, st.text("aehimnostuwyz", max_size=4), st.sampled_from(ENDINGS)),
        st.sampled_from(
            sorted(
                {
                    *inflection.SINGULAR_BY_PLURAL,
                    *inflection.PLURALS_OF_IE,
                    *inflection.PLURALS_IN_US_IS,
                }
            )
        ),
    ).filter(bool)
)
def test_every_word_is_among_those_of_its_keys(word: str) -> None:
    """So that a word can be looked up in all its forms; and nothing else is."""
    for key in inflect_token(word).keys:
        assert word in list_inflections(key)
        assert all(key in inflect_token(one).keys for one in list_inflections(key))
