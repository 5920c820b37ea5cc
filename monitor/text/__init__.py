"""Text as it comes in, goes out and is compared.

cleaning   neutralising what is hostile: control, bidi and invisible characters
folding    the form in which two titles are compared
likeness   whether two releases report one event
tokens     words, numbers and initials, with their places in the original
"""
