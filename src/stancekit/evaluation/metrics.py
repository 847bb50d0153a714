"""Scores of a classifier from labels and probabilities, each a function of sums over rows.

Every metric here is computed from per-row contributions that add up, so that a resample of groups is one matrix
product over group sums and two thousand of them take no longer than a handful of passes over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
BINS = 15  # of the expected calibration error, equal in width


def macro_f1(true: Array, predicted: Array, labels: int) -> float:
    """Mean over labels of F1, in 0–1; a label that is neither present nor predicted counts as 0."""
    from sklearn.metrics import f1_score

    return float(f1_score(true, predicted, labels=range(labels), average="macro", zero_division=0))


def contributions(true: Array, probabilities: Array) -> Array:
    """What each row adds to the sums that `scores` reads: (rows, labels² + 3 · bins + 2).

    Args:
        true: Label of each row as a position, (rows,).
        probabilities: (rows, labels).
    """
    rows, labels = probabilities.shape
    predicted = probabilities.argmax(1)
    top = probabilities.max(1)
    here = np.arange(rows)
    cells = np.zeros((rows, labels * labels))
    cells[here, true * labels + predicted] = 1
    bins = np.zeros((rows, 3, BINS))
    place = np.minimum((top * BINS).astype(int), BINS - 1)
    bins[here, 0, place] = 1
    bins[here, 1, place] = top
    bins[here, 2, place] = predicted == true
    chosen = np.clip(probabilities[here, true], 1e-12, 1)
    hot = np.zeros_like(probabilities)
    hot[here, true] = 1
    losses = np.stack([-np.log(chosen), ((probabilities - hot) ** 2).sum(1)], 1)
    return np.concatenate([cells, bins.reshape(rows, -1), losses], 1)


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of one sample or, with a leading axis, of many resamples.

    Attributes:
        macro_f1: Mean F1 over labels, 0–1.
        accuracy: 0–1.
        precision: Per label, 0–1; 0 where nothing was predicted.
        recall: Per label, 0–1.
        f1: Per label, 0–1.
        ece: Expected calibration error of the top label, 15 bins of equal width (Guo et al. 2017), 0–1.
        log_loss: Mean negative log probability of the true label, in nats.
        brier: Mean squared error of the probability vector, 0–2.
    """

    macro_f1: Array
    accuracy: Array
    precision: Array
    recall: Array
    f1: Array
    ece: Array
    log_loss: Array
    brier: Array


def scores(sums: Array, labels: int) -> Scores:
    """Metrics from summed contributions: (…, labels² + 3 · bins + 2)."""
    confusion = sums[..., : labels * labels].reshape(*sums.shape[:-1], labels, labels)
    total = np.maximum(confusion.sum((-1, -2)), 1)
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    actual, predicted = confusion.sum(-1), confusion.sum(-2)
    f1 = 2 * right / np.maximum(actual + predicted, 1)
    bins = sums[..., labels * labels : -2].reshape(*sums.shape[:-1], 3, BINS)
    return Scores(
        macro_f1=f1.mean(-1),
        accuracy=right.sum(-1) / total,
        precision=right / np.maximum(predicted, 1),
        recall=right / np.maximum(actual, 1),
        f1=f1,
        ece=np.abs(bins[..., 1, :] - bins[..., 2, :]).sum(-1) / total,
        log_loss=sums[..., -2] / total,
        brier=sums[..., -1] / total,
    )


def cluster_resamples(values: Array, clusters: Array, resamples: int, seed: int) -> Array:
    """Sums over resamples of whole clusters, drawn with replacement: (resamples, columns).

    The cluster bootstrap (Davison & Hinkley 1997, section 3.8): rows of one article or speaker are alike, so that a
    bootstrap over rows would give intervals that are too narrow.

    Args:
        values: Contributions, (rows, columns).
        clusters: Cluster of each row, any hashable values, (rows,).
        resamples: How many.
        seed: Of the draws.
    """
    _, place = np.unique(clusters, return_inverse=True)
    count = int(place.max()) + 1
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, place, values)
    rng = np.random.default_rng(seed)
    out = np.empty((resamples, values.shape[1]))
    for begin in range(0, resamples, 250):  # bounds the memory of the weights
        size = min(250, resamples - begin)
        weights = rng.multinomial(count, np.full(count, 1 / count), size=size)
        out[begin : begin + size] = weights.astype(np.float64) @ sums
    return out
