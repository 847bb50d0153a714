"""Fine-tuning: options, rows, loop, calibration, export. Importing this package imports torch."""

from stancekit.training.loop import train
from stancekit.training.options import TrainOptions, read_options

__all__ = ["TrainOptions", "read_options", "train"]
