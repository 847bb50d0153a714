"""The output folder: whole shards under their final names, then a manifest that counts them.

The manifest alone says what is done. A shard it does not count is written again under the same name, lines of
`errors.jsonl` beyond its count are cut off, so a run that was killed anywhere goes on as if it had not been.
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from stancekit.corpus.parts import Labelled
from stancekit.data.files import write_bytes
from stancekit.errors import DataError, OptionError

FORMATS = ("parquet", "jsonl", "csv")
MANIFEST = "manifest.json"
ERRORS = "errors.jsonl"
_PACKAGES = ("stancekit", "onnxruntime", "tokenizers", "pyarrow", "numpy")


class Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """`manifest.json`.

    Attributes:
        settings: What the rows depend on; a run goes on only under the same.
        versions: Of python and the packages that began the run.
        started: When, in UTC.
        finished: When, or empty while the run is not complete.
        seconds: Spent by all its parts.
        model_seconds: Of these, in the model.
        shards: Written so far.
        articles: In them, those with errors among them.
        quotes: In them.
        sentences: In them: their rows.
        errors: Articles that could not be read.
        errors_bytes: Length of `errors.jsonl`.
        stances: Sentences by stance.
        sentiments: Sentences by sentiment; empty for a frame without.
        neither: The stance that takes no side, or empty.
        position: Bytes of the input behind them.
        stdin_sha256: Of the articles read from standard input so far, or empty.
    """

    settings: dict[str, Any]
    versions: dict[str, str]
    started: str
    stances: dict[str, int]
    sentiments: dict[str, int]
    neither: str = ""
    finished: str = ""
    seconds: float = 0.0
    model_seconds: float = 0.0
    shards: int = 0
    articles: int = 0
    quotes: int = 0
    sentences: int = 0
    errors: int = 0
    errors_bytes: int = 0
    position: int = 0
    stdin_sha256: str = ""


class Output:
    """An output folder, new or begun.

    Args:
        folder: Where it is or will be.
        manifest: Of a run that begins now. If the folder holds one with the same settings, that one is taken up.
        keep: Columns carried along.

    Raises:
        DataError: The folder is a file, holds something else, cannot be written, or is of another run.
    """

    def __init__(self, folder: Path, manifest: Manifest, keep: Sequence[str] = ()) -> None:
        self.folder = folder
        self._format = manifest.settings["format"]
        self._columns = column_kinds(list(manifest.stances), list(manifest.sentiments), keep)
        for part in folder.glob(".*.part"):  # of a killed run
            part.unlink()
        found = _manifest_of(folder)
        if found is None:
            self.manifest = manifest
            self._save()
            return
        if reasons := list(_changes(found.settings, manifest.settings)):
            raise DataError(
                f"{folder}: holds the rows of another run: {'; '.join(reasons)}. "
                "Give another OUT, or remove this one to label everything again"
            )
        self.manifest = found
        errors = folder / ERRORS
        if errors.exists():
            if errors.stat().st_size < found.errors_bytes:
                raise DataError(f"{errors}: shorter than {MANIFEST} says; remove {folder} and label everything again")
            os.truncate(errors, found.errors_bytes)

    def shard(self, number: int) -> Path:
        """The path of a shard."""
        return self.folder / f"shard-{number:06d}.{self._format}"

    def add(self, parts: Sequence[Labelled], seconds: float) -> None:
        """Write a shard, then the errors, then the manifest that counts both.

        Raises:
            DataError: The disk refuses. What was written before stays good.
        """
        try:
            self._add(parts, seconds)
        except DataError as error:
            raise DataError(
                f"{error}. The {self.manifest.shards} shards so far are good; the same call goes on from there"
            ) from error

    def _add(self, parts: Sequence[Labelled], seconds: float) -> None:
        rows = [row for part in parts for row in part.rows]
        errors = [error for part in parts for error in part.errors]
        write_bytes(self.shard(self.manifest.shards), _encode(self._format, rows, self._columns))
        done = msgspec.structs.replace(
            self.manifest, stances=dict(self.manifest.stances), sentiments=dict(self.manifest.sentiments)
        )
        done.errors_bytes += self._add_errors(errors)
        done.errors += len(errors)
        done.shards += 1
        done.articles += sum(part.articles for part in parts)
        done.quotes += sum(part.quotes for part in parts)
        done.sentences += len(rows)
        done.seconds += seconds
        done.model_seconds += sum(part.model_seconds for part in parts)
        done.position = parts[-1].position
        done.stdin_sha256 = parts[-1].digest
        for row in rows:
            done.stances[row["stance"]] += 1
            if done.sentiments:
                done.sentiments[row["sentiment"]] += 1
        self.manifest = done
        self._save()

    def finish(self, when: str) -> None:
        """Say in the manifest that the run is complete."""
        self.manifest.finished = when
        self._save()

    def _add_errors(self, errors: Sequence[Mapping[str, str]]) -> int:
        """Append to `errors.jsonl`; how many bytes."""
        data = "".join(json.dumps(error, ensure_ascii=False) + "\n" for error in errors).encode()
        if not data:
            return 0
        path = self.folder / ERRORS
        try:
            with path.open("ab") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise DataError(f"{path}: cannot be written: {error.strerror or error}") from error
        return len(data)

    def _save(self) -> None:
        data = msgspec.json.encode(self.manifest)
        write_bytes(self.folder / MANIFEST, msgspec.json.format(data, indent=1) + b"\n")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The folder, made if need be, held against a second run; a killed run holds nothing.

    Raises:
        DataError: It is a file, cannot be made, or another run is writing to it.
    """
    from filelock import FileLock, Timeout

    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder}: is a file; OUT is a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        lock.acquire()
    except Timeout as error:
        raise DataError(f"{folder}: another run is writing to it; wait for it, or stop it first") from error
    except OSError as error:
        raise DataError(f"{folder}: cannot be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def versions() -> dict[str, str]:
    """Of python and the packages that rows can depend on."""
    return {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # ourselves, from a bare checkout
        return "0+checkout"


def _manifest_of(folder: Path) -> Manifest | None:
    path = folder / MANIFEST
    if not path.is_file():
        others = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
        if others:
            raise DataError(f"{folder}: holds {others[0]!r} but no {MANIFEST}; give a new or empty folder")
        return None
    return read_manifest(path)


def read_manifest(path: Path) -> Manifest:
    """A `manifest.json`.

    Raises:
        DataError: It is damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.DecodeError as error:
        raise DataError(
            f"{path}: damaged, or of another stancekit: {error}; remove {path.parent} and label everything again"
        ) from error


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        before, now = old.get(name), new.get(name)
        if before == now:
            continue
        if isinstance(before, dict) and isinstance(now, dict):
            yield f"{name} changed ({', '.join(_changes(before, now))})"
        else:
            yield f"{name} was {before}, now {now}"


def column_kinds(stances: Sequence[str], sentiments: Sequence[str], keep: Sequence[str]) -> dict[str, Any]:
    """Name and kind of each column; the kind of scores is the list of their labels."""
    columns: dict[str, Any] = {
        "article": str,
        "quote": int,
        "start": int,
        "end": int,
        "sentence": str,
        "kind": str,
        "speaker": str,
        "speaker_as_written": str,
        "role": str,
        "quote_stance": str,
        "stance": str,
        "confidence": float,
        "stance_scores": list(stances),
    }
    if sentiments:
        columns |= {"sentiment": str, "sentiment_scores": list(sentiments)}
    columns |= {"model": str, "model_sha256": str}
    if taken := [name for name in keep if name in columns]:
        raise OptionError(f"column {taken[0]!r} cannot be kept: the output has one of that name; rename it first")
    return columns | dict.fromkeys(keep, str)


def _encode(kind: str, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Any]) -> bytes:
    if kind == "parquet":
        return _parquet(rows, columns)
    if kind == "jsonl":
        lines = (json.dumps({name: row[name] for name in columns}, ensure_ascii=False) + "\n" for row in rows)
        return "".join(lines).encode()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        flat
        for name, kind in columns.items()
        for flat in ([f"{name}.{label}" for label in kind] if isinstance(kind, list) else [name])
    )
    for row in rows:
        writer.writerow(
            cell
            for name, kind in columns.items()
            for cell in ([row[name][label] for label in kind] if isinstance(kind, list) else [row[name]])
        )
    return text.getvalue().encode()


def _parquet(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float32()}
    fields = [
        (name, pa.struct([(label, pa.float32()) for label in kind]) if isinstance(kind, list) else kinds[kind])
        for name, kind in columns.items()
    ]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=pa.schema(fields)), buffer, compression="zstd")
    return buffer.getvalue()
