"""The language of watches and searches: read, printed back, and held against releases.

syntax     parse: a query into nodes; QueryError marks a mistake in its place
keywords   plain keywords, and the whole of a watch, into nodes
nodes      what a query is made of
printing   unparse: nodes back into a query
match      find, Matcher: where a release matches; the one place that decides
snippet    the stretch of a release that shows best why it matched
leaving    what a query would be with a term left out, or meant less strictly
reasoning  why a query is true of a release, or is not, in its own terms
prefilter  what the archive’s index can tell of a query, without ever hiding a match
lookup     the same of one term
glance     what is seen in a text without cutting it into tokens
spelled    how the words of a release stand in that index
"""
