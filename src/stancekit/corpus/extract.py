"""Quotes out of articles, in worker processes that run ahead of the model. No model and no torch in them."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import signal
import threading
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from pathlib import Path
from types import TracebackType
from typing import Self

from stancekit.corpus.parts import Block, Extracted, Raw
from stancekit.corpus.tables import storable
from stancekit.data.files import decode, read_text
from stancekit.data.html import article_text
from stancekit.errors import DataError, MissingExtraError, OptionError, StancekitError
from stancekit.quotes import extract_quotes


def extract_block(raws: Sequence[Raw], encoding: str) -> list[Extracted]:
    """The quotes of each article, or why there are none to be had.

    Raises:
        MissingExtraError: Web pages are among them and the extra `html` is not installed.
    """
    return [_extract(raw, encoding) for raw in raws]


def _extract(raw: Raw, encoding: str) -> Extracted:
    error = raw.error
    if error is None:
        try:
            text = raw.text if raw.path is None else _file_text(raw.path, encoding)
            if not text or not text.strip():
                raise DataError("the article is empty")
            return Extracted(raw.id, raw.source, raw.kept, text, tuple(extract_quotes(text)))
        except MissingExtraError:
            raise  # nothing is wrong with the article
        except StancekitError as problem:
            error = str(problem)
        except Exception as problem:  # whatever one article does to a parser must not cost the others
            error = f"{type(problem).__name__}: {problem}"
    return Extracted(raw.id, raw.source, raw.kept, error=storable(error))


def _file_text(path: str, encoding: str) -> str:
    name = path.lower()
    if name.endswith(".gz"):
        name = name.removesuffix(".gz")
        try:
            text = decode(gzip.decompress(Path(path).read_bytes()), path, encoding)
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{path}: damaged or cannot be read: {error}") from error
    else:
        text = read_text(path, encoding)
    return storable(article_text(text, path) if name.endswith((".html", ".htm")) else text)


class Workers:
    """Processes that extract quotes, some blocks ahead of whoever asks; to be used in a `with`.

    Args:
        count: Of processes.
        encoding: Of text files.

    Raises:
        OptionError: The processes cannot start.
    """

    def __init__(self, count: int, encoding: str) -> None:
        self._count = count
        self._encoding = encoding
        self._pool = self._start()
        try:
            self._pool.submit(os.getpid).result()
        except BrokenProcessPool as error:
            raise OptionError(
                "the worker processes cannot start. In a script of your own, stancekit.label belongs under "
                "`if __name__ == '__main__':`, because each worker imports the script"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def extract(self, blocks: Iterator[Block]) -> Iterator[tuple[Block, list[Extracted]]]:
        """Each block with its articles' quotes, in order; at most two blocks a worker, and two, are under way."""
        ahead: deque[tuple[Block, Future[list[Extracted]]]] = deque()
        for block in blocks:
            ahead.append((block, self._submit(block.raws)))
            if len(ahead) > 2 * self._count + 1:
                yield self._result(*ahead.popleft())
        while ahead:
            yield self._result(*ahead.popleft())

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._count, multiprocessing.get_context("spawn"), _begin)

    def _submit(self, raws: Sequence[Raw]) -> Future[list[Extracted]]:
        try:
            return self._pool.submit(extract_block, raws, self._encoding)
        except BrokenProcessPool:
            self._pool = self._start()
            return self._pool.submit(extract_block, raws, self._encoding)

    def _result(self, block: Block, future: Future[list[Extracted]]) -> tuple[Block, list[Extracted]]:
        try:
            return block, future.result()
        except BrokenProcessPool:
            # a worker was killed, and with it all that was under way. If an article did it, it does it again alone.
            return block, [self._alone(raw) for raw in block.raws]

    def _alone(self, raw: Raw) -> Extracted:
        try:
            return self._submit([raw]).result()[0]
        except BrokenProcessPool:
            return Extracted(raw.id, raw.source, raw.kept, error="the process that read it died twice")


def _begin() -> None:
    """Make a worker leave with its parent, and leave Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        # workers hold both ends of their queue, so a killed parent is not seen as the end of it
        threading.Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()


def _leave_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
