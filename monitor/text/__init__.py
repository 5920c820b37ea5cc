"""Text as it is read, written and compared.

sanitize    removal of control, bidi and invisible characters, and plurals of counts
normalize   NFKC with a map back to the original, and the form in which titles are compared
tokenize    words, numbers and initials, with their positions in the original
similarity  whether two releases report the same event
encoding    the text of a page's bytes
width       lines broken by terminal columns
diff        word differences of two texts
"""
