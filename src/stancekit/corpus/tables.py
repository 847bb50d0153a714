"""Articles out of tables, row by row: jsonl, csv, tsv, parquet, and gzip of those.

A row that cannot be read is an article with an error, and reading goes on with the next. Where the rest of a file
cannot be trusted (an open quote in a CSV, a damaged gzip or parquet file), `DataError` is raised.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from stancekit.corpus.parts import BLOCK, Raw
from stancekit.errors import DataError

_ESCAPED = re.compile("[\udc80-\udcff]")  # how `surrogateescape` marks bytes that are not in the encoding
_FIELD = 1 << 24  # characters; the csv module's own limit of 131,072 is less than a long article


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what.

    Attributes:
        text: The article.
        id: Its id; None for a column `id` where there is one, and the row's place where there is none.
        keep: Carried along.
    """

    text: str = "text"
    id: str | None = None
    keep: tuple[str, ...] = ()

    def missing(self, known: list[str]) -> str | None:
        """What to say where a table's header lacks a column, or None."""
        for name, option in (
            (self.text, "--text-column"),
            (self.id, "--id-column"),
            *((c, "--keep") for c in self.keep),
        ):
            if name is not None and name not in known:
                return f"no column {name!r}; there is: {', '.join(known) or 'nothing'}. Name it with {option}"
        return None


def read_rows(name: str, kind: str, columns: Columns, encoding: str) -> Iterator[tuple[Raw, int]]:
    """The articles of a table, each with the bytes of the file that lie behind it.

    Args:
        name: The file, or ``-`` for standard input.
        kind: ``jsonl``, ``csv``, ``tsv`` or ``parquet``.
        columns: Which columns hold what.
        encoding: Of a text file.

    Raises:
        DataError: The file, or the rest of it, cannot be read.
    """
    source = "stdin" if name == "-" else name
    try:
        with ExitStack() as stack:
            raw: Any = sys.stdin.buffer if name == "-" else stack.enter_context(Path(name).open("rb"))
            zipped = raw.peek(2)[:2] == b"\x1f\x8b"
            stream: Any = stack.enter_context(gzip.open(raw)) if zipped else raw
            if kind == "parquet":
                if zipped:  # parquet is read from its end
                    spool = stack.enter_context(tempfile.TemporaryFile())
                    shutil.copyfileobj(stream, spool)
                    stream = spool
                rows = _parquet(source, stream, columns)
            else:
                if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
                    encoding = "utf-8-sig"
                lines = io.TextIOWrapper(stream, encoding, "surrogateescape", newline="\n" if kind == "jsonl" else "")
                stack.callback(lines.detach)
                rows = (
                    _jsonl(source, lines, columns, encoding)
                    if kind == "jsonl"
                    else _csv(source, lines, columns, encoding, "\t" if kind == "tsv" else ",")
                )
            for article in rows:
                yield article, raw.tell() if raw.seekable() else 0
    except FileNotFoundError as error:
        raise DataError(f"{source}: no such file") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{source}: not {encoding}: {error.reason}") from error
    except (EOFError, zlib.error, OSError) as error:
        raise DataError(f"{source}: damaged or cannot be read: {error}") from error


def _jsonl(source: str, lines: IO[str], columns: Columns, encoding: str) -> Iterator[Raw]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{source}:{number}"
        if wrong := _not_in(line, encoding):
            yield Raw(place, place, error=wrong)
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Raw(place, place, error=f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            yield _article(place, record, columns)
        else:
            yield Raw(place, place, error=f"want a JSON object a line, this is {type(record).__name__}")


def _csv(source: str, lines: IO[str], columns: Columns, encoding: str, delimiter: str) -> Iterator[Raw]:
    csv.field_size_limit(max(csv.field_size_limit(), _FIELD))  # of the process; there is no other way to set it
    reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
    try:
        if problem := columns.missing(list(reader.fieldnames or ())):
            raise DataError(f"{source}: {problem}")
        for number, record in enumerate(reader, 1):
            place = f"{source}:{number}"
            if None in record or None in record.values():
                yield Raw(place, place, error="the row has more or fewer fields than the header")
            elif wrong := _not_in("".join(record.values()), encoding):
                yield Raw(place, place, error=wrong)
            else:
                yield _article(place, record, columns)
    except csv.Error as error:
        raise DataError(
            f"{source}: broken CSV in the row that begins on line {reader.line_num + 1}: {error}; "
            "the rest of the file was left out"
        ) from error


def _parquet(source: str, stream: IO[bytes], columns: Columns) -> Iterator[Raw]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(stream)
        if problem := columns.missing(table.schema_arrow.names):
            raise DataError(f"{source}: {problem}")
        wanted = {columns.text, columns.id or "id", *columns.keep} & set(table.schema_arrow.names)
        number = 0
        for batch in table.iter_batches(BLOCK, columns=sorted(wanted)):
            for record in batch.to_pylist():
                number += 1
                yield _article(f"{source}:{number}", record, columns)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{source}: not a readable parquet file: {error}") from error


def _article(place: str, record: Mapping[str, Any], columns: Columns) -> Raw:
    identity = record.get(columns.id or "id")
    if identity in (None, ""):
        if columns.id:
            return Raw(place, place, error=f"no id in column {columns.id!r}")
        identity = place
    name = storable(str(identity))
    text = record.get(columns.text)
    if columns.text not in record:
        known = ", ".join(map(str, record)) or "nothing"
        return Raw(name, place, error=f"no column {columns.text!r}; there is: {known}. Name it with --text-column")
    if not isinstance(text, str):
        return Raw(name, place, error=f"column {columns.text!r} holds {type(text).__name__}, not text")
    return Raw(name, place, storable(text), kept=tuple(_plain(record.get(column)) for column in columns.keep))


def _plain(value: Any) -> str | None:
    """A carried value as a string, so that a column has one type in every shard; JSON for what is none."""
    if value is None or isinstance(value, str):
        return None if value is None else storable(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def storable(text: str) -> str:
    """Lone surrogates, which no file can hold, become question marks: as many characters, so offsets stay."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _not_in(text: str, encoding: str) -> str | None:
    wrong = None if text.isascii() else _ESCAPED.search(text)
    if wrong is None:
        return None
    return (
        f"byte 0x{ord(wrong[0]) - 0xDC00:02x} is not {encoding.removesuffix('-sig')}; "
        "if the file is in another encoding, name it, for example --encoding cp1252"
    )
