r"""JSON that is safe to look at: what a reader cannot see is written as `\uXXXX`.

`json.dumps` either escapes everything beyond ASCII, which makes Hangul unreadable, or lets control,
bidi and zero-width characters through, which can rewrite what a terminal or a log shows. This
escapes only those. Nothing is lost: every parser gives back the same text.
"""

import json
import re

# Categories Cc, Cf, Zl, Zp and Cs, and whatever else is shown as nothing at all.
_UNSEEN = re.compile(
    r"[\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    r"\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def dumps(obj: object, *, indent: int | None = None) -> str:
    """Return `obj` as JSON; other Unicode stays readable, what is invisible is escaped."""
    text = json.dumps(obj, ensure_ascii=False, allow_nan=False, indent=indent)
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)
