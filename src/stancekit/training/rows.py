"""From a frame and its labelled quotes to what the network is shown."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, Sampler

from stancekit.data import SPLITS, check_quotes, read_quotes, report_text, to_json, with_splits
from stancekit.errors import DataError
from stancekit.frames import SENTIMENTS, Frame, bare_frame, load_frame
from stancekit.inference.batching import pad
from stancekit.model import Encoded, TextEncoder
from stancekit.model.checkpoint import Floats
from stancekit.records import LabelledQuote
from stancekit.training.options import TrainOptions

NEEDS_CONTEXT = ("context", "fragment")  # values of `hard`
TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True, slots=True)
class TrainingData:
    """A frame with its labelled quotes by split, and the warnings of `frame check`."""

    frame: Frame
    train: list[LabelledQuote]
    dev: list[LabelledQuote]
    test: list[LabelledQuote]
    warnings: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Of the rows that a training sees, in order."""
        text = "\n".join(to_json(row) for row in [*self.train, *self.dev])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def tasks(self) -> dict[str, tuple[str, ...]]:
        """Labels by task."""
        stance = {"stance": self.frame.label_names}
        return stance | {"sentiment": SENTIMENTS} if self.frame.sentiment else stance


def read_training_data(source: str | Path) -> TrainingData:
    """Read a frame folder, a shipped frame, or a bare table with columns `text` and `stance`.

    Where no row is marked dev, an eighth of the groups is set aside for it.

    Raises:
        FrameError: The frame cannot be used.
        DataError: The rows cannot be used, or `frame check` finds errors in them.
    """
    path = Path(source)
    if path.suffix.lower() in TABLES:
        rows = read_quotes(path)
        stances = sorted({row.stance for row in rows}, key=lambda name: (name == "neither", name))
        frame = bare_frame(path.stem, stances, any(row.sentiment for row in rows))
    else:
        frame = load_frame(source)
        if frame.quotes_path is None or not frame.quotes_path.is_file():
            raise DataError(
                f"{frame.quotes_path}: no labelled quotes there; write some, or `stancekit frame add` a draft"
            )
        rows = read_quotes(frame.quotes_path)
    if not any(row.split == "dev" for row in rows):
        kept = [row for row in rows if row.split == "test"]
        rows = with_splits([row for row in rows if row.split == "train"], dev=0.125, test=0) + kept
    report = check_quotes(rows, frame)
    if not report.ok:
        raise DataError(f"{source}: not fit to train on\n{report_text(report)}")
    train, dev, test = ([row for row in rows if row.split == split] for split in SPLITS)
    warnings = tuple(f"{found.what}: {found.remedy}" for found in report.findings if found.level == "warning")
    return TrainingData(frame, train, dev, test, warnings)


class Rows(Dataset[dict[str, Any]]):
    """Labelled quotes as token ids and soft targets.

    Whether a row is shown with its context is drawn anew each epoch from the seed, the epoch and the row alone, so
    that a run that was killed and resumed sees the same rows as one that was not.
    """

    def __init__(
        self,
        rows: Sequence[LabelledQuote],
        tasks: dict[str, tuple[str, ...]],
        encoder: TextEncoder,
        options: TrainOptions,
    ) -> None:
        texts, contexts = [row.text for row in rows], [row.context for row in rows]
        self._bare = [windows[0] for windows in encoder.encode(texts)]
        self._full = [windows[0] for windows in encoder.encode(texts, contexts)]
        self._share = options.context
        # a row that is marked as hard for want of its context would only teach guessing when shown alone
        self._always = np.array([bool(row.context) and row.hard in NEEDS_CONTEXT for row in rows], dtype=bool)
        self._seed = options.seed
        self._shown = np.zeros(len(rows), dtype=bool)
        self.targets = {task: targets(rows, task, labels, options) for task, labels in tasks.items()}
        self.set_epoch(0)

    def learn_from(self, others: Mapping[str, Floats], share: float) -> None:
        """Mix other targets, each (rows, labels), into the rows' own; rows without a label take the others' whole."""
        for task, values in others.items():
            own = self.targets[task]
            known = own.sum(1, keepdims=True) > 0
            self.targets[task] = np.where(known, (1 - share) * own + share * values, values).astype(np.float32)

    def set_epoch(self, epoch: int) -> None:
        """Draw which rows are shown with context in this epoch."""
        draws = np.random.default_rng((self._seed, int(epoch))).random(len(self._shown))
        self._shown = (draws < self._share) | (self._always & (self._share > 0))

    def __len__(self) -> int:
        return len(self._bare)

    def window(self, row: int) -> Encoded:
        """What the network is shown of a row in this epoch."""
        return self._full[row] if self._shown[row] else self._bare[row]

    def __getitem__(self, row: int) -> dict[str, Any]:
        return {"window": self.window(row)} | {task: values[row] for task, values in self.targets.items()}


def targets(
    rows: Sequence[LabelledQuote], task: str, labels: Sequence[str], options: TrainOptions
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Target distribution of each row, (rows, labels); all zero where the row has no label for the task."""
    out = np.zeros((len(rows), len(labels)), dtype=np.float32)
    place = {label: i for i, label in enumerate(labels)}
    for i, row in enumerate(rows):
        first, second = getattr(row, task), getattr(row, f"second_{task}")
        if task == "stance" and row.probs:
            for label, share in row.probs.items():
                out[i, place[label]] = share
            out[i] /= max(out[i].sum(), 1e-9)
        elif first is not None:
            share = options.second_label if second is not None else 0.0
            out[i, place[first]] += 1 - share
            if second is not None:
                out[i, place[second]] += share
    return out


def class_weights(values: np.ndarray[Any, np.dtype[np.float32]]) -> torch.Tensor:
    """Inverse root of each label's frequency, with mean 1 over the labelled rows."""
    counts = values.sum(0)
    weights = np.where(counts > 0, 1 / np.sqrt(np.maximum(counts, 1)), 0)
    mean = (weights * counts).sum() / max(counts.sum(), 1)
    return torch.tensor(weights / max(mean, 1e-9), dtype=torch.float32)


class Collator:
    """Pads the windows of a batch and stacks its targets."""

    def __init__(self, inputs: Sequence[str], pad_id: int, tasks: Sequence[str]) -> None:
        self._inputs, self._pad_id, self._tasks = inputs, pad_id, tasks

    def __call__(self, items: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        """One batch."""
        arrays = pad([item["window"] for item in items], self._inputs, self._pad_id)
        batch = {name: torch.from_numpy(array) for name, array in arrays.items()}
        return batch | {f"{task}_target": torch.from_numpy(np.stack([i[task] for i in items])) for task in self._tasks}


class LengthSampler(Sampler[int]):
    """A shuffle in which neighbours have like lengths, a function of seed and epoch alone.

    Rows are shuffled, sorted by length within pools of fifty batches, and the batches shuffled again: little
    padding, and still other company for each row in every epoch.
    """

    def __init__(self, rows: Rows, batch_size: int, seed: int) -> None:
        self._rows, self._size, self._seed = rows, batch_size, seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the trainer at the start of an epoch, also of a resumed one."""
        self._epoch = int(epoch)
        self._rows.set_epoch(epoch)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng((self._seed, self._epoch))
        order = rng.permutation(len(self._rows))
        pool = 50 * self._size
        chunks = []
        for begin in range(0, len(order), pool):
            by_length = sorted(order[begin : begin + pool], key=lambda row: len(self._rows.window(int(row))))
            chunks += [by_length[i : i + self._size] for i in range(0, len(by_length), self._size)]
        # a short batch must stay last, or every batch after it would be cut elsewhere
        full = [chunk for chunk in chunks if len(chunk) == self._size]
        rest = [row for chunk in chunks if len(chunk) < self._size for row in chunk]
        rng.shuffle(full)
        return iter([int(row) for chunk in full for row in chunk] + [int(row) for row in rest])


def count_labels(rows: Sequence[LabelledQuote]) -> str:
    """Rows by stance, for the log."""
    return ", ".join(f"{label} {n}" for label, n in Counter(row.stance for row in rows).most_common())
