"""Why a release was, or was not, told to those who wait for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from monitor.model.dossier import Reason, Told
from monitor.model.stored import Origin
from monitor.model.told import Hit

Outcome = Literal["sent", "owed", "given-up", "not-sent"]
Cause = Literal["terms", "source", "paused", "late", "origin", "event", "known", "nobody"]
"""What kept a release from being told: the query fails; no listing of the watch shows it; the watch
is paused; it matches now and did not when the release was taken in; the release was never news; the
watch does not ask for what happened; who was to hear of it had heard of it for another watch; no
channel was to hear of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFound:
    """One term of a query held against a release.

    `is_excluded`: the query leaves out what has it. `is_to_blame`: the query fails for it. `hits`
    are where it is; `instead` is the word in small letters that is there where the term, being of
    two to four capitals, finds only capitals.
    """

    term: str
    is_excluded: bool
    is_found: bool
    is_to_blame: bool
    hits: tuple[Hit, ...] = ()
    instead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A channel, and what it was told of the release for this watch, or is to be, oldest first.

    `is_gone`: the config has it no more; `is_addressed`: the watch goes to this channel.
    """

    channel: str
    is_gone: bool
    is_addressed: bool
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One watch and one release. `causes` is empty where somebody was told or is to be.

    `query` is all that the watch asks for now; `matched` is when and as what it first found the
    release by that, or else last by what it asked before, None if it never did. `terms` and
    `matches_now` are of the query and the text as they are now. `origin` is how the release came,
    `seen_in` are the listings that show it.
    """

    watch: str
    query: str
    outcome: Outcome
    causes: tuple[Cause, ...]
    matches_now: bool
    matched: Reason | None
    origin: Origin
    first_seen_at: datetime
    seen_in: tuple[str, ...]
    terms: tuple[TermFound, ...]
    channels: tuple[Heard, ...]
