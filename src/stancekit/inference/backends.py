"""What runs a network: ONNX Runtime on a CPU, torch on a GPU. Both take tokenised windows and give logits by task."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from stancekit.errors import CheckpointError, OptionError
from stancekit.inference.batching import batches, in_order, pad
from stancekit.model import Checkpoint, Encoded
from stancekit.model.checkpoint import Floats

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

_log = logging.getLogger(__name__)
# the CPU kernel of this fusion takes longer than the two it replaces: a seventh of the whole graph's time
_SLOWER = ["SkipLayerNormFusion"]


class Backend(Protocol):
    """Runs a network."""

    device: str

    def run(self, windows: Sequence[Encoded]) -> dict[str, Floats]:
        """Logits by task, each (windows, labels), in the order of the windows. At least one window."""
        ...


class OnnxBackend:
    """A graph on the CPU, without torch.

    Each batch runs on one thread, and as many batches at once as there are threads: threads that share one batch wait
    for each other at every layer. What a batch holds does not depend on the threads, so neither do the numbers.

    Args:
        path: The graph.
        tasks: Names of its outputs.
        inputs: Names of its inputs.
        pad_id: Token id that fills a batch up.
        threads: All cores by default.

    Raises:
        CheckpointError: The graph cannot be read.
    """

    device = "cpu"
    budget = 512  # tokens a batch, so that what passes between layers stays in a core's cache

    def __init__(
        self, path: Path, tasks: Sequence[str], inputs: Sequence[str], pad_id: int, threads: int | None = None
    ) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(path),
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=_SLOWER,
            )
        except Exception as error:  # onnxruntime's errors have no common base
            raise CheckpointError(f"{path}: onnxruntime cannot read it: {error}") from error
        self._tasks, self._inputs, self._pad_id = list(tasks), inputs, pad_id
        self.threads = threads or _cores()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(self.threads, "stancekit")

    def run(self, windows: Sequence[Encoded]) -> dict[str, Floats]:
        """Logits by task, each (windows, labels)."""
        order = list(batches([len(window) for window in windows], self.budget))

        def one(batch: list[int]) -> list[Floats]:
            logits: list[Floats] = self._session.run(
                self._tasks, pad([windows[i] for i in batch], self._inputs, self._pad_id)
            )
            return logits

        alone = len(order) == 1 or self.threads == 1
        parts = list(map(one, order) if alone else self._pool.map(one, order))
        return {task: in_order(order, [part[i] for part in parts]) for i, task in enumerate(self._tasks)}


class TorchBackend:
    """`model.safetensors` in torch: on a GPU in bf16 where it has it, on a CPU in fp32.

    Batches are packed without padding where torch has a kernel for that and the encoder can be packed, else padded.

    Args:
        checkpoint: Whose weights to run.
        device: A torch device.

    Raises:
        OptionError: There is no such device.
    """

    budget = 65536  # tokens a batch

    def __init__(self, checkpoint: Checkpoint, device: str) -> None:
        import torch

        from stancekit.model.network import load_network
        from stancekit.model.packing import has_kernel, use_packing

        try:
            half = torch.device(device).type == "cuda" and torch.cuda.is_bf16_supported()
            dtype = torch.bfloat16 if half else torch.float32
            self._network = load_network(checkpoint, device, dtype)
            self.packed = has_kernel(device, dtype) and use_packing(self._network)
        except (RuntimeError, AssertionError) as error:  # torch's ways of saying that there is no such device
            raise OptionError(f"cannot use device {device!r}: {error}") from error
        self.device = device
        self._pad_id = checkpoint.meta.pad_id
        batching = "packed" if self.packed else "padded"
        _log.debug("torch %s on %s, %s, %s batches", torch.__version__, device, dtype, batching)

    def run(self, windows: Sequence[Encoded]) -> dict[str, Floats]:
        """Logits by task, each (windows, labels)."""
        import torch

        from stancekit.model.packing import pack, packed_logits

        network = self._network
        order = list(batches([len(window) for window in windows], self.budget, padded=not self.packed))
        parts = []
        with torch.inference_mode():
            for batch in order:
                chosen = [windows[i] for i in batch]
                if self.packed:
                    parts.append(packed_logits(network, pack(chosen, network), self.device))
                else:
                    arrays = pad(chosen, network.inputs, self._pad_id)
                    parts.append(network(**{k: torch.from_numpy(v).to(self.device) for k, v in arrays.items()}))
            # read back only now: a GPU works on one batch while the next is put together
            logits = {task: [part[task].float().cpu().numpy() for part in parts] for task in network.heads}
        return {task: in_order(order, values) for task, values in logits.items()}


def choose_backend(checkpoint: Checkpoint, device: str | None, threads: int | None) -> Backend:
    """ONNX Runtime on a CPU, torch on whatever else was asked for or, if nothing was, on a GPU if there is one.

    Whether there is a GPU is first asked of the operating system: importing torch takes longer than most
    predictions.
    """
    why = "asked for"
    if device is None:
        device, why = "cpu", "there is no NVIDIA GPU"
        if Path("/dev/nvidia0").exists():
            import torch

            device, why = ("cuda", "torch sees a GPU") if torch.cuda.is_available() else ("cpu", "torch sees no GPU")
    if device != "cpu":
        _log.debug("torch, since %s was chosen: %s", device, why)
        return TorchBackend(checkpoint, device)
    meta = checkpoint.meta
    backend = OnnxBackend(checkpoint.file("model.onnx"), list(meta.heads), meta.inputs, meta.pad_id, threads)
    _log.debug("onnxruntime on the cpu: %s; %s graph, %d threads", why, meta.graph, backend.threads)
    return backend


def _cores() -> int:
    """The cores that this process may use, which in a container are fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
