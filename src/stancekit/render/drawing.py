"""Matplotlib figures into pages and files: a drawing that follows the page's colours, and says what it shows."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from stancekit.data.files import make_folder, write_bytes
from stancekit.errors import MissingExtraError

# drawn in these, which are for white paper; on a page each becomes the variable beside it
INK, FAINT, PAPER = "#1b1b1b", "#8a8a8a", "#fefefe"
SIDES = ("#1b5cbb", "#bb5e1b", "#861bbb", "#1bbb6b", "#bb1b6c", "#bbba1b")
NEITHER = "#6b6b6b"
MARKERS = ("o", "s", "^", "D", "v", "P")
_VARIABLES = {
    INK: "currentColor",
    FAINT: "GrayText",
    PAPER: "Canvas",
    NEITHER: "hsl(0 0% var(--l))",
    **{color: f"hsl({hue} 75% var(--l))" for color, hue in zip(SIDES, (212, 24, 280, 150, 330, 60), strict=True)},
}
_COLOR = re.compile("|".join(_VARIABLES))
_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_RC: dict[Any, Any] = {
    "svg.fonttype": "none",  # texts stay texts: smaller, sharp, and to be searched
    "text.parse_math": False,  # a dollar sign is a dollar sign
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure to be made.

    Attributes:
        name: Of its files and ids.
        title: One line: what is shown.
        text: What it shows, for those who cannot see it.
        draw: Makes the matplotlib figure.
    """

    name: str
    title: str
    text: str
    draw: Callable[[], Any]


@contextmanager
def _matplotlib() -> Iterator[None]:
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("figures need matplotlib: pip install 'stancekit[report]'") from error
    # a script it has no font for is measured wrongly; the page's own fonts show it all the same
    with matplotlib.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
        yield


def inline_svg(drawing: Drawing) -> str:
    """The figure as an SVG element with a title and a description.

    Raises:
        MissingExtraError: The extra `report` is not installed.
    """
    root = ElementTree.fromstring(_rendered(drawing, "svg"))
    prefix = f"{drawing.name}-"
    for parent in list(root.iter()):
        for child in list(parent):
            # its stylesheet would hold for the whole page, and its metadata names other places
            if child.tag.rpartition("}")[2] in ("metadata", "style", "title"):
                parent.remove(child)
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, prefix + value)
            elif name == f"{{{_LINK}}}href" and value.startswith("#"):
                element.set(name, f"#{prefix}{value[1:]}")
            else:
                value = value.replace("url(#", f"url(#{prefix}")
                value = _COLOR.sub(lambda found: _VARIABLES[found[0]], value)
                element.set(name, re.sub(r"'DejaVu Sans'[^;]*sans-serif", "system-ui, sans-serif", value))
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    for name, text in (("desc", drawing.text), ("title", drawing.title)):
        element = ElementTree.Element(f"{{{_SVG}}}{name}", id=prefix + name)
        element.text = plain(text)
        root.insert(0, element)
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{prefix}title",
        "aria-describedby": f"{prefix}desc",
        "style": "stroke-linejoin: round; stroke-linecap: butt",
    }
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    return ElementTree.tostring(root, encoding="unicode")


def save_drawings(drawings: Sequence[Drawing], folder: str | Path) -> list[Path]:
    """Write each figure as .png and .svg; gives the paths.

    Raises:
        MissingExtraError: The extra `report` is not installed.
        DataError: The folder cannot be made or written to.
    """
    made = {f"{drawing.name}.{kind}": _rendered(drawing, kind) for drawing in drawings for kind in ("png", "svg")}
    make_folder(folder)
    for name, data in made.items():
        write_bytes(Path(folder) / name, data)
    return [Path(folder) / name for name in made]


def plain(text: str, size: int | None = None) -> str:
    """Text that XML can hold: control characters, which it cannot, become spaces; cut to a size."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Cn") else c for c in text)
    return kept if size is None or len(kept) <= size else kept[: size - 1] + "…"


def _rendered(drawing: Drawing, kind: str) -> bytes:
    buffer = io.BytesIO()
    with _matplotlib():
        import matplotlib

        with matplotlib.rc_context({"svg.hashsalt": drawing.name}):
            options = {"metadata": {"Date": None}} if kind == "svg" else {"dpi": 200, "facecolor": "white"}
            drawing.draw().savefig(buffer, format=kind, **options)
    return buffer.getvalue()
