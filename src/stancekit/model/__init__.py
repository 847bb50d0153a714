"""The model: an encoder with one linear head per task, and the folder it is kept in.

`checkpoint` and `encoding` are free of torch, so that inference can stand on them; `network` is torch.
"""

from stancekit.model.checkpoint import (
    FORMAT,
    Checkpoint,
    Head,
    Meta,
    find_checkpoint,
    open_checkpoint,
    shipped_models,
    softmax,
)
from stancekit.model.encoding import Encoded, TextEncoder

__all__ = [
    "FORMAT",
    "Checkpoint",
    "Encoded",
    "Head",
    "Meta",
    "TextEncoder",
    "find_checkpoint",
    "open_checkpoint",
    "shipped_models",
    "softmax",
]
