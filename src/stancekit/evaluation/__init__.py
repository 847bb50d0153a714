"""How good predictions are: metrics, intervals, reports. Sees records and arrays, never a model's class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stancekit.errors import DataError
from stancekit.evaluation.agreement import Agreement, PairAgreement, TaskAgreement  # and stancekit.agreement
from stancekit.evaluation.baselines import evaluate_baselines
from stancekit.evaluation.behaviour import BehaviourReport, run_behaviour
from stancekit.evaluation.compare import Comparison, Difference, TaskComparison, compare_rows, compare_task
from stancekit.evaluation.held_out import NearDuplicate, behaviour_frame, held_out, seen_in_training
from stancekit.evaluation.leave_out import leave_one_out
from stancekit.evaluation.metrics import ReliabilityBin, RiskPoint
from stancekit.evaluation.mistakes import Mistake, Mistakes, find_mistakes
from stancekit.evaluation.powered import plan
from stancekit.evaluation.predictions import Answers, is_table, read_answers
from stancekit.evaluation.prevalence import Prevalence  # the function is stancekit.prevalence
from stancekit.evaluation.report import Evaluation, evaluate_rows
from stancekit.evaluation.resampling import Estimate
from stancekit.evaluation.slices import Slice, slice_task, slice_values
from stancekit.evaluation.soft import SoftScores
from stancekit.evaluation.task import TaskEvaluation, evaluate_task, labelled

if TYPE_CHECKING:
    from stancekit import Classifier, LabelledQuote

__all__ = [
    "Agreement",
    "Answers",
    "BehaviourReport",
    "Comparison",
    "Difference",
    "Estimate",
    "Evaluation",
    "Mistake",
    "Mistakes",
    "NearDuplicate",
    "PairAgreement",
    "Prevalence",
    "ReliabilityBin",
    "RiskPoint",
    "Slice",
    "SoftScores",
    "TaskAgreement",
    "TaskComparison",
    "TaskEvaluation",
    "compare_task",
    "evaluate",
    "evaluate_baselines",
    "evaluate_rows",
    "evaluate_task",
    "leave_one_out",
    "plan",
    "read_answers",
    "run_behaviour",
    "slice_task",
]


def evaluate(
    model: str | Path,
    data: str | Path | None = None,
    *,
    against: str | Path | None = None,
    slices: Sequence[str] = (),
    context: bool = True,
    device: str | None = None,
) -> Evaluation:
    """Evaluate a model on labelled quotes, beside a majority, a keyword and a TF-IDF baseline.

    Args:
        model: A checkpoint folder or a shipped model's name; or a table with answers from anywhere (`read_answers`).
        data: A table of labelled quotes, a frame folder or a frame's name; the test split of the model's own
            shipped frame by default.
        against: Another model or table of answers with the same labels, to be compared on the same rows.
        slices: Columns by whose values the stance is scored too: "role", "topic", "year", "length" (of the
            sentence), any other column of the data.
        context: Show the model each sentence with the other sentences of its quote, as `read` does.
        device: As for `load`.

    Raises:
        CheckpointError: A model cannot be loaded.
        FrameError: The frame's behaviour suite cannot be used.
        DataError: The data cannot be read, holds labels the model does not know, or lacks a column to slice by; or the
            models' labels differ.
    """
    import stancekit
    from stancekit.data import check_labels

    classifier = None if is_table(model) else stancekit.load(model, device=device)
    held = held_out(data, classifier.frame.name if classifier else "")
    rows = held.rows
    if classifier:
        check_labels(rows, classifier.frame)
    records = held.records() if slices else {}
    columns = {name: slice_values(rows, name, records) for name in slices}
    answers = read_answers(model, rows) if classifier is None else _answers(str(model), classifier, rows, context)
    labels, probabilities = answers.labels, answers.probabilities
    result = evaluate_rows(
        rows,
        probabilities,
        labels,
        model=answers.name,
        data=held.described,
        neither=answers.neither,
        quantiles=answers.quantiles,
    )
    compared = None
    if against is not None:
        other = (
            read_answers(against, rows)
            if is_table(against)
            else _answers(str(against), stancekit.load(against, device=device), rows, context)
        )
        theirs = other.labels
        if set(theirs["stance"]) != set(labels["stance"]):
            raise DataError(
                f"{against} has the stances {', '.join(theirs['stance'])}, {model} has {', '.join(labels['stance'])}; "
                "only models with the same labels can be compared"
            )
        aligned = {
            task: other.probabilities[task][:, [theirs[task].index(label) for label in names]]
            for task, names in labels.items()
            if task in theirs
        }
        compared = compare_rows(rows, probabilities, aligned, labels, (answers.name, other.name))
    _, true, clusters = labelled(rows, "stance")  # every row has a stance
    frame = behaviour_frame(data, classifier.frame) if classifier else None
    return replace(
        result,
        training_rows=len(held.training),
        near_duplicates=seen_in_training(rows, held.training),
        baselines=evaluate_baselines(rows, held.training, labels, context=context, neither=answers.neither),
        slices=slice_task(true, probabilities["stance"], labels["stance"], clusters, columns),
        against=compared,
        mistakes=find_mistakes(rows, true, probabilities["stance"], labels["stance"]),
        behaviour=run_behaviour(classifier.predict_proba, frame) if classifier and frame else None,
    )


def _answers(name: str, classifier: Classifier, rows: Sequence[LabelledQuote], context: bool) -> Answers:
    heads = classifier.checkpoint.meta.heads
    return Answers(
        name,
        {task: head.labels for task, head in heads.items()},
        classifier.probabilities([row.text for row in rows], [row.context for row in rows] if context else None),
        classifier.frame.neithers,
        {task: head.quantiles for task, head in heads.items()},
    )
