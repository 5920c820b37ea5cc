"""The SQLite store: who opens it, what is in it, and the questions asked of it.

`database` opens files and holds transactions, `schema` makes and migrates them. On top of these
stand `checks` (what a check needs to know and writes), `outbox` (messages owed) and `archive`
(reading releases). The schema is made through sqlite-utils, which costs 50 ms to import, so an
up-to-date database is opened and used without it: a one-shot run every few minutes feels that.
"""
