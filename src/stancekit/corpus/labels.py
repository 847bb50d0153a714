"""What `label` wrote, read back by columns: numbers for every row, texts for the few that are asked for.

A million rows take some 50 MB this way, and none of their sentences is in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.corpus.output import MANIFEST, Manifest, column_kinds, read_manifest
from stancekit.errors import DataError, OptionError

Array = np.ndarray[Any, np.dtype[Any]]
_BLOCK = 1 << 25  # bytes read of a jsonl or csv shard at once; a longer row cannot be read


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of strings.

    Attributes:
        codes: Place of each row's value in `values`, -1 for an empty one.
        values: The different ones.
    """

    codes: Array
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """The output folder of a finished run.

    Attributes:
        folder: Where it is.
        manifest: What it says of itself.
    """

    folder: Path
    manifest: Manifest

    @property
    def columns(self) -> dict[str, Any]:
        """Name and kind of each column: `str`, `int`, `float`, or the labels of scores."""
        m = self.manifest
        return column_kinds(list(m.stances), list(m.sentiments), m.settings["keep"])

    @property
    def shards(self) -> list[Path]:
        """The files of rows, in order."""
        return [self.folder / f"shard-{i:06d}.{self.manifest.settings['format']}" for i in range(self.manifest.shards)]

    def coded(self, names: Sequence[str], cut: dict[str, int] | None = None) -> dict[str, Coded]:
        """Columns of strings.

        Args:
            names: Which.
            cut: How many characters are kept of a column's values; by default all.

        Raises:
            OptionError: There is no such column, or it holds something else.
            DataError: A shard is missing or damaged.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        if other := [name for name in names if self.columns.get(name, str) is not str]:
            raise OptionError(f"{self.folder}: column {other[0]!r} holds numbers; give one of texts")
        parts: dict[str, list[Any]] = {name: [] for name in names}
        for batch in self._batches(self.shards, names):
            for name, chunks in parts.items():
                column = batch.column(name)
                if cut and name in cut:
                    column = pc.utf8_slice_codeunits(column, 0, cut[name])
                chunks.append(column.dictionary_encode())
        found = {}
        for name, chunks in parts.items():
            whole = pa.chunked_array(chunks, pa.dictionary(pa.int32(), pa.string())).unify_dictionaries()
            codes = [chunk.indices.fill_null(-1).to_numpy() for chunk in whole.chunks]
            values = whole.chunk(0).dictionary.to_pylist() if whole.num_chunks else []
            found[name] = Coded(np.concatenate([np.empty(0, np.int32), *codes]), tuple(values))
        return found

    def numbers(self, names: Sequence[str]) -> dict[str, Array]:
        """Columns of numbers; `stance_scores` as (rows, stances)."""
        parts: dict[str, list[Array]] = {name: [] for name in names}
        for batch in self._batches(self.shards, names):
            for name, arrays in parts.items():
                column = batch.column(name)
                if name == "stance_scores":
                    arrays.append(np.stack([column.field(stance).to_numpy() for stance in self.manifest.stances], 1))
                else:
                    arrays.append(column.to_numpy(zero_copy_only=False))
        shape = {"stance_scores": (0, len(self.manifest.stances))}
        return {name: np.concatenate([np.empty(shape.get(name, (0,))), *arrays]) for name, arrays in parts.items()}

    def rows(self, wanted: Sequence[int], names: Sequence[str]) -> list[dict[str, Any]]:
        """Some rows, by their number, in the order asked for; only shards that hold one are read through."""
        found: dict[int, dict[str, Any]] = {}
        begin = 0
        for shard in self.shards:
            size = self._size(shard)
            inside = [number for number in wanted if begin <= number < begin + size]
            at = begin
            for batch in self._batches([shard], names) if inside else ():
                here = [number for number in inside if at <= number < at + batch.num_rows]
                taken = batch.take([number - at for number in here]).to_pylist()
                found |= dict(zip(here, taken, strict=True))
                at += batch.num_rows
            begin += size
        return [found[number] for number in wanted]

    def _size(self, shard: Path) -> int:
        if shard.suffix == ".parquet":
            import pyarrow.parquet as pq

            return int(pq.read_metadata(shard).num_rows)
        return sum(batch.num_rows for batch in self._batches([shard], ["article"]))

    def _batches(self, shards: Iterable[Path], names: Sequence[str]) -> Iterator[Any]:
        """Record batches of a few columns, with pyarrow's threads kept to reading."""
        import pyarrow as pa

        kinds = self.columns
        if unknown := [name for name in names if name not in kinds]:
            raise OptionError(
                f"{self.folder}: no column {unknown[0]!r}; there is: {', '.join(kinds)}. "
                f"`stancekit label --keep {unknown[0]}` carries one along"
            )
        for shard in shards:
            try:
                yield from _read(shard, {name: kinds[name] for name in names})
            except FileNotFoundError as error:
                raise DataError(f"{shard}: missing, though {MANIFEST} counts it; label again") from error
            except (pa.ArrowException, OSError, KeyError) as error:
                raise DataError(f"{shard}: damaged, or changed since it was written: {error}") from error


def open_labels(folder: str | Path) -> Labels:
    """The output folder of a run of `label`.

    Raises:
        DataError: It is none, or the run is not finished.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "no such folder"
        raise DataError(f"{folder}: {what}; give the folder that `stancekit label` wrote")
    if not (folder / MANIFEST).is_file():
        raise DataError(f"{folder}: no {MANIFEST} there; give the folder that `stancekit label` wrote")
    manifest = read_manifest(folder / MANIFEST)
    if not manifest.finished:
        raise DataError(
            f"{folder}: its run is not finished, and its {manifest.shards:,} shards are the corpus's first articles, "
            "not a fair part of it; start the same `stancekit label` again, which goes on"
        )
    return Labels(folder, manifest)


def _read(shard: Path, kinds: dict[str, Any]) -> Iterator[Any]:
    """The batches of a shard, with just these columns; scores are structs whatever the format."""
    import pyarrow as pa

    simple = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    if shard.suffix == ".parquet":
        import pyarrow.parquet as pq

        yield from pq.ParquetFile(shard).iter_batches(columns=list(kinds))
    elif not shard.stat().st_size:
        return
    elif shard.suffix == ".jsonl":
        from pyarrow import json

        fields = [
            (name, pa.struct([(label, pa.float64()) for label in kind]) if isinstance(kind, list) else simple[kind])
            for name, kind in kinds.items()
        ]
        parse = json.ParseOptions(explicit_schema=pa.schema(fields), unexpected_field_behavior="ignore")
        yield from json.open_json(shard, json.ReadOptions(block_size=_BLOCK), parse)
    else:
        from pyarrow import csv

        flat = {
            column: simple[float] if isinstance(kind, list) else simple[kind]
            for name, kind in kinds.items()
            for column in ([f"{name}.{label}" for label in kind] if isinstance(kind, list) else [name])
        }
        convert = csv.ConvertOptions(
            include_columns=list(flat), column_types=flat, null_values=[""], strings_can_be_null=True
        )
        parse = csv.ParseOptions(newlines_in_values=True)
        for batch in csv.open_csv(shard, csv.ReadOptions(block_size=_BLOCK), parse, convert):
            columns = [
                pa.StructArray.from_arrays([batch.column(f"{name}.{label}") for label in kind], kind)
                if isinstance(kind, list)
                else batch.column(name)
                for name, kind in kinds.items()
            ]
            yield pa.RecordBatch.from_arrays(columns, list(kinds))
