"""Fine-tuning: options, rows, loop, calibration, export. torch is imported when a training starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stancekit.training.options import TrainOptions, read_options

__all__ = ["TrainOptions", "read_options", "train"]


def train(
    frame: str | Path,
    out: str | Path | None = None,
    *,
    config: str | Path | None = None,
    resume: bool = False,
    **options: Any,
) -> Path:
    """Fine-tune an encoder on a frame's labelled quotes and save a calibrated, exported checkpoint.

    While it runs, its state lies in a folder beside ``out`` (`.NAME.run`), from which ``resume`` goes on after a
    kill; the finished model takes its name in one move.

    Args:
        frame: A frame folder, a shipped frame's name, or a table with columns `text` and `stance`.
        out: Where the model goes; `models/NAME` by default.
        config: Options in TOML; the frame's own `train.toml` by default, if it has one.
        resume: Go on with a run that was cut short.
        **options: Fields of `TrainOptions`; they win over ``config``.

    Returns:
        The checkpoint folder.

    Raises:
        FrameError: The frame cannot be used.
        DataError: Its rows cannot be used.
        OptionError: An option cannot be used, or there is an unfinished run and ``resume`` was not given.
        EncoderError: The encoder cannot be loaded.
    """
    from stancekit.training.loop import run_training

    return run_training(frame, out, config, resume, options)
