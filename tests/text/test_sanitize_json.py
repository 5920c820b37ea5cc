"""JSON that can be looked at."""

import json
import sys
import unicodedata

import pytest

from monitor.text.sanitize import safe_dumps

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_every_unseen_character_is_escaped() -> None:
    """Over all of Unicode: what cannot be seen is escaped, and everything reads back."""
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in UNSEEN:
            written = safe_dumps(char)
            assert written.isascii()
            assert written.isprintable()
            assert json.loads(written) == char


@pytest.mark.parametrize("text", ["철강 쿼터", "Canada’s “steel” – 644.5", "😀", "é", 'a"b\\c'])
def test_what_can_be_seen_stays_as_it_is(text: str) -> None:
    """Other Unicode is readable in the JSON."""
    assert safe_dumps(text) == json.dumps(text, ensure_ascii=False)


def test_indent_is_passed_on() -> None:
    """A document for people can be indented."""
    assert safe_dumps({"a": ["\u202e"]}, indent=1) == '{\n "a": [\n  "\\u202e"\n ]\n}'


def test_what_json_lacks_is_refused() -> None:
    """NaN is no JSON: other parsers refuse it."""
    with pytest.raises(ValueError, match="JSON"):
        safe_dumps(float("nan"))
