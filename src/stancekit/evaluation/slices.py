"""Where a model is better and where it is worse: its stance scores by the values of a column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from stancekit.errors import DataError
from stancekit.evaluation.metrics import contributions, scores
from stancekit.evaluation.resampling import (
    FEW_CLUSTERS,
    RESAMPLES,
    Array,
    Estimate,
    cluster_resamples,
    estimate,
    holm,
    numbered,
    p_text,
)
from stancekit.records import LabelledQuote

SMALL_ROWS = 30
_LENGTHS = (5, 10, 20, 40)  # words a sentence has at most
_SHOWN = 10  # values of a column in the text; all are in the JSON


@dataclass(frozen=True, slots=True)
class Slice:
    """The rows with one value of a column.

    Attributes:
        value: Of the column.
        rows: With that value.
        clusters: Among them.
        accuracy: In the slice.
        macro_f1: Mean F1 over the labels that occur in the slice. It moves with the mix of labels, so it is not
            tested.
        difference: Accuracy in the slice minus accuracy in all other rows.
        p: Two-sided, of that difference; None where the slice or the rest is small.
        p_holm: Corrected for the number of slices tested, over all columns.
        small: Under 30 rows or 10 clusters: too few to say anything.
    """

    value: str
    rows: int
    clusters: int
    accuracy: Estimate
    macro_f1: Estimate
    difference: float
    p: float | None
    p_holm: float | None
    small: bool


def slice_values(
    rows: Sequence[LabelledQuote], column: str, records: Mapping[str, Mapping[str, Any]] | None = None
) -> list[str]:
    """Each row's value of a column as text, "(none)" where it has none.

    Args:
        rows: Labelled quotes.
        column: A field of `LabelledQuote`, "length" (words of the sentence, in five classes), or a column of
            ``records``.
        records: By a row's ``source``, what its file holds beside these fields.

    Raises:
        DataError: No row has such a column.
    """
    known = [
        field.name for field in fields(LabelledQuote) if field.name not in ("id", "text", "context", "probs", "source")
    ]
    if column == "length":
        return [_length(len(row.text.split())) for row in rows]
    if column in known:
        values: list[Any] = [getattr(row, column) for row in rows]
    else:
        found = [(records or {}).get(row.source, {}) for row in rows]
        if not any(column in record for record in found):
            others = {name for record in found for name in record} - {field.name for field in fields(LabelledQuote)}
            raise DataError(
                f"no column {column!r} to slice by; there is: {', '.join([*known, 'length', *sorted(others)])}"
            )
        values = [record.get(column) for record in found]
    return ["(none)" if value in (None, "") else str(value) for value in values]


def _length(words: int) -> str:
    place = int(np.searchsorted(_LENGTHS, words))
    low = 1 if place == 0 else _LENGTHS[place - 1] + 1
    return f"{low}–{_LENGTHS[place]} words" if place < len(_LENGTHS) else f"{low} words or more"


def slice_task(
    true: Sequence[str],
    probabilities: Array,
    labels: Sequence[str],
    clusters: Sequence[str],
    columns: Mapping[str, Sequence[str]],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, tuple[Slice, ...]]:
    """Score each value of each column, with intervals over clusters and a test against all other rows.

    The test is of the difference in accuracy with a cluster-robust standard error (Liang & Zeger 1986), on Student's t
    with the smaller side's clusters less one as degrees of freedom (Cameron & Miller 2015): clusters may lie on both
    sides. p-values are corrected over all slices tested (Holm 1979).

    Args:
        true: Label of each row.
        probabilities: (rows, labels).
        labels: Names of the columns of ``probabilities``.
        clusters: What is resampled as a whole.
        columns: By column, each row's value.
        resamples: Of the bootstrap.
        seed: Of the bootstrap.

    Returns:
        By column, the largest slice first; lengths and numbers in their order.
    """
    at = {label: i for i, label in enumerate(labels)}
    truth = np.array([at[label] for label in true])
    sums = contributions(truth, np.asarray(probabilities, dtype=np.float64))
    right = (probabilities.argmax(1) == truth).astype(float)
    names = np.asarray(clusters)
    out: dict[str, list[Slice]] = {}
    for column, values in columns.items():
        array = np.asarray(values)
        out[column] = []
        for value in _ordered(column, values):
            inside = array == value
            present = np.unique(truth[inside]).tolist()
            part, groups = sums[inside], names[inside]
            count = len(np.unique(groups))
            point = scores(part.sum(0), len(labels), present)
            if count > 1:
                draws = scores(cluster_resamples(part, groups, resamples, seed), len(labels), present)
                accuracy = estimate(point.accuracy, draws.accuracy, count)
                f1 = estimate(point.f_average, draws.f_average, count)
            else:  # one cluster says nothing of others
                accuracy, f1 = (Estimate(float(v), 0.0, 1.0) for v in (point.accuracy, point.f_average))
            difference, p = _against_rest(right, inside, names)
            small = len(part) < SMALL_ROWS or count < FEW_CLUSTERS
            out[column].append(
                Slice(value, len(part), count, accuracy, f1, difference, None if small else p, None, small)
            )
    tested = [(column, i) for column, made in out.items() for i, one in enumerate(made) if one.p is not None]
    corrected = holm([out[column][i].p or 0.0 for column, i in tested])
    for (column, i), p_holm in zip(tested, corrected, strict=True):
        out[column][i] = replace(out[column][i], p_holm=p_holm)
    return {column: tuple(made) for column, made in out.items()}


def _ordered(column: str, values: Sequence[str]) -> list[str]:
    kinds = dict.fromkeys(values)
    if column == "length":
        return sorted(kinds, key=lambda value: int(value.split("–")[0].split()[0]))
    if all(value.isdecimal() for value in kinds if value != "(none)"):
        return sorted(kinds, key=lambda value: (value == "(none)", len(value), value))
    return [value for value, _ in Counter(values).most_common()]


def _against_rest(right: Array, inside: Array, names: Array) -> tuple[float, float | None]:
    """Accuracy inside minus outside, and its p-value; None where a side is too small."""
    from scipy.stats import t

    if inside.all():
        return 0.0, None
    means = right[inside].mean(), right[~inside].mean()
    difference = float(means[0] - means[1])
    sides = [len(np.unique(names[side])) for side in (inside, ~inside)]
    if min(sides) < FEW_CLUSTERS or int((~inside).sum()) < SMALL_ROWS:
        return difference, None
    place, count = numbered(names)
    pull = np.where(inside, (right - means[0]) / inside.sum(), -(right - means[1]) / (~inside).sum())
    by_cluster = np.bincount(place, weights=pull, minlength=count)
    fewest = min(sides)
    error = float(np.sqrt((by_cluster**2).sum() * fewest / (fewest - 1)))
    return difference, float(2 * t.sf(abs(difference) / error, fewest - 1)) if error > 0 else None


def slices_text(slices: Mapping[str, Sequence[Slice]]) -> str:
    """The slices as plain lines of 80 columns: the largest ones of each column, small ones marked."""
    lines = [f"  {'':<22}{'rows':>6}  {'accuracy':<22}{'macro-F1':>8}{'vs rest':>9}{'p':>9}"]
    for column, made in slices.items():
        lines.append(column)
        shown = sorted(made, key=lambda one: -one.rows)[:_SHOWN] if len(made) > 2 * _SHOWN else made
        for one in shown:
            name = one.value if len(one.value) <= 21 else one.value[:20] + "…"
            p = "small" if one.small else "" if one.p_holm is None else p_text(one.p_holm)
            figures = f"{one.rows:>6}  {one.accuracy!s:<22}{one.macro_f1.value:>8.3f}{one.difference:>+9.3f}{p:>9}"
            lines.append(f"  {name:<22}{figures}")
        if len(shown) < len(made):
            rest = len(made) - len(shown)
            lines.append(
                f"  … and {rest} more, the largest with {max(o.rows for o in made if o not in shown)} rows; see --json"
            )
    lines.append("p: accuracy against all other rows, over groups, after Holm's correction;")
    lines.append(f"small: under {SMALL_ROWS} rows or {FEW_CLUSTERS} groups, too few to conclude anything from")
    return "\n".join(lines)
