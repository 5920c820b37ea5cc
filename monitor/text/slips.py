"""Words that one slip of the finger makes another: what somebody may have meant to type."""

from collections.abc import Iterator
from string import ascii_lowercase, ascii_uppercase


def swapped(word: str) -> Iterator[str]:
    """Yield the words that two neighbouring letters in the wrong order may have been."""
    for at in range(len(word) - 1):
        if word[at] != word[at + 1]:
            yield f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"


def missed(word: str) -> Iterator[str]:
    """Yield the words that one letter too many, too few or another may have been.

    Letters are those of English: capitals where `word` is all in capitals.
    """
    letters = ascii_uppercase if word.isupper() else ascii_lowercase
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (f"{head}{letter}{tail}" for letter in letters)
        if tail:
            yield head + tail[1:]
            yield from (f"{head}{letter}{tail[1:]}" for letter in letters if letter != tail[0])
