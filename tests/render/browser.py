"""Pages looked at by a real Chromium, as a phone and as a desk show them, by day and by night.

It is started once for many pages, each in a frame of its own: a window can't be made as narrow as a
phone is, a frame can, and media queries go by it. Chromium gets no network.
"""

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_MEASURE = """
const solid = colour => {
  const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
  return a === 1 ? [r, g, b] : null;
};
const light = rgb => rgb.map(c => c / 255)
  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (one, other) => {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};
const behind = (element, view) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = solid(view.getComputedStyle(at).backgroundColor);
    if (colour) return colour;
  }
  throw new Error("nothing behind " + element.outerHTML);
};
const look = frame => {
  const view = frame.contentWindow, page = view.document, root = page.documentElement;
  const texts = [...page.body.querySelectorAll("*")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
    .map(e => {
      const style = view.getComputedStyle(e);
      return {tag: e.localName, text: e.textContent.trim().slice(0, 40),
              size: parseFloat(style.fontSize),
              contrast: contrast(solid(style.color), behind(e, view))};
    });
  return {name: frame.name, width: root.clientWidth, needed: root.scrollWidth, texts,
          dark: view.matchMedia("(prefers-color-scheme: dark)").matches,
          active: page.querySelectorAll("script,img,link,iframe,form,object,embed").length};
};
addEventListener("load", () => {
  let said;
  try { said = [...document.querySelectorAll("iframe")].map(look); }
  catch (error) { said = String(error.stack); }
  document.body.textContent = "BEGIN" + encodeURIComponent(JSON.stringify(said)) + "END";
});
"""


class Text(NamedTuple):
    """A stretch of text as it is shown: `size` in pixels, `contrast` from 1 to 21."""

    tag: str
    text: str
    size: float
    contrast: float


class Look(NamedTuple):
    """How a page came out: `width` that it had and `needed`, and elements that do something."""

    width: int
    needed: int
    dark: bool
    active: int
    texts: list[Text]


def chromium() -> str:
    """Return the browser's path; a test that needs one is skipped without, and in CI fails."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        assert os.environ.get("CI") != "true", "Chromium must be there in CI"
        pytest.skip("there is no Chromium on this machine")
    return found


def look(pages: Mapping[str, str], folder: Path, *, width: int, dark: bool) -> dict[str, Look]:
    """Return how each page comes out at a width in pixels, in light or dark mode."""
    frames = "".join(
        f'<iframe name="{html.escape(name)}" srcdoc="{html.escape(page)}" '
        f'style="width:{width}px;height:800px;border:0"></iframe>'
        for name, page in pages.items()
    )
    wrapper = folder / "frames.html"
    wrapper.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><script>{_MEASURE}</script>{frames}',
        encoding="utf-8",
    )
    found = re.search('>BEGIN([^"]*)END<', _dom(wrapper, folder, dark=dark))
    assert found, "Chromium said nothing"
    said = json.loads(unquote(found[1]))
    assert isinstance(said, list), said
    return {
        one["name"]: Look(
            width=one["width"],
            needed=one["needed"],
            dark=one["dark"],
            active=one["active"],
            texts=[Text(**text) for text in one["texts"]],
        )
        for one in said
    }


def _dom(page: Path, folder: Path, *, dark: bool) -> str:
    command = [
        chromium(),
        *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        "--dump-dom",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={folder / 'profile'}",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
