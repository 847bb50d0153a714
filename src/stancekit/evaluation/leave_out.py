"""How a model does on what it was not shown at all: one topic, source or speaker left out of each training."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stancekit.data.files import make_folder, read_text, write_text
from stancekit.data.quotes import read_quotes, read_records, write_quotes
from stancekit.errors import DataError, OptionError
from stancekit.evaluation.baselines import baseline_probabilities, score_baselines
from stancekit.evaluation.held_out import NearDuplicate, seen_in_training
from stancekit.evaluation.mistakes import find_mistakes
from stancekit.evaluation.report import Evaluation, evaluate_rows
from stancekit.evaluation.resampling import Array
from stancekit.evaluation.slices import SMALL_ROWS, slice_task, slice_values
from stancekit.evaluation.task import labelled
from stancekit.frames import Frame, load_frame
from stancekit.records import LabelledQuote

_log = logging.getLogger(__name__)
MOST = 20  # trainings that are started without being named one by one


def leave_one_out(
    frame: str | Path,
    column: str,
    out: str | Path,
    *,
    values: Sequence[str] = (),
    config: str | Path | None = None,
    train: Callable[..., Path] | None = None,
    **options: Any,
) -> Evaluation:
    """Train once for each value of a column without it, and evaluate each model on just that value.

    All rows of the value are held out, of every split, and so are all other rows of their groups; test rows are never
    trained on. The held-out predictions are pooled: one score over all values, with intervals over groups, and a slice
    for each value. The baselines are fitted without the value too.

    Args:
        frame: A frame folder or a shipped frame's name.
        column: A field of the rows (``topic``, ``speaker``, ``year``, …) or any other column of `quotes.jsonl`.
        out: A folder for the models, one for each value. Called again with the same arguments, finished models are
            kept and a training that was cut short goes on.
        values: Which values to leave out; by default all with at least 30 rows.
        config: As for `stancekit.train`.
        train: What trains, `stancekit.train` by default: takes a frame folder and the model's folder, and ``config``,
            ``resume`` and the options by name.
        **options: Of the training.

    Returns:
        An `Evaluation`, whose ``slices`` hold the values.

    Raises:
        DataError: The rows cannot be used, or the column or a value is not in them.
        OptionError: There are more than 20 values and none was named, or ``out`` was begun with other arguments.
        FrameError: The frame cannot be used.
    """
    import stancekit

    loaded = load_frame(frame)
    path = loaded.quotes_path
    assert path is not None  # a loaded frame has a folder
    rows = read_quotes(path, loaded)
    of_row = slice_values(rows, column, dict(read_records(path)))
    chosen = _chosen(of_row, column, values)
    out = Path(out)
    config = config or _own_config(loaded)
    _pin(out, loaded, path, column, chosen, config, options)
    labels: dict[str, list[str]] = {}
    held: list[LabelledQuote] = []
    of_held: list[str] = []
    made: dict[str, list[Array]] = {}
    baselines: dict[str, dict[str, list[Array]]] = {}
    near: list[NearDuplicate] = []
    for number, value in enumerate(chosen, 1):
        part = [row for row, own in zip(rows, of_row, strict=True) if own == value]
        groups = {row.group for row in part if row.group}
        kept = [row for row, own in zip(rows, of_row, strict=True) if own != value and row.group not in groups]
        kept = [row for row in kept if row.split != "test"]
        _log.info(
            "%d of %d: without %s %r: %d rows, then its %d", number, len(chosen), column, value, len(kept), len(part)
        )
        folder = _trained(out / f"{number:02d}", loaded, kept, train or stancekit.train, config, options)
        classifier = stancekit.load(folder, device="cpu" if options.get("device") == "cpu" else None)
        labels = {task: head.labels for task, head in classifier.checkpoint.meta.heads.items()}
        found = classifier.probabilities([row.text for row in part], [row.context for row in part])
        shown = [row for row in kept if row.split == "train"]
        held += part
        of_held += [value] * len(part)
        near += seen_in_training(part, shown)
        for task, names in labels.items():
            made.setdefault(task, []).append(found[task])
            for name, probabilities in baseline_probabilities(part, shown, task, names).items():
                baselines.setdefault(task, {}).setdefault(name, []).append(probabilities)
    pooled = {task: np.concatenate(parts) for task, parts in made.items()}
    complete = {
        task: {
            name: np.concatenate(parts)
            for name, parts in by_name.items()
            if sum(map(len, parts)) == len(labelled(held, task)[0])  # not one that some training could not fit
        }
        for task, by_name in baselines.items()
    }
    result = evaluate_rows(
        held,
        pooled,
        labels,
        model=f"{loaded.name}, trained without each {column} in turn",
        data=f"{len(chosen)} values of {column}",
        neither=loaded.neithers,
    )
    _, true, clusters = labelled(held, "stance")
    return replace(
        result,
        training_rows=sum(row.split == "train" for row in rows),
        near_duplicates=tuple(near),
        baselines=score_baselines(held, complete, labels, loaded.neithers),
        slices=slice_task(true, pooled["stance"], labels["stance"], clusters, {column: of_held}),
        mistakes=find_mistakes(held, true, pooled["stance"], labels["stance"]),
    )


def _chosen(of_row: Sequence[str], column: str, values: Sequence[str]) -> list[str]:
    """The values to leave out, the most frequent first."""
    counts = Counter(of_row)
    if missing := [value for value in values if value not in counts]:
        known = ", ".join(value for value, _ in counts.most_common(MOST))
        raise DataError(f"no row has {column} {missing[0]!r}; there is: {known}")
    chosen = [v for v, n in counts.most_common() if (v in values if values else n >= SMALL_ROWS and v != "(none)")]
    if not chosen:
        raise DataError(f"no value of {column} has {SMALL_ROWS} rows; name the values to leave out")
    if len(chosen) == len(counts) == 1:
        raise DataError(f"all rows have {column} {chosen[0]!r}; nothing would be left to train on")
    if not values and len(chosen) > MOST:
        raise OptionError(
            f"{len(chosen)} values of {column} have {SMALL_ROWS} rows or more, a training each; name those to leave "
            f"out, such as: {', '.join(chosen[:MOST])}"
        )
    return chosen


def _own_config(frame: Frame) -> Path | None:
    path = frame.folder / "train.toml" if frame.folder else None
    return path if path and path.is_file() else None


def _pin(
    out: Path,
    frame: Frame,
    quotes: Path,
    column: str,
    chosen: Sequence[str],
    config: str | Path | None,
    options: Mapping[str, Any],
) -> None:
    """Note what the folder is for, or refuse it where it was begun for something else."""
    plan = {
        "frame": frame.sha256,
        "quotes": hashlib.sha256(quotes.read_bytes()).hexdigest(),
        "column": column,
        "values": list(chosen),
        "config": read_text(config) if config else None,
        "options": {name: str(value) for name, value in sorted(options.items())},
    }
    note = out / "leave-out.json"
    if note.is_file():
        try:
            begun = json.loads(read_text(note))
        except ValueError:
            begun = {}
        if other := [name for name, value in plan.items() if begun.get(name) != value]:
            raise OptionError(
                f"{out}: begun with other arguments ({', '.join(other)}); take another folder or delete it"
            )
        return
    make_folder(out)
    write_text(note, json.dumps(plan, ensure_ascii=False, indent=1) + "\n")


def _trained(
    folder: Path,
    frame: Frame,
    rows: Sequence[LabelledQuote],
    train: Callable[..., Path],
    config: str | Path | None,
    options: Mapping[str, Any],
) -> Path:
    """The model of a folder, trained where it is not there yet."""
    model = folder / "model"
    if (model / "stancekit.json").is_file():  # a finished model takes its name in one move
        return model
    make_folder(folder / "frame")
    write_text(folder / "frame" / "frame.toml", frame.toml)
    write_quotes(folder / "frame" / "quotes.jsonl", rows)
    begun = (folder / ".model.run" / "run.json").is_file()
    return train(folder / "frame", model, config=config, resume=begun, **options)
