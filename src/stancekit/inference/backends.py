"""What runs a network: ONNX Runtime on a CPU, torch on a GPU. Both take padded arrays and give logits by task."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from stancekit.errors import CheckpointError, OptionError
from stancekit.inference.batching import Ints
from stancekit.model import Checkpoint
from stancekit.model.checkpoint import Floats

_log = logging.getLogger(__name__)


class Backend(Protocol):
    """Runs a network on one padded batch."""

    device: str
    budget: int  # tokens a batch

    def run(self, inputs: Mapping[str, Ints]) -> dict[str, Floats]:
        """Logits by task, each (batch, labels)."""
        ...


class OnnxBackend:
    """`model.onnx` on the CPU, without torch.

    Args:
        checkpoint: Whose graph to run.
        threads: Of one run; all cores by default.
    """

    device = "cpu"
    budget = 2048

    def __init__(self, checkpoint: Checkpoint, threads: int | None = None) -> None:
        self._tasks = list(checkpoint.meta.heads)
        self._session = onnx_session(checkpoint.file("model.onnx"), threads)
        _log.debug("onnxruntime on the cpu, %s graph, %s threads", checkpoint.meta.graph, threads or os.cpu_count())

    def run(self, inputs: Mapping[str, Ints]) -> dict[str, Floats]:
        """Logits by task, each (batch, labels)."""
        return dict(zip(self._tasks, self._session.run(self._tasks, dict(inputs)), strict=True))


def onnx_session(path: Path, threads: int | None = None) -> Any:
    """An ONNX Runtime session on the CPU.

    Raises:
        CheckpointError: The graph cannot be read.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads:
        options.intra_op_num_threads = threads
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no common base
        raise CheckpointError(f"{path}: onnxruntime cannot read it: {error}") from error


class TorchBackend:
    """`model.safetensors` in torch: on a GPU in bf16 where it has it, on a CPU in fp32.

    Args:
        checkpoint: Whose weights to run.
        device: A torch device.
    """

    budget = 65536

    def __init__(self, checkpoint: Checkpoint, device: str) -> None:
        import torch

        from stancekit.model.network import load_network

        try:
            half = torch.device(device).type == "cuda" and torch.cuda.is_bf16_supported()
            self._network = load_network(checkpoint, device, torch.bfloat16 if half else torch.float32)
        except (RuntimeError, AssertionError) as error:  # torch's ways of saying that there is no such device
            raise OptionError(f"cannot use device {device!r}: {error}") from error
        self.device = device
        _log.debug("torch %s on %s, %s", torch.__version__, device, "bf16" if half else "fp32")

    def run(self, inputs: Mapping[str, Ints]) -> dict[str, Floats]:
        """Logits by task, each (batch, labels)."""
        import torch

        tensors = {name: torch.from_numpy(array).to(self.device) for name, array in inputs.items()}
        with torch.inference_mode():
            logits = self._network(**tensors)
        return {task: value.float().cpu().numpy() for task, value in logits.items()}


def choose_backend(checkpoint: Checkpoint, device: str | None, threads: int | None) -> Backend:
    """ONNX Runtime on a CPU, torch on whatever else was asked for or, if nothing was, on a GPU if there is one.

    Whether there is a GPU is first asked of the operating system: importing torch takes longer than most
    predictions.
    """
    if device is None and Path("/dev/nvidia0").exists():
        import torch

        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device in (None, "cpu"):
        return OnnxBackend(checkpoint, threads)
    return TorchBackend(checkpoint, str(device))
