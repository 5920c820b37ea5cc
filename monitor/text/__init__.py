"""Text as it comes in, goes out and is compared: neutralised, folded, cut into tokens."""

from monitor.text.cleaning import clean, clean_lines, printable
from monitor.text.folding import fold
from monitor.text.tokens import Token, Tokens, is_cjk

__all__ = ["Token", "Tokens", "clean", "clean_lines", "fold", "is_cjk", "printable"]
