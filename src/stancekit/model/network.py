"""The network in torch: any Hugging Face encoder, pooled, with one linear head per task."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from stancekit.errors import CheckpointError, OptionError
from stancekit.model.base import Base, load_error
from stancekit.model.checkpoint import Checkpoint

# half precision halves the file; training rounds the weights before it calibrates and exports, so that every
# backend reads the same numbers
STORED = torch.float16


class StanceNetwork(nn.Module):
    """Encoder, pooling and heads.

    Args:
        encoder: What `AutoModel` gives.
        heads: Number of labels by task.
        pooling: ``mean`` over the tokens of the text, or the ``first`` token.
        dropout: Before the heads, in training.
    """

    def __init__(self, encoder: Any, heads: dict[str, int], pooling: str = "mean", dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder: Any = encoder
        self.pooling = pooling
        self.dropout = nn.Dropout(dropout)
        width = encoder.config.hidden_size
        self.heads = nn.ModuleDict()
        for task, count in heads.items():
            head = nn.Linear(width, count)
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)
            self.heads[task] = head

    @property
    def inputs(self) -> list[str]:
        """Names of the inputs this encoder takes, in order."""
        names = ["input_ids", "attention_mask"]
        takes_segments = "token_type_ids" in inspect.signature(self.encoder.forward).parameters
        if takes_segments and getattr(self.encoder.config, "type_vocab_size", 0) > 1:
            names.append("token_type_ids")
        return names

    def pooled(self, **inputs: Tensor) -> Tensor:
        """One vector per text: (batch, hidden)."""
        hidden: Tensor = self.encoder(**{name: inputs[name] for name in self.inputs}).last_hidden_state
        if self.pooling == "first":
            return hidden[:, 0]
        mask = inputs["attention_mask"].unsqueeze(-1).to(hidden.dtype)
        mean: Tensor = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1)
        return mean

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Logits by task, each (batch, labels)."""
        inputs = {"input_ids": input_ids, "attention_mask": attention_mask}
        if token_type_ids is not None:
            inputs["token_type_ids"] = token_type_ids
        return self.classify(self.pooled(**inputs))

    def classify(self, pooled: Tensor) -> dict[str, Tensor]:
        """Logits by task, each (batch, labels), of vectors (batch, hidden)."""
        pooled = self.dropout(pooled)
        return {task: head(pooled) for task, head in self.heads.items()}


def from_base(
    base: Base, labels: Mapping[str, Sequence[str]], pooling: str, dropout: float, layers: int = 0
) -> StanceNetwork:
    """A network over a pretrained encoder, its heads new. Seed before calling.

    A stancekit model as base also gives its heads, for tasks with the same labels. Of the encoder's layers the first
    ``layers`` are kept; 0 keeps all.

    Raises:
        EncoderError: transformers cannot load the encoder.
    """
    heads = {task: len(names) for task, names in labels.items()}
    if base.checkpoint is not None:
        trained = load_network(base.checkpoint)
        keep_layers(trained.encoder, layers)
        network = StanceNetwork(trained.encoder.train(), heads, pooling, dropout)
        for task, head in base.checkpoint.meta.heads.items():
            if list(labels.get(task, ())) == head.labels:
                network.heads[task].load_state_dict(trained.heads[task].state_dict())
        return network
    try:
        encoder = AutoModel.from_pretrained(
            base.source, dtype=torch.float32, trust_remote_code=False, use_safetensors=True
        )
    except Exception as error:
        raise load_error(base, error) from error
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None  # a part of BERT that pooled() does not use
    keep_layers(encoder, layers)
    return StanceNetwork(encoder, heads, pooling, dropout)


def keep_layers(encoder: Any, count: int) -> None:
    """Cut an encoder down to its first ``count`` layers; 0 keeps all.

    Raises:
        OptionError: It has fewer layers, or keeps them where this cannot find them.
    """
    total = encoder.config.num_hidden_layers
    if not count or count == total:
        return
    found = [
        (parent, name, child)
        for parent in encoder.modules()
        for name, child in parent.named_children()
        if isinstance(child, nn.ModuleList) and len(child) == total
    ]
    if count > total or len(found) != 1:
        raise OptionError(f"cannot keep {count} layers of this encoder, which has {total}; leave --layers out")
    parent, name, stack = found[0]
    setattr(parent, name, stack[:count])
    encoder.config.num_hidden_layers = count
    if getattr(encoder.config, "layer_types", None):  # ModernBERT names the kind of attention of each layer
        encoder.config.layer_types = encoder.config.layer_types[:count]


def first_position(encoder: Any) -> int:
    """The position of a text's first token: 0, or what follows the padding id in RoBERTa and its descendants."""
    for name, module in encoder.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding) and module.padding_idx is not None:
            return module.padding_idx + 1
    return 0


def save_network(network: StanceNetwork, folder: Path) -> None:
    """Write `config.json` and `model.safetensors` into a folder."""
    network.encoder.config.save_pretrained(folder)
    state = {name: value.detach().to("cpu", STORED).contiguous() for name, value in network.state_dict().items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})


def load_network(checkpoint: Checkpoint, device: str = "cpu", dtype: torch.dtype = torch.float32) -> StanceNetwork:
    """The network of a checkpoint folder, ready to predict.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    checkpoint.file("config.json")
    path = checkpoint.file("model.safetensors")
    try:
        config = AutoConfig.from_pretrained(checkpoint.folder, trust_remote_code=False)
        encoder: Any = AutoModel.from_config(config, dtype=torch.float32, trust_remote_code=False)
        if getattr(encoder, "pooler", None) is not None:
            encoder.pooler = None
        heads = {task: len(head.labels) for task, head in checkpoint.meta.heads.items()}
        network = StanceNetwork(encoder, heads, checkpoint.meta.pooling)
        network.load_state_dict(load_file(path))
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise CheckpointError(f"{checkpoint.folder}: the weights do not fit the config: {error}") from error
    return network.to(device=device, dtype=dtype).eval()
