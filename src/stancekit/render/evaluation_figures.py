"""Figures of an evaluation: confusion matrix, reliability, risk and coverage, slices as a forest plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stancekit.render.drawing import FAINT, PAPER, SIDES, Drawing, plain, save_drawings

if TYPE_CHECKING:
    from stancekit.evaluation import Evaluation, Slice, TaskEvaluation

_BLUE = SIDES[0]
_WIDTH = 4.4  # inches: small, so that a phone need not shrink the letters
_VALUES = 12  # of a column in the forest plot, the largest
_LABEL = 24  # characters of a label in a figure


def evaluation_drawings(evaluation: Evaluation) -> dict[str, list[Drawing]]:
    """By task, its confusion matrix, reliability diagram and risk–coverage curve; under "slices", the forest plot."""
    out = {
        name: [_confusion(name, task), _reliability(name, task), _risk_coverage(name, task)]
        for name, task in evaluation.tasks.items()
    }
    if evaluation.slices:
        out["slices"] = [_forest(evaluation.slices, evaluation.tasks["stance"].metrics["accuracy"].value)]
    return out


def save_evaluation_figures(evaluation: Evaluation, folder: str | Path) -> list[Path]:
    """Write each figure as .png and .svg into a folder, which is made where it is missing; gives their paths.

    Raises:
        MissingExtraError: matplotlib is not installed.
        DataError: A file cannot be written.
    """
    return save_drawings([drawing for made in evaluation_drawings(evaluation).values() for drawing in made], folder)


def _canvas(height: float, **rows: Any) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    return figure, figure.subplots(**rows)


def _label(text: str, most: int = _LABEL) -> str:
    """A label that a figure can hold: in one line, cut where it is long."""
    return plain(" ".join(text.split()), most)


def _confusion(name: str, task: TaskEvaluation) -> Drawing:
    said = []
    for label, counts in zip(task.labels, task.confusion, strict=True):
        given = ", ".join(f"{other} {count}" for other, count in zip(task.labels, counts, strict=True))
        said.append(f"of {sum(counts)} labelled {label}, given {given}")
    return Drawing(
        f"{name}-confusion",
        "Confusion matrix: sentences, and their share of the label's.",
        f"Confusion matrix, {name}: {'; '.join(said)}.",
        partial(_draw_confusion, task),
    )


def _draw_confusion(task: TaskEvaluation) -> Any:
    from matplotlib.patches import Rectangle

    size = len(task.labels)
    figure, axes = _canvas(1.2 + 0.55 * size)
    for i, counts in enumerate(task.confusion):
        total = sum(counts)
        for j, count in enumerate(counts):
            share = count / total if total else 0.0
            axes.add_patch(Rectangle((j, i), 1, 1, facecolor=_BLUE, alpha=0.45 * share, linewidth=0))
            axes.text(j + 0.5, i + 0.5, f"{count}\n{share:.0%}", ha="center", va="center", linespacing=1.3)
    axes.set(xlim=(0, size), ylim=(size, 0), xlabel="given", ylabel="labelled")
    names = [_label(label, 14) for label in task.labels]
    axes.set_xticks([i + 0.5 for i in range(size)], names, rotation=30 if size > 4 else 0)
    axes.set_yticks([i + 0.5 for i in range(size)], names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return figure


def _reliability(name: str, task: TaskEvaluation) -> Drawing:
    points = ", ".join(f"{b.confidence:.2f}: {b.accuracy.value:.2f} of {b.rows}" for b in task.reliability)
    return Drawing(
        f"{name}-reliability",
        "Reliability: how often it is right when it is this sure, with 95 % intervals. On the dashed line is best.",
        f"Reliability diagram, {name}. Right by confidence: {points}.",
        partial(_draw_reliability, task),
    )


def _draw_reliability(task: TaskEvaluation) -> Any:
    figure, (axes, below) = _canvas(3.6, nrows=2, sharex=True, height_ratios=(4, 1))
    bins = task.reliability
    axes.plot((0, 1), (0, 1), color=FAINT, linestyle="--", linewidth=1)
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
    return figure


def _risk_coverage(name: str, task: TaskEvaluation) -> Drawing:
    said = ", ".join(f"{p.coverage:.0%} kept: {p.risk:.1%} wrong" for p in task.risk_coverage[3::4])
    return Drawing(
        f"{name}-risk-coverage",
        "Risk and coverage: how much is wrong when only the surest sentences are kept.",
        f"Risk–coverage curve, {name}. {said}.",
        partial(_draw_risk_coverage, task),
    )


def _draw_risk_coverage(task: TaskEvaluation) -> Any:
    figure, axes = _canvas(2.9)
    points = task.risk_coverage
    axes.plot([p.coverage for p in points], [p.risk for p in points], "o-", color=_BLUE, markersize=3, linewidth=1.4)
    axes.set(xlim=(0, 1.02), xlabel="kept, the surest first", ylabel="wrong among these")
    axes.set_ylim(bottom=0, top=max(0.05, 1.1 * max(p.risk for p in points)))
    axes.grid(color=FAINT, alpha=0.3, linewidth=0.5)
    return figure


def _forest(slices: Mapping[str, Sequence[Slice]], overall: float) -> Drawing:
    lines: list[tuple[str, Slice | None]] = []
    for column, made in slices.items():
        largest = {id(one) for one in sorted(made, key=lambda one: -one.rows)[:_VALUES]}
        lines.append((_label(column), None))
        lines += [(f"{_label(one.value)} ({one.rows})", one) for one in made if id(one) in largest]
    said = ", ".join(f"{text} {one.accuracy.value:.2f}" if one else f"by {text}" for text, one in lines)
    caption = (
        "Accuracy by slice (sentences) with 95 % intervals; dashed: all sentences. Filled: differs from all other "
        "sentences after Holm's correction. Faint: too few to conclude anything from."
    )
    text = f"Forest plot of accuracy: {said}; overall {overall:.2f}."
    return Drawing("slices", caption, text, partial(_draw_forest, lines, overall))


def _draw_forest(lines: Sequence[tuple[str, Slice | None]], overall: float) -> Any:
    figure, axes = _canvas(0.8 + 0.2 * len(lines))
    axes.axvline(overall, color=FAINT, linestyle="--", linewidth=1)
    for place, (_, one) in enumerate(lines):
        if one is None:
            continue
        told = one.p_holm is not None and one.p_holm < 0.05
        shade = 0.4 if one.small else 1.0
        axes.plot((one.accuracy.low, one.accuracy.high), (place, place), color=_BLUE, linewidth=1.2, alpha=shade)
        axes.plot(
            one.accuracy.value, place, "o", color=_BLUE, markersize=4.5, alpha=shade,
            markerfacecolor=_BLUE if told else PAPER, markeredgewidth=1.2,
        )  # fmt: skip
    least = min([one.accuracy.low for _, one in lines if one and not one.small] or [0.0])
    axes.set(xlim=(max(least - 0.1, -0.02), 1.02), ylim=(len(lines) - 0.5, -0.5), xlabel="accuracy")
    axes.set_yticks(range(len(lines)), [text for text, _ in lines])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for label, (_, one) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if one is None else "normal")
    return figure
