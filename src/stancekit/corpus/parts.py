"""What passes from stage to stage of a run: all of it plain and picklable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stancekit.records import Quote

# Articles that are read, sent to a worker and labelled together. Fixed, and counted from the first article of the
# input: an int8 graph's scores depend a little on the company a sentence has in its batch, and so they do not depend
# on shards, workers or where an earlier run was cut off.
BLOCK = 200


@dataclass(frozen=True, slots=True)
class Raw:
    """An article as it was found.

    Attributes:
        id: Its own, or its place.
        source: File, and row in a table.
        text: Of a table's row.
        path: Of a file whose text a worker reads.
        kept: The columns carried along, in the order they were asked for.
        error: Why it cannot be read.
    """

    id: str
    source: str
    text: str | None = None
    path: str | None = None
    kept: tuple[str | None, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive articles.

    Attributes:
        raws: The articles; `BLOCK` of them but for the last block.
        position: Bytes of the input that lie behind them.
        digest: Of all articles of standard input up to here; empty for files.
    """

    raws: tuple[Raw, ...]
    position: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article with its quotes, or with what went wrong."""

    id: str
    source: str
    kept: tuple[str | None, ...]
    text: str = ""
    quotes: tuple[Quote, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A block's part of the output.

    Attributes:
        articles: How many were in the block, those with errors among them.
        quotes: How many quotes were found.
        rows: One per quoted sentence.
        errors: One per article that could not be read.
        position: As in the block.
        digest: As in the block.
        model_seconds: Time in the model, tokenisation with it.
    """

    articles: int
    quotes: int
    rows: list[dict[str, Any]]
    errors: list[dict[str, str]] = field(default_factory=list)
    position: int = 0
    digest: str = ""
    model_seconds: float = 0.0
