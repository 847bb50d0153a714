"""Scores of a classifier from labels and probabilities, nearly all of them functions of sums over rows.

A metric that is a function of sums is computed from per-row contributions, so that a resample of clusters is one matrix
product over cluster sums and two thousand of them take no longer than a handful of passes over the rows. The area under
the risk–coverage curve depends on the order of the rows and takes the rows' weights instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stancekit.evaluation.resampling import Array, Estimate

BINS = 15  # of the calibration errors, equal in width
_COVERAGES = np.arange(1, 21) / 20  # at which the risk–coverage curve is given


def macro_f1(true: Array, predicted: Array, labels: int) -> float:
    """Mean over labels of F1, in 0–1; a label that is neither present nor predicted counts as 0."""
    from sklearn.metrics import f1_score

    return float(f1_score(true, predicted, labels=range(labels), average="macro", zero_division=0))


def contributions(true: Array, probabilities: Array, thresholds: Sequence[float] = ()) -> Array:
    """What each row adds to the sums that `scores` reads.

    Args:
        true: Label of each row as a position, (rows,).
        probabilities: (rows, labels).
        thresholds: Conformal thresholds on ``1 - probability``, one by coverage.

    Returns:
        (rows, columns): the cells of the confusion matrix; by bin, confidence minus correctness of the top label and of
        each label; log loss and squared error; for each threshold, whether the set holds the true label, and its size.
    """
    rows, labels = probabilities.shape
    here = np.arange(rows)
    predicted = probabilities.argmax(1)
    top = probabilities[here, predicted]
    hot = np.zeros((rows, labels))
    hot[here, true] = 1
    cells = np.zeros((rows, labels * labels))
    cells[here, true * labels + predicted] = 1
    gaps = np.zeros((rows, 1 + labels, BINS))
    gaps[here, 0, _bin(top)] = top - (predicted == true)
    gaps[here[:, None], np.arange(1, labels + 1), _bin(probabilities)] = probabilities - hot
    loss = -np.log(np.clip(probabilities[here, true], 1e-12, 1))
    columns = [cells, gaps.reshape(rows, -1), loss[:, None], ((probabilities - hot) ** 2).sum(1, keepdims=True)]
    for threshold in thresholds:
        kept = 1 - probabilities <= threshold
        kept[here, predicted] = True  # a set is never empty
        columns += [kept[here, true][:, None], kept.sum(1, keepdims=True)]
    return np.concatenate(columns, 1)


def _bin(probabilities: Array) -> Array:
    place: Array = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    return place


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of one sample or, with a leading axis, of many resamples.

    Chance adds to a calibration error and never takes away, so that its resamples lie above the sample's own and its
    interval holds the true value less often than it says (`benchmarks/evaluation.py` counts how often).

    Attributes:
        macro_f1: Mean F1 over labels, 0–1.
        f_average: Mean F1 over the poles, the labels that take a side, 0–1 (Nakov et al. 2016, SemEval task 4).
        accuracy: 0–1.
        matthews: Correlation of true and given labels, -1 to 1, for any number of labels (Gorodkin 2004); 0 where
            either is constant.
        kappa: Agreement beyond chance, up to 1 (Cohen 1960); 0 where chance alone would always agree.
        precision: Per label, 0–1; 0 where nothing was predicted.
        recall: Per label, 0–1.
        f1: Per label, 0–1.
        ece: Expected calibration error of the top label, 15 bins of equal width (Guo et al. 2017), 0–1.
        ece_classwise: The same for the probability of each label, averaged over labels (Kull et al. 2019), 0–1.
        log_loss: Mean negative log probability of the true label, in nats.
        brier: Mean squared error of the probability vector, 0–2 (Brier 1950).
        coverage: By conformal threshold: how often the set holds the true label, 0–1.
        set_size: By conformal threshold: labels in a set, on average.
    """

    macro_f1: Array
    f_average: Array
    accuracy: Array
    matthews: Array
    kappa: Array
    precision: Array
    recall: Array
    f1: Array
    ece: Array
    ece_classwise: Array
    log_loss: Array
    brier: Array
    coverage: Array
    set_size: Array


def scores(sums: Array, labels: int, poles: Sequence[int]) -> Scores:
    """Metrics from summed contributions.

    Args:
        sums: What `contributions` gave, summed: (…, columns).
        labels: How many there are.
        poles: Positions of the labels that take a side.
    """
    cells = labels * labels
    losses = cells + (1 + labels) * BINS
    confusion = sums[..., :cells].reshape(*sums.shape[:-1], labels, labels)
    total = np.maximum(confusion.sum((-1, -2)), 1)
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    actual, predicted = confusion.sum(-1), confusion.sum(-2)
    f1 = 2 * right / np.maximum(actual + predicted, 1)
    agreed, chance = right.sum(-1) * total, (actual * predicted).sum(-1)
    spread = (total**2 - (actual**2).sum(-1)) * (total**2 - (predicted**2).sum(-1))
    gaps = np.abs(sums[..., cells:losses].reshape(*sums.shape[:-1], 1 + labels, BINS)).sum(-1) / total[..., None]
    return Scores(
        macro_f1=f1.mean(-1),
        f_average=f1[..., list(poles)].mean(-1),
        accuracy=right.sum(-1) / total,
        matthews=(agreed - chance) / np.sqrt(np.where(spread > 0, spread, np.inf)),
        kappa=(agreed - chance) / np.where(total**2 > chance, total**2 - chance, np.inf),
        precision=right / np.maximum(predicted, 1),
        recall=right / np.maximum(actual, 1),
        f1=f1,
        ece=gaps[..., 0],
        ece_classwise=gaps[..., 1:].mean(-1),
        log_loss=sums[..., losses] / total,
        brier=sums[..., losses + 1] / total,
        coverage=sums[..., losses + 2 :: 2] / total[..., None],
        set_size=sums[..., losses + 3 :: 2] / total[..., None],
    )


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Sentences of like confidence: where the model is calibrated, accuracy equals confidence (Guo et al. 2017).

    Attributes:
        confidence: Mean in the bin, 0–1.
        accuracy: In the bin.
        rows: In the bin.
    """

    confidence: float
    accuracy: Estimate
    rows: int


def by_confidence(true: Array, probabilities: Array) -> Array:
    """What each row adds, by bin of the top label's confidence, to rows, confidence and right ones: (rows, 3, BINS)."""
    top = probabilities.max(1)
    out = np.zeros((len(true), 3, BINS))
    out[np.arange(len(true)), :, _bin(top)] = np.stack([np.ones(len(true)), top, probabilities.argmax(1) == true], 1)
    return out


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """One point of the risk–coverage curve.

    Attributes:
        coverage: Share of sentences whose confidence is at least `threshold`.
        threshold: What `abstain_below` has to be to keep just these.
        risk: Share of wrong labels among them.
    """

    coverage: float
    threshold: float
    risk: float


class Ranking:
    """Rows from the most to the least confident, for selective classification (Geifman & El-Yaniv 2017).

    Rows of equal confidence are kept or left together.

    Args:
        true: Label of each row as a position, (rows,).
        probabilities: (rows, labels).
    """

    def __init__(self, true: Array, probabilities: Array) -> None:
        confidence = probabilities.max(1)
        self._order = np.argsort(-confidence, kind="stable")
        self._wrong = (probabilities.argmax(1) != true)[self._order]
        ranked = confidence[self._order]
        self._ends = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
        self._thresholds = ranked[self._ends]

    def aurc(self, weights: Array) -> Array:
        """Area under the risk–coverage curve, 0–1: the risk at each row's confidence, averaged over rows.

        Args:
            weights: How often each row counts, whole numbers, (…, rows).
        """
        kept, wrong = self._kept(weights)
        share = np.diff(kept, axis=-1, prepend=0) / kept[..., -1:]
        area: Array = (wrong / np.maximum(kept, 1) * share).sum(-1)
        return area

    def curve(self) -> tuple[RiskPoint, ...]:
        """The points whose coverage is 5 %, 10 %, … or, with equal confidences, just over."""
        kept, wrong = self._kept(np.ones(len(self._order)))
        coverage, risk = kept / kept[-1], wrong / kept
        places = np.unique(np.searchsorted(coverage, _COVERAGES - 1e-9))
        return tuple(RiskPoint(float(coverage[i]), float(self._thresholds[i]), float(risk[i])) for i in places)

    def _kept(self, weights: Array) -> tuple[Array, Array]:
        """Rows and wrong rows at each confidence or above."""
        ordered = weights[..., self._order]
        return ordered.cumsum(-1)[..., self._ends], (ordered * self._wrong).cumsum(-1)[..., self._ends]
