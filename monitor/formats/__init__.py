"""File formats of releases: text, JSON, CSV and feeds."""
