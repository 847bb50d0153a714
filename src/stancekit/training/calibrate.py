"""Calibration on dev: a temperature per head, and conformal thresholds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from stancekit.model import Head, softmax

Array = np.ndarray[Any, np.dtype[Any]]
COVERAGES = (0.8, 0.9, 0.95)


def temperature(logits: Array, true: Array) -> float:
    """The temperature with the least log loss (Guo et al. 2017), between 0.2 and 10.

    Args:
        logits: (rows, labels).
        true: Label of each row as a position.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        chosen = softmax(logits, math.exp(log_temperature))[np.arange(len(true)), true]
        return float(-np.log(np.clip(chosen, 1e-9, 1)).mean())

    found = minimize_scalar(loss, bounds=(math.log(0.2), math.log(10)), method="bounded")
    return round(float(math.exp(found.x)), 4)


def quantiles(probabilities: Array, true: Array) -> dict[str, float]:
    """Conformal threshold on ``1 - probability of the true label`` by coverage (Sadinle, Lei & Wasserman 2019).

    With n rows, a coverage c takes the ⌈(n + 1) c⌉-th smallest score; where that is beyond the last one the
    threshold is 1, which keeps every label.
    """
    nonconformity = np.sort(1 - probabilities[np.arange(len(true)), true])
    out = {}
    for coverage in COVERAGES:
        rank = math.ceil((len(true) + 1) * coverage)
        out[f"{coverage:g}"] = round(float(nonconformity[rank - 1]), 6) if rank <= len(true) else 1.0
    return out


def calibrated_head(labels: list[str], logits: Array, true: Array) -> Head:
    """A head with temperature and thresholds from the logits of dev rows; uncalibrated where there are none."""
    if len(true) == 0:
        return Head(labels)
    warmth = temperature(logits, true)
    return Head(labels, warmth, quantiles(softmax(logits, warmth), true))
