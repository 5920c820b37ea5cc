"""`monitor completion SHELL`, and the hidden `complete` that its script asks on each TAB.

The script knows nothing of the commands: it hands on what was typed and shows what comes back, so
it never goes stale. What comes back is a line that says of what kind it is (`words`, `files` or
`folders`: those the shell knows better) and then, for words, a line for each. `argcomplete` does
much the same; it takes longer to import than all of this, and to quote for three shells is little.
"""

import os
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.cli.completion import line
from monitor.cli.completion.offers import Offer, offer

_HERE = Path(__file__).parent


def script(args: Namespace) -> int:
    """Print the script for a shell."""
    print((_HERE / f"completion.{args.shell}").read_text(encoding="utf-8"), end="")
    return 0


def complete(args: Namespace) -> int:
    """Print what can follow; nothing, in silence, where nothing can be told."""
    typed: Sequence[str] = args.typed[1:] if args.typed[:1] == ["--"] else args.typed
    is_bash = args.shell == "bash"
    print("\n".join(_for_bash("".join(typed[-1:])) if is_bash else _told(args.shell, typed)))
    return 0


def _told(shell: str, typed: Sequence[str]) -> Iterator[str]:
    """Yield the kind, and each word with what it is for after a tab; the shell does the rest.

    Of `--source=trade`, zsh completes the part after the `=`, fish the whole.
    """
    found = _offer(typed[1:])
    yield found.kind
    before = found.before if shell == "fish" else ""
    yield from (f"{before}{word}\t{does}".rstrip("\t") for word, does in found.words)


def _for_bash(text: str) -> Iterator[str]:
    """Yield the kind, and what bash is to put in place of the last bit of a line.

    bash hands over, and takes back, the line as it is typed: quoted.
    """
    typed = line.split(text)
    found = _offer([*typed.words[1:], typed.last])
    yield found.kind
    for word, _ in found.words:
        whole = f"{found.before}{word}"
        if whole.startswith(typed.last):
            yield line.quoted(whole[len(typed.kept) :], typed.quote)


def _offer(typed: Sequence[str]) -> Offer:
    return offer(typed, os.environ, Path.cwd(), Path.home())
