"""What is evaluated: the answers of a model that is opened here, or a table of answers from anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.data.quotes import read_records
from stancekit.errors import DataError
from stancekit.evaluation.resampling import Array
from stancekit.frames import SENTIMENTS
from stancekit.records import LabelledQuote

_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers to labelled quotes.

    Attributes:
        name: Where they come from.
        labels: By task, names of the columns.
        probabilities: By task, (rows, labels).
        neither: By task, the label that takes no side.
        quantiles: By task, conformal threshold by coverage.
    """

    name: str
    labels: dict[str, list[str]]
    probabilities: dict[str, Array]
    neither: dict[str, str | None] = field(default_factory=dict)
    quantiles: dict[str, Mapping[str, float]] = field(default_factory=dict)


def is_table(model: str | Path) -> bool:
    """Whether a name is that of a table, not of a model."""
    return Path(model).suffix.lower() in _SUFFIXES


def read_answers(path: str | Path, rows: Sequence[LabelledQuote]) -> Answers:
    """The answers of a table to these rows, found by ``id`` where all its rows have one, else by ``text``.

    A row has ``stance_scores``, the probability of each stance (a mapping, or one in JSON), or only ``stance``, which
    then counts as certain; ``sentiment`` likewise, if it is there. So does what `stancekit predict --json` prints.

    Raises:
        DataError: The table cannot be read, lacks a row, or has scores that are no probabilities.
    """
    records = list(read_records(Path(path)))
    key = "id" if records and all("id" in record for _, record in records) else "text"
    known = {str(record.get(key)): (source, record) for source, record in records}
    wanted = [str(getattr(row, key)) for row in rows]
    if missing := [one for one in wanted if one not in known]:
        raise DataError(
            f"{path}: no answer for {len(missing)} of {len(rows)} rows, such as {key} {missing[0][:60]!r}; "
            "answers are found by id, or by text where a row has no id"
        )
    found = [known[one] for one in wanted]
    labels: dict[str, list[str]] = {}
    probabilities: dict[str, Array] = {}
    for task in ("stance", "sentiment"):
        if task == "sentiment" and not all("sentiment" in r or "sentiment_scores" in r for _, r in found):
            continue
        scores = [_scores(source, record, task) for source, record in found]
        gold = [label for row in rows if (label := getattr(row, task))]
        names = dict.fromkeys(
            [*(SENTIMENTS if task == "sentiment" else ()), *(name for s in scores for name in s), *gold]
        )
        labels[task] = list(names)
        probabilities[task] = np.array([[s.get(name, 0.0) for name in names] for s in scores])
    neither = {"stance": "neither" if "neither" in labels["stance"] else None, "sentiment": "neutral"}
    return Answers(str(path), labels, probabilities, neither)


def _scores(source: str, record: Mapping[str, Any], task: str) -> dict[str, float]:
    value = record.get(f"{task}_scores")
    if value is None or value == "":
        label = record.get(task)
        if not label:
            raise DataError(f"{source}: neither {task}_scores nor {task}")
        return {str(label): 1.0}
    try:
        scores = {str(name): float(p) for name, p in (json.loads(value) if isinstance(value, str) else value).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise DataError(
            f"{source}: {task}_scores wants a probability for each label, not {str(value)[:60]!r}"
        ) from error
    total = sum(scores.values())
    if not scores or min(scores.values()) < 0 or not abs(total - 1) < 0.01:
        raise DataError(f"{source}: {task}_scores add up to {total:g}; they are probabilities, which add up to 1")
    return {name: p / total for name, p in scores.items()}
