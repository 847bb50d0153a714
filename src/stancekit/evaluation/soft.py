"""Scores against what several annotators said, instead of against one label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stancekit.evaluation.resampling import RESAMPLES, Array, Estimate, cluster_resamples, estimate
from stancekit.records import LabelledQuote


@dataclass(frozen=True, slots=True)
class SoftScores:
    """How near a model's probabilities are to the annotators' shares (Uma et al. 2021, "Learning from Disagreement").

    Attributes:
        rows: With the shares of several annotators.
        cross_entropy: Of the annotators' shares and the model's probabilities, in nats, averaged over rows.
        entropy: Of the annotators' shares, in nats: what a perfect model would reach.
        jensen_shannon: Jensen–Shannon divergence of the two, in bits, 0–1 (Lin 1991).
    """

    rows: int
    cross_entropy: Estimate
    entropy: Estimate
    jensen_shannon: Estimate

    def __str__(self) -> str:
        return (
            f"  against the shares of several annotators, {self.rows} sentences\n"
            f"  {'cross-entropy':<15}{self.cross_entropy}, {self.entropy.value:.3f} at best\n"
            f"  {'Jensen–Shannon':<15}{self.jensen_shannon}"
        )


def soft_scores(
    rows: Sequence[LabelledQuote], probabilities: Array, labels: Sequence[str], clusters: Sequence[str]
) -> SoftScores | None:
    """Score probabilities against the rows' `probs`; None where no row has any.

    Args:
        rows: Labelled quotes.
        probabilities: (rows, labels).
        labels: Names of the columns.
        clusters: What is resampled as a whole.
    """
    known = [i for i, row in enumerate(rows) if row.probs and sum(row.probs.values()) > 0]
    if not known:
        return None
    shares = np.array([[(rows[i].probs or {}).get(label, 0.0) for label in labels] for i in known])
    shares /= shares.sum(1, keepdims=True)
    made = np.asarray(probabilities, dtype=np.float64)[known]
    middle = (shares + made) / 2
    values = np.stack(
        [
            -(shares * np.log(np.clip(made, 1e-12, 1))).sum(1),
            _entropy(shares),
            (_entropy(middle) - (_entropy(shares) + _entropy(made)) / 2) / np.log(2),
        ],
        1,
    )
    names = [clusters[i] for i in known]
    count = len(set(names))
    draws = cluster_resamples(np.column_stack([values, np.ones(len(known))]), names, RESAMPLES, 0)
    means = draws[:, :3] / draws[:, 3:]
    found = [estimate(values[:, i].mean(), means[:, i], count) for i in range(3)]
    return SoftScores(len(known), *found)


def _entropy(p: Array) -> Array:
    values: Array = -(p * np.log(np.clip(p, 1e-12, 1))).sum(1)
    return values
