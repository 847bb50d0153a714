"""Export to ONNX, and to int8 where that costs nothing one could notice."""

from __future__ import annotations

import copy
import logging
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from stancekit.model import Encoded
from stancekit.model.network import StanceNetwork

_log = logging.getLogger(__name__)
AGREEMENT = 0.98  # of int8 labels with fp32 labels on dev
MACRO_F1_LOSS = 0.005
_FIRST_LAYERS = re.compile(r"/layers?\.[01]/")
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
    inputs = tuple(
        example.clone() if name != "token_type_ids" else torch.zeros_like(example) for name in network.inputs
    )
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


class _Smoothed(torch.nn.Module):
    """A linear layer whose input is divided, and whose weight is multiplied, by one factor per channel."""

    def __init__(self, linear: torch.nn.Linear, factor: torch.Tensor) -> None:
        super().__init__()
        self.inverse = torch.nn.Parameter(1 / factor)
        self.weight = torch.nn.Parameter(linear.weight.detach() * factor)
        self.bias = linear.bias

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """What the linear layer gave."""
        return torch.nn.functional.linear(values * self.inverse, self.weight, self.bias)


def smooth(network: StanceNetwork, batches: Iterable[dict[str, torch.Tensor]], strength: float = 0.85) -> StanceNetwork:
    """A copy of the network that computes the same and loses less to int8 (SmoothQuant, Xiao et al. 2023).

    A few channels of a transformer's activations are many times larger than the rest and take up the whole range of
    an 8-bit scale. They are made smaller and the weights that read them larger. Layers with one input (query, key
    and value) get one factor, so that the graph quantises that input once.

    Args:
        network: In evaluation mode.
        batches: Inputs on which the channels' sizes are measured.
        strength: How much of the difference between channels moves into the weights, 0 to 1.
    """
    network = copy.deepcopy(network).eval()
    linears = {n: m for n, m in network.encoder.named_modules() if isinstance(m, torch.nn.Linear)}
    largest = {name: torch.zeros(layer.in_features) for name, layer in linears.items()}

    def watch(name: str) -> Callable[..., None]:
        def hook(_: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            largest[name] = torch.maximum(largest[name], inputs[0].abs().flatten(0, -2).amax(0))

        return hook

    hooks = [layer.register_forward_pre_hook(watch(name)) for name, layer in linears.items()]
    with torch.no_grad():
        for batch in batches:
            network(**batch)
    for hook in hooks:
        hook.remove()
    groups: dict[str, list[str]] = {}
    for name in linears:
        groups.setdefault(re.sub(r"(query|key|value)(_proj)?$", "qkv", name), []).append(name)
    with torch.no_grad():
        for names in groups.values():
            activation = torch.stack([largest[n] for n in names]).amax(0).clamp(min=1e-5)
            weight = torch.stack([linears[n].weight.abs().amax(0) for n in names]).amax(0).clamp(min=1e-5)
            factor = (activation**strength / weight ** (1 - strength)).clamp(min=1e-4)
            for name in names:
                parent, _, own = name.rpartition(".")
                setattr(network.encoder.get_submodule(parent), own, _Smoothed(linears[name], factor))
    return network


def quantize(source: Path, target: Path) -> None:
    """Write the graph with int8 weights.

    The first two layers, whose error all others inherit, get 8-bit weights in blocks and activations scaled row by
    row; the rest one scale per output channel and dynamically scaled activations, which is the faster kernel. There
    weights keep to seven bits: CPUs without VNNI add pairs of products in 16 bits, which eight-bit weights overflow
    (onnxruntime issues 6004, 5849).
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    graph = onnx.load(source)
    later = [node.name for node in graph.graph.node if not _FIRST_LAYERS.search(node.name)]
    with _quiet():
        blocks = MatMulNBitsQuantizer(
            graph, bits=8, block_size=32, is_symmetric=True, accuracy_level=4, nodes_to_exclude=later
        )
        blocks.process()
        onnx.save(blocks.model.model, target)
        quantize_dynamic(str(target), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """The quantizers tell the root logger about each node they leave alone."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def agreement(a: Logits, b: Logits) -> float:
    """Share of rows that get the same label, the lowest over tasks."""
    return min(float((a[task].argmax(-1) == b[task].argmax(-1)).mean()) for task in a)


def choose_graph(
    network: StanceNetwork,
    calibration: Iterable[dict[str, torch.Tensor]],
    folder: Path,
    windows: Sequence[Encoded],
    run: Callable[[Path, Sequence[Encoded]], Logits],
    score: Callable[[Logits], float],
) -> tuple[str, Logits, dict[str, float]]:
    """Put `model.onnx` into the folder: int8 if it passes both gates, else fp32.

    Args:
        network: The trained network.
        calibration: Inputs on which the sizes of activations are measured.
        folder: Where the graph goes.
        windows: Texts on which the gates are decided.
        run: Logits of a graph file on windows.
        score: Stance macro-F1 of logits.

    Returns:
        ``int8`` or ``fp32``, the logits of the graph that was taken, and what was measured.
    """
    fp32, small = folder / "model.onnx", folder / "model.int8.onnx"
    export_fp32(smooth(network, calibration), fp32)
    quantize(fp32, small)
    candidate = run(small, windows)
    export_fp32(network, fp32)
    reference = run(fp32, windows)
    measured = {
        "int8_agreement": round(agreement(reference, candidate), 4),
        "int8_macro_f1_change": round(score(candidate) - score(reference), 4),
    }
    passes = measured["int8_agreement"] >= AGREEMENT and measured["int8_macro_f1_change"] >= -MACRO_F1_LOSS
    _log.info("int8 against fp32: %s: %s", measured, "int8 taken" if passes else "fp32 kept")
    if passes:
        small.replace(fp32)
    small.unlink(missing_ok=True)
    return ("int8", candidate, measured) if passes else ("fp32", reference, measured)
