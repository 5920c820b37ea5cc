"""Whose file this is, and which schema it has."""

APPLICATION_ID = 0x6D6F6E69  # "moni", SQLite's mark of the program that a file belongs to
VERSION = 12  # one more with every migration
