"""HTTP for those who read pages and those who post messages: httpx, made lean and bounded.

`client` gives an httpx client whose requests end by a deadline, with TLS verified against the
system's roots. What is read and what is posted is the business of the rooms above.
"""
