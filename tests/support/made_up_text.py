"""Texts of made-up words, for what is measured."""

import random

# Some five thousand words, of which a release has a hundred, beside the few that all of them have.
VOCABULARY = [
    first + second + third
    for first in ("ste", "tra", "quo", "chi", "batte", "ener", "nu", "fi", "shi", "so", "inve",
                  "expo", "impo", "tari", "su", "fo", "rea", "hydro", "mine", "digi", "tex")
    for second in ("l", "d", "t", "p", "r", "g", "cl", "sh", "mm", "nd", "rt", "ff", "pl", "ct")
    for third in ("", "ing", "er", "ment", "ist", "al", "ward", "ful", "ness", "ery", "age", "ive",
                  "ship", "some", "able", "ian", "ous")
]  # fmt: skip
COMMON = ["the", "of", "and", "Korea", "ministry", "trade", "minister", "said", "with", "for", "in",
          "to", "MOTIR", "Korea’s", "countries", "cooperation", "AI", "economic"]  # fmt: skip


def prose(chance: random.Random, words: int) -> str:
    """Return so many words, as a release has them: most are common, some are not."""
    return " ".join(
        chance.choice(COMMON) if chance.random() < 0.6 else chance.choice(VOCABULARY)
        for _ in range(words)
    )
