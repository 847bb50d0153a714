"""Export to ONNX, and to int8 where that costs nothing one could notice."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stancekit.model import Encoded
from stancekit.model.network import StanceNetwork

_log = logging.getLogger(__name__)
AGREEMENT = 0.99  # of int8 labels with fp32 labels on dev
MACRO_F1_LOSS = 0.005
Logits = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


class _Traced(torch.nn.Module):
    """The network with positional inputs and a tuple of logits, as graphs want them."""

    def __init__(self, network: StanceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Logits of each head, in order."""
        return tuple(self.network(**dict(zip(self.network.inputs, inputs, strict=True))).values())


def export_fp32(network: StanceNetwork, path: Path) -> None:
    """Write the network as an ONNX graph with any batch size and length."""
    network.eval()
    config = network.encoder.config
    before = config._attn_implementation
    network.encoder.set_attn_implementation("eager")  # plain matrix products, which runtimes know to fuse
    example = torch.ones((2, 9), dtype=torch.int64)
    inputs = tuple(example.clone() if name != "token_type_ids" else torch.zeros_like(example) for name in network.inputs)
    inputs[1][1, 6:] = 0  # a mask without a zero would be folded away
    dynamic = {name: {0: "batch", 1: "tokens"} for name in network.inputs}
    outputs = list(network.heads)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # the exporter's notes on its own internals
            torch.onnx.export(
                _Traced(network),
                inputs,
                str(path),
                input_names=network.inputs,
                output_names=outputs,
                dynamic_axes={**dynamic, **{name: {0: "batch"} for name in outputs}},
                opset_version=17,
                dynamo=False,
            )
    finally:
        network.encoder.set_attn_implementation(before)


def quantize(source: Path, target: Path) -> None:
    """Write the graph with int8 weights and dynamically quantised activations.

    Weights keep to seven bits: CPUs without VNNI add pairs of products in 16 bits, which eight-bit weights
    overflow (onnxruntime issues 6004, 5849).
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.disable(logging.WARNING)  # it tells the root logger about each node it leaves alone
    try:
        quantize_dynamic(str(source), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    finally:
        logging.disable(logging.NOTSET)


def agreement(a: Logits, b: Logits) -> float:
    """Share of rows that get the same label, the lowest over tasks."""
    return min(float((a[task].argmax(-1) == b[task].argmax(-1)).mean()) for task in a)


def choose_graph(
    fp32: Path,
    folder: Path,
    windows: Sequence[Encoded],
    run: Callable[[Path, Sequence[Encoded]], Logits],
    score: Callable[[Logits], float],
) -> tuple[str, Logits, dict[str, float]]:
    """Put `model.onnx` into the folder: int8 if it passes both gates on these texts, else fp32.

    Returns:
        ``int8`` or ``fp32``, the logits of the graph that was taken, and what was measured.
    """
    reference = run(fp32, windows)
    small = folder / "model.int8.onnx"
    quantize(fp32, small)
    candidate = run(small, windows)
    measured = {
        "int8_agreement": round(agreement(reference, candidate), 4),
        "int8_macro_f1_change": round(score(candidate) - score(reference), 4),
    }
    passes = measured["int8_agreement"] >= AGREEMENT and measured["int8_macro_f1_change"] >= -MACRO_F1_LOSS
    _log.info("int8 against fp32: %s: %s", measured, "int8 taken" if passes else "fp32 kept")
    small.replace(folder / "model.onnx") if passes else fp32.replace(folder / "model.onnx")
    small.unlink(missing_ok=True)
    return ("int8", candidate, measured) if passes else ("fp32", reference, measured)
