"""The options of a training: one checked structure, read from TOML and overridden by flags."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta as M

from stancekit.data import read_text
from stancekit.errors import OptionError
from stancekit.model.base import MINILM

Share = Annotated[float, M(ge=0, lt=1)]


class TrainOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of `train`. Each field's description is also its `--help`."""

    base: Annotated[str, M(description="encoder to start from: a hub name or a folder")] = MINILM
    layers: Annotated[int, M(ge=0, description="keep the encoder's first layers, so many of them; 0 for all")] = 0
    pooling: Annotated[
        Literal["mean", "first"], M(description="one vector per text: mean of its tokens, or the first")
    ] = "mean"
    max_length: Annotated[int, M(ge=16, description="tokens a text; longer ones are read in windows")] = 256
    epochs: Annotated[float, M(gt=0, description="passes over the training rows, at most")] = 6
    batch_size: Annotated[int, M(ge=1, description="rows a step, on each device")] = 32
    accumulation: Annotated[int, M(ge=1, description="steps whose gradients are added up before an update")] = 1
    learning_rate: Annotated[float, M(gt=0, description="peak learning rate of the top layer and the heads")] = 2e-4
    layer_decay: Annotated[float, M(gt=0, le=1, description="each layer further down learns by this factor slower")] = (
        0.9
    )
    warmup: Annotated[Share, M(description="share of the steps with a rising learning rate")] = 0.1
    weight_decay: Annotated[float, M(ge=0, description="AdamW's")] = 0.01
    dropout: Annotated[Share, M(description="before the heads")] = 0.1
    label_smoothing: Annotated[Share, M(description="probability mass spread over all labels")] = 0.05
    class_weights: Annotated[bool, M(description="weigh labels by the inverse root of their frequency")] = True
    second_label: Annotated[Share, M(description="share of the target that a second annotator's label gets")] = 0.0
    context: Annotated[
        float, M(ge=0, le=1, description="how often a row is shown with the other sentences of its quote")
    ] = 0.5
    sentiment_weight: Annotated[float, M(ge=0, description="weight of the sentiment loss beside the stance loss")] = 0.5
    r_drop: Annotated[
        float, M(ge=0, description="weight of R-Drop consistency (Liang et al. 2021); doubles the cost")
    ] = 0.0
    teachers: Annotated[
        tuple[str, ...], M(description="models whose mean probabilities are learned too (Hinton et al. 2015)")
    ] = ()
    teacher_share: Annotated[Share, M(description="share of the target that comes from the teachers")] = 0.5
    patience: Annotated[int, M(ge=1, description="evaluations without a better dev macro-F1 before it stops")] = 3
    evaluations: Annotated[
        int, M(ge=1, description="evaluations an epoch; each leaves a checkpoint to resume from")
    ] = 1
    seed: Annotated[int, M(ge=0, description="of the heads, the order of rows and dropout")] = 1
    device: Annotated[Literal["auto", "cpu", "cuda"], M(description="where to train")] = "auto"
    report_to: Annotated[
        Literal["none", "tensorboard", "wandb", "mlflow"], M(description="also log the training there")
    ] = "none"

    def __post_init__(self) -> None:
        if self.context > 0 and self.max_length < 32:
            raise ValueError("max_length under 32 leaves no room for context; raise --max-length or set --context 0")


def read_options(config: str | Path | None, flags: Mapping[str, Any] | None = None) -> TrainOptions:
    """Options from a TOML file, with flags on top.

    Args:
        config: A TOML file, or None.
        flags: Values that were given on the command line or in Python; None and empty tuples count as not given.

    Raises:
        DataError: The file cannot be read.
        OptionError: A key is unknown or a value is out of range; names it.
    """
    values: dict[str, Any] = {}
    source = "options"
    if config is not None:
        source = str(config)
        try:
            values = tomllib.loads(read_text(config))
        except tomllib.TOMLDecodeError as error:
            raise OptionError(f"{config}: not valid TOML: {error}") from error
    values |= {name: value for name, value in (flags or {}).items() if value not in (None, ())}
    try:
        return msgspec.convert(values, TrainOptions)
    except msgspec.ValidationError as error:
        raise OptionError(f"{source}: {error}; options: {', '.join(TrainOptions.__struct_fields__)}") from error
