"""`stancekit evaluate`: how good predictions are, with intervals."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from stancekit.evaluation.baselines import Baselines
from stancekit.evaluation.behaviour import BehaviourReport
from stancekit.evaluation.compare import Comparison
from stancekit.evaluation.held_out import NearDuplicate
from stancekit.evaluation.mistakes import Mistakes
from stancekit.evaluation.resampling import FEW_CLUSTERS, RESAMPLES, Array, Estimate
from stancekit.evaluation.slices import Slice, slices_text
from stancekit.evaluation.soft import soft_scores
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
        baselines: By baseline (``majority``, ``keywords``, ``tfidf``) and task, metrics as of the model.
        slices: By column, the stance scores by its values.
        against: The comparison with another model, where one was named.
        mistakes: The most instructive errors in stance.
        behaviour: How the frame's behaviour suite went, where it has one.
    """

    model: str
    data: str
    tasks: dict[str, TaskEvaluation]
    training_rows: int = 0
    near_duplicates: tuple[NearDuplicate, ...] = ()
    baselines: Baselines = field(default_factory=dict)
    slices: dict[str, tuple[Slice, ...]] = field(default_factory=dict)
    against: Comparison | None = None
    mistakes: Mistakes | None = None
    behaviour: BehaviourReport | None = None

    @property
    def primary(self) -> Estimate:
        """Stance macro-F1."""
        return self.tasks["stance"].metrics["macro_f1"]

    @property
    def conclusion(self) -> str:
        """What may be concluded from it, in plain words."""
        stance, found = self.tasks["stance"], self.primary
        if stance.clusters < FEW_CLUSTERS:
            return (
                f"Nothing may be concluded from {stance.clusters} groups: at least {FEW_CLUSTERS} are needed. On these "
                f"{stance.rows} sentences the macro-F1 of the stance is {found.value:.3f}."
            )
        said = [
            f"On {stance.rows} sentences in {stance.clusters} groups the macro-F1 of the stance is {found.value:.3f}; "
            f"for other sentences like these, anything from {found.low:.3f} to {found.high:.3f} fits (95 % interval)."
        ]
        beside = {name: tasks["stance"]["macro_f1"] for name, tasks in self.baselines.items() if "stance" in tasks}
        if beside:
            name = max(beside, key=lambda name: beside[name].value)
            best = beside[name]
            told = (
                "That is better than"
                if found.low > best.high
                else "That is worse than"
                if found.high < best.low
                else "From these intervals it may not be concluded that it is better than"
            )
            said.append(f"{told} the best baseline ({name}: {best.value:.3f}).")
        if self.near_duplicates:
            said.append("Sentences that are nearly the same as training sentences make it look better than it is.")
        elif not self.training_rows:
            said.append("Whether it was trained on some of these sentences is not known here.")
        worst = min(stance.labels, key=lambda label: stance.per_label[label]["f1"].value)
        said.append(f"It is weakest on {worst} (F1 {stance.per_label[worst]['f1'].value:.3f}).")
        return " ".join([*said, "Of other kinds of text this says nothing."])

    def to_html(self) -> str:
        """The evaluation as one self-contained HTML page with figures.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from stancekit.render import evaluation_page

        return evaluation_page(self)

    def save_figures(self, folder: str | Path) -> list[Path]:
        """Write the figures as PNG and SVG into a folder.

        Raises:
            MissingExtraError: matplotlib is not installed.
            DataError: A file cannot be written.
        """
        from stancekit.render import save_evaluation_figures

        return save_evaluation_figures(self, folder)

    def _repr_html_(self) -> str:
        from stancekit.render import evaluation_fragment

        return evaluation_fragment(self)

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
        parts = [
            "\n".join(head),
            textwrap.fill(self.conclusion, 80),
            *(f"{name}: {task}" for name, task in self.tasks.items()),
        ]
        if self.baselines:
            parts.append(self._baselines())
        if self.slices:
            parts.append(f"stance by slice\n{slices_text(self.slices)}")
        if self.against:
            parts.append(str(self.against))
        if self.behaviour:
            parts.append(textwrap.fill(f"behaviour suite: {self.behaviour.summary()}", 80))
        if self.mistakes:
            parts.append(str(self.mistakes))
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
            if task == "stance":
                soft = soft_scores([rows[i] for i in known], probabilities[task][known], names, clusters)
                tasks[task] = replace(tasks[task], soft=soft)
    return Evaluation(model, data, tasks)
