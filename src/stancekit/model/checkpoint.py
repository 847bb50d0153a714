"""The checkpoint folder: what is in it, whether it is whole, where shipped ones are.

Only JSON, TOML, safetensors and ONNX are read, so that loading a stranger's folder runs none of their code.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from stancekit.errors import CheckpointError
from stancekit.frames import Frame, parse_frame

FORMAT = 1
META = "stancekit.json"
_PACKAGED = Path(__file__).parents[1] / "shipped"  # in an installed wheel
_CHECKOUT = Path(__file__).parents[3] / "models"  # in a source checkout or an editable install
Floats = np.ndarray[Any, np.dtype[np.float32]]


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """One task's output: a linear layer over the pooled encoding.

    Attributes:
        labels: In the order of the logits.
        temperature: Logits are divided by it before the softmax (Guo et al. 2017).
        quantiles: Conformal threshold on ``1 - probability`` by coverage ("0.9").
    """

    labels: list[str]
    temperature: float = 1.0
    quantiles: dict[str, float] = {}


class Meta(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=False):
    """`stancekit.json`: everything about a model but its weights.

    Attributes:
        format: Version of the folder's format.
        name: Of the frame, so of the model.
        base: The encoder that training started from.
        base_sha256: Of its weights file; empty for one built from config.
        heads: By task, "stance" first.
        pooling: ``mean`` or ``first``.
        inputs: Names of the network's inputs, in order.
        pad_id: Token id that fills a batch up.
        max_length: In tokens, special ones included; longer texts are read in windows.
        graph: What `model.onnx` holds: ``int8`` or ``fp32``.
        frame_sha256: Of `frame.toml`.
        data_sha256: Of the training rows.
        seed: Of the run.
        versions: Of python and the packages that made it.
        git_commit: Of the checkout that made it, or empty.
        options: The training options.
        dev: Metrics on the dev split, from the graph that is shipped.
        files: sha256 of each other file that a load needs.
    """

    format: int
    name: str
    base: str
    base_sha256: str
    heads: dict[str, Head]
    pooling: str
    inputs: list[str]
    pad_id: int
    max_length: int
    graph: str
    frame_sha256: str
    data_sha256: str
    seed: int
    versions: dict[str, str]
    git_commit: str
    options: dict[str, Any]
    dev: dict[str, Any]
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint folder that was found whole."""

    folder: Path
    meta: Meta
    frame: Frame

    @property
    def sha256(self) -> str:
        """A hash that stands for the whole model: of the meta file, which holds the hashes of the others."""
        return hashlib.sha256((self.folder / META).read_bytes()).hexdigest()

    def file(self, name: str) -> Path:
        """The path of one of the folder's files, after its hash was compared.

        Raises:
            CheckpointError: It is missing or not what was saved.
        """
        path = self.folder / name
        expected = self.meta.files.get(name)
        if expected is None or not path.is_file():
            raise CheckpointError(f"{path}: missing; copy the folder again, or train the model again")
        if sha256(path) != expected:
            raise CheckpointError(f"{path}: damaged (its sha256 is not the one in {META}); copy the folder again")
        return path


def sha256(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def save_meta(folder: Path, meta: Meta) -> None:
    """Write `stancekit.json`. It is written last, so that a folder with it is whole."""
    from stancekit.data.files import write_bytes  # a room that reading a model does not need

    write_bytes(folder / META, msgspec.json.format(msgspec.json.encode(meta), indent=1) + b"\n")


def shipped_models() -> dict[str, Path]:
    """The models that come with stancekit, by name."""
    for root in (_PACKAGED, _CHECKOUT):
        found = {path.parent.name: path.parent for path in sorted(root.glob(f"*/{META}"))}
        if found:
            return found
    return {}


def find_checkpoint(model: str | Path) -> Path:
    """The folder of a model given as a folder, a shipped name, or a Hub id ``org/name``, which is fetched.

    Raises:
        CheckpointError: There is none; names those that there are.
        HubError: It cannot be fetched.
    """
    from stancekit.model.hub import fetch, is_hub_id

    folder = Path(model)
    if folder.is_dir():
        return folder
    shipped = shipped_models()
    if str(model) in shipped:
        return shipped[str(model)]
    if is_hub_id(model):
        return fetch(str(model))
    beside = ""
    if isinstance(model, str) and len(folder.parts) == 2:
        beside = f" (not looked for on the Hub, because {folder.parts[0]!r} is a folder here)"
    raise CheckpointError(
        f"no model {str(model)!r}: no such folder{beside}, and the shipped models are: {', '.join(shipped) or 'none'}"
    )


def open_checkpoint(model: str | Path) -> Checkpoint:
    """Read a checkpoint's description; its weights are read by those who need them.

    Raises:
        CheckpointError: There is no such model, its description is missing or damaged, or its format is newer
            than this stancekit.
    """
    folder = find_checkpoint(model)
    path = folder / META
    if not path.is_file():
        raise CheckpointError(
            f"{folder}: no {META} there, so not a stancekit model (or one whose saving was cut short)"
        )
    raw = path.read_bytes()
    try:
        version = msgspec.json.decode(raw, type=dict[str, Any]).get("format")
        if not isinstance(version, int) or version > FORMAT:
            raise CheckpointError(
                f"{path}: format {version}, but this stancekit reads formats up to {FORMAT}; upgrade stancekit"
            )
        meta = msgspec.json.decode(raw, type=Meta)
        frame = parse_frame((folder / "frame.toml").read_text(encoding="utf-8"), str(folder / "frame.toml"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path}: damaged: {error}") from error
    except FileNotFoundError as error:
        raise CheckpointError(f"{error.filename}: missing; copy the folder again") from error
    if tuple(meta.heads["stance"].labels if "stance" in meta.heads else ()) != frame.label_names:
        raise CheckpointError(f"{path}: its stance labels are not those of its frame.toml; copy the folder again")
    return Checkpoint(folder, meta, frame)


def softmax(logits: Floats, temperature: float = 1.0) -> Floats:
    """Probabilities of each row of logits, after division by the temperature."""
    scaled = np.asarray(logits, dtype=np.float32) / np.float32(temperature)
    scaled = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=-1, keepdims=True))
