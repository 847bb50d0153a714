"""Batches without padding: sequences end to end in one row, each attending to itself alone.

The encoder is transformers' own. It is given an attention function under the name `PACKED` in transformers' registry,
to which no mask function belongs, so that no mask is made; where each sequence begins travels beside the tokens under
the names that transformers' flash attention takes, and reaches the function as keyword arguments.

On a GPU in half precision the function is `torch.nn.attention.varlen.varlen_attn`, which has kernels for nothing else.
Elsewhere it is a reference: scaled dot products under a block-diagonal mask, whose cost grows with the square of the
batch. It says what the kernel has to give; for speed, pad there.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor
from transformers import AttentionInterface

from stancekit.model.encoding import Encoded
from stancekit.model.network import StanceNetwork, first_position

_log = logging.getLogger(__name__)
PACKED = "stancekit_packed"


def pack(windows: Sequence[Encoded], network: StanceNetwork) -> dict[str, Tensor]:
    """The inputs of `packed_logits` for these windows.

    Returns:
        ``input_ids``, ``position_ids`` and, where the encoder takes them, ``token_type_ids``, each (1, tokens), int64;
        ``lengths``, (sequences,), int64.
    """
    lengths = np.fromiter(map(len, windows), np.int64, len(windows))
    begins = np.cumsum(lengths) - lengths
    positions = np.arange(lengths.sum()) - np.repeat(begins, lengths) + first_position(network.encoder)
    arrays = {"input_ids": np.concatenate([window.ids for window in windows]), "position_ids": positions}
    if "token_type_ids" in network.inputs:
        arrays["token_type_ids"] = np.concatenate([window.segments for window in windows])
    return {name: torch.from_numpy(array[None]) for name, array in arrays.items()} | {
        "lengths": torch.from_numpy(lengths)
    }


def packed_logits(network: StanceNetwork, batch: Mapping[str, Tensor], device: str = "cpu") -> dict[str, Tensor]:
    """Logits by task, each (sequences, labels), of a batch from `pack`. The network is one that `use_packing` changed.

    Gradients flow through it. The kernel has no dropout of attention weights; train with that at zero.
    """
    lengths = batch["lengths"]
    bounds = torch.nn.functional.pad(lengths.cumsum(0), (1, 0)).to(torch.int32)
    inputs = {name: value.to(device, non_blocking=True) for name, value in batch.items() if name != "lengths"}
    longest = int(lengths.max())
    bounds = bounds.to(device, non_blocking=True)
    hidden: Tensor = network.encoder(
        **inputs, cu_seq_lens_q=bounds, cu_seq_lens_k=bounds, max_length_q=longest, max_length_k=longest
    ).last_hidden_state[0]
    if network.pooling == "first":
        pooled = hidden[bounds[:-1].long()]
    else:
        # in single precision, as the sum of a long text would lose digits in half of it
        sums = torch.segment_reduce(hidden.float(), "mean", lengths=lengths.to(device, non_blocking=True))
        pooled = sums.to(hidden.dtype)
    return network.classify(pooled)


def use_packing(network: StanceNetwork) -> bool:
    """Make a network's encoder read packed batches; says at debug level if it cannot.

    It can where transformers lets attention be replaced and positions be given, and every token sees the whole text.
    DeBERTa, whose attention has terms of its own for the distance between tokens, cannot.
    """
    encoder = network.encoder
    if not (
        getattr(encoder, "_supports_attention_backend", False)
        and "position_ids" in inspect.signature(encoder.forward).parameters
        and not any(getattr(module, "is_causal", False) for module in encoder.modules())
    ):
        _log.debug("%s cannot be packed: its attention cannot be replaced; batches are padded", type(encoder).__name__)
        return False
    AttentionInterface.register(PACKED, packed_attention)
    encoder.set_attn_implementation(PACKED)
    return True


def has_kernel(device: str, dtype: torch.dtype) -> bool:
    """Whether packed batches are fast here: torch has the kernel, and the device runs it."""
    try:
        from torch.nn.attention import varlen  # noqa: F401  # torch 2.10 and later
    except ImportError:
        return False
    place = torch.device(device)
    return (
        place.type == "cuda"
        and dtype in (torch.float16, torch.bfloat16)
        and torch.cuda.get_device_capability(place) >= (8, 0)
    )


def packed_attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    cu_seq_lens_q: Tensor,
    max_length_q: int,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Attention in transformers' form: (1, heads, tokens, width) in, (1, tokens, heads, width) out."""
    # transformers counts the token itself in the window, as flash attention's callers do
    reach = -1 if sliding_window is None else sliding_window - 1
    grouped = query.shape[1] != key.shape[1]
    if has_kernel(str(query.device), query.dtype):
        from torch.nn.attention.varlen import varlen_attn

        q, k, v = (tensor[0].transpose(0, 1) for tensor in (query, key, value))
        out = varlen_attn(
            q,
            k,
            v,
            cu_seq_lens_q,
            cu_seq_lens_q,
            max_length_q,
            max_length_q,
            scale=scaling,
            window_size=(reach, reach),
            enable_gqa=grouped,
        )
        return cast(Tensor, out)[None], None
    places = torch.arange(query.shape[2], device=query.device)
    owner = torch.bucketize(places, cu_seq_lens_q[1:], right=True)
    mask = owner[:, None] == owner[None]
    if reach >= 0:
        mask &= (places[:, None] - places[None]).abs() <= reach
    out = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=mask, dropout_p=dropout, scale=scaling, enable_gqa=grouped
    )
    return out.transpose(1, 2), None
