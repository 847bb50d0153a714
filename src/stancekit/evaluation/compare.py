"""Two models on the same rows: how much better, whether that can be chance, and what may be said of it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stancekit.evaluation.metrics import Scores, contributions, scores
from stancekit.evaluation.resampling import (
    FEW_CLUSTERS,
    RESAMPLES,
    Array,
    Estimate,
    cluster_sums,
    cluster_weights,
    estimate,
    holm,
    numbered,
    p_text,
)
from stancekit.evaluation.task import labelled
from stancekit.records import LabelledQuote

COMPARED = ("macro_f1", "accuracy", "log_loss")  # the primary metric first; of the last, less is better
PERMUTATIONS = 10_000
ALPHA = 0.05
_BLOCK = 250


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of two models.

    Attributes:
        first: Of the model.
        second: Of the one it is compared with.
        difference: First minus second; the interval is from resamples of clusters that both models share.
        p: Two-sided, from a paired permutation test over clusters.
        p_holm: Corrected for the number of metrics tested (Holm 1979).
    """

    first: float
    second: float
    difference: Estimate
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class TaskComparison:
    """Two models on one task.

    Attributes:
        differences: By metric: ``macro_f1``, ``accuracy``, ``log_loss``.
        only_first: Rows that only the first model labels rightly.
        only_second: Rows that only the second does.
        mcnemar: p of McNemar's exact test on these two counts (McNemar 1947). It takes rows for independent, so where
            rows of a cluster are alike it is too small; the permutation test is the one to report.
        verdict: What may be concluded, in a sentence.
    """

    differences: dict[str, Difference]
    only_first: int
    only_second: int
    mcnemar: float
    verdict: str

    def __str__(self) -> str:
        lines = [f"  {'':<10}{'model':>7}{'other':>8}  {'difference':<24}{'p':>7}{'p (Holm)':>10}"]
        for name, d in self.differences.items():
            tested = f"{p_text(d.p):>7}{p_text(d.p_holm):>10}"
            lines.append(f"  {name:<10}{d.first:>7.3f}{d.second:>8.3f}  {d.difference!s:<24}{tested}")
        mcnemar = f"McNemar on rows: p {p_text(self.mcnemar)}"
        lines.append(f"  right in one alone: {self.only_first} and {self.only_second} ({mcnemar})")
        return "\n".join([*lines, *textwrap.wrap(self.verdict, 78, initial_indent="  ", subsequent_indent="  ")])


@dataclass(frozen=True, slots=True)
class Comparison:
    """What ``evaluate(…, against=…)`` adds: the other model's name and a `TaskComparison` by task."""

    model: str
    tasks: dict[str, TaskComparison]

    def __str__(self) -> str:
        return "\n\n".join(f"against {self.model}, {name}\n{task}" for name, task in self.tasks.items())


def compare_task(
    true: Sequence[str],
    first: Array,
    second: Array,
    labels: Sequence[str],
    clusters: Sequence[str],
    *,
    names: tuple[str, str] = ("the first model", "the second"),
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> TaskComparison:
    """Compare the probabilities of two models for the same rows.

    The interval is a paired cluster bootstrap: each resample draws the same clusters for both. The test permutes: if
    the models were equally good, their predictions for a cluster might as well be swapped, and random swaps show what
    differences chance gives (Noreen 1989; Yeh 2000 for F1; whole clusters here, since rows of one are alike).

    Args:
        true: Label of each row.
        first: Probabilities of the model, (rows, labels).
        second: Those of the other.
        labels: Names of the columns.
        clusters: What is resampled and swapped as a whole.
        names: What the sentence calls the models.
        resamples: Of the bootstrap.
        permutations: Of the test.
        seed: Of both.

    Example:
        >>> good, bad = np.array([[0.9, 0.1]] * 40), np.array([[0.2, 0.8]] * 40)
        >>> compare_task(["a"] * 40, good, bad, "ab", [str(i) for i in range(40)]).only_first
        40
    """
    from scipy.stats import binomtest

    at = {label: i for i, label in enumerate(labels)}
    truth = np.array([at[label] for label in true])
    place, count = numbered(clusters)
    one, two = (
        cluster_sums(contributions(truth, np.asarray(p, dtype=np.float64)), place, count) for p in (first, second)
    )

    def scored(sums: Array) -> Scores:
        return scores(sums, len(labels), range(len(labels)))

    points = scored(one.sum(0)), scored(two.sum(0))
    draws: dict[str, list[Array]] = {name: [] for name in COMPARED}
    for weights in cluster_weights(count, resamples, seed):
        a, b = scored(weights @ one), scored(weights @ two)
        for name in COMPARED:
            draws[name].append(getattr(a, name) - getattr(b, name))
    observed = {name: float(getattr(points[0], name) - getattr(points[1], name)) for name in COMPARED}
    as_far = dict.fromkeys(COMPARED, 0)
    rng = np.random.default_rng(seed)
    for begin in range(0, permutations, _BLOCK):
        swapped = rng.integers(0, 2, (min(_BLOCK, permutations - begin), count)) @ (two - one)
        a, b = scored(one.sum(0) + swapped), scored(two.sum(0) - swapped)
        for name in COMPARED:
            gap = np.abs(getattr(a, name) - getattr(b, name))
            as_far[name] += int((gap >= abs(observed[name]) - 1e-12).sum())
    p = [(1 + as_far[name]) / (1 + permutations) for name in COMPARED]
    differences = {
        name: Difference(
            float(getattr(points[0], name)),
            float(getattr(points[1], name)),
            estimate(observed[name], np.concatenate(draws[name]), count),
            raw,
            corrected,
        )
        for name, raw, corrected in zip(COMPARED, p, holm(p), strict=True)
    }
    right = first.argmax(1) == truth, second.argmax(1) == truth
    only_first, only_second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    disputed = only_first + only_second
    return TaskComparison(
        differences=differences,
        only_first=only_first,
        only_second=only_second,
        mcnemar=float(binomtest(only_first, disputed).pvalue) if disputed else 1.0,
        verdict=_verdict(differences["macro_f1"], count, names),
    )


def _verdict(primary: Difference, clusters: int, names: tuple[str, str]) -> str:
    """What may be concluded from the primary metric; a claim needs both the corrected test and the interval."""
    found = primary.difference
    if clusters < FEW_CLUSTERS:
        return f"Nothing may be concluded from {clusters} groups: at least {FEW_CLUSTERS} are needed."
    if primary.p_holm < ALPHA and (found.low > 0 or found.high < 0):
        better, worse = names if found.value > 0 else names[::-1]
        low, high = sorted((abs(found.low), abs(found.high)))
        return (
            f"On sentences like these {better} is better than {worse}: its macro-F1 is higher by "
            f"{abs(found.value):.3f}, 95 % interval {low:.3f} to {high:.3f} (p {p_text(primary.p_holm)} after Holm)."
        )
    return (
        f"It may not be concluded that {names[0]} and {names[1]} differ: the difference in macro-F1 is "
        f"{found.value:+.3f}, 95 % interval {found.low:+.3f} to {found.high:+.3f} "
        f"(p {p_text(primary.p_holm)} after Holm). "
        "Nor that they are equal; any value in the interval is compatible with these sentences."
    )


def compare_rows(
    rows: Sequence[LabelledQuote],
    first: Mapping[str, Array],
    second: Mapping[str, Array],
    labels: Mapping[str, Sequence[str]],
    names: tuple[str, str],
) -> Comparison:
    """Compare two models' probabilities by task, columns in the same order; rows of one group stay together."""
    tasks = {}
    for task, columns in labels.items():
        known, true, clusters = labelled(rows, task)
        if known and task in second:
            tasks[task] = compare_task(true, first[task][known], second[task][known], columns, clusters, names=names)
    return Comparison(names[1], tasks)
