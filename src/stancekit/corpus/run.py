"""`label`: articles in, shards of labelled sentences out, resumable at any instant."""

from __future__ import annotations

import itertools
import logging
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stancekit.corpus.output import ERRORS, FORMATS, Manifest, Output, held, versions
from stancekit.corpus.parts import BLOCK, Labelled
from stancekit.corpus.progress import Report, progress
from stancekit.corpus.sources import Source
from stancekit.corpus.tables import Columns
from stancekit.errors import CheckpointError, MissingExtraError, OptionError

if TYPE_CHECKING:
    from stancekit.corpus.cluster import Cluster

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to, its earlier parts included. As a string: one screen.

    Attributes:
        out: The output folder.
        shards: Files of rows in it.
        articles: Read, those with errors among them.
        quotes: Found in them.
        sentences: Labelled: the number of rows.
        errors: Articles that could not be read; they are in `errors.jsonl`.
        stances: Sentences by stance.
        sentiments: Sentences by sentiment.
        seconds: The time it took.
        model_seconds: Of it, in the model.
    """

    out: Path
    shards: int
    articles: int
    quotes: int
    sentences: int
    errors: int
    stances: dict[str, int]
    sentiments: dict[str, int]
    seconds: float
    model_seconds: float

    def __str__(self) -> str:
        lines = [
            f"{self.articles:,} articles, {self.quotes:,} quotes, {self.sentences:,} sentences "
            f"in {self.shards:,} shards: {self.out}"
        ]
        for name, counts in (("stance", self.stances), ("sentiment", self.sentiments)):
            if counts and self.sentences:
                shares = "   ".join(f"{label} {count / self.sentences:.1%}" for label, count in counts.items())
                lines.append(f"{name:<10} {shares}")
        lines.append(f"{'errors':<10} {self.errors:,}" + (f", in {self.out / ERRORS}" if self.errors else ""))
        if self.seconds:
            lines.append(
                f"{'speed':<10} {self.articles / self.seconds:.1f} articles/s, "
                f"{self.quotes / self.seconds:.1f} quotes/s, "
                f"the model busy {self.model_seconds / self.seconds:.0%} of {self.seconds:,.1f} s"
            )
        return "\n".join(lines)


def label(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    *,
    model: str | Path = "us-china",
    device: str | None = None,
    format: Literal["parquet", "jsonl", "csv"] = "parquet",
    text_column: str = "text",
    id_column: str | None = None,
    keep: Iterable[str] = (),
    encoding: str = "utf-8",
    shard_size: int = 1000,
    workers: int | None = None,
    engine: Literal["local", "ray"] = "local",
) -> Summary:
    """Label the quoted sentences of many articles, a row each, in shards.

    Killed at any instant and called again with the same arguments it goes on, and ends with the same rows. An article
    that cannot be read goes to `errors.jsonl` and the run goes on. Quotes are found in worker processes ahead of the
    model, so a script of your own calls this under ``if __name__ == "__main__":``.

    Args:
        paths: Files, folders or globs of .txt, .html, .jsonl, .csv, .tsv or .parquet, each also with .gz; or ``"-"``
            for jsonl on standard input.
        out: The folder for shards, `manifest.json` and `errors.jsonl`; new, empty, or of the same run.
        model: A checkpoint folder or a shipped model's name.
        device: ``None`` for a GPU if there is one and the CPU if not, or ``"cpu"``, ``"cuda"``, ``"mps"``.
        format: Of the shards.
        text_column: Column of a table that holds the article.
        id_column: Column that holds its id. Without it: ``id`` where there is one, else file and row.
        keep: Columns to carry along into the rows, as strings.
        encoding: Of text files.
        shard_size: Articles a shard, a multiple of 200.
        workers: Processes that extract quotes; half the cores by default, 8 at most.
        engine: ``"ray"`` for a cluster, the one that ``RAY_ADDRESS`` names, with the same rows; `workers` is then
            Ray's to choose. A run may go on under the other engine.

    Raises:
        OptionError: An option makes no sense.
        DataError: The input is not there, or `out` is a file, of another run, or cannot be written.
        CheckpointError: The model cannot be loaded, or was exchanged during the run.
        MissingExtraError: The extra `ray` is not installed, or there are web pages and the extra `html` is not.

    Example:
        >>> summary = label("articles/", "labels/")  # doctest: +SKIP
        >>> print(summary)  # doctest: +SKIP
    """
    source = Source(
        tuple(Path(p).as_posix() for p in ([paths] if isinstance(paths, str | os.PathLike) else paths)),
        os.fspath(out),
        Columns(text_column, id_column, tuple(dict.fromkeys(keep))),
        encoding,
    )
    if format not in FORMATS:
        raise OptionError(f"no format {format!r}; there are: {', '.join(FORMATS)}")
    if shard_size < BLOCK or shard_size % BLOCK:
        raise OptionError(f"shard_size is {shard_size}; give a multiple of {BLOCK}")
    if engine not in ("local", "ray"):
        raise OptionError(f"no engine {engine!r}; there are: local, ray")
    if workers is not None and workers < 1:
        raise OptionError(f"workers is {workers}; give 1 or more")
    with held(Path(out)):
        return _run(source, Path(out), model, device, format, shard_size, workers or _default_workers(), engine)


def _run(
    source: Source,
    out: Path,
    model: str | Path,
    device: str | None,
    format: str,
    shard_size: int,
    workers: int,
    engine: str,
) -> Summary:
    from stancekit.corpus.labelling import is_still
    from stancekit.corpus.local import Local
    from stancekit.model import open_checkpoint

    begun = time.perf_counter()
    inputs = source.fingerprint()
    if find_spec("trafilatura") is None and (page := _first_page(source)):
        raise MissingExtraError(f"{page}: reading web pages needs trafilatura: pip install 'stancekit[html]'")
    checkpoint = open_checkpoint(model)
    sha256 = checkpoint.sha256
    runner: Local | Cluster
    if engine == "ray":
        from stancekit.corpus.cluster import Cluster

        runner = Cluster(source, model, device, sha256)
    else:
        runner = Local(source, model, device, sha256, workers)
    settings = {
        "stancekit": versions()["stancekit"],
        "model": checkpoint.meta.name,
        "model_sha256": sha256,
        "device": runner.device,
        "format": format,
        "text_column": source.columns.text,
        "id_column": source.columns.id,
        "keep": list(source.columns.keep),
        "encoding": source.encoding,
        "shard_size": shard_size,
        "input": asdict(inputs),
    }
    heads = checkpoint.meta.heads
    sentiments = heads["sentiment"].labels if "sentiment" in heads else []
    fresh = Manifest(
        settings,
        versions(),
        _now(),
        dict.fromkeys(heads["stance"].labels, 0),
        dict.fromkeys(sentiments, 0),
        checkpoint.frame.neither or "",
    )
    output = Output(out, fresh, source.columns.keep)
    _log.info("%s files, %.1f MB; %s on %s", inputs.files, inputs.bytes / 1e6, checkpoint.meta.name, runner.device)
    with runner.labelled(output.manifest) as results, progress(inputs.bytes, output.manifest.position) as report:
        if output.manifest.finished:
            _log.info("%s: complete already", out)
        elif output.manifest.shards:
            _log.info("going on after %s shards, %s articles", output.manifest.shards, output.manifest.articles)
        while shard := _take(results, shard_size // BLOCK, report):
            if not is_still(checkpoint, sha256):
                raise CheckpointError(
                    f"{checkpoint.folder}: exchanged during the run. The {output.manifest.shards} shards in {out} are "
                    "of the model before; put it back to go on, or give another OUT"
                )
            now = time.perf_counter()
            output.add(shard, now - begun)
            begun = now
    if not output.manifest.finished:
        output.finish(_now())
    return _summary(output)


def _take(results: Iterator[Labelled], count: int, report: Report) -> list[Labelled]:
    """The next blocks, as many as make a shard."""
    parts = []
    for part in itertools.islice(results, count):
        report(part.position, part.articles, part.quotes)
        parts.append(part)
    return parts


def _summary(output: Output) -> Summary:
    m = output.manifest
    return Summary(
        output.folder,
        m.shards,
        m.articles,
        m.quotes,
        m.sentences,
        m.errors,
        m.stances,
        m.sentiments,
        m.seconds,
        m.model_seconds,
    )


def _first_page(source: Source) -> str | None:
    return next((found.name for found in source.files() if found.kind == "html"), None)


def _default_workers() -> int:
    return max(1, min(8, (os.cpu_count() or 1) // 2))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
