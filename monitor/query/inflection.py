"""The forms under which a token is matched: singular, plural and possessive share them."""

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from monitor.text.tokenize import APOSTROPHE

_MIN_PLURAL_LENGTH = (
    4  # letters: "gas" and "yes" are not plurals; "EVs" is recognized by its capitals
)
_ACRONYM_LENGTHS = (2, 4)  # letters: query words in capitals of this length match only capitals

_DIACRITICS = re.compile(r"[\u0300-\u036f]+")
# Letters that Unicode does not decompose, but that people without them on a keyboard type plain.
_PLAIN_LETTERS = str.maketrans(
    {
        **dict(zip("øØłŁđĐðÐı", "oOlLdDdDi", strict=True)),
        **dict(zip("þÞæÆœŒßẞ", ("th", "TH", "ae", "AE", "oe", "OE", "ss", "SS"), strict=True)),
    }
)


class WordForm(NamedTuple):
    """The forms of a token for comparison: two words match if they share a key.

    `folded` is its spelling in lower case without accents, dots and possessive, and the first of
    its `keys`. `capitals` is the acronym in it, or "" if it has lower-case letters.
    """

    folded: str
    keys: tuple[str, ...]
    capitals: str = ""


@lru_cache(maxsize=1 << 16)
def inflect_token(surface: str) -> WordForm:
    """Return the forms under which a token is matched."""
    simplified = _simplify_surface(surface)
    folded = simplified.casefold()
    if folded == simplified or not simplified.isalpha():
        return WordForm(
            folded, _build_keys(folded, singularize(folded) if folded[0].isalpha() else folded)
        )
    if simplified.isupper():
        singular_key = folded if folded in UNCHANGED_ACRONYMS else singularize(folded)
        return WordForm(folded, _build_keys(folded, singular_key), simplified)
    if simplified[-1] == "s" and simplified[-2].isupper() and len(simplified) > len("As"):
        # EVs and MoUs: too short for a plural, or ending in -us; MoUs is no acronym.
        return WordForm(
            folded,
            _build_keys(folded, folded[:-1]),
            simplified[:-1] if simplified[:-1].isupper() else "",
        )
    return WordForm(folded, _build_keys(folded, singularize(folded)))


def _build_keys(folded: str, singular_key: str) -> tuple[str, ...]:
    return (folded,) if singular_key == folded else (folded, singular_key)


def is_acronym(capitals: str) -> bool:
    """Return whether a query word with these capitals matches only capitals."""
    shortest, longest = _ACRONYM_LENGTHS
    return shortest <= len(capitals) <= longest


def _simplify_surface(surface: str) -> str:
    """Return a token without accents, possessive, inner apostrophes, dots and commas."""
    if not surface.isascii():
        surface = normalize(
            "NFC", _DIACRITICS.sub("", normalize("NFKD", surface)).translate(_PLAIN_LETTERS)
        )
    if not surface.isalnum():
        surface = APOSTROPHE.sub("'", surface)
        head, apostrophe, tail = surface.rpartition("'")
        if apostrophe and tail in {"s", "S"}:
            surface = head
        surface = surface.replace("'", "").replace(",", "")
        if not surface[0].isdecimal():
            surface = surface.replace(".", "")
    return surface


def singularize(word: str) -> str:
    """Return the key that `word` shares with its plural.

    `word` must be in lower case and without possessive. The key need not be a word ("Texas" has
    "texa"), but no two words share one.
    """
    if len(word) < _MIN_PLURAL_LENGTH:
        return "man" if word == "men" else word
    if word in SINGULAR_BY_PLURAL:
        return SINGULAR_BY_PLURAL[word]
    if word[-1] == "s":
        return word if _keeps_final_s(word) else _remove_plural_ending(word)
    return f"{word[:-2]}an" if word.endswith(MEN_ENDINGS) else word


def list_inflections(key: str) -> tuple[str, ...]:
    """Return all words with this key, including the key itself if it is a word."""
    stem, plural_endings = key[:-1], ("s", "es")
    candidates = (
        key,
        *(key + end for end in plural_endings),
        f"{stem}ies",
        f"{key[:-2]}es",
        f"{key[:-2]}en",
    )
    irregular = (many for many, one in SINGULAR_BY_PLURAL.items() if one == key)
    words = dict.fromkeys((*candidates, *irregular))
    return tuple(word for word in words if key in (word, singularize(word)))


def _keeps_final_s(word: str) -> bool:
    """Return whether the final s belongs to the word itself."""
    if word in SINGULARS_IN_S or word.endswith("ss"):
        return True
    return word.endswith(("us", "is", "ics")) and word not in PLURALS_IN_US_IS


def _remove_plural_ending(word: str) -> str:
    if word.endswith("ies"):
        has_e = word in PLURALS_OF_IE or len(word) == _MIN_PLURAL_LENGTH
        return word[:-1] if has_e else f"{word[:-3]}y"
    if word.endswith("theses"):
        return f"{word[:-2]}is"
    return word[:-2] if _has_es_ending(word) else word[:-1]


def _has_es_ending(word: str) -> bool:
    if word.endswith("uses"):
        return not (word in PLURALS_OF_USE or word.endswith(USE_ENDINGS))
    return word.endswith(ES_ENDINGS) and word not in PLURALS_OF_E


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Singulars in s: without it they would be another word, or none with a plural in -es.
SINGULARS_IN_S = _split_words(
    """
    news goods customs arms means does corps series species lens plus bias odds amends besides
    sometimes ours hers canvas atlas alias pancreas christmas laos mars hans chaos cosmos ethos
    kudos whereas
    """
)

# Plurals in -us, -is or -ics, endings that mark a singular in other words.
PLURALS_IN_US_IS = _split_words(
    """
    menus gurus bureaus plateaus tableaus emus gnus haikus tofus hindus zulus cpus gpus npus tpus
    mous
    taxis saudis emiratis iraqis kuwaitis bahrainis qataris omanis yemenis israelis pakistanis
    bangladeshis nepalis azeris somalis punjabis bengalis thais nazis sunnis maoris kiwis skis
    alibis bikinis tsunamis safaris rabbis khakis semis audis ferraris chilis yetis wikis emojis
    delis minis
    topics clinics fabrics critics metrics statistics ceramics plastics mechanics republics
    epidemics pandemics graphics generics tactics cosmetics antibiotics lyrics picnics mosaics
    comics classics academics characteristics diagnostics fanatics heretics skeptics sceptics
    medics paramedics mimics relics rubrics tonics tunics cynics clerics panics domestics
    synthetics basics narcotics antiseptics organics
    """
)

# Plurals in -ies whose singular ends in -ie, not in -y.
PLURALS_OF_IE = _split_words(
    """
    movies cookies calories zombies rookies genies selfies hippies prairies brownies smoothies
    newbies freebies hoodies groupies foodies birdies goalies magpies neckties collies aeries
    """
)

# Endings of plurals that add -es …
ES_ENDINGS = ("ches", "shes", "sses", "xes", "zzes", "tzes", "oes")

# … except these words, whose singular ends in e.
PLURALS_OF_E = _split_words(
    """
    axes aches headaches toothaches heartaches backaches stomachaches caches niches psyches
    avalanches creches cliches quiches pastiches moustaches mustaches porsches
    shoes horseshoes snowshoes toes tiptoes mistletoes canoes hoes foes oboes throes woes floes
    impasses crevasses posses finesses
    """
)

# Plurals in -uses whose singular ends in -use, like houses and causes; others are in -us.
USE_ENDINGS = ("auses", "ouses", "fuses")
PLURALS_OF_USE = _split_words(
    """
    uses reuses misuses overuses disuses abuses ruses peruses accuses excuses muses amuses bemuses
    """
)

# Endings of compounds of "man"; specimen, regimen, Yemen and the like are none.
MEN_ENDINGS = ("smen", "rmen", "hmen", "dmen", "women")

SINGULAR_BY_PLURAL = {
    plural: one
    for one, plural in (
        pair.split(":")
        for pair in _split_words(
            """
        child:children foot:feet tooth:teeth goose:geese mouse:mice louse:lice ox:oxen
        gentleman:gentlemen serviceman:servicemen policeman:policemen fireman:firemen
        foreman:foremen middleman:middlemen
        leaf:leaves life:lives knife:knives wife:wives half:halves shelf:shelves wolf:wolves
        thief:thieves loaf:loaves calf:calves self:selves scarf:scarves hoof:hooves dwarf:dwarves
        wharf:wharves housewife:housewives midwife:midwives
        criterion:criteria phenomenon:phenomena memorandum:memoranda addendum:addenda
        erratum:errata stratum:strata curriculum:curricula referendum:referenda
        bacterium:bacteria stadium:stadia quantum:quanta forum:fora
        index:indices matrix:matrices appendix:appendices vertex:vertices vortex:vortices
        analysis:analyses paralysis:paralyses crisis:crises emphasis:emphases oasis:oases
        diagnosis:diagnoses prognosis:prognoses synopsis:synopses ellipsis:ellipses
        nucleus:nuclei stimulus:stimuli focus:foci fungus:fungi radius:radii syllabus:syllabi
        formula:formulae larva:larvae bureau:bureaux plateau:plateaux
        quiz:quizzes gas:gases lens:lenses bias:biases canvas:canvases atlas:atlases alias:aliases
        iris:irises pancreas:pancreases christmas:christmases
            """
        )
    )
}

# In a headline in capitals, CARS is the plural of CAR; these words stay as they are.
UNCHANGED_ACRONYMS = frozenset({"aids", "sars", "mers", "gbps", "mbps", "kbps", "hers", "ours"})
