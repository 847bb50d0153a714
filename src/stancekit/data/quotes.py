"""Labelled quotes in and out: jsonl, csv, parquet."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import msgspec

from stancekit.data.files import read_text, write_text
from stancekit.errors import DataError
from stancekit.frames import SENTIMENTS, Frame
from stancekit.records import LabelledQuote

SPLITS = ("train", "dev", "test")
_COLUMNS = tuple(f.name for f in fields(LabelledQuote) if f.name != "source")


def read_quotes(
    path: str | Path,
    frame: Frame | None = None,
    *,
    text_column: str = "text",
    stance_column: str = "stance",
    encoding: str = "utf-8",
) -> list[LabelledQuote]:
    """Read labelled quotes from a `.jsonl`, `.csv` or `.parquet` file.

    Columns other than those of `LabelledQuote` are ignored. A row without an id is named by its place.

    Args:
        path: The file.
        frame: Labels are checked against it.
        text_column: Which column holds the sentence.
        stance_column: Which column holds the label.
        encoding: Of a text file.

    Raises:
        DataError: The file or a row is not usable; the message names file and line.
    """
    path = Path(path)
    rows: list[LabelledQuote] = []
    for source, record in read_records(path, encoding):
        for column in (text_column, stance_column):
            if column not in record:
                known = ", ".join(map(str, record)) or "nothing"
                raise DataError(f"{source}: no column {column!r}; there is: {known}")
        values = {name: record[name] for name in _COLUMNS if record.get(name) not in (None, "")}
        values["text"], values["stance"] = record[text_column], record[stance_column]
        values["id"] = str(record.get("id") or len(rows) + 1)
        try:
            row = msgspec.convert({**values, "source": source}, LabelledQuote, strict=False)
        except msgspec.ValidationError as error:
            raise DataError(f"{source}: {error}") from error
        rows.append(row)
    if frame is not None:
        check_labels(rows, frame)
    return rows


def check_labels(rows: Iterable[LabelledQuote], frame: Frame) -> None:
    """Raise on the first label, sentiment or split that the frame does not know.

    Raises:
        DataError: With file, line and the known ones.
    """
    for row in rows:
        for problem in unknown_values(row, frame):
            raise DataError(problem)


def unknown_values(row: LabelledQuote, frame: Frame) -> Iterator[str]:
    """What a row says that the frame does not know, as messages."""
    for column, value, known in (
        ("stance", row.stance, frame.label_names),
        ("second_stance", row.second_stance, frame.label_names),
        ("sentiment", row.sentiment, SENTIMENTS),
        ("second_sentiment", row.second_sentiment, SENTIMENTS),
        ("split", row.split, SPLITS),
        *(("probs", label, frame.label_names) for label in row.probs or ()),
    ):
        if value is not None and value not in known:
            yield f"{row.source or row.id}: unknown {column} {value!r}; known: {', '.join(known)}"


def read_records(path: Path, encoding: str = "utf-8") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each row of a table as a mapping, with its file and line.

    Raises:
        DataError: Unknown kind of file, or a row that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        yield from _jsonl(path, encoding)
    elif suffix in (".csv", ".tsv"):
        yield from _csv(path, encoding, "\t" if suffix == ".tsv" else ",")
    elif suffix == ".parquet":
        yield from _parquet(path)
    else:
        raise DataError(f"{path}: cannot read {suffix or 'a file without suffix'}; give .jsonl, .csv, .tsv or .parquet")


def _jsonl(path: Path, encoding: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(read_text(path, encoding).split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise DataError(f"{path}:{number}: not JSON: {error}") from error
        if not isinstance(record, dict):
            raise DataError(f"{path}:{number}: want a JSON object a line, this is {type(record).__name__}")
        yield f"{path}:{number}", record


def _csv(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    reader = csv.DictReader(io.StringIO(read_text(path, encoding), newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            if None in record or None in record.values():
                raise DataError(
                    f"{path}:{reader.line_num}: the row has more or fewer fields than the header; "
                    "a text with commas needs quotes around it"
                )
            yield f"{path}:{reader.line_num}", record
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num + 1}: broken CSV: {error}") from error


def _parquet(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path)
        records = (record for batch in table.iter_batches() for record in batch.to_pylist())
        for number, record in enumerate(records, 1):
            yield f"{path} row {number}", record
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: not a readable parquet file: {error}") from error


def write_quotes(path: str | Path, rows: Iterable[LabelledQuote]) -> None:
    """Write labelled quotes as jsonl, whole or not at all; columns that are empty are left out."""
    write_text(path, "".join(to_json(row) + "\n" for row in rows))


def to_json(row: LabelledQuote) -> str:
    """One row of a `quotes.jsonl`."""
    values = {name: getattr(row, name) for name in _COLUMNS}
    return json.dumps({k: v for k, v in values.items() if v not in (None, "")}, ensure_ascii=False)


def with_splits(rows: Sequence[LabelledQuote], dev: float = 0.125, test: float = 0.125) -> list[LabelledQuote]:
    """Give each group to one split, by a hash of its name, so that a group stays where it is as data grows.

    Rows without a group count as a group of their own text.
    """
    out = []
    for row in rows:
        digest = hashlib.sha256((row.group or row.text).encode("utf-8", "surrogatepass")).digest()
        place = int.from_bytes(digest[:8]) / 2**64
        split = "test" if place < test else "dev" if place < test + dev else "train"
        out.append(replace(row, split=split))
    return out
