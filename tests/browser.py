"""Pages in a real browser: headless Chromium through playwright. Tests that open one are skipped where there is none.

`open_page` fails by itself on console errors and on anything that is fetched; the functions below give what is wrong
with a page as a list of lines, empty if nothing is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (360, 1200)  # a phone and a desktop, CSS pixels
OpenPage = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium, started once."""
    api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[OpenPage]:
    """A function ``open_page(html, width=1200, dark=False)`` that gives a playwright page which shows this HTML.

    The page is loaded from a file, as a reader would; the viewport is as high as the page. It fails when the page logs
    an error or a warning, or asks for anything beside itself.
    """
    contexts = []

    def opened(html: str, width: int = 1200, dark: bool = False) -> Any:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": 800}))
        page = contexts[-1].new_page()
        page.emulate_media(color_scheme="dark" if dark else "light")
        said: list[str] = []
        page.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(f"asked for {request.url}"))
        page.goto(path.as_uri(), wait_until="load")
        said.remove(f"asked for {path.as_uri()}")
        assert not said, said
        page.set_viewport_size({"width": width, "height": max(800, page.evaluate(_HEIGHT))})
        return page

    yield opened
    for context in contexts:
        context.close()


def overflow(page: Any) -> list[str]:
    """Elements that make the page scroll sideways."""
    found: list[str] = page.evaluate(_OVERFLOW)
    return found


def contrast_failures(page: Any, least: float = 4.5) -> list[str]:
    """Visible text nodes whose contrast with what is painted behind them is under `least` (WCAG 2.2, 1.4.3)."""
    found: list[str] = page.evaluate(_CONTRAST, least)
    return found


def unnamed_figures(page: Any) -> list[str]:
    """Images and drawings that a screen reader would pass over in silence."""
    found: list[str] = page.evaluate(_UNNAMED)
    return found


_HEIGHT = "Math.min(document.documentElement.scrollHeight, 16000)"
_OVERFLOW = """() => {
  const root = document.documentElement, width = root.clientWidth;
  if (root.scrollWidth <= width && document.body.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 0.5);
  return [`${root.scrollWidth} px on ${width} px`,
    ...wide.slice(0, 5).map(e => `${e.tagName}.${e.getAttribute("class")} ${e.textContent.slice(0, 40)}`)];
}"""
_UNNAMED = """() => [...document.querySelectorAll("img, svg, canvas, [role=img]")].filter(e => {
  if (e.parentElement.closest("svg, [role=img], [aria-hidden=true]") || e.getAttribute("aria-hidden") === "true")
    return false;
  const by = (e.getAttribute("aria-labelledby") || "").split(" ").map(id => document.getElementById(id))
    .map(x => x ? x.textContent : "").join("");
  const name = e.getAttribute("alt") || e.getAttribute("aria-label") || by ||
    (e.tagName === "svg" && e.querySelector(":scope > title") || {}).textContent || "";
  return name.trim() === "" || (e.tagName === "svg" && e.getAttribute("role") !== "img");
}).map(e => e.outerHTML.slice(0, 120))"""
# colours go through a canvas, so that whatever notation the browser uses is read; in a drawing the shapes under the
# middle of the text count, elsewhere the backgrounds of the elements around it
_CONTRAST = """(least) => {
  const ink = Object.assign(document.createElement("canvas"), {width: 1, height: 1})
    .getContext("2d", {willReadFrequently: true});
  const rgba = (color, alpha = 1) => {
    ink.clearRect(0, 0, 1, 1); ink.fillStyle = color; ink.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = ink.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255 * alpha];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = color => {
    const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = color.slice(0, 3).map(v => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
    return (x + 0.05) / (y + 0.05);
  };
  const up = element => element ? [element, ...up(element.parentElement)] : [];
  const opacity = element => up(element).reduce((all, e) => all * getComputedStyle(e).opacity, 1);
  const canvas = rgba(matchMedia("(prefers-color-scheme: dark)").matches
    && /dark/.test(getComputedStyle(document.documentElement).colorScheme) ? "#121212" : "#ffffff");
  const out = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement, style = getComputedStyle(parent);
    if (!node.data.trim() || style.visibility !== "visible") continue;
    if (parent.closest("style, script, title, desc, defs")) continue;
    const range = document.createRange(); range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const drawing = parent.closest("svg");
    let behind = up(drawing || parent).reverse()
      .map(e => rgba(getComputedStyle(e).backgroundColor, opacity(e))).reduce((below, top) => over(top, below), canvas);
    if (drawing) {
      const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)
        .filter(e => drawing.contains(e) && !e.closest("text") && e instanceof SVGGeometryElement).reverse();
      for (const shape of stack) {
        const look = getComputedStyle(shape);
        if (look.fill !== "none") behind = over(rgba(look.fill, look.fillOpacity * opacity(shape)), behind);
      }
    }
    const text = rgba(drawing ? style.fill : style.color, (drawing ? style.fillOpacity : 1) * opacity(parent));
    const ratio = contrast(over(text, behind), behind);
    if (ratio < least - 0.005) out.push(`${ratio.toFixed(2)}: ${node.data.trim().slice(0, 60)}`);
  }
  return out;
}"""
