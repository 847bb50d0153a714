"""What to evaluate on: the held-out rows, the training rows that go with them, and sentences that stand in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stancekit.data import near_duplicates, read_quotes
from stancekit.data.quotes import read_records
from stancekit.errors import DataError
from stancekit.evaluation.behaviour import FILE
from stancekit.frames import Frame, load_frame, shipped_frames
from stancekit.records import LabelledQuote


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows to evaluate on.

    Attributes:
        rows: The test split where rows are marked test, else all rows.
        described: What they are.
        training: The training rows beside them, else those of the shipped frame of the model's name; may be empty.
        path: Their file.
    """

    rows: list[LabelledQuote]
    described: str
    training: list[LabelledQuote]
    path: Path

    def records(self) -> dict[str, Mapping[str, Any]]:
        """By a row's ``source``, all columns of its file."""
        return dict(read_records(self.path))


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An evaluated sentence that is nearly the same as a training sentence: ids, and similarity up to 1."""

    id: str
    training_id: str
    similarity: float


def held_out(data: str | Path | None, name: str) -> HeldOut:
    """The rows to evaluate on.

    Args:
        data: A table, a frame folder or a frame's name; None for the shipped frame called ``name``.
        name: Of the model's frame.

    Raises:
        DataError: There is nothing to evaluate on.
        FrameError: ``data`` is a folder without a usable `frame.toml`.
    """
    if data is None:
        if name not in shipped_frames():
            raise DataError(f"{name!r} is not a shipped frame; say what to evaluate on: a table or the frame's folder")
        data = name
    path = Path(data)
    if not path.suffix or path.is_dir():
        path = _quotes(data)
    rows = read_quotes(path)
    if not rows:
        raise DataError(f"{data}: no rows to evaluate on")
    test = [row for row in rows if row.split == "test"]
    training = [row for row in rows if row.split == "train"] if test else []
    if not training and name in shipped_frames():
        training = [row for row in read_quotes(_quotes(name)) if row.split == "train"]
    return HeldOut(test or rows, f"{data}, test split" if test else str(data), training, path)


def behaviour_frame(data: str | Path | None, frame: Frame) -> Frame | None:
    """The frame whose behaviour suite fits a model: the evaluated folder's, else the shipped one of the same name."""
    folders = [Path(data)] if data is not None else []
    folders += [
        shipped for name in (data, frame.name) if name in shipped_frames() and (shipped := load_frame(name).folder)
    ]
    for folder in folders:
        if (folder / FILE).is_file() and (found := load_frame(folder)).label_names == frame.label_names:
            return found
    return None


def _quotes(frame: str | Path) -> Path:
    path = load_frame(frame).quotes_path
    assert path is not None  # a loaded frame has a folder
    return path


def seen_in_training(rows: Sequence[LabelledQuote], training: Sequence[LabelledQuote]) -> tuple[NearDuplicate, ...]:
    """The rows that are nearly the same as a training row, each with the most similar one."""
    closest: dict[str, NearDuplicate] = {}
    for row, other, similarity in near_duplicates(rows, others=training):
        known = closest.get(row.id)
        if known is None or similarity > known.similarity:
            closest[row.id] = NearDuplicate(row.id, other.id, round(similarity, 4))
    return tuple(closest.values())
