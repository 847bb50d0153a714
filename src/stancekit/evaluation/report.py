"""`stancekit evaluate`: how good predictions are, with intervals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.data import read_quotes
from stancekit.errors import DataError
from stancekit.evaluation.metrics import Array, cluster_resamples, contributions, scores
from stancekit.frames import load_frame, shipped_frames
from stancekit.records import LabelledQuote

RESAMPLES = 2000
_SINGLE = ("macro_f1", "accuracy", "ece", "log_loss", "brier")
_PER_LABEL = ("precision", "recall", "f1")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval (percentile, cluster bootstrap)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class TaskEvaluation:
    """How good the predictions of one task are.

    Attributes:
        labels: In the order of the confusion matrix.
        rows: Labelled rows.
        clusters: What was resampled.
        metrics: ``macro_f1``, ``accuracy``, ``ece``, ``log_loss``, ``brier``.
        per_label: ``precision``, ``recall`` and ``f1`` of each label.
        confusion: ``confusion[i][j]``: rows of label i that were given label j.
    """

    labels: tuple[str, ...]
    rows: int
    clusters: int
    metrics: dict[str, Estimate]
    per_label: dict[str, dict[str, Estimate]]
    confusion: list[list[int]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` gives: one `TaskEvaluation` by task, "stance" first."""

    model: str
    data: str
    tasks: dict[str, TaskEvaluation]

    @property
    def primary(self) -> Estimate:
        """Stance macro-F1."""
        return self.tasks["stance"].metrics["macro_f1"]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)

    def to_json(self) -> str:
        """The evaluation as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def __str__(self) -> str:
        return "\n".join([f"{self.model} on {self.data}", *(_task_text(n, t) for n, t in self.tasks.items())])


def evaluate_task(
    true: Sequence[str],
    probabilities: Array,
    labels: Sequence[str],
    clusters: Sequence[str],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> TaskEvaluation:
    """Score probabilities against labels, with intervals from a bootstrap over clusters.

    Args:
        true: Label of each row.
        probabilities: (rows, labels).
        labels: Names of the columns.
        clusters: Article, speaker or scenario of each row: what is resampled as a whole.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.

    Raises:
        DataError: There are no rows, or the arguments differ in length.
    """
    if not len(true) == len(probabilities) == len(clusters) or len(true) == 0:
        raise DataError(
            f"{len(true)} labels, {len(probabilities)} predictions, {len(clusters)} clusters: want equal, over 0"
        )
    place = {label: i for i, label in enumerate(labels)}
    truth = np.array([place[label] for label in true])
    rows = contributions(truth, np.asarray(probabilities, dtype=np.float64))
    size = len(labels)
    point = scores(rows.sum(0), size)
    spread = scores(cluster_resamples(rows, np.asarray(clusters), resamples, seed), size)

    def estimate(name: str, column: int | None = None) -> Estimate:
        value, draws = getattr(point, name), getattr(spread, name)
        if column is not None:
            value, draws = value[column], draws[:, column]
        low, high = np.quantile(draws, (0.025, 0.975))
        return Estimate(float(value), float(low), float(high))

    confusion = rows.sum(0)[: size * size].reshape(size, size).astype(int).tolist()
    return TaskEvaluation(
        labels=tuple(labels),
        rows=len(true),
        clusters=len(set(clusters)),
        metrics={name: estimate(name) for name in _SINGLE},
        per_label={label: {name: estimate(name, i) for name in _PER_LABEL} for i, label in enumerate(labels)},
        confusion=confusion,
    )


def evaluate_rows(
    rows: Sequence[LabelledQuote],
    probabilities: Mapping[str, Array],
    labels: Mapping[str, Sequence[str]],
    *,
    model: str,
    data: str,
) -> Evaluation:
    """Score a model's probabilities by task on labelled quotes; rows of one group are resampled together."""
    tasks = {}
    for task, names in labels.items():
        known = [i for i, row in enumerate(rows) if getattr(row, task) is not None]
        if known:
            tasks[task] = evaluate_task(
                [getattr(rows[i], task) for i in known],
                probabilities[task][known],
                names,
                [rows[i].group or rows[i].id for i in known],
            )
    return Evaluation(model, data, tasks)


def held_out(data: str | Path | None, name: str) -> tuple[list[LabelledQuote], str]:
    """The rows to evaluate on and a description of them.

    Args:
        data: A table, a frame folder or a frame's name; None for the shipped frame called ``name``.
        name: Of the model's frame.

    Returns:
        The test split where rows are marked test, else all rows.

    Raises:
        DataError: There is nothing to evaluate on.
        FrameError: ``data`` is a folder without a usable `frame.toml`.
    """
    if data is None:
        if name not in shipped_frames():
            raise DataError(f"{name!r} is not a shipped frame; say what to evaluate on: a table or the frame's folder")
        data = name
    path = Path(data)
    if path.suffix and not path.is_dir():
        rows = read_quotes(path)
    else:
        quotes = load_frame(data).quotes_path
        assert quotes is not None  # a loaded frame has a folder
        rows = read_quotes(quotes)
    test = [row for row in rows if row.split == "test"]
    if not rows:
        raise DataError(f"{data}: no rows to evaluate on")
    return (test, f"{data}, test split") if test else (rows, str(data))


def _task_text(name: str, task: TaskEvaluation) -> str:
    width = max(9, *(len(label) for label in task.labels)) + 2
    lines = [
        f"\n{name}: {task.rows} sentences in {task.clusters} groups; 95 % intervals from "
        f"{RESAMPLES} resamples of groups",
        *(f"  {metric:<10}{value}" for metric, value in task.metrics.items()),
        f"\n  {'':<{width}}{'precision':<24}{'recall':<24}f1",
    ]
    for label, values in task.per_label.items():
        lines.append(f"  {label:<{width}}" + "".join(f"{values[m]!s:<24}" for m in _PER_LABEL).rstrip())
    lines.append(f"\n  {'true ↓ given →':<{max(width, 16)}}" + "".join(f"{label:>{width}}" for label in task.labels))
    for label, counts in zip(task.labels, task.confusion, strict=True):
        lines.append(f"  {label:<{max(width, 16)}}" + "".join(f"{count:>{width}}" for count in counts))
    return "\n".join(lines)
