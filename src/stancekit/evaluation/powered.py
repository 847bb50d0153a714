"""Shares of classes from many predictions and few labels: the statistics of `prevalence`, on arrays.

The estimate is prediction-powered (Angelopoulos, Bates, Fannjiang, Jordan & Zrnic 2023, Science 382:669): the mean
prediction over all rows plus what the labelled rows show it to be off by, the predictions of each class trusted by a
power from 0 to 1 that is tuned to the data (PPI++; Angelopoulos, Duchi & Zrnic 2023, arXiv:2311.01453):

    share = mean(labels) + power · (mean(predictions, all rows) - mean(predictions, labelled rows))

The package ppi-python 0.2.3 has this for independent rows, and needs numba, pandas, statsmodels and gdown. Rows of
one article are not independent, labelled rows are a part of the corpus rather than a second sample, and shares lie
between 0 and 1, so the formulas are here instead. Both means are written as sums over clusters, and power and
variance are computed from those sums: that is the cluster-robust form of theirs (Liang & Zeger 1986, Biometrika 73:13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from stancekit.errors import OptionError

Array = np.ndarray[Any, np.dtype[Any]]
LEVEL = 0.95
MINIMUM = 10  # labelled clusters that an interval needs


@dataclass(frozen=True, slots=True)
class Estimates:
    """Shares of the classes with their intervals.

    Attributes:
        value: Estimate of each share; they sum to 1.
        low: Lower end of each interval.
        high: Upper end.
        power: How far predictions were trusted for each, 0 to 1.
    """

    value: Array
    low: Array
    high: Array
    power: Array


@dataclass(frozen=True, slots=True)
class Sample:
    """A corpus with predictions and its labelled part.

    Attributes:
        predicted: Probability of each class, (rows, classes).
        count: What each row counts for, (rows,).
        cluster: Number of each row's cluster, from 0 on without gaps, (rows,).
        place: Which rows are labelled, (labelled,).
        truth: Their labels as ones and zeros, (labelled, classes).
        weight: In proportion to one over the probability that the row was drawn, (labelled,).
    """

    predicted: Array
    count: Array
    cluster: Array
    place: Array
    truth: Array
    weight: Array

    @property
    def effective(self) -> float:
        """Labelled clusters, in effect: fewer than there are where a few outweigh the others (Kish 1965)."""
        weight = self.weight * self.count[self.place]
        return _kish(np.bincount(self.cluster[self.place], weight)) if len(weight) else 0.0

    def estimate(self, power: float | None) -> Estimates:
        """The shares with their intervals.

        Args:
            power: 0 for the labels alone, 1 for plain prediction-powered inference, None for a tuned one.
        """
        weight = self.weight * self.count[self.place]
        weight = weight / weight.sum()
        count = self.count / self.count.sum()
        seen = self.predicted[self.place]
        hand, here, everywhere = weight @ self.truth, weight @ seen, count @ self.predicted
        clusters = self.cluster.max() + 1
        labels = _sums(weight[:, None] * (self.truth - hand), self.cluster[self.place], clusters)
        shift = _sums(count[:, None] * (self.predicted - everywhere), self.cluster, clusters)
        shift -= _sums(weight[:, None] * (seen - here), self.cluster[self.place], clusters)
        if power is None:
            spread = (shift**2).sum(0)
            powers = np.clip(-(labels * shift).sum(0) / np.where(spread > 0, spread, np.inf), 0, 1)
        else:
            powers = np.full(len(hand), power)
        corrections = powers * np.vstack([shift, everywhere - here])
        # what keeps the sum at 1 is taken from each share in proportion to its variance
        variance = ((labels + corrections[:-1]) ** 2).sum(0)
        if variance.any():
            corrections -= corrections.sum(1, keepdims=True) * variance / variance.sum()
        free = max(self.effective - 1 - (power is None), 1.0)
        variance = ((labels + corrections[:-1]) ** 2).sum(0) * self.effective / free
        value = on_simplex(hand + corrections[-1])
        # how many independent labels these are: rows, less what rows of a cluster repeat
        rows = ((weight[:, None] * (self.truth - hand)) ** 2).sum()
        repeat = max(float((labels**2).sum() / rows), 1.0) if rows > 0 else np.inf
        independent = max(_kish(weight) / repeat, self.effective)
        low, high = interval(value, variance, independent, free)
        return Estimates(value, low, high, powers)

    def correlations(self) -> Array:
        """Correlation of each class's labels with its predictions; 0 where either does not vary."""
        weight = self.weight * self.count[self.place]
        weight = weight / weight.sum()
        seen = self.predicted[self.place]
        y, f = self.truth - weight @ self.truth, seen - weight @ seen
        scale = np.sqrt((weight @ y**2) * (weight @ f**2))
        return np.asarray(weight @ (y * f) / np.where(scale > 1e-12, scale, np.inf))


def _kish(weight: Array) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum())


def _sums(values: Array, cluster: Array, clusters: int) -> Array:
    return np.stack([np.bincount(cluster, column, clusters) for column in values.T], 1)


def interval(value: Array, variance: Array, independent: float, free: float) -> tuple[Array, Array]:
    """95 % intervals of shares, inside [0, 1].

    Wilson's score interval (Wilson 1927) with the number of independent labels that would have this variance
    (Korn & Graubard 1998, Survey Methodology 24:193) and a quantile of Student's t. Where hardly any label
    contradicts the predictions the variance says nothing yet: it is taken to be no smaller than the rule of
    three allows (Hanley & Lippman-Hand 1983, JAMA 249:1743), three out of the independent labels.

    Args:
        value: The shares.
        variance: Of each.
        independent: How many independent labels the labelled rows are worth.
        free: Degrees of freedom.
    """
    quantile = _quantile(free)
    variance = np.maximum(variance, (3 / (quantile * independent)) ** 2)
    edge = 2 / (independent + 4)
    inside = np.clip(value, edge, 1 - edge)
    ratio = quantile**2 * variance / (inside * (1 - inside))  # t² / effective number
    centre = (value + ratio / 2) / (1 + ratio)
    half = np.sqrt(ratio * value * (1 - value) + ratio**2 / 4) / (1 + ratio)
    return np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1)


def _quantile(free: float) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + LEVEL) / 2, free))


def on_simplex(value: Array) -> Array:
    """The nearest shares that are not negative and sum to 1 (Duchi et al. 2008, ICML)."""
    falling = np.sort(value)[::-1]
    excess = (np.cumsum(falling) - 1) / np.arange(1, len(value) + 1)
    return np.asarray(np.maximum(value - excess[falling > excess][-1], 0))


def adjusted_counts(raw: Array, confusion: Array) -> Array:
    """Adjusted counts (Forman 2008, Data Mining and Knowledge Discovery 17:164), for several classes.

    The shares that would lead to the raw counts if each class were predicted as in the labelled rows: a least-squares
    fit among shares that are not negative and sum to 1. A class without labelled rows counts as predicted rightly.

    Args:
        raw: Share of each predicted class.
        confusion: ``confusion[i, j]``: weight of labelled rows of class i predicted as j.
    """
    from scipy.optimize import nnls

    confusion = np.where(confusion.sum(1, keepdims=True) > 0, confusion, np.eye(len(raw)))
    rates = confusion / confusion.sum(1, keepdims=True)
    firmly = 1e3  # weight of the sum being 1
    fit = nnls(np.vstack([rates.T, np.full(len(raw), firmly)]), np.append(raw, firmly))[0]
    return np.asarray(fit / fit.sum())


def plan(
    half_width: float,
    *,
    share: float = 0.5,
    correlation: float = 0.0,
    total: int | None = None,
    design_effect: float = 1.0,
) -> int:
    """How many randomly drawn rows to label for an interval of a wanted half-width.

    Args:
        half_width: Wanted, as a share: 0.03 for ± 3 points.
        share: Of the stance, as far as it can be guessed; 0.5 asks for the most labels.
        correlation: Of hand labels and predictions; `Share.correlation` of a pilot tells it. 0 asks for the most.
        total: Rows with predictions; by default so many that their number does not matter.
        design_effect: How much rows of a cluster repeat each other: 1 + (labelled rows a cluster - 1) × their
            intra-cluster correlation (Kish 1965).

    Raises:
        OptionError: A value makes no sense, or labelling all rows would not be enough.

    Example:
        >>> from stancekit.evaluation import plan
        >>> plan(0.05), plan(0.05, correlation=0.8)
        (387, 141)
    """
    checks = (
        ("half_width", half_width, 0 < half_width < 0.5, "between 0 and 0.5"),
        ("share", share, 0 < share < 1, "between 0 and 1"),
        ("correlation", correlation, 0 <= correlation <= 1, "from 0 to 1"),
        ("total", total, total is None or total > 0, "over 0"),
        ("design_effect", design_effect, design_effect >= 1, "1 or more"),
    )
    for name, value, good, want in checks:
        if not good:
            raise OptionError(f"{name} is {value}; want {want}")
    known = correlation**2

    def reached(n: int) -> float:
        clusters = n / design_effect
        variance = share * (1 - share) * ((1 - known) / n + (known / total if total else 0)) * design_effect
        return max(_quantile(clusters - 2) * float(variance**0.5), 3 / clusters)

    low = int(np.ceil(MINIMUM * design_effect))
    high = total or int(np.ceil(20 * design_effect / half_width**2))
    if high < low or reached(high) > half_width:
        raise OptionError(f"± {half_width:g} cannot be had from {high:,} rows, even if all are labelled")
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) <= half_width else (middle + 1, high)
    return low
