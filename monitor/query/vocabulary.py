"""The words that the rules of `words` would get wrong, and the endings that they go by."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# They end in s, and without it they would be another word, or none that takes -es.
SINGULAR = _words(
    """
    news goods customs arms means does corps series species lens plus bias odds amends besides
    sometimes ours hers canvas atlas alias pancreas christmas laos mars hans chaos cosmos ethos
    kudos whereas
    """
)

# They end in -us, -is or -ics, and are plurals all the same.
PLURAL = _words(
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

# Their singular ends in -ie, where others in -ies have -y.
IE = _words(
    """
    movies cookies calories zombies rookies genies selfies hippies prairies brownies smoothies
    newbies freebies hoodies groupies foodies birdies goalies magpies neckties collies aeries
    """
)

# Endings before which the plural is -es …
ES = ("ches", "shes", "sses", "xes", "zzes", "tzes", "oes")

# … but for these words, which have an e of their own.
E = _words(
    """
    axes aches headaches toothaches heartaches backaches stomachaches caches niches psyches
    avalanches creches cliches quiches pastiches moustaches mustaches porsches
    shoes horseshoes snowshoes toes tiptoes mistletoes canoes hoes foes oboes throes woes floes
    impasses crevasses posses finesses
    """
)

# Words in -uses that have an e of their own, like houses and causes; the others are in -us.
USE_ENDINGS = ("auses", "ouses", "fuses")
USE = _words(
    """
    uses reuses misuses overuses disuses abuses ruses peruses accuses excuses muses amuses bemuses
    """
)

# Compounds of "man"; specimen, regimen, Yemen and their like are none.
MEN = ("smen", "rmen", "hmen", "dmen", "women")

IRREGULAR = {
    plural: one
    for one, plural in (
        pair.split(":")
        for pair in _words(
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

# In a headline all in capitals CARS are cars; these are themselves.
ACRONYMS = frozenset({"aids", "sars", "mers", "gbps", "mbps", "kbps", "hers", "ours"})
