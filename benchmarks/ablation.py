"""What each choice of the us-china recipe is worth: macro-F1 on dev of variants that change one thing.

    python benchmarks/ablation.py --share 0.15 --seeds 1 2 3 --only pooling=first,context=0.0

Every variant is trained with the same seeds on the same share of the training groups, without early stopping, and
scored in fp32 on a share of dev, alone and in context. Beside that stands what it does to false alarms on other news
(see real_news.py), where that data is at hand. Results go to a file after each run, so that a killed run goes on
where it was. Test is never read. The last line is JSON.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import real_news
import torch
from torch import nn

from stancekit.data import write_text
from stancekit.evaluation.metrics import macro_f1
from stancekit.frames import load_frame
from stancekit.inference.batching import batches, pad
from stancekit.model import TextEncoder
from stancekit.model.base import find_base
from stancekit.model.network import StanceNetwork
from stancekit.records import LabelledQuote
from stancekit.training.loop import build, fit
from stancekit.training.options import TrainOptions, read_options
from stancekit.training.rows import Collator, LengthSampler, Rows, TrainingData, read_training_data

WARM_UP = "supervised contrastive warm-up"
ROLES = "role of the speaker in the context"
DISTILLED = "distilled from three seeds"
VARIANTS = [
    "defaults",
    "learning_rate=0.0001",
    "learning_rate=0.0004",
    "warmup=0.3",
    "layer_decay=1.0",
    "layer_decay=0.8",
    "pooling='first'",
    "context=0.0",
    "context=1.0",
    ROLES,
    "label_smoothing=0.1",
    "class_weights=True",
    "second_label=0.0",
    "sentiment_weight=0.0",
    "r_drop=1.0",
    WARM_UP,
    DISTILLED,
    "layers=4",
    "layers=3",
]

COLUMNS = ("stance_alone", "stance_in_context", "sentiment_in_context", "false_alarms")


def within(group: str, share: float) -> bool:
    """Whether a group belongs to a share of the groups, by a hash of its name (salted: splits hash the bare name)."""
    return int(hashlib.sha256(f"ablation {group}".encode()).hexdigest()[:8], 16) / 16**8 < share


def with_roles(rows: Sequence[LabelledQuote]) -> list[LabelledQuote]:
    """The rows with the speaker's role before the other sentences of the quote."""
    return [replace(row, context=f"{row.role}: {row.context}") for row in rows]


def logits(
    network: StanceNetwork, encoder: TextEncoder, pad_id: int, texts: Sequence[str], contexts: Sequence[str]
) -> dict[str, Any]:
    """fp32 logits by task of first windows, each (texts, labels)."""
    windows = [found[0] for found in encoder.encode(texts, contexts)]
    out = {task: np.zeros((len(windows), head.out_features)) for task, head in network.heads.items()}
    network.eval()
    with torch.inference_mode():
        for batch in batches([len(window) for window in windows], 4096):
            arrays = pad([windows[i] for i in batch], network.inputs, pad_id)
            for task, values in network(**{name: torch.from_numpy(array) for name, array in arrays.items()}).items():
                out[task][batch] = values.numpy()
    return out


def warm_up(network: StanceNetwork, rows: Rows, pad_id: int, options: TrainOptions, share: float = 0.3) -> None:
    """Supervised contrastive learning on the stances (Khosla et al. 2020), for a share of one epoch's steps."""
    collate = Collator(network.inputs, pad_id, ["stance"])
    order = list(LengthSampler(rows, options.batch_size, options.seed))
    optimizer = torch.optim.AdamW(network.parameters(), lr=options.learning_rate / 2)
    network.train()
    for begin in range(0, int(share * len(order)), options.batch_size):
        batch = collate([rows[i] for i in order[begin : begin + options.batch_size]])
        labels = batch.pop("stance_target").argmax(1)
        vectors = nn.functional.normalize(network.dropout(network.pooled(**batch)), dim=1)
        own = torch.eye(len(labels), dtype=torch.bool)
        log_share = (vectors @ vectors.T / 0.1).masked_fill(own, -1e9).log_softmax(1)
        same = (labels[:, None] == labels[None]) & ~own
        loss = -(log_share * same).sum(1) / same.sum(1).clamp(min=1)
        optimizer.zero_grad()
        loss.mean().backward()
        optimizer.step()


class Bench:
    """The data of all runs, and what earlier runs leave for distillation."""

    def __init__(self, frame: str, share: float, dev_share: float, epochs: float, scratch: Path, news: Path) -> None:
        data = read_training_data(frame)
        self.train = [row for row in data.train if within(row.group, share)]
        self.dev = [row for row in data.dev if within(row.group, dev_share)]
        self.data = replace(data, train=self.train, dev=[], test=[])
        folder = load_frame(frame).folder
        own = folder / "train.toml" if folder else None
        self.options = msgspec.structs.replace(
            read_options(own if own and own.is_file() else None), epochs=epochs, device="cpu"
        )
        self.scratch = scratch
        self.elsewhere = real_news.elsewhere(news) if news.is_dir() else []
        self.taught: dict[int, dict[str, Any]] = {}

    def run(self, variant: str, seed: int) -> dict[str, float]:
        """Train and score one variant."""
        name, _, value = variant.partition("=")
        options = msgspec.structs.replace(self.options, seed=seed, **({name: ast.literal_eval(value)} if value else {}))
        train, dev = (with_roles(self.train), with_roles(self.dev)) if variant == ROLES else (self.train, self.dev)
        network, encoder, pad_id = self._fitted(replace(self.data, train=train), options, variant)
        scores: dict[str, float] = {}
        for way, contexts in (("alone", [""] * len(dev)), ("in_context", [row.context for row in dev])):
            found = logits(network, encoder, pad_id, [row.text for row in dev], contexts)
            for task in ("stance", "sentiment"):
                labels = self.data.tasks[task]
                rows = [i for i, row in enumerate(dev) if getattr(row, task)]
                true = np.array([labels.index(getattr(dev[i], task)) for i in rows])
                scores[f"{task}_{way}"] = macro_f1(true, found[task][rows].argmax(1), len(labels))
        if self.elsewhere:
            given = logits(network, encoder, pad_id, *map(list, zip(*self.elsewhere, strict=True)))["stance"].argmax(1)
            neither = self.data.tasks["stance"].index(self.data.frame.neither or "")
            scores["false_alarms"] = float((given != neither).mean())
        return scores

    def _fitted(
        self, data: TrainingData, options: TrainOptions, variant: str
    ) -> tuple[StanceNetwork, TextEncoder, int]:
        run = Path(tempfile.mkdtemp(dir=self.scratch))
        network, encoder, pad_id = build(find_base(options.base), data, options, run)
        if variant == WARM_UP:
            warm_up(network, Rows(data.train, data.tasks, encoder, options), pad_id, options)
        taught = None
        if variant == DISTILLED:
            each = [self._taught(seed) for seed in (101, 102, 103)]  # none of the pupils' own seeds
            taught = {task: np.mean([one[task] for one in each], axis=0) for task in data.tasks}
        fit(network, encoder, pad_id, data, options, run, taught)
        return network, encoder, pad_id

    def _taught(self, seed: int) -> dict[str, Any]:
        """Probabilities that a model of another seed gives the training rows."""
        if seed not in self.taught:
            options = msgspec.structs.replace(self.options, seed=seed)
            network, encoder, pad_id = self._fitted(self.data, options, "")
            texts, contexts = [row.text for row in self.train], [row.context for row in self.train]
            found = logits(network, encoder, pad_id, texts, contexts)
            self.taught[seed] = {task: torch.from_numpy(v).softmax(1).numpy() for task, v in found.items()}
        return self.taught[seed]


def main() -> None:
    """Run what is not in the results file yet, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frame", default="us-china")
    parser.add_argument("--share", type=float, default=0.15)
    parser.add_argument("--dev-share", type=float, default=0.3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--print", action="store_true", help="run nothing, print what the results file holds")
    parser.add_argument("--only", help="variants, separated by commas")
    parser.add_argument("--news", type=Path, default=Path("../shared/benchmarks/polnear"))
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/ablation.json"))
    arguments = parser.parse_args()
    variants = arguments.only.split(",") if arguments.only is not None else VARIANTS
    done: dict[str, dict[str, float]] = json.loads(arguments.results.read_text()) if arguments.results.is_file() else {}
    setting = f"share {arguments.share:g} | epochs {arguments.epochs:g}"
    if not arguments.print:
        with tempfile.TemporaryDirectory() as scratch:
            bench = Bench(
                arguments.frame, arguments.share, arguments.dev_share, arguments.epochs, Path(scratch), arguments.news
            )
            print(f"{len(bench.train)} training rows, {len(bench.dev)} dev rows", flush=True)
            # seeds outside, so that a cut run has compared every variant on the first seed
            for seed in arguments.seeds:
                for variant in variants:
                    key = f"{variant} | {setting} | seed {seed}"
                    if key not in done:
                        done[key] = {name: round(value, 4) for name, value in bench.run(variant, seed).items()}
                        print(f"{key}: {done[key]}", flush=True)
                        arguments.results.parent.mkdir(exist_ok=True)
                        write_text(arguments.results, json.dumps(done, indent=1) + "\n")
    print("| variant | alone | in context | over defaults | sentiment | false alarms | seeds |\n|" + " --- |" * 7)
    means = {}
    for variant in variants:
        runs = {seed: done[key] for seed in arguments.seeds if (key := f"{variant} | {setting} | seed {seed}") in done}
        if not runs:
            continue
        base = {seed: done.get(f"defaults | {setting} | seed {seed}", runs[seed]) for seed in runs}
        gains = [100 * (runs[seed][way] - base[seed][way]) for seed in runs for way in COLUMNS[:2]]
        spread = f" ± {statistics.stdev(gains):.1f}" if len(runs) > 1 else ""
        mean = {name: statistics.mean(run[name] for run in runs.values()) for name in COLUMNS}
        cells = [f"{100 * value:.1f}" for value in mean.values()]
        cells.insert(2, f"{statistics.mean(gains):+.1f}{spread}")
        print(f"| {variant} | {' | '.join(cells)} | {len(runs)} |")
        means[variant] = mean
    print(json.dumps({"benchmark": "ablation", "share": arguments.share, "epochs": arguments.epochs, "mean": means}))


if __name__ == "__main__":
    main()
