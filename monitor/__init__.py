"""Watches a ministry's news listing and tells people about the releases that matter to them."""

__version__ = "0.1.0"
