"""How far annotators agree: what a label is worth before any model is judged by it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.data.quotes import read_records
from stancekit.errors import DataError
from stancekit.evaluation.metrics import contributions, scores
from stancekit.evaluation.resampling import (
    FEW_CLUSTERS,
    RESAMPLES,
    Array,
    Estimate,
    cluster_resamples,
    cluster_sums,
    cluster_weights,
    estimate,
    numbered,
)
from stancekit.frames import load_frame, shipped_frames

_PAIRS = (("stance", "second_stance"), ("sentiment", "second_sentiment"))
_LIST = "workers"  # a column that holds all labels of a row
_SHOWN = 10  # pairs in the text; all are in the JSON


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two annotators on the rows that both labelled.

    Attributes:
        first: Name of one.
        second: Of the other.
        rows: Labelled by both.
        agreed: Share of rows with the same label.
        kappa: Agreement beyond chance (Cohen 1960).
    """

    first: str
    second: str
    rows: int
    agreed: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class TaskAgreement:
    """The annotators of one task.

    Attributes:
        annotators: Their columns.
        rows: With two labels or more; the others say nothing of agreement.
        clusters: Among them: what was resampled.
        labels: Which were given, the most frequent first.
        alpha: Krippendorff's alpha, nominal (Krippendorff 2004, chapter 11): 1 is perfect, 0 is chance. It takes
            any number of annotators, and gaps.
        pairs: Each two annotators, those with most rows first.
        together: ``together[i][j]``: where one says label i, how often another says label j, 0–1.
        disputed: Ids of the rows with the least agreement, at most 20.
    """

    annotators: tuple[str, ...]
    rows: int
    clusters: int
    labels: tuple[str, ...]
    alpha: Estimate
    pairs: tuple[PairAgreement, ...]
    together: list[list[float]]
    disputed: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.rows} rows with two labels or more, in {self.clusters} groups"]
        if self.clusters < FEW_CLUSTERS:
            lines.append(f"  (under {FEW_CLUSTERS} groups: do not rely on the intervals)")
        lines += [f"  Krippendorff's alpha  {self.alpha}", ""]
        lines.append(f"  {'annotators':<24}{'rows':>6}  {'agreed':<22}kappa")
        for pair in self.pairs[:_SHOWN]:
            names = _cut(f"{pair.first}, {pair.second}", 23)
            lines.append(f"  {names:<24}{pair.rows:>6}  {pair.agreed!s:<22}{pair.kappa}")
        if len(self.pairs) > _SHOWN:
            lines.append(f"  … and {len(self.pairs) - _SHOWN} more pairs; see --json")
        shown = self.labels[:6]
        lines.append(f"\n  {'one says, other →':<18}" + "".join(f"{_cut(label, 9):>10}" for label in shown))
        for label, shares in zip(shown, self.together, strict=False):
            lines.append(f"  {_cut(label, 17):<18}" + "".join(f"{share:>10.1%}" for share in shares[: len(shown)]))
        if len(self.labels) > len(shown):
            lines.append(f"  … and {len(self.labels) - len(shown)} more labels; see --json")
        if self.disputed:
            lines.append("\n" + _cut(f"  most disputed: {', '.join(self.disputed[:5])}", 80))
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What `agreement` gives: the file and a `TaskAgreement` by task."""

    data: str
    tasks: dict[str, TaskAgreement]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)

    def to_json(self) -> str:
        """The agreement as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def __str__(self) -> str:
        head = f"{self.data}: agreement of annotators\n95 % intervals from {RESAMPLES} resamples of groups"
        return "\n\n".join([head, *(f"{name}: {task}" for name, task in self.tasks.items())])


def agreement(data: str | Path, annotators: Sequence[str] = (), *, cluster: str = "group") -> Agreement:
    """How far the annotators of a file agree.

    Args:
        data: A `.jsonl`, `.csv`, `.tsv` or `.parquet` table, a frame folder or a shipped frame's name.
        annotators: Columns with one annotator's labels each. By default `stance` and `second_stance`, `sentiment` and
            `second_sentiment`, and a column `workers` that holds the list of a row's labels (the n-th is annotator n).
            Empty cells are gaps.
        cluster: Column whose rows are resampled together; a row without it is a cluster of its own.

    Raises:
        DataError: The file cannot be read, lacks a column, or no row has two labels.

    Example:
        >>> agreement("us-china").tasks["stance"].annotators
        ('stance', 'second_stance')
    """
    path = Path(data)
    if path.is_dir() or (not path.exists() and str(data) in shipped_frames()):
        folder = load_frame(data).folder
        assert folder is not None  # a loaded frame has a folder
        path = folder / "quotes.jsonl"
    records = [record for _, record in read_records(path)]
    if cluster != "group" and not any(cluster in record for record in records):
        raise DataError(f"{path}: no column {cluster!r} to resample by")
    clusters = [str(record.get(cluster) or f"row {i}") for i, record in enumerate(records)]
    ids = [str(record.get("id") or i) for i, record in enumerate(records, 1)]
    tasks = {
        name: found
        for name, (columns, answers) in _answers(records, annotators, path).items()
        if (found := _task(columns, answers, clusters, ids)) is not None
    }
    if not tasks:
        raise DataError(f"{data}: no row has the labels of two annotators; name their columns")
    return Agreement(str(data), tasks)


def _answers(
    records: Sequence[Mapping[str, Any]], annotators: Sequence[str], path: Path
) -> dict[str, tuple[list[str], list[list[str | None]]]]:
    """By task, the annotators and each row's labels, one or None for each annotator."""
    known = {column for record in records for column in record}
    if annotators:
        if missing := [column for column in annotators if column not in known]:
            raise DataError(f"{path}: no column {missing[0]!r}; there is: {', '.join(map(str, sorted(known)))}")
        if len(set(annotators)) < 2:
            raise DataError(f"{path}: agreement takes the columns of two annotators or more")
        columns = list(dict.fromkeys(annotators))
        return {"labels": (columns, [[_label(record.get(column)) for column in columns] for record in records])}
    out: dict[str, tuple[list[str], list[list[str | None]]]] = {}
    for pair in _PAIRS:
        if known.issuperset(pair):
            out[pair[0]] = (list(pair), [[_label(record.get(column)) for column in pair] for record in records])
    if _LIST in known:
        lists = [_listed(record.get(_LIST), path) for record in records]
        size = max(map(len, lists))
        columns = [f"{_LIST}[{i}]" for i in range(size)]
        out[_LIST] = (columns, [labels + [None] * (size - len(labels)) for labels in lists])
    if not out:
        raise DataError(
            f"{path}: no columns stance and second_stance, sentiment and second_sentiment, or workers; name the "
            f"annotators' columns out of: {', '.join(map(str, sorted(known))) or '(none)'}"
        )
    return out


def _label(value: Any) -> str | None:
    return None if value is None or str(value).strip() == "" else str(value)


def _listed(value: Any, path: Path) -> list[str | None]:
    if isinstance(value, str):  # a CSV holds it as JSON
        try:
            value = json.loads(value) if value.strip() else []
        except ValueError as error:
            raise DataError(f"{path}: {_LIST} wants a list of labels, not {value[:40]!r}") from error
    if not isinstance(value, list | None):
        raise DataError(f"{path}: {_LIST} wants a list of labels, not {str(value)[:40]!r}")
    return [_label(one) for one in value or []]


def _task(
    annotators: Sequence[str], answers: Sequence[Sequence[str | None]], clusters: Sequence[str], ids: Sequence[str]
) -> TaskAgreement | None:
    labels = [label for label, _ in Counter(one for row in answers for one in row if one is not None).most_common()]
    at = {label: i for i, label in enumerate(labels)}
    codes = np.array([[-1 if one is None else at[one] for one in row] for row in answers]).reshape(len(answers), -1)
    counts = np.stack([(codes == i).sum(1) for i in range(len(labels))], 1) if labels else np.zeros((len(codes), 0))
    kept = np.flatnonzero(counts.sum(1) > 1)
    if len(kept) == 0:
        return None
    counts, names = counts[kept].astype(float), [clusters[int(i)] for i in kept]
    size = counts.sum(1)
    together = (counts.T / (size - 1)) @ counts - np.diag((counts / (size - 1)[:, None]).sum(0))
    disputes = 1 - (counts * (counts - 1)).sum(1) / (size * (size - 1))
    worst = [i for i in np.argsort(-disputes, kind="stable") if disputes[i] > 0][:20]
    pairs = [
        pair
        for a, b in combinations(range(len(annotators)), 2)
        if (pair := _pair(annotators[a], annotators[b], codes[:, a], codes[:, b], len(labels), clusters)) is not None
    ]
    return TaskAgreement(
        annotators=tuple(annotators),
        rows=len(kept),
        clusters=len(set(names)),
        labels=tuple(labels),
        alpha=_alpha(counts, names),
        pairs=tuple(sorted(pairs, key=lambda pair: -pair.rows)),
        together=(together / np.maximum(together.sum(1, keepdims=True), 1e-9)).tolist(),
        disputed=tuple(ids[int(kept[i])] for i in worst),
    )


def _alpha(counts: Array, clusters: Sequence[str]) -> Estimate:
    """Krippendorff's nominal alpha from how many annotators gave each label to each row: (rows, labels).

    A function of sums over rows, so that resamples cost a matrix product; tests hold it against the package
    krippendorff, which would need seconds a resample on a large file.
    """
    size = counts.sum(1)
    differ = (size**2 - (counts**2).sum(1)) / (size - 1)
    place, count = numbered(clusters)
    sums = cluster_sums(np.column_stack([counts, differ]), place, count)
    draws = np.concatenate([_alpha_of(weights @ sums) for weights in cluster_weights(count, RESAMPLES, 0)])
    return estimate(float(_alpha_of(sums.sum(0))), draws, count)


def _alpha_of(sums: Array) -> Array:
    given, differ = sums[..., :-1], sums[..., -1]
    total = given.sum(-1)
    by_chance = (total**2 - (given**2).sum(-1)) / np.maximum(total - 1, 1)
    # one label alone: there was nothing to disagree about
    alpha: Array = 1 - differ / np.where(by_chance > 0, by_chance, np.inf)
    return alpha


def _pair(
    first: str, second: str, one: Array, two: Array, labels: int, clusters: Sequence[str]
) -> PairAgreement | None:
    both = np.flatnonzero((one >= 0) & (two >= 0))
    if len(both) == 0:
        return None
    names = [clusters[int(i)] for i in both]
    cells = contributions(one[both], np.eye(labels)[two[both]])  # the second's labels as sure predictions
    point = scores(cells.sum(0), labels, range(labels))
    draws = scores(cluster_resamples(cells, names, RESAMPLES, 0), labels, range(labels))
    count = len(set(names))
    return PairAgreement(
        first,
        second,
        len(both),
        estimate(point.accuracy, draws.accuracy, count),
        estimate(point.kappa, draws.kappa, count),
    )


def _cut(text: str, most: int) -> str:
    flat = " ".join(text.split()) if not text.startswith("  ") else "  " + " ".join(text.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"
