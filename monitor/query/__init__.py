"""The language of watches and searches: read, printed back, and held against releases."""

from monitor.query.keywords import keywords, of
from monitor.query.match import Matcher, find
from monitor.query.nodes import And, Node, Not, Or, Source, Term
from monitor.query.prefilter import prefilter, spellings
from monitor.query.printing import unparse
from monitor.query.snippet import snippet
from monitor.query.syntax import parse

__all__ = [
    "And",
    "Matcher",
    "Node",
    "Not",
    "Or",
    "Source",
    "Term",
    "find",
    "keywords",
    "of",
    "parse",
    "prefilter",
    "snippet",
    "spellings",
    "unparse",
]
