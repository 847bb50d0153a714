"""A model of ours as one of transformers' own sequence classifiers, with the same probabilities.

Ours is an encoder, a pooling and one linear layer. Stock heads have one more layer, with an activation and sometimes a
norm, and most read the first token alone. What is missing is built from their own parts:

* A stock head's first layer computes the logits z times a tiny number, with both signs; near zero its activation f is
  a straight line up to an even term, so f(z) - f(-z) is proportional to z, and the last layer scales it back.
* Where the stock class does not average over tokens, one more layer of the same kind does: with queries and keys of
  zero its attention weighs all tokens alike. It writes the mean logits at a scale beside which its input vanishes,
  with constants so much larger still that its norms divide by the same number for every text.

Both hold to the precision of float32 and are checked on every export.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from stancekit.errors import OptionError
from stancekit.model.network import StanceNetwork

TOLERANCE = 1e-4  # of a probability
_TINY = 2.0**-20  # scale of a head's inputs; a power of two, so that scaling is exact
_LOUD = 2.0**26  # the averaging layer's output over its input
_LOUDER = 2.0**12  # its constants over its logits
_VALUE = ("value", "value_proj", "v_lin")
_OUT = ("attention.output.dense", "attention.out_lin")


@dataclass(frozen=True, slots=True)
class _Stock:
    """Where a stock class keeps its head.

    Attributes:
        dense: Path of the head's first linear layer.
        last: Path of its last.
        slope: Of ``f(z) - f(-z)`` at zero: 2 for tanh, 1 for ReLU, GELU and SiLU.
        means: Values of `classifier_pooling` for the first token and for the mean, where the class knows both.
        layers: Path of its encoder's layers, where a further one can average.
    """

    dense: str
    last: str
    slope: float
    means: dict[str, str] | None = None
    layers: str | None = None


_ROBERTA = _Stock("classifier.dense", "classifier.out_proj", 2, layers="encoder.layer")
_STOCK = {
    "bert": _Stock("bert.pooler.dense", "classifier", 2, layers="encoder.layer"),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "camembert": _ROBERTA,
    "electra": _Stock("classifier.dense", "classifier.out_proj", 1, layers="encoder.layer"),
    "deberta-v2": _Stock("pooler.dense", "classifier", 1, layers="encoder.layer"),
    "distilbert": _Stock("pre_classifier", "classifier", 1, layers="transformer.layer"),
    "modernbert": _Stock("head.dense", "classifier", 1, means={"first": "cls", "mean": "mean"}),
    # its attention has a bias by distance, which no further layer is free of
    "mpnet": _Stock("classifier.dense", "classifier.out_proj", 2),
}


def stock_classifier(network: StanceNetwork, task: str, labels: Sequence[str], temperature: float) -> Any:
    """One head of a network as transformers' own classifier for that encoder.

    Args:
        network: In evaluation mode, float32.
        task: Which head.
        labels: Its labels, in the order of its logits.
        temperature: Folded into the head's weight and bias.

    Returns:
        A `PreTrainedModel` of transformers, float32; its logits are ours over the temperature.

    Raises:
        OptionError: transformers has no classifier that could compute the same; says which training would have one.
    """
    from transformers import AutoModelForSequenceClassification

    encoder = network.encoder
    kind = encoder.config.model_type
    stock = _STOCK.get(kind)
    if stock is None:
        raise OptionError(
            f"cannot export an encoder of type {kind} to transformers (only {', '.join(sorted(_STOCK))}); "
            "export with --to onnx, or train again from one of those"
        )
    extra = network.pooling == "mean" and stock.means is None
    if extra and stock.layers is None:
        raise OptionError(
            f"this model takes the mean over tokens, and no classifier of transformers for {kind} does; "
            "train again with --pooling first, or export with --to onnx"
        )
    width = encoder.config.hidden_size
    if 2 * len(labels) + 2 * extra > width:
        raise OptionError(
            f"{len(labels)} labels do not fit a head of transformers for an encoder of width {width}; "
            "export with --to onnx"
        )
    config = copy.deepcopy(encoder.config)
    config.num_labels = len(labels)
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: place for place, label in enumerate(labels)}
    config.problem_type = "single_label_classification"
    config.num_hidden_layers += extra
    if stock.means is not None:
        config.classifier_pooling = stock.means[network.pooling]
        config.classifier_bias = True
    model: Any = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32, trust_remote_code=False)
    with torch.no_grad():
        missing = model.base_model.load_state_dict(encoder.state_dict(), strict=False)
        if missing.unexpected_keys:
            raise OptionError(f"cannot export this {kind} encoder: transformers' classifier has no place for a weight")
        head: Any = network.heads[task]
        weight, bias = head.weight / temperature, head.bias / temperature
        if extra:
            weight, bias = _averaging(model.base_model.get_submodule(stock.layers)[-1], weight, bias)
        _head(model, stock, weight, bias)
    return model.eval()


def _averaging(layer: nn.Module, weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Make a layer write the mean over tokens of some logits; returns the weight and bias that read them off it."""
    count, width = weight.shape
    for parameter in layer.parameters():
        parameter.zero_()
    for module in layer.modules():
        if isinstance(module, nn.LayerNorm):
            module.weight.fill_(1)
    modules = dict(layer.named_modules())
    value = next(module for name, module in modules.items() if name.rpartition(".")[2] in _VALUE)
    out: Any = next(module for name, module in modules.items() if name in _OUT)
    value.weight[:count], value.bias[:count] = weight, bias
    plus, minus = torch.arange(count), torch.arange(count, 2 * count)
    out.weight[plus, plus], out.weight[minus, plus] = _LOUD, -_LOUD
    half = (width - 2 * count) // 2  # of the other units: as many constants of either sign, so that their mean is zero
    out.bias[2 * count : 2 * count + half] = _LOUD * _LOUDER
    out.bias[2 * count + half : 2 * count + 2 * half] = -_LOUD * _LOUDER
    deviation = _LOUDER * math.sqrt(2 * half / width)  # what the norms divide by, in units of a logit
    read = torch.zeros(count, width)
    read[plus, plus], read[plus, minus] = deviation / 2, -deviation / 2
    return read, torch.zeros(count)


def _head(model: Any, stock: _Stock, weight: Tensor, bias: Tensor) -> None:
    """Make a stock head compute ``weight @ x + bias``."""
    count = len(bias)
    dense, last = model.get_submodule(stock.dense), model.get_submodule(stock.last)
    scale = stock.slope * _TINY
    norm = getattr(getattr(model, "head", None), "norm", None)
    if norm is not None:  # a norm of values that are tiny beside its epsilon divides by the epsilon's root
        nn.init.ones_(norm.weight)
        scale /= math.sqrt(norm.eps)
    for layer in (dense, last):
        layer.weight.zero_()
        layer.bias.zero_()
    dense.weight[:count], dense.bias[:count] = _TINY * weight, _TINY * bias
    dense.weight[count : 2 * count], dense.bias[count : 2 * count] = -_TINY * weight, -_TINY * bias
    plus = torch.arange(count)
    last.weight[plus, plus], last.weight[plus, plus + count] = 1 / scale, -1 / scale


def largest_difference(network: StanceNetwork, task: str, temperature: float, model: Any, pad_id: int) -> float:
    """Between the probabilities of a network and of its stock classifier, over padded batches of random tokens."""
    tokens = torch.Generator().manual_seed(0)
    size = network.encoder.config.vocab_size
    room = min(64, getattr(network.encoder.config, "max_position_embeddings", 64) // 2)
    largest = 0.0
    with torch.inference_mode():
        for longest in (3, room):
            ids = torch.randint(0, size, (16, longest), generator=tokens)
            lengths = torch.randint(1, longest + 1, (16, 1), generator=tokens)
            mask = (torch.arange(longest) < lengths).long()
            inputs = {"input_ids": torch.where(mask == 1, ids, pad_id), "attention_mask": mask}
            if "token_type_ids" in network.inputs:
                inputs["token_type_ids"] = torch.randint(0, 2, ids.shape, generator=tokens)
            ours = (network(**inputs)[task] / temperature).softmax(-1)
            theirs = model(**inputs).logits.softmax(-1)
            largest = max(largest, float((ours - theirs).abs().max()))
    return largest
