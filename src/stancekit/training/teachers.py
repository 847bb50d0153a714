"""Distillation: what trained models say of the training rows, as targets for another (Hinton et al. 2015)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from stancekit.errors import OptionError
from stancekit.inference import load
from stancekit.model.checkpoint import Floats
from stancekit.records import LabelledQuote

_log = logging.getLogger(__name__)


def teacher_targets(
    rows: Sequence[LabelledQuote], tasks: Mapping[str, Sequence[str]], teachers: Sequence[str]
) -> dict[str, Floats]:
    """Mean calibrated probabilities of the teachers by task, each (rows, labels).

    Teachers read each sentence with the rest of its quote: they know more than the pupil is shown, which is half the
    point of asking them.

    Args:
        rows: Training rows.
        tasks: Labels by task, in the pupil's order.
        teachers: Checkpoint folders or shipped names.

    Raises:
        CheckpointError: A teacher cannot be loaded.
        OptionError: A teacher has other stances than the pupil.
    """
    texts, contexts = [row.text for row in rows], [row.context for row in rows]
    found: dict[str, list[Floats]] = {}
    for name in teachers:
        teacher = load(name, device="cpu")
        heads = teacher.checkpoint.meta.heads
        if set(heads["stance"].labels) != set(tasks["stance"]):
            known, wanted = ", ".join(heads["stance"].labels), ", ".join(tasks["stance"])
            raise OptionError(f"teacher {name} knows the stances {known}, not {wanted}")
        _log.info("%s reads %d training rows", name, len(rows))
        for task, values in teacher.probabilities(texts, contexts).items():
            if task in tasks:
                order = [heads[task].labels.index(label) for label in tasks[task]]
                found.setdefault(task, []).append(values[:, order])
    return {task: np.mean(values, axis=0, dtype=np.float32) for task, values in found.items()}
