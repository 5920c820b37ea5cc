"""httpx without its command line.

`import httpx` loads `httpx._main`, which loads click and, where installed, rich and pygments: a
tenth of a one-shot run and more, for a program nobody starts here. httpx itself carries on when
that import fails; so it is made to fail. Import httpx from here.
"""

import sys

if "httpx" not in sys.modules:
    sys.modules["httpx._main"] = None  # type: ignore[assignment] # makes its import fail
    import httpx

    del sys.modules["httpx._main"]
else:
    import httpx

__all__ = ["httpx"]
