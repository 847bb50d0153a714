"""The training itself: transformers' Trainer with what differs, from rows to a checkpoint folder.

stancekit train us-china
stancekit train my-frame --learning-rate 1e-4 --epochs 8
torchrun --nproc-per-node 4 -m stancekit.training my-frame --base FacebookAI/roberta-large
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor, nn
from transformers import (
    AutoTokenizer,
    EarlyStoppingCallback,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
    set_seed,
)
from transformers.integrations import TensorBoardCallback, get_available_reporting_integrations
from transformers.utils.logging import disable_progress_bar

from stancekit.data import write_bytes, write_text
from stancekit.errors import MissingExtraError, OptionError
from stancekit.evaluation.metrics import macro_f1
from stancekit.model import TextEncoder
from stancekit.model.base import Base, find_base, load_error
from stancekit.model.checkpoint import Floats
from stancekit.model.network import StanceNetwork, first_position, from_base
from stancekit.training.options import TrainOptions, read_options
from stancekit.training.rows import (
    Collator,
    LengthSampler,
    Rows,
    TrainingData,
    class_weights,
    count_labels,
    read_training_data,
)
from stancekit.training.teachers import teacher_targets

_log = logging.getLogger(__name__)
_LAYER = re.compile(r"\.(?:layers?|h|blocks?)\.(\d+)\.")
PRIMARY = "stance_macro_f1"


class StanceTrainer(Trainer):
    """A Trainer with soft targets for several heads, layer-wise learning rates and an order that resumes exactly."""

    def __init__(self, *, options: TrainOptions, weights: Mapping[str, Tensor], **rest: Any) -> None:
        super().__init__(**rest)
        self._options = options
        self._weights = weights
        self.model_accepts_loss_kwargs = False

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Weighted cross-entropy against soft targets, summed over tasks, plus R-Drop where asked for."""
        targets = {name.removesuffix("_target"): inputs[name] for name in inputs if name.endswith("_target")}
        features = {name: value for name, value in inputs.items() if not name.endswith("_target")}
        logits = model(**features)
        loss = self._loss(logits, targets)
        if self._options.r_drop and model.training:
            again = model(**features)
            loss = (loss + self._loss(again, targets)) / 2
            for task in targets:
                loss = loss + self._options.r_drop * _symmetric_kl(logits[task], again[task])
        return (loss, {"loss": loss, **logits}) if return_outputs else loss

    def _loss(self, logits: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> Tensor:
        smoothing = self._options.label_smoothing
        total = torch.zeros((), device=next(iter(logits.values())).device)
        for task, target in targets.items():
            labelled = target.sum(-1)
            weight = (target * self._weights[task].to(target.device)).sum(-1)
            smooth = target * (1 - smoothing) + smoothing * labelled[:, None] / target.shape[-1]
            entropy = -(smooth * logits[task].float().log_softmax(-1)).sum(-1)
            share = 1.0 if task == "stance" else self._options.sentiment_weight
            total = total + share * (weight * entropy).sum() / weight.sum().clamp(min=1e-6)
        return total

    def create_optimizer(self, model: nn.Module | None = None) -> torch.optim.Optimizer:
        """AdamW in which each layer further down learns slower by a constant factor (Howard & Ruder 2018)."""
        if self.optimizer is None:
            network = model or self.model
            kind, settings = self.get_optimizer_cls_and_kwargs(self.args, network)
            self.optimizer: torch.optim.Optimizer | None = kind(
                layer_groups(network, self.args.learning_rate, self._options.layer_decay, self.args.weight_decay),
                **settings,
            )
        return self.optimizer

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthSampler:
        return LengthSampler(self.train_dataset, self.args.train_batch_size, self.args.seed)


def _symmetric_kl(a: Tensor, b: Tensor) -> Tensor:
    p, q = a.float().log_softmax(-1), b.float().log_softmax(-1)
    forward = nn.functional.kl_div(p, q, reduction="batchmean", log_target=True)
    return (forward + nn.functional.kl_div(q, p, reduction="batchmean", log_target=True)) / 2


def layer_groups(network: nn.Module, rate: float, decay: float, weight_decay: float) -> list[dict[str, Any]]:
    """Parameter groups by depth: heads and top layer at ``rate``, each layer below at ``decay`` times the one above.

    Embeddings lie below the first layer. Biases and norms are not decayed.
    """
    depths = {name: int(m[1]) + 1 if (m := _LAYER.search(name)) else 0 for name, _ in network.named_parameters()}
    top = max(depths.values())
    groups: dict[tuple[int, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            # what is neither in a layer nor an embedding (heads, a last norm) sits on top
            below = top - depths[name] if depths[name] or "embed" in name else 0
            groups.setdefault((below, parameter.ndim > 1), []).append(parameter)
    return [
        {"params": params, "lr": rate * decay**below, "weight_decay": weight_decay if matrix else 0.0}
        for (below, matrix), params in groups.items()
    ]


class _Log(TrainerCallback):
    """Sends each evaluation to the log instead of printing it."""

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any) -> None:
        scores = ", ".join(
            f"{name.removeprefix('eval_')} {value:.3f}"
            for name, value in metrics.items()
            if "f1" in name or "loss" in name
        )
        _log.info("epoch %.2f, step %d of %d: dev %s", state.epoch, state.global_step, state.max_steps, scores)


def run_training(
    frame: str | Path,
    out: str | Path | None,
    config: str | Path | None,
    resume: bool,
    flags: Mapping[str, Any],
) -> Path:
    """What `stancekit.train` does."""
    from stancekit.training.finish import finish

    data = read_training_data(frame)
    own = data.frame.folder / "train.toml" if data.frame.folder else None
    for warning in data.warnings:
        _log.warning("%s: %s", data.frame.name, warning)
    options = read_options(config or (own if own and own.is_file() else None), flags)
    if options.report_to not in ("none", *get_available_reporting_integrations()):
        raise MissingExtraError(
            f"report_to {options.report_to} needs the package {options.report_to}; "
            f"`pip install {options.report_to}`, or leave --report-to out"
        )
    folder = Path(out) if out is not None else Path("models") / data.frame.name
    base = find_base(options.base)
    run = folder.absolute().parent / f".{folder.name}.run"
    _prepare_run(run, options, data, resume)
    network, encoder, pad_id = build(base, data, options, run)
    taught = teacher_targets(data.train, data.tasks, options.teachers) if options.teachers else None
    trainer = fit(network, encoder, pad_id, data, options, run, taught)
    if trainer.is_world_process_zero():
        finish(network, run, folder, data, base, options, pad_id, trainer.state)
    if torch.distributed.is_initialized():
        torch.distributed.barrier()  # a process that ends beside gloo's living threads is aborted
        torch.distributed.destroy_process_group()
    return folder


def build(base: Base, data: TrainingData, options: TrainOptions, run: Path) -> tuple[StanceNetwork, TextEncoder, int]:
    """The network with new heads, its tokenizer (saved into ``run``), and the padding id."""
    pad_id = _save_tokenizer(base, run / "tokenizer.json")
    if not sys.stderr.isatty():
        disable_progress_bar()
    set_seed(options.seed)
    network = from_base(base, data.tasks, options.pooling, options.dropout, options.layers)
    room = getattr(network.encoder.config, "max_position_embeddings", options.max_length)
    room -= first_position(network.encoder)
    if options.max_length > room:
        raise OptionError(f"{base.name} reads at most {room} tokens; set --max-length {room} or less")
    return network, TextEncoder(run / "tokenizer.json", options.max_length), pad_id


def _save_tokenizer(base: Base, path: Path) -> int:
    """Write the encoder's `tokenizer.json`; returns its padding id."""
    if base.checkpoint is not None:
        write_bytes(path, base.checkpoint.file("tokenizer.json").read_bytes())
        return base.checkpoint.meta.pad_id
    try:
        tokenizer = AutoTokenizer.from_pretrained(base.source, trust_remote_code=False)
    except Exception as error:
        raise load_error(base, error) from error
    if not tokenizer.is_fast:
        raise OptionError(
            f"{base.name}: has no fast tokenizer (tokenizer.json), which inference needs; choose another --base"
        )
    write_text(path, tokenizer.backend_tokenizer.to_str(pretty=True))  # whole, since every process writes it
    return int(tokenizer.pad_token_id or 0)


def fit(
    network: StanceNetwork,
    encoder: TextEncoder,
    pad_id: int,
    data: TrainingData,
    options: TrainOptions,
    run: Path,
    taught: Mapping[str, Floats] | None = None,
) -> StanceTrainer:
    """Train, stop early on dev macro-F1, and leave the best weights in ``network``.

    ``taught`` holds what teachers say of the training rows, by task, each (rows, labels).
    """
    tasks = data.tasks
    train_rows = Rows(data.train, tasks, encoder, options)
    if taught:
        train_rows.learn_from(taught, options.teacher_share)
    dev_rows = Rows(data.dev, tasks, encoder, msgspec.structs.replace(options, context=1.0, second_label=0.0))
    cuda = options.device == "cuda" or (options.device == "auto" and torch.cuda.is_available())
    if options.device == "cuda" and not torch.cuda.is_available():
        raise OptionError("device cuda was asked for, but torch sees no GPU; use --device cpu")
    workers = int(os.environ.get("WORLD_SIZE", "1"))
    steps = -(-len(train_rows) // (options.batch_size * options.accumulation * workers))
    every = max(1, steps // options.evaluations)
    stops = bool(data.dev)
    interactive = sys.stderr.isatty()
    arguments = TrainingArguments(
        output_dir=str(run / "state"),
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=2 * options.batch_size,
        gradient_accumulation_steps=options.accumulation,
        learning_rate=options.learning_rate,
        weight_decay=options.weight_decay,
        warmup_steps=options.warmup,  # below 1 it is a share of all steps
        lr_scheduler_type="linear",
        eval_strategy="steps" if stops else "no",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        load_best_model_at_end=stops,
        metric_for_best_model=PRIMARY,
        greater_is_better=True,
        label_names=[f"{task}_target" for task in tasks],
        remove_unused_columns=False,
        seed=options.seed,
        bf16=cuda and torch.cuda.is_bf16_supported(),
        use_cpu=not cuda,
        disable_tqdm=not interactive,
        logging_strategy="epoch",
        report_to=options.report_to,
        dataloader_pin_memory=cuda,
    )
    callbacks: list[TrainerCallback] = [_Log()]
    if stops:
        callbacks.append(EarlyStoppingCallback(options.patience))
    trainer = StanceTrainer(
        options=options,
        weights={
            task: class_weights(values) if options.class_weights else torch.ones(values.shape[1])
            for task, values in train_rows.targets.items()
        },
        model=network,
        args=arguments,
        train_dataset=train_rows,
        eval_dataset=dev_rows if stops else None,
        data_collator=Collator(network.inputs, pad_id, list(tasks)),
        compute_metrics=_metrics(list(tasks)),
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    for callback in trainer.callback_handler.callbacks:
        if isinstance(callback, TensorBoardCallback) and callback.logging_dir is None:
            # beside the model: the run's own folder goes when the run is finished
            name = run.name.removeprefix(".").removesuffix(".run")
            callback.logging_dir = str(run.with_name(f"{name}.tensorboard"))
    _say_what_decides_speed(network, train_rows, data, options, steps, cuda)
    trainer.train(resume_from_checkpoint=_last_state(run / "state"))
    return trainer


def _metrics(tasks: list[str]) -> Any:
    def compute(predictions: Any) -> dict[str, float]:
        logits, targets = predictions.predictions, predictions.label_ids
        if len(tasks) == 1:
            logits, targets = (_only(logits),), (_only(targets),)
        scores = {}
        for task, values, target in zip(tasks, logits, targets, strict=True):
            rows = target.sum(-1) > 0
            scores[f"{task}_macro_f1"] = macro_f1(target[rows].argmax(-1), values[rows].argmax(-1), target.shape[-1])
        return scores

    return compute


def _only(value: Any) -> Any:
    return value[0] if isinstance(value, (tuple, list)) else value


def _say_what_decides_speed(
    network: StanceNetwork, rows: Rows, data: TrainingData, options: TrainOptions, steps: int, cuda: bool
) -> None:
    lengths = np.array([len(rows.window(i)) for i in range(len(rows))])
    order = np.array(list(LengthSampler(rows, options.batch_size, options.seed)))
    padded = sum(
        len(chunk) * lengths[chunk].max()
        for chunk in np.split(order, range(options.batch_size, len(order), options.batch_size))
    )
    millions = sum(p.numel() for p in network.parameters()) / 1e6
    where = torch.cuda.get_device_name() if cuda else f"cpu, {torch.get_num_threads()} threads"
    kernel = getattr(network.encoder.config, "_attn_implementation", "eager")
    _log.info(
        "%s: %d training rows (%s), %d dev rows",
        data.frame.name,
        len(rows),
        count_labels(data.train),
        len(data.dev),
    )
    _log.info(
        "%s, %.1f M parameters, on %s, %s, %s attention; %d steps an epoch of %d tokens, %.0f %% of them padding",
        options.base, millions, where, "bf16" if cuda else "fp32", kernel, steps, padded // max(steps, 1),
        100 * (1 - lengths.sum() / padded),
    )  # fmt: skip


def _prepare_run(run: Path, options: TrainOptions, data: TrainingData, resume: bool) -> None:
    """Make the run's folder; the first process alone checks and notes what is trained, so that none can race it."""
    if os.environ.get("RANK", "0") != "0":
        run.mkdir(parents=True, exist_ok=True)
        return
    described = {"options": msgspec.to_builtins(options), "data": data.sha256, "frame": data.frame.sha256}
    described = json.loads(json.dumps(described))  # as it will be read back: a tuple is a list there
    note = run / "run.json"
    if note.is_file() and not resume:
        raise OptionError(f"{run}: an unfinished run; go on with --resume, or delete that folder to start anew")
    if resume and not note.is_file():
        raise OptionError(f"{run}: no unfinished run to resume; start without --resume")
    if note.is_file() and json.loads(note.read_text("utf-8")) != described:
        raise OptionError(
            f"{run}: the unfinished run had other options, labels or quotes; put them back, "
            "or delete that folder to start anew"
        )
    run.mkdir(parents=True, exist_ok=True)
    write_text(note, json.dumps(described, indent=1) + "\n")


def _last_state(folder: Path) -> str | None:
    """The newest checkpoint that was written whole: `trainer_state.json` is the last file the Trainer writes."""
    numbered = sorted(folder.glob("checkpoint-*"), key=lambda path: -int(path.name.split("-")[1]))
    for path in numbered:
        try:
            json.loads((path / "trainer_state.json").read_text("utf-8"))
            return str(path)
        except (OSError, ValueError):
            shutil.rmtree(path, ignore_errors=True)
    return None
