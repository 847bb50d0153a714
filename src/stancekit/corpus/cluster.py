"""The same run as a Ray Data pipeline: one task reads, actors extract quotes, actors hold the model.

A row of the pipeline is a whole block, pickled, so that batches, and with them the rows that come out, are those of a
run on one machine. What is lost with a worker or a node Ray computes again.
"""

from __future__ import annotations

import itertools
import logging
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stancekit.corpus.extract import extract_block
from stancekit.corpus.labelling import label_block, load_model
from stancekit.corpus.output import Manifest
from stancekit.corpus.parts import BLOCK, Block, Labelled
from stancekit.corpus.sources import Source
from stancekit.errors import DataError, MissingExtraError, OptionError, StancekitError

# CPUs that one of each asks for: together less than one, so that a pipeline fits on any machine. How many work at once
# is bounded by the pools' sizes.
_READING, _EXTRACTING, _LABELLING = 0.01, 0.2, 0.7


class Cluster:
    """The engine ``ray``, on the cluster that ``RAY_ADDRESS`` names or on this machine.

    Every node has to see the input and the model under the same paths.

    Args:
        source: The input: files, not standard input.
        model: A checkpoint folder or a shipped model's name.
        device: Where models run; None for GPUs if the cluster has any.
        sha256: Of the model.

    Raises:
        MissingExtraError: The extra `ray` is not installed.
        OptionError: There is no cluster, or it cannot read standard input.
    """

    def __init__(self, source: Source, model: str | Path, device: str | None, sha256: str) -> None:
        if source.stdin:
            raise OptionError("the engine ray cannot read standard input; give files")
        self._source = source
        self._model = str(model)
        self._sha256 = sha256
        self._ray = _connect()
        resources = self._ray.cluster_resources()
        self._cpus, self._gpus = int(resources.get("CPU", 1)), int(resources.get("GPU", 0))
        self.device = device or ("cuda" if self._gpus else "cpu")

    @contextmanager
    def labelled(self, done: Manifest) -> Iterator[Iterator[Labelled]]:
        """What is still to do, labelled, in order.

        Raises:
            DataError: A node is lost for good, say.
        """
        yield iter(()) if done.finished else self._pipeline(-(-done.articles // BLOCK))

    def _pipeline(self, skip: int) -> Iterator[Labelled]:
        from ray.data import ActorPoolStrategy, DataContext, read_datasource
        from ray.exceptions import RayError

        where = str(Path.cwd())  # a worker's own folder is another
        on_gpus = self.device.startswith("cuda")
        # on CPUs an eighth of them is more than extraction needs
        extracting = max(1, self._cpus - self._gpus if on_gpus else self._cpus // 8)
        labelling = max(1, self._gpus if on_gpus else self._cpus - extracting)
        context = DataContext.get_current().copy()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        context.target_max_block_size = 1  # bytes; each row goes on at once, instead of waiting for 128 MB of them
        with DataContext.current(context):
            rows = (
                read_datasource(_datasource(self._source, skip, where), num_cpus=_READING, override_num_blocks=1)
                .map(
                    _Extract,
                    fn_constructor_args=(self._source.encoding, where),
                    compute=ActorPoolStrategy(min_size=1, max_size=extracting),
                    num_cpus=_EXTRACTING,
                )
                .map(
                    _Label,
                    fn_constructor_args=(self._model, self.device, self._sha256, self._source.columns.keep, where),
                    compute=ActorPoolStrategy(min_size=1, max_size=labelling),
                    num_cpus=_LABELLING,
                    num_gpus=1 if on_gpus else 0,
                )
            )
            try:
                for row in rows.iter_rows():
                    yield pickle.loads(row["data"])
            except RayError as error:
                raise _ours(error) or DataError(f"the ray cluster gave up: {error}") from error


def _connect() -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtraError("the engine ray needs ray: pip install 'stancekit[ray]'") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)  # it warns of the progress bars that are off
    if not ray.is_initialized():
        try:
            ray.init(log_to_driver=False, logging_level=logging.ERROR)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise OptionError(f"no ray cluster at {os.environ.get('RAY_ADDRESS', 'this machine')}: {error}") from error
    return ray


def _datasource(source: Source, skip: int, where: str) -> Any:
    """The blocks of the input from the ``skip``-th on, as rows of pickled bytes from one streaming task."""
    import pyarrow as pa
    from ray.data import Datasource, ReadTask
    from ray.data.block import BlockMetadata

    def read() -> Iterator[Any]:
        os.chdir(where)
        for block in itertools.islice(source.blocks(), skip, None):
            yield pa.table({"data": [pickle.dumps(block)]})

    class Blocks(Datasource):
        """One task, because blocks are counted from the first article of the first file."""

        def estimate_inmemory_data_size(self) -> None:
            """Nobody knows."""

        def get_read_tasks(self, *_: Any, **__: Any) -> list[Any]:
            """The one task."""
            return [ReadTask(read, BlockMetadata(num_rows=None, size_bytes=None, exec_stats=None))]

    return Blocks()


class _Extract:
    """An actor that extracts quotes."""

    def __init__(self, encoding: str, where: str) -> None:
        os.chdir(where)
        self._encoding = encoding

    def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
        block: Block = pickle.loads(row["data"])
        articles = extract_block(block.raws, self._encoding)
        return {"data": pickle.dumps((Block(block.raws[:0], block.position), articles))}


class _Label:
    """An actor that holds the model."""

    def __init__(self, model: str, device: str, sha256: str, keep: tuple[str, ...], where: str) -> None:
        os.chdir(where)
        self._classifier = load_model(model, device, sha256, threads=1)  # as many actors as cores
        self._sha256 = sha256
        self._keep = keep

    def __call__(self, row: dict[str, bytes]) -> dict[str, bytes]:
        block, articles = pickle.loads(row["data"])
        return {"data": pickle.dumps(label_block(block, articles, self._classifier, self._sha256, self._keep))}


def _ours(error: BaseException | None) -> StancekitError | None:
    """The error of our tree that a task or actor ended with, if it was one."""
    while error is not None:
        if isinstance(error, StancekitError):
            return error
        error = getattr(error, "cause", None) or error.__cause__
    return None
