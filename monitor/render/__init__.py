"""Digests and releases as bytes or text, one way out a file; none knows another, none touches."""
