"""A folder as `label` writes it, made without a model: rows as given, everything else filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stancekit.corpus.output import Manifest, Output
from stancekit.corpus.parts import Labelled

STANCES = ("for", "against", "neither")
KEEP = ("date", "outlet", "url")


def write_labels(
    out: Path,
    rows: Iterable[Mapping[str, Any]],
    *,
    stances: Sequence[str] = STANCES,
    keep: Sequence[str] = KEEP,
    format: str = "parquet",
    shards: int = 2,
    finished: bool = True,
) -> Path:
    """Write a labelled corpus; each row needs `article` and `stance`."""
    settings = {
        "stancekit": "0.1.0",
        "model": "tiny",
        "model_sha256": "0" * 64,
        "format": format,
        "keep": list(keep),
        "input": {"files": 1, "bytes": 1, "sha256": "0" * 64},
    }
    fresh = Manifest(settings, {}, "2025-01-01T00:00:00+00:00", dict.fromkeys(stances, 0), {}, stances[-1])
    out.mkdir(parents=True)
    output = Output(out, fresh, keep)
    whole = [_row(number, row, stances, keep) for number, row in enumerate(rows)]
    size = -(-len(whole) // shards) or 1
    for begin in range(0, len(whole) or 1, size):
        part = whole[begin : begin + size]
        output.add([Labelled(len({row["article"] for row in part}), len(part), part)], 1.0)
    if finished:
        output.finish("2025-01-01T00:10:00+00:00")
    return out


def _row(number: int, row: Mapping[str, Any], stances: Sequence[str], keep: Sequence[str]) -> dict[str, Any]:
    confidence = row.get("confidence", 0.8)
    rest = (1 - confidence) / (len(stances) - 1)
    sentence = row.get("sentence", f"Sentence {number} is long enough to stand alone on a page.")
    return {
        "quote": number,
        "start": 1000 * number,
        "end": 1000 * number + len(sentence),
        "sentence": sentence,
        "kind": "speech",
        "speaker": None,
        "speaker_as_written": None,
        "role": None,
        "quote_stance": row["stance"],
        "confidence": confidence,
        "stance_scores": {stance: confidence if stance == row["stance"] else rest for stance in stances},
        "model": "tiny",
        "model_sha256": "0" * 64,
        **dict.fromkeys(keep),
        **row,
    }
