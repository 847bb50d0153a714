"""How good the predictions of one task are, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stancekit.errors import DataError
from stancekit.evaluation.metrics import Ranking, ReliabilityBin, RiskPoint, by_confidence, contributions, scores
from stancekit.evaluation.resampling import (
    FEW_CLUSTERS,
    RESAMPLES,
    Array,
    Estimate,
    cluster_sums,
    cluster_weights,
    estimate,
    numbered,
)
from stancekit.evaluation.soft import SoftScores
from stancekit.records import LabelledQuote

_SINGLE = (
    "macro_f1",
    "f_average",
    "accuracy",
    "matthews",
    "kappa",
    "log_loss",
    "brier",
    "ece",
    "ece_classwise",
)
_PER_LABEL = ("precision", "recall", "f1")
_SHOWN = (0.5, 0.7, 0.8, 0.9, 1.0)  # coverages in the text; all are in the JSON


@dataclass(frozen=True, slots=True)
class TaskEvaluation:
    """How good the predictions of one task are.

    Attributes:
        labels: In the order of the confusion matrix.
        rows: Labelled rows.
        clusters: What was resampled.
        metrics: ``macro_f1``, ``f_average`` (where a label takes no side), ``accuracy``, ``matthews``, ``kappa``,
            ``log_loss``, ``brier``, ``ece``, ``ece_classwise``, ``aurc``: see `Scores` and `Ranking`.
        per_label: ``precision``, ``recall`` and ``f1`` of each label.
        confusion: ``confusion[i][j]``: rows of label i that were given label j.
        risk_coverage: Risk among the most confident sentences, from few to all.
        conformal: By the coverage that a set promises: the ``coverage`` it has and its ``size`` in labels.
        reliability: By bin of confidence, from low to high, bins without sentences left out.
        soft: Against the shares of several annotators, where rows have them.
    """

    labels: tuple[str, ...]
    rows: int
    clusters: int
    metrics: dict[str, Estimate]
    per_label: dict[str, dict[str, Estimate]]
    confusion: list[list[int]]
    risk_coverage: tuple[RiskPoint, ...]
    conformal: dict[str, dict[str, Estimate]]
    reliability: tuple[ReliabilityBin, ...] = ()
    soft: SoftScores | None = None

    def __str__(self) -> str:
        lines = [f"{self.rows} sentences in {self.clusters} groups"]
        if self.clusters < FEW_CLUSTERS:
            lines.append(f"  (under {FEW_CLUSTERS} groups: do not rely on the intervals)")
        lines += [f"  {name:<15}{value}" for name, value in self.metrics.items()]
        lines.append("  (ece and ece_classwise: chance adds to them, so the intervals lie too high)")
        for promised, found in self.conformal.items():
            lines.append(
                f"  sets at {float(promised):>4.0%}   {found['coverage']} hold it, {found['size'].value:.2f} labels"
            )
        if self.soft:
            lines.append(str(self.soft))
        width = max(9, *(len(label) for label in self.labels)) + 2
        lines.append(f"\n  {'':<{width}}{'precision':<22}{'recall':<22}f1")
        for label, values in self.per_label.items():
            lines.append(f"  {label:<{width}}" + "".join(f"{values[m]!s:<22}" for m in _PER_LABEL).rstrip())
        first = max(width, 16)
        lines.append(f"\n  {'true ↓ given →':<{first}}" + "".join(f"{label:>{width}}" for label in self.labels))
        for label, counts in zip(self.labels, self.confusion, strict=True):
            lines.append(f"  {label:<{first}}" + "".join(f"{count:>{width}}" for count in counts))
        lines.append(f"\n  {'keep confidence':<17}{'sentences':>11}{'wrong':>9}")
        for share in _SHOWN:
            point = next(p for p in self.risk_coverage if p.coverage >= share - 1e-9)
            lines.append(f"  {'from ' + format(point.threshold, '.3f'):<17}{point.coverage:>11.1%}{point.risk:>9.1%}")
        return "\n".join(lines)


def labelled(rows: Sequence[LabelledQuote], task: str) -> tuple[list[int], list[str], list[str]]:
    """Places of the rows that have a label for the task, these labels, and the rows' clusters (group, else row)."""
    known = [i for i, row in enumerate(rows) if getattr(row, task) is not None]
    return known, [getattr(rows[i], task) for i in known], [rows[i].group or rows[i].id for i in known]


def evaluate_task(
    true: Sequence[str],
    probabilities: Array,
    labels: Sequence[str],
    clusters: Sequence[str],
    *,
    neither: str | None = None,
    quantiles: Mapping[str, float] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> TaskEvaluation:
    """Score probabilities against labels, with intervals from a bootstrap over clusters.

    Args:
        true: Label of each row.
        probabilities: (rows, labels).
        labels: Names of the columns.
        clusters: Article, speaker or scenario of each row: what is resampled as a whole.
        neither: The label that takes no side; `f_average` is over the others.
        quantiles: Conformal threshold on ``1 - probability`` by coverage, as in a checkpoint.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.

    Raises:
        DataError: There are no rows, or the arguments differ in length.

    Example:
        >>> probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
        >>> result = evaluate_task(["for", "against", "against"], probabilities, ["for", "against"], ["x", "y", "z"])
        >>> round(result.metrics["accuracy"].value, 3)
        0.667
    """
    if not len(true) == len(probabilities) == len(clusters) or len(true) == 0:
        raise DataError(
            f"{len(true)} labels, {len(probabilities)} predictions, {len(clusters)} clusters: want equal, over 0"
        )
    at = {label: i for i, label in enumerate(labels)}
    truth = np.array([at[label] for label in true])
    probabilities = np.asarray(probabilities, dtype=np.float64)
    quantiles = quantiles or {}
    size = len(labels)
    poles = [i for i, label in enumerate(labels) if label != neither]
    rows = contributions(truth, probabilities, list(quantiles.values()))
    ranking = Ranking(truth, probabilities)
    place, count = numbered(clusters)
    sums = cluster_sums(rows, place, count)
    binned = by_confidence(truth, probabilities)
    bin_sums = cluster_sums(binned[:, [0, 2]].reshape(len(truth), -1), place, count)
    resampled, areas, bins = [], [], []
    for weights in cluster_weights(count, resamples, seed):
        resampled.append(weights @ sums)
        bins.append(weights @ bin_sums)
        areas.append(ranking.aurc(weights[:, place]))
    point = scores(rows.sum(0), size, poles)
    spread = scores(np.concatenate(resampled), size, poles)

    def one(name: str, column: int | None = None) -> Estimate:
        value, draws = getattr(point, name), getattr(spread, name)
        return estimate(value, draws, count) if column is None else estimate(value[column], draws[:, column], count)

    metrics = {name: one(name) for name in _SINGLE if name != "f_average" or len(poles) < size}
    metrics["aurc"] = estimate(ranking.aurc(np.ones(len(truth))), np.concatenate(areas), count)
    return TaskEvaluation(
        labels=tuple(labels),
        rows=len(true),
        clusters=count,
        metrics=metrics,
        per_label={label: {name: one(name, i) for name in _PER_LABEL} for i, label in enumerate(labels)},
        confusion=rows.sum(0)[: size * size].reshape(size, size).astype(int).tolist(),
        risk_coverage=ranking.curve(),
        conformal={
            promised: {"coverage": one("coverage", i), "size": one("set_size", i)}
            for i, promised in enumerate(quantiles)
        },
        reliability=_reliability(binned.sum(0), np.concatenate(bins), (bin_sums > 0).sum(0)),
    )


def _reliability(totals: Array, draws: Array, clusters: Array) -> tuple[ReliabilityBin, ...]:
    """Bins with sentences; resamples that leave a bin empty say nothing of it."""
    rows, confidence, right = totals
    in_draws, right_in_draws = draws.reshape(len(draws), 2, -1).transpose(1, 0, 2)
    out = []
    for i in np.flatnonzero(rows):
        drawn = in_draws[:, i] > 0
        accuracy = (
            estimate(right[i] / rows[i], right_in_draws[drawn, i] / in_draws[drawn, i], int(clusters[i]))
            if clusters[i] > 1 and drawn.any()
            else Estimate(float(right[i] / rows[i]), 0.0, 1.0)  # one cluster says nothing of others
        )
        out.append(ReliabilityBin(float(confidence[i] / rows[i]), accuracy, int(rows[i])))
    return tuple(out)
