"""HTTP requests with deadlines and verified TLS, on top of httpx.

`client` wraps an httpx client so that every request ends by a deadline. TLS is verified against
the system's root certificates. The packages above fetch pages and post messages with it.
"""
