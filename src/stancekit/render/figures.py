"""Figures of an evaluation, by matplotlib: as PNG and SVG files, or as SVG inside a page.

They are drawn in a few fixed colours. In a page these become the page's own (`currentColor` and CSS variables), so that
a figure follows dark mode, and texts stay texts that can be selected; in files texts are outlines, alike everywhere.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancekit.errors import MissingExtraError

if TYPE_CHECKING:
    from stancekit.evaluation import Evaluation, Slice, TaskEvaluation

_INK, _BLUE, _LINE, _PAPER = "#1b1c1d", "#0b62a8", "#8b8f94", "#fefefe"
_IN_PAGE = {_INK: "currentColor", _BLUE: "var(--blue)", _LINE: "var(--line)", _PAPER: "Canvas"}
_WIDTH = 4.4  # inches: small, so that a phone need not shrink the letters
_VALUES = 12  # of a column in the forest plot, the largest
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "stancekit",  # the same evaluation gives the same file
    "text.parse_math": False,  # a label may hold a dollar sign
    "font.size": 10,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "axes.edgecolor": _LINE,
    "xtick.color": _LINE,
    "ytick.color": _LINE,
    "xtick.labelcolor": _INK,
    "ytick.labelcolor": _INK,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure with what to say of it.

    Attributes:
        name: For file names: "stance-confusion".
        caption: In a line.
        alt: What it shows, for those who do not see it.
        figure: A `matplotlib.figure.Figure`.
    """

    name: str
    caption: str
    alt: str
    figure: Any


def evaluation_drawings(evaluation: Evaluation) -> dict[str, list[Drawing]]:
    """By task, its confusion matrix, reliability diagram and risk–coverage curve; under "slices", the forest plot.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    with _settings():
        out = {
            name: [_confusion(name, task), _reliability(name, task), _risk_coverage(name, task)]
            for name, task in evaluation.tasks.items()
        }
        if evaluation.slices:
            overall = evaluation.tasks["stance"].metrics["accuracy"].value
            out["slices"] = [_forest(evaluation.slices, overall)]
        return out


def save_figures(evaluation: Evaluation, folder: str | Path) -> list[Path]:
    """Write each figure as PNG (200 dots an inch) and SVG into a folder, which is made where it is missing.

    Raises:
        MissingExtraError: matplotlib is not installed.
        DataError: A file cannot be written.
    """
    from stancekit.data.files import make_folder, write_bytes

    folder = Path(folder)
    drawings = [drawing for made in evaluation_drawings(evaluation).values() for drawing in made]
    make_folder(folder)
    paths = []
    for drawing in drawings:
        for kind in ("png", "svg"):
            paths.append(folder / f"{drawing.name}.{kind}")
            write_bytes(paths[-1], _saved(drawing.figure, kind, dpi=200, facecolor=_PAPER))
    return paths


def inline_svg(drawing: Drawing) -> str:
    """The figure as an SVG element for a page that has the colours `--blue` and `--line`."""
    svg = _saved(drawing.figure, "svg", transparent=True, fonttype="none").decode()
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", svg[svg.index("<svg") :], flags=re.S)
    # in tags alone: a label may look like an id or a colour
    svg = re.sub(r"<[^<>]+>", lambda tag: _for_page(tag[0], drawing.name), svg)
    box = re.search(r'viewBox="[^"]*"', svg)
    assert box is not None  # matplotlib always writes one
    opening = f'<svg role="img" aria-label="{escape(_plain(drawing.alt, 2000))}" {box[0]}>'
    return opening + svg[svg.index(">") + 1 :]


def _for_page(tag: str, name: str) -> str:
    tag = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", tag)  # ids are unique in a page, not in a figure
    tag = re.sub(r"font: (\d+(?:\.\d+)?px)[^;\"]*", r"font: \1 system-ui, sans-serif", tag)
    for drawn, in_page in _IN_PAGE.items():
        tag = tag.replace(drawn, in_page)
    return tag


@contextmanager
def _settings(fonttype: str = "path") -> Iterator[None]:
    try:
        import matplotlib
    except ImportError as error:
        raise MissingExtraError("figures need matplotlib: pip install 'stancekit[report]'") from error
    with matplotlib.rc_context({**_SETTINGS, "svg.fonttype": fonttype}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a label in a script that the font lacks: boxes in the PNG
        yield


def _saved(figure: Any, kind: str, fonttype: str = "path", **options: Any) -> bytes:
    buffer = io.BytesIO()
    with _settings(fonttype):
        figure.savefig(buffer, format=kind, metadata={"Date": None} if kind == "svg" else None, **options)
    return buffer.getvalue()


def _canvas(height: float, **rows: Any) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    return figure, figure.subplots(**rows)


def _plain(text: str, most: int = 24) -> str:
    """A label that a figure can hold: in one line, without what XML forbids, cut where it is long."""
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _confusion(name: str, task: TaskEvaluation) -> Drawing:
    from matplotlib.patches import Rectangle

    size = len(task.labels)
    figure, axes = _canvas(1.2 + 0.55 * size)
    said = []
    for i, (label, counts) in enumerate(zip(task.labels, task.confusion, strict=True)):
        total = sum(counts)
        for j, count in enumerate(counts):
            share = count / total if total else 0.0
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor=_BLUE, alpha=0.45 * share, linewidth=0))
            axes.text(j + 0.5, i + 0.5, f"{count}\n{share:.0%}", ha="center", va="center", linespacing=1.3)
        given = ", ".join(f"{other} {count}" for other, count in zip(task.labels, counts, strict=True))
        said.append(f"of {total} labelled {label}, given {given}")
    axes.set(xlim=(0, size), ylim=(size, 0), xlabel="given", ylabel="labelled")
    names = [_plain(label, 14) for label in task.labels]
    axes.set_xticks([i + 0.5 for i in range(size)], names, rotation=30 if size > 4 else 0)
    axes.set_yticks([i + 0.5 for i in range(size)], names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    caption = "Confusion matrix: sentences, and their share of the label's."
    return Drawing(f"{name}-confusion", caption, f"Confusion matrix, {name}: {'; '.join(said)}.", figure)


def _reliability(name: str, task: TaskEvaluation) -> Drawing:
    figure, (axes, below) = _canvas(3.6, nrows=2, sharex=True, height_ratios=(4, 1))
    bins = task.reliability
    axes.plot((0, 1), (0, 1), color=_LINE, linestyle="--", linewidth=1)
    axes.errorbar(
        [b.confidence for b in bins],
        [b.accuracy.value for b in bins],
        [[b.accuracy.value - b.accuracy.low for b in bins], [b.accuracy.high - b.accuracy.value for b in bins]],
        fmt="o",
        color=_BLUE,
        markersize=4,
        linewidth=1.2,
    )
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), ylabel="right")
    below.bar([b.confidence for b in bins], [b.rows for b in bins], width=0.03, color=_BLUE)
    below.set(xlabel="confidence", ylabel="sentences")
    points = ", ".join(f"{b.confidence:.2f}: {b.accuracy.value:.2f} of {b.rows}" for b in bins)
    caption = (
        "Reliability: how often it is right when it is this sure, with 95 % intervals. On the dashed line is best."
    )
    return Drawing(
        f"{name}-reliability", caption, f"Reliability diagram, {name}. Right by confidence: {points}.", figure
    )


def _risk_coverage(name: str, task: TaskEvaluation) -> Drawing:
    figure, axes = _canvas(2.9)
    points = task.risk_coverage
    axes.plot([p.coverage for p in points], [p.risk for p in points], "o-", color=_BLUE, markersize=3, linewidth=1.4)
    axes.set(xlim=(0, 1.02), xlabel="kept, the surest first", ylabel="wrong among these")
    axes.set_ylim(bottom=0, top=max(0.05, 1.1 * max(p.risk for p in points)))
    axes.grid(color=_LINE, alpha=0.3, linewidth=0.5)
    said = ", ".join(f"{p.coverage:.0%} kept: {p.risk:.1%} wrong" for p in points[3::4])
    caption = "Risk and coverage: how much is wrong when only the surest sentences are kept."
    return Drawing(f"{name}-risk-coverage", caption, f"Risk–coverage curve, {name}. {said}.", figure)


def _forest(slices: Mapping[str, Sequence[Slice]], overall: float) -> Drawing:
    lines: list[tuple[str, Slice | None]] = []
    for column, made in slices.items():
        largest = {id(one) for one in sorted(made, key=lambda one: -one.rows)[:_VALUES]}
        lines.append((_plain(column), None))
        lines += [(f"{_plain(one.value)} ({one.rows})", one) for one in made if id(one) in largest]
    figure, axes = _canvas(0.8 + 0.2 * len(lines))
    axes.axvline(overall, color=_LINE, linestyle="--", linewidth=1)
    for place, (_, one) in enumerate(lines):
        if one is None:
            continue
        told = one.p_holm is not None and one.p_holm < 0.05
        shade = 0.4 if one.small else 1.0
        axes.plot((one.accuracy.low, one.accuracy.high), (place, place), color=_BLUE, linewidth=1.2, alpha=shade)
        axes.plot(
            one.accuracy.value, place, "o", color=_BLUE, markersize=4.5, alpha=shade,
            markerfacecolor=_BLUE if told else _PAPER, markeredgewidth=1.2,
        )  # fmt: skip
    least = min([one.accuracy.low for _, one in lines if one and not one.small] or [0.0])
    axes.set(xlim=(max(least - 0.1, -0.02), 1.02), ylim=(len(lines) - 0.5, -0.5), xlabel="accuracy")
    axes.set_yticks(range(len(lines)), [text for text, _ in lines])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for label, (_, one) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if one is None else "normal")
    said = ", ".join(f"{text} {one.accuracy.value:.2f}" if one else f"by {text}" for text, one in lines)
    caption = (
        "Accuracy by slice (sentences) with 95 % intervals; dashed: all sentences. Filled: differs from all other "
        "sentences after Holm's correction. Faint: too few to conclude anything from."
    )
    return Drawing("slices", caption, f"Forest plot of accuracy: {said}; overall {overall:.2f}.", figure)
