"""The errors worth reading: where the model was sure and wrong, and where the label itself may be at fault."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stancekit.evaluation.resampling import Array
from stancekit.records import LabelledQuote

_KEPT = 20  # of each list
_SHOWN = 5  # in the text; all that are kept are on the page and in the JSON
INSTALL = "pip install 'stancekit[report]'"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A sentence whose label is not the one the model gave.

    Attributes:
        id: Of the row.
        text: The sentence.
        context: The rest of its quote.
        label: As labelled.
        given: By the model.
        confidence: Of the model in what it gave, 0–1.
        label_probability: What it gave the label, 0–1.
    """

    id: str
    text: str
    context: str
    label: str
    given: str
    confidence: float
    label_probability: float


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The most instructive errors of a model.

    Attributes:
        wrong: How many sentences got another label than theirs.
        surest: Those of them in which the model was surest, label-error candidates left out.
        candidates: How many labels cleanlab takes for wrong; None without cleanlab.
        doubtful: Those of them in which the label is least probable.
    """

    wrong: int
    surest: tuple[Mistake, ...]
    candidates: int | None
    doubtful: tuple[Mistake, ...]

    def __str__(self) -> str:
        if self.candidates is None:
            doubted = f"labels that may be wrong: not searched; {INSTALL}"
        else:
            doubted = f"labels that may be wrong (cleanlab): {self.candidates}" + (
                "; read these first" if self.candidates else ""
            )
        return "\n".join(
            [
                f"wrong: {self.wrong} sentences; sure and wrong",
                *_lines(self.surest),
                doubted,
                *_lines(self.doubtful),
            ]
        )


def _lines(mistakes: Sequence[Mistake]) -> list[str]:
    return [
        line
        for m in mistakes[:_SHOWN]
        for line in (_cut(f"  {m.label} → {m.given} {m.confidence:.2f}, {m.id}"), _cut(f"    {m.text}"))
    ]


def _cut(text: str) -> str:
    indent = len(text) - len(text.lstrip())
    flat = text[:indent] + " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"


def find_mistakes(
    rows: Sequence[LabelledQuote], true: Sequence[str], probabilities: Array, labels: Sequence[str]
) -> Mistakes:
    """The most instructive errors.

    Label-error candidates are those of confident learning (Northcutt, Jiang & Chuang 2021), as cleanlab finds them; the
    model must not have been trained on these rows. They are candidates: a person has to look.

    Args:
        rows: Labelled quotes.
        true: Label of each row.
        probabilities: (rows, labels).
        labels: Names of the columns.
    """
    at = {label: i for i, label in enumerate(labels)}
    truth = np.array([at[label] for label in true])
    probabilities = np.asarray(probabilities, dtype=np.float64)
    given = probabilities.argmax(1)
    wrong = np.flatnonzero(given != truth)
    found = _candidates(truth, probabilities)
    doubtful = [] if found is None else [int(i) for i in found]

    def one(i: int) -> Mistake:
        row, p = rows[i], probabilities[i]
        return Mistake(row.id, row.text, row.context, true[i], labels[given[i]], float(p.max()), float(p[truth[i]]))

    doubted = set(doubtful)
    surest = [i for i in sorted(wrong.tolist(), key=lambda i: -probabilities[i].max()) if i not in doubted]
    return Mistakes(
        wrong=len(wrong),
        surest=tuple(one(i) for i in surest[:_KEPT]),
        candidates=None if found is None else len(doubtful),
        doubtful=tuple(one(i) for i in doubtful[:_KEPT]),
    )


def _candidates(truth: Array, probabilities: Array) -> Array | None:
    """Rows whose label cleanlab takes for wrong, the least probable label first; None without cleanlab."""
    try:
        from cleanlab.filter import find_label_issues
    except ImportError:
        return None
    if len(np.unique(truth)) < 2:  # with one label there is nothing it could be mistaken for
        return np.array([], dtype=int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says of labels with a row or none that it does not look at them
        # one process: to start others takes longer than the search
        issues: Array = find_label_issues(truth, probabilities, return_indices_ranked_by="self_confidence", n_jobs=1)
    return issues
