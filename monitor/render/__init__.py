"""Messages and releases as bytes or text, one output format a file, independent of each other."""
