"""Batches of texts of like length under a token budget, their padding, and their order put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from stancekit.model import Encoded
from stancekit.model.checkpoint import Floats

Ints = np.ndarray[Any, np.dtype[np.int64]]


def batches(lengths: Sequence[int], budget: int, padded: bool = True) -> Iterator[list[int]]:
    """Positions in batches, longest first, so that a batch stays within the budget of tokens.

    A batch has ``len(batch) * longest`` tokens if it is padded, and the sum of its lengths if not. A text longer than
    the budget is a batch of its own. Longest first means that memory peaks at once and not at the end.

    Example:
        >>> list(batches([3, 9, 4, 2], 9))
        [[1], [2, 0], [3]]
        >>> list(batches([3, 9, 4, 2], 9, padded=False))
        [[1], [2, 0, 3]]
    """
    batch: list[int] = []
    size = 0
    for place in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        share = lengths[batch[0]] if batch and padded else lengths[place]
        if batch and size + share > budget:
            yield batch
            batch, size, share = [], 0, lengths[place]
        batch.append(place)
        size += share
    if batch:
        yield batch


def in_order(order: Sequence[Sequence[int]], parts: Sequence[Floats]) -> Floats:
    """The rows of all batches, (texts, …), back where `batches` took them from."""
    rows = np.concatenate(parts)
    out = np.empty_like(rows)
    out[np.concatenate(order)] = rows
    return out


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
