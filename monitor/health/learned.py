"""Rules that a listing teaches by how it looked in its last believed checks.

A share counts as usual from nine in ten of at least five entries on, and as lost when less than
half of what was read shows it: single entries may lack anything. Where entries are met again, they
are the witnesses: a changed layout changes them too, and what is new may be of another kind.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from statistics import median

from monitor.health.pages import LAYOUT
from monitor.health.shape import shape_of
from monitor.model.history import History, Shape
from monitor.model.scraped import Page
from monitor.model.stored import Verdict
from monitor.text.folding import fold

FAR_FEWER = "far-fewer"

_ENOUGH = 5  # entries, to say what is usual
_FEW = 3  # entries, to say that it has changed
_FEWER = 4  # entries that are lacking at the least, to be far fewer
_USUAL = 0.9
_LOST = 0.5
_LONG = 200  # characters
_SHORTER = 10  # times
_REWRITTEN = 6  # entries that are edited at once, to be no edits


def far_fewer(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to a first page with less than half of the entries that it usually has."""
    usual = median([shape.first for shape in history.shapes] or [0])
    found = len(pages[0].entries)
    if pages[0].number == 1 and 0 < found < usual / 2 and usual - found >= _FEWER:
        yield Verdict(
            credible=False,
            rule=FAR_FEWER,
            reason=f"the first page of the listing holds {found} of its usual {usual:g} entries",
            advice="open the address in a browser and count: part of the page may be missing",
        )


def rewritten(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to other titles or dates in nearly all known entries: so many are no edits."""
    met = {one for page in pages for one in page.entries if one in history.met}
    altered = len(met & history.altered)
    if altered >= _REWRITTEN and altered >= len(met) * _USUAL:
        yield Verdict(
            credible=False,
            rule="rewritten",
            reason=f"{altered} of {len(met)} known entries have another title or date than before",
            advice="open the address in a browser and compare it with: monitor releases; if all is"
            " as it was there, the site's layout has changed",
        )


def another_language(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to titles in Hangul where they were in Latin letters, or the other way round."""
    share, now = _usual(history, _eastern), _witnessed(pages, history)
    if share is None or now.entries < _FEW:
        return
    turned = _eastern(now) / now.entries
    if (1 - share >= _USUAL and turned > _LOST) or (share >= _USUAL and turned < _LOST):
        was, is_ = ("Latin letters", "Hangul, Han or Kana")[:: 1 if share < _LOST else -1]
        yield Verdict(
            credible=False,
            rule="another-language",
            reason=f"most titles are in {is_}, where they were in {was}",
            advice="open the address in a browser: the site may show another language's pages",
        )


def no_texts(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to entries without texts, where they had them."""
    for lacking, read in _lost(pages, history, _texts):
        yield Verdict(
            credible=False,
            rule="no-texts",
            reason=f"{lacking} of {read} entries have no text, where nearly all had one",
            advice=LAYOUT,
        )


def short_texts(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to texts a tenth as long as they were: a "read more", say, in place of the text."""
    usual = _letters_a_text(history.shapes)
    now = _witnessed(pages, history)
    found = _letters_a_text([now])
    if now.texts >= _FEW and usual >= _LONG and found * _SHORTER < usual:
        yield Verdict(
            credible=False,
            rule="short-texts",
            reason=f"texts are {found:.0f} characters long on average, where they were {usual:.0f}",
            advice=LAYOUT,
        )


def no_categories(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to entries without a category on a board that always shows one."""
    for lacking, read in _lost(pages, history, _labelled):
        yield Verdict(
            credible=False,
            rule="no-categories",
            reason=f"{lacking} of {read} entries have no category, where nearly all had one",
            advice=LAYOUT,
        )


def other_categories(pages: Sequence[Page], history: History, _now: datetime) -> Iterator[Verdict]:
    """Object to categories of which not one was ever seen on this board."""
    share, now = _usual(history, _labelled), _witnessed(pages, history)
    if share is None or share < _USUAL or now.labelled < _ENOUGH:
        return
    seen = {fold(name) for shape in history.shapes for name in shape.categories}
    if seen.isdisjoint(map(fold, now.categories)):
        named = ", ".join(f"“{name}”" for name in sorted(now.categories)[:_FEW])
        yield Verdict(
            credible=False,
            rule="other-categories",
            reason=f"none of its categories ({named}) was seen on this listing before",
            advice="open the address in a browser: it may show another board, or have been renamed",
        )


def _witnessed(pages: Sequence[Page], history: History) -> Shape:
    """Return the shape of what is met again, or, if that is too little, of all that was read."""
    witnesses = tuple(one for page in pages for one in page.entries if one in history.met)
    if len(witnesses) < _FEW:
        return shape_of(pages)
    return shape_of([Page(number=1, entries=witnesses)])


def _usual(history: History, count: Callable[[Shape], int]) -> float | None:
    """Return which share of the entries has what is counted, None where too few were seen."""
    entries = sum(shape.entries for shape in history.shapes)
    if entries < _ENOUGH:
        return None
    return sum(map(count, history.shapes)) / entries


def _lost(
    pages: Sequence[Page], history: History, count: Callable[[Shape], int]
) -> Iterator[tuple[int, int]]:
    """Yield how many of the entries lack what nearly all had, and of how many, if it is most."""
    share, now = _usual(history, count), _witnessed(pages, history)
    if share is None or share < _USUAL or now.entries < _FEW:
        return
    if count(now) / now.entries < _LOST:
        yield now.entries - count(now), now.entries


def _letters_a_text(shapes: Sequence[Shape]) -> float:
    return sum(shape.letters for shape in shapes) / max(1, sum(map(_texts, shapes)))


def _texts(shape: Shape) -> int:
    return shape.texts


def _labelled(shape: Shape) -> int:
    return shape.labelled


def _eastern(shape: Shape) -> int:
    return shape.eastern
