"""config.toml: found, read, checked and turned into the model.

A mistake is found at load, never at the hour when the message was due: every key is checked, and
what is wrong is told with its line, its key and what was expected, all mistakes at once.
"""

from monitor.config.load import find, load
from monitor.config.parse import parse
from monitor.config.template import template

__all__ = ["find", "load", "parse", "template"]
