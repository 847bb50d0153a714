"""How good predictions are: metrics, intervals, reports. Sees records and arrays, never a model's class."""

from __future__ import annotations

from pathlib import Path

from stancekit.evaluation.behaviour import BehaviourReport, run_behaviour
from stancekit.evaluation.powered import plan
from stancekit.evaluation.prevalence import Prevalence  # the function is stancekit.prevalence
from stancekit.evaluation.report import (
    Estimate,
    Evaluation,
    TaskEvaluation,
    evaluate_rows,
    evaluate_task,
    held_out,
)

__all__ = [
    "BehaviourReport",
    "Estimate",
    "Evaluation",
    "Prevalence",
    "TaskEvaluation",
    "evaluate",
    "evaluate_rows",
    "evaluate_task",
    "plan",
    "run_behaviour",
]


def evaluate(
    model: str | Path,
    data: str | Path | None = None,
    *,
    context: bool = True,
    device: str | None = None,
) -> Evaluation:
    """Evaluate a model on labelled quotes.

    Args:
        model: A checkpoint folder or a shipped model's name.
        data: A table of labelled quotes, a frame folder or a frame's name; the test split of the model's own
            shipped frame by default.
        context: Show the model each sentence with the other sentences of its quote, as `read` does.
        device: As for `load`.

    Raises:
        CheckpointError: The model cannot be loaded.
        DataError: The data cannot be read, or holds labels the model does not know.
    """
    import stancekit
    from stancekit.data import check_labels

    classifier = stancekit.load(model, device=device)
    rows, described = held_out(data, classifier.frame.name)
    check_labels(rows, classifier.frame)
    heads = classifier.checkpoint.meta.heads
    probabilities = classifier.probabilities(
        [row.text for row in rows], [row.context for row in rows] if context else None
    )
    return evaluate_rows(
        rows,
        probabilities,
        {task: head.labels for task, head in heads.items()},
        model=str(model),
        data=described,
    )
