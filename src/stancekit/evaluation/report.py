"""`stancekit evaluate`: how good predictions are, with intervals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from stancekit.evaluation.baselines import Baselines
from stancekit.evaluation.compare import Comparison
from stancekit.evaluation.held_out import NearDuplicate
from stancekit.evaluation.resampling import RESAMPLES, Array, Estimate
from stancekit.evaluation.slices import Slice, slices_text
from stancekit.evaluation.task import TaskEvaluation, evaluate_task, labelled
from stancekit.records import LabelledQuote


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What `evaluate` gives.

    Attributes:
        model: As it was named.
        data: What it was evaluated on.
        tasks: A `TaskEvaluation` by task, "stance" first.
        training_rows: Training rows at hand, for the baselines and the search for near-duplicates.
        near_duplicates: Evaluated sentences that are nearly the same as one of these; they make scores too good.
        baselines: By baseline (``majority``, ``tfidf``) and task, metrics as of the model.
        slices: By column, the stance scores by its values.
        against: The comparison with another model, where one was named.
    """

    model: str
    data: str
    tasks: dict[str, TaskEvaluation]
    training_rows: int = 0
    near_duplicates: tuple[NearDuplicate, ...] = ()
    baselines: Baselines = field(default_factory=dict)
    slices: dict[str, tuple[Slice, ...]] = field(default_factory=dict)
    against: Comparison | None = None

    @property
    def primary(self) -> Estimate:
        """Stance macro-F1."""
        return self.tasks["stance"].metrics["macro_f1"]

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return asdict(self)

    def to_json(self) -> str:
        """The evaluation as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def __str__(self) -> str:
        head = [f"{self.model} on {self.data}"]
        if self.near_duplicates:
            head.append(
                f"warning: {len(self.near_duplicates)} sentences are nearly the same as a training sentence and make\n"
                f"the scores too good, such as {self.near_duplicates[0].id} and {self.near_duplicates[0].training_id}"
            )
        elif self.training_rows:
            head.append(f"none nearly the same as one of {self.training_rows} training sentences")
        else:
            head.append("no training sentences at hand: not searched for near-duplicates")
        head.append(f"95 % intervals from {RESAMPLES} resamples of groups")
        parts = ["\n".join(head), *(f"{name}: {task}" for name, task in self.tasks.items())]
        if self.baselines:
            parts.append(self._baselines())
        if self.slices:
            parts.append(f"stance by slice\n{slices_text(self.slices)}")
        if self.against:
            parts.append(str(self.against))
        return "\n\n".join(parts)

    def _baselines(self) -> str:
        lines = [f"  {'':<24}{'macro-F1':<24}accuracy"]
        for task, found in self.tasks.items():
            beside = {name: tasks[task] for name, tasks in self.baselines.items() if task in tasks}
            for name, metrics in {"model": found.metrics, **beside}.items():
                lines.append(f"  {f'{task}, {name}':<24}{metrics['macro_f1']!s:<24}{metrics['accuracy']}")
        return "\n".join(["beside baselines", *lines])


def evaluate_rows(
    rows: Sequence[LabelledQuote],
    probabilities: Mapping[str, Array],
    labels: Mapping[str, Sequence[str]],
    *,
    model: str,
    data: str,
    neither: Mapping[str, str | None] | None = None,
    quantiles: Mapping[str, Mapping[str, float]] | None = None,
) -> Evaluation:
    """Score a model's probabilities by task on labelled quotes; rows of one group are resampled together.

    Args:
        rows: Labelled quotes.
        probabilities: By task, (rows, labels).
        labels: By task, names of the columns.
        model: Its name, for the report.
        data: What the rows are, for the report.
        neither: By task, the label that takes no side.
        quantiles: By task, conformal threshold by coverage.
    """
    tasks = {}
    for task, names in labels.items():
        known, true, clusters = labelled(rows, task)
        if known:
            tasks[task] = evaluate_task(
                true,
                probabilities[task][known],
                names,
                clusters,
                neither=(neither or {}).get(task),
                quantiles=(quantiles or {}).get(task),
            )
    return Evaluation(model, data, tasks)
