"""Reading pages: politely, patiently, and never more than was asked for.

`fetcher` reads one address with the limits of the contract; `patience` tries again with growing
waits. Conditional requests are ours, never a cache's: a monitor that is served its own memory is
blind.
"""
