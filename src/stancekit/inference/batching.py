"""Batches of texts of like length under a token budget, and their padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from stancekit.model import Encoded

Ints = np.ndarray[Any, np.dtype[np.int64]]


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions in batches, longest first, so that ``len(batch) * longest`` stays within the budget.

    A text longer than the budget is a batch of its own. Longest first means that memory peaks at once and not
    at the end.

    Example:
        >>> list(batches([3, 9, 4, 2], 9))
        [[1], [2, 0], [3]]
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > budget:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def pad(windows: Sequence[Encoded], inputs: Sequence[str], pad_id: int) -> dict[str, Ints]:
    """The named inputs of a network for these windows, each (batch, longest), int64."""
    longest = max(map(len, windows))
    shape = (len(windows), longest)
    arrays = {"input_ids": np.full(shape, pad_id, np.int64), "attention_mask": np.zeros(shape, np.int64)}
    if "token_type_ids" in inputs:
        arrays["token_type_ids"] = np.zeros(shape, np.int64)
    for row, window in enumerate(windows):
        arrays["input_ids"][row, : len(window)] = window.ids
        arrays["attention_mask"][row, : len(window)] = 1
        if "token_type_ids" in inputs:
            arrays["token_type_ids"][row, : len(window)] = window.segments
    return {name: arrays[name] for name in inputs}
