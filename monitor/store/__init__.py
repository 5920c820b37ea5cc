"""The SQLite store: the database file, its schema, and all reads and writes.

`database` opens files and runs transactions; `schema` creates and migrates the tables. The other
modules build on these, among them `checks` (the state of each source and the log of checks),
`outbox` (pending messages) and `releases` (the archive). Creating the schema needs sqlite-utils,
which takes 50 ms to import. An up-to-date database is opened without it, because that time matters
for a one-shot run every few minutes.
"""
