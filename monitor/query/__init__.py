"""The language of watches and searches: read, printed back, and held against releases.

syntax     parse: a query into nodes; QueryError marks a mistake in its place
keywords   plain keywords, and the whole of a watch, into nodes
nodes      what a query is made of
printing   unparse: nodes back into a query
match      find, Matcher: where a release matches; the one place that decides
snippet    the stretch of a release that shows best why it matched
prefilter  what the archive’s index can narrow down, without ever hiding a match
spelled    how the words of a release stand in that index
"""
