"""Plain sentences in: the `--file` and standard input of `predict`."""

from __future__ import annotations

from pathlib import Path

from stancekit.data.files import read_text
from stancekit.data.quotes import read_records
from stancekit.errors import DataError


def read_texts(path: str | Path, text_column: str = "text", encoding: str = "utf-8") -> list[str]:
    """The sentences of a `.txt` (one a line), `.csv`, `.tsv`, `.jsonl` or `.parquet` file; blank lines are skipped.

    Raises:
        DataError: The file, a row or the column is not there.
    """
    path = Path(path)
    if path.suffix.lower() == ".txt" or not path.suffix:
        return lines(read_text(path, encoding))
    texts = []
    for source, record in read_records(path, encoding):
        text = record.get(text_column)
        if not isinstance(text, str):
            known = ", ".join(map(str, record)) or "nothing"
            raise DataError(
                f"{source}: no text in column {text_column!r}; there is: {known}. Name it with --text-column"
            )
        texts.append(text)
    return texts


def lines(text: str) -> list[str]:
    """The lines of a text that hold something, stripped."""
    return [line.strip() for line in text.splitlines() if line.strip()]
