"""Monitor a ministry's news listings and alert people to the releases that matter to them."""

__version__ = "0.1.0"
