"""A run on this machine: worker processes that extract, and the model in this process."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stancekit.corpus.extract import Workers
from stancekit.corpus.labelling import label_block, load_model
from stancekit.corpus.output import Manifest
from stancekit.corpus.parts import Block, Labelled
from stancekit.corpus.sources import Source
from stancekit.errors import DataError


class Local:
    """The engine ``local``.

    Args:
        source: The input.
        model: A checkpoint folder or a shipped model's name.
        device: Where the model runs, or None.
        sha256: Of the model.
        workers: Processes that extract quotes.

    Raises:
        CheckpointError: The model cannot be loaded.
        OptionError: The device cannot be used.
    """

    def __init__(self, source: Source, model: str | Path, device: str | None, sha256: str, workers: int) -> None:
        self._source = source
        self._classifier = load_model(model, device, sha256)
        self._sha256 = sha256
        self._workers = workers
        self.device = self._classifier.device

    @contextmanager
    def labelled(self, done: Manifest) -> Iterator[Iterator[Labelled]]:
        """What is still to do, labelled, in order.

        Raises:
            DataError: What was done is not the beginning of this input.
        """
        rest = iter(()) if done.finished and not self._source.stdin else _after(done, self._source.blocks())
        if done.finished:
            yield iter(())
            return
        with Workers(self._workers, self._source.encoding) as pool:
            yield (
                label_block(block, articles, self._classifier, self._sha256, self._source.columns.keep)
                for block, articles in pool.extract(rest)
            )


def _after(done: Manifest, blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks after those that are done; these are read again, because ids must not come twice."""
    articles, digest = 0, ""
    while articles < done.articles and (block := next(blocks, None)):
        articles += len(block.raws)
        digest = block.digest
    rest = next(blocks, None)
    if articles != done.articles or digest != done.stdin_sha256 or (rest and done.finished):
        raise DataError(
            f"OUT was begun on other articles: its first {done.articles} are not those given now. "
            "Give another OUT, or remove this one to label everything again"
        )
    return itertools.chain([rest] if rest else [], blocks)
