"""Resampling of whole clusters: the rows of one article, speaker or scenario are alike and are drawn together.

A bootstrap over rows takes alike rows for independent ones and gives intervals that are too narrow;
`benchmarks/evaluation.py` shows by how much.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
RESAMPLES = 2000
FEW_CLUSTERS = 10  # below this an interval over clusters cannot be relied on
_BLOCK = 250  # resamples whose weights are held at a time


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval (expanded percentile, cluster bootstrap)."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def estimate(value: float | Array, draws: Array, clusters: int) -> Estimate:
    """A point value with its 95 % interval: quantiles of its resamples, further out the fewer the clusters.

    A bootstrap's spread is too small by the factor of a plug-in variance and knows no Student's t; the expanded
    percentile interval makes up for both (Hesterberg 2015).
    """
    from scipy.stats import norm, t

    free = max(clusters, 2) - 1
    tail = float(norm.cdf(np.sqrt((free + 1) / free) * t.ppf(0.025, free)))
    low, high = np.quantile(draws, (tail, 1 - tail))
    return Estimate(float(value), float(low), float(high))


def numbered(clusters: Sequence[str] | Array) -> tuple[Array, int]:
    """The clusters as numbers from 0, and how many there are."""
    names, place = np.unique(np.asarray(clusters), return_inverse=True)
    return place, len(names)


def cluster_sums(values: Array, place: Array, count: int) -> Array:
    """Sums of the rows' values by cluster: (clusters, columns)."""
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(count))
    return np.add.reduceat(values[order], starts, axis=0)


def cluster_weights(count: int, resamples: int, seed: int) -> Iterator[Array]:
    """How often each cluster is drawn in each resample, in blocks of (resamples, clusters).

    As many clusters as there are, with replacement: the cluster bootstrap (Davison & Hinkley 1997, Bootstrap Methods
    and Their Application, section 3.8).
    """
    rng = np.random.default_rng(seed)
    for begin in range(0, resamples, _BLOCK):
        size = min(_BLOCK, resamples - begin)
        drawn = rng.integers(0, count, (size, count)) + np.arange(size)[:, None] * count
        yield np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count).astype(np.float64)


def cluster_resamples(values: Array, clusters: Sequence[str] | Array, resamples: int, seed: int) -> Array:
    """Sums over resamples of whole clusters: (resamples, columns).

    Args:
        values: Contributions, (rows, columns).
        clusters: Cluster of each row, any hashable values, (rows,).
        resamples: How many.
        seed: Of the draws.
    """
    place, count = numbered(clusters)
    sums = cluster_sums(values, place, count)
    return np.concatenate([weights @ sums for weights in cluster_weights(count, resamples, seed)])


def holm(p: Sequence[float]) -> list[float]:
    """p-values corrected for their number, so that one false claim among all stays as unlikely (Holm 1979).

    Example:
        >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
        [0.03, 0.06, 0.06]
    """
    out, largest = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        largest = max(largest, min(1.0, (len(p) - rank) * p[place]))
        out[place] = largest
    return out


def p_text(p: float) -> str:
    """A p-value in four digits."""
    return "<.0001" if p < 0.0001 else f"{p:.4f}"
