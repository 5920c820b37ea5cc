"""The types that flow through a check, one per stage and one file per group of stages.

Configured (`configured`) → read and scraped (`scraped`, `articles`) → believed, stored, decided
(`stored`) → found and told (`told`) → reported (`reported`); `world` is time and chance. None of
them has a field that means "not yet": what is not yet known is another type.

They are imported from their own files: a dataclass takes a third of a millisecond to make, and a
one-shot run that finds nothing changed needs a third of them.
"""
