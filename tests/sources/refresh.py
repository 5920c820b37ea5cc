"""`python -m tests.sources.refresh` writes the fixtures' expectations from today's parser.

With `--pages` it builds the fixture pages anew first. Read the difference before committing it.
"""

import sys

from tests.sources.expected import refresh
from tests.sources.fixture_pages import FIXTURES, pages


def main() -> None:
    """Refresh, and say what has changed."""
    if "--pages" in sys.argv[1:]:
        for name, body in pages():
            (FIXTURES / "motir" / f"{name}.html").write_bytes(body)
        print("Wrote the pages; run again without --pages for their expectations.")
        return
    changed = list(refresh())
    for place in changed:
        print(f"changed: {place.name}")
    print(f"{len(changed)} expectations changed; read them before you commit them.")


if __name__ == "__main__":
    main()
