"""From trained weights to a checkpoint folder: rounding, export, calibration, evaluation, card."""

from __future__ import annotations

import importlib.metadata
import json
import logging
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch

from stancekit.data import write_text
from stancekit.evaluation.metrics import macro_f1
from stancekit.evaluation.report import evaluate_rows
from stancekit.inference.backends import OnnxBackend
from stancekit.inference.batching import batches, pad
from stancekit.model import FORMAT, Encoded, Meta, TextEncoder, softmax
from stancekit.model.base import Base
from stancekit.model.checkpoint import save_meta, sha256
from stancekit.model.network import STORED, StanceNetwork, save_network
from stancekit.records import LabelledQuote
from stancekit.training.calibrate import calibrated_head
from stancekit.training.card import write_card
from stancekit.training.export import Logits, choose_graph
from stancekit.training.options import TrainOptions
from stancekit.training.rows import TrainingData

_log = logging.getLogger(__name__)
_SAMPLE = 400  # training rows on which int8 ranges are measured
_PACKAGES = ("stancekit", "torch", "transformers", "tokenizers", "onnxruntime", "onnx", "numpy")


def finish(
    network: StanceNetwork,
    run: Path,
    folder: Path,
    data: TrainingData,
    base: Base,
    options: TrainOptions,
    pad_id: int,
    state: Any,
) -> None:
    """Write the checkpoint folder in `run`, then let it take its name in one move."""
    staging = run / "model"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    network.to("cpu").to(STORED).float()  # the numbers that will be stored are the ones that are calibrated
    save_network(network, staging)
    shutil.copy(run / "tokenizer.json", staging / "tokenizer.json")
    write_text(staging / "frame.toml", data.frame.toml)
    encoder = TextEncoder(staging / "tokenizer.json", options.max_length)
    tasks = data.tasks
    rows = data.dev or data.train  # without dev, the gates still need texts
    windows = _both_ways(rows, encoder)

    def run_graph(path: Path, windows: Sequence[Encoded]) -> Logits:
        return graph_logits(path, windows, list(tasks), network.inputs, pad_id)

    truth = {task: np.array([_place(row, task, labels) for row in rows] * 2) for task, labels in tasks.items()}

    def score(logits: Logits) -> float:
        return macro_f1(truth["stance"], logits["stance"].argmax(1), len(tasks["stance"]))

    sample = _both_ways(data.train[:: max(1, len(data.train) // _SAMPLE)], encoder)
    calibration = (
        {
            name: torch.from_numpy(array)
            for name, array in pad([sample[i] for i in batch], network.inputs, pad_id).items()
        }
        for batch in batches([len(window) for window in sample], 4096)
    )
    graph, logits, measured = choose_graph(network, calibration, staging, windows, run_graph, score)
    heads = {}
    for task, labels in tasks.items():
        known = truth[task] >= 0 if data.dev else np.zeros(len(truth[task]), dtype=bool)
        heads[task] = calibrated_head(list(labels), logits[task][known], truth[task][known])
    dev = {
        "best_epoch": round(
            float(state.best_global_step or state.global_step) / max(state.global_step, 1) * (state.epoch or 0),
            2,
        ),
        **measured,
    }
    evaluations = []
    for split, part in (("dev", data.dev), ("test", data.test)):
        if part:
            made = logits if split == "dev" else run_graph(staging / "model.onnx", _both_ways(part, encoder))
            for way, half in (("alone", slice(len(part))), ("in context", slice(len(part), None))):
                probabilities = {task: softmax(made[task][half], heads[task].temperature) for task in tasks}
                evaluations.append(
                    evaluate_rows(
                        part,
                        probabilities,
                        tasks,
                        model=data.frame.name,
                        data=f"{split}, sentences {way}",
                        neither=data.frame.neithers,
                        quantiles={task: head.quantiles for task, head in heads.items()},
                    )
                )
    for report in evaluations:
        if report.data.startswith("dev"):
            dev[report.data.removeprefix("dev, sentences ").replace(" ", "_")] = {
                task: {name: round(value.value, 4) for name, value in result.metrics.items()}
                for task, result in report.tasks.items()
            }
    write_text(staging / "evaluation.json", json.dumps([report.to_dict() for report in evaluations], indent=1) + "\n")
    meta = Meta(
        format=FORMAT,
        name=data.frame.name,
        base=base.name,
        base_sha256=base.sha256,
        heads=heads,
        pooling=options.pooling,
        inputs=network.inputs,
        pad_id=pad_id,
        max_length=options.max_length,
        graph=graph,
        frame_sha256=data.frame.sha256,
        data_sha256=data.sha256,
        seed=options.seed,
        versions={"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
        git_commit=_git_commit(),
        options=msgspec.to_builtins(options),
        dev=dev,
        files={
            name: sha256(staging / name)
            for name in ("config.json", "frame.toml", "model.onnx", "model.safetensors", "tokenizer.json")
        },
    )
    save_meta(staging, meta)
    write_card(staging, data)
    _replace_folder(staging, folder)
    shutil.rmtree(run, ignore_errors=True)
    _log.info("saved %s; dev %s", folder, json.dumps(dev))


def graph_logits(
    path: Path, windows: Sequence[Encoded], tasks: Sequence[str], inputs: Sequence[str], pad_id: int
) -> Logits:
    """Logits by task of an ONNX graph, (windows, labels)."""
    return OnnxBackend(path, tasks, inputs, pad_id).run(windows)


def _both_ways(rows: Sequence[LabelledQuote], encoder: TextEncoder) -> list[Encoded]:
    """First windows of all rows alone, then of all rows with context: a model is calibrated and scored for both."""
    texts = [row.text for row in rows]
    ways = encoder.encode(texts) + encoder.encode(texts, [row.context for row in rows])
    return [windows[0] for windows in ways]


def _place(row: LabelledQuote, task: str, labels: Sequence[str]) -> int:
    label = getattr(row, task)
    return -1 if label is None else labels.index(label)


def _replace_folder(new: Path, folder: Path) -> None:
    """Move a finished folder into place; a folder that was there before goes only after that."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _git_commit() -> str:
    here = Path(__file__).parent
    try:
        found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""
