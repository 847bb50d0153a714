"""The model card, made from the checkpoint's own files, the frame's notes and its behaviour suite.

python -m stancekit.training.card models/us-china    writes it anew, with figures
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from stancekit.data import read_text, write_text
from stancekit.evaluation import BehaviourReport, Evaluation, run_behaviour
from stancekit.evaluation.behaviour import FILE as BEHAVIOUR
from stancekit.frames import Frame
from stancekit.inference import load
from stancekit.model import Meta
from stancekit.render import save_evaluation_figures
from stancekit.training.rows import TrainingData, read_training_data

NOTES = "NOTES.md"  # of a frame folder: what people found out about its models, a part of their cards
FIGURES = "figures"


def write_card(folder: Path, data: TrainingData, figures: bool = False) -> None:
    """Write `README.md` into a checkpoint folder.

    Args:
        folder: With everything else in it.
        data: What the model was trained on.
        figures: Draw the confusion matrix, reliability diagram and risk–coverage curve too.

    Raises:
        MissingExtraError: Figures were asked for and matplotlib is not installed.
    """
    classifier = load(folder, device="cpu")
    evaluations = [msgspec.convert(one, Evaluation) for one in json.loads(read_text(folder / "evaluation.json"))]
    behaviour, notes = None, ""
    if data.frame.folder is not None:
        if (data.frame.folder / BEHAVIOUR).is_file():
            behaviour = run_behaviour(classifier.predict_proba, data.frame)
        if (data.frame.folder / NOTES).is_file():
            notes = read_text(data.frame.folder / NOTES).strip()
    drawn = save_evaluation_figures(evaluations[-1], folder / FIGURES) if figures and evaluations else []
    counts = {"train": len(data.train), "dev": len(data.dev)}
    meta = classifier.checkpoint.meta
    pictures = [f"{FIGURES}/{path.name}" for path in drawn if path.suffix == ".png"]
    text = model_card(meta, data.frame, counts, evaluations, behaviour, data.warnings, pictures, notes)
    write_text(folder / "README.md", text)


def model_card(
    meta: Meta,
    frame: Frame,
    rows: Mapping[str, int],
    evaluations: Sequence[Evaluation],
    behaviour: BehaviourReport | None = None,
    warnings: Sequence[str] = (),
    pictures: Sequence[str] = (),
    notes: str = "",
) -> str:
    """The text of a card; every figure in it comes from ``meta``, the evaluations or the behaviour suite."""
    lines = [
        f"# {meta.name}: {frame.title}",
        "",
        f"*{frame.question}* — asked of each quoted sentence, about {frame.target}.",
        "",
        "| label | what it covers |",
        "| --- | --- |",
        *(f"| `{label.name}` | {' '.join(label.definition.split())} |" for label in frame.labels),
        "",
        "```python",
        "import stancekit",
        f'stancekit.load("{meta.name}").predict("…")',
        "```",
        "",
        "## How good it is",
        "",
    ]
    if evaluations:
        lines += [
            "By the graph in this folder; each sentence alone, and with the rest of its quote, as `read` shows "
            "it. Intervals are 95 %, from a bootstrap over groups.",
            "",
            "| split | task | sentences | macro-F1 | accuracy | calibration error |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for report in evaluations:
            for task, result in report.tasks.items():
                figures = " | ".join(str(result.metrics[name]) for name in ("macro_f1", "accuracy", "ece"))
                lines.append(f"| {report.data} | {task} | {result.rows} | {figures} |")
        lines += ["", *_details(evaluations[-1])]
        for path in pictures:
            lines += [f"![{Path(path).stem.replace('-', ' ')}, {evaluations[-1].data}]({path})", ""]
    else:
        lines += [
            "It was trained without a dev split, so nothing is known about that, and it is not calibrated.",
            "",
        ]
    if behaviour is not None:
        lines += [
            "## Behaviour",
            "",
            "The frame's behaviour suite (CheckList, Ribeiro et al. 2020), sentences alone:",
            "",
        ]
        lines += [behaviour.to_markdown(), ""]
    if notes:
        lines += [notes, ""]
    lines += [
        "## How it was made",
        "",
        f"- from: {meta.base}" + (f", weights sha256 `{meta.base_sha256}`" if meta.base_sha256 else ""),
        f"- trained on {rows['train']} labelled sentences, stopped on {rows['dev']} (sha256 `{meta.data_sha256}`)",
        f"- {meta.pooling} pooling, {len(meta.heads)} linear heads, {meta.max_length} tokens a window, "
        f"{meta.graph} graph for the CPU",
        "- temperature "
        + ", ".join(f"{head.temperature:g} ({task})" for task, head in meta.heads.items())
        + "; conformal thresholds on dev",
        f"- seed {meta.seed}; " + ", ".join(f"{name} {version}" for name, version in meta.versions.items() if version),
        "- options: " + ", ".join(f"{name} {value}" for name, value in sorted(meta.options.items())),
        *(f"- `stancekit frame check` warned: {warning}" for warning in warnings),
        "",
        "## What it is not for",
        "",
        "It reads single sentences, not people: a label is a reading of words, not a fact about a speaker. Shares over "
        "a corpus need a hand-labelled sample beside it. Texts unlike its training quotes (other languages, other "
        "questions, social media slang) are outside what was measured.",
    ]
    return "\n".join(lines) + "\n"


def _details(report: Evaluation) -> list[str]:
    """Per label scores and confusion matrix of the stances."""
    stance = report.tasks["stance"]
    lines = [
        f"Stance on {report.data}:",
        "",
        "| label | precision | recall | F1 | " + " | ".join(f"given {label}" for label in stance.labels) + " |",
        "| --- | --- | --- | --- |" + " --- |" * len(stance.labels),
    ]
    for label, counts in zip(stance.labels, stance.confusion, strict=True):
        scores = " | ".join(str(stance.per_label[label][name]) for name in ("precision", "recall", "f1"))
        lines.append(f"| {label} | {scores} | " + " | ".join(map(str, counts)) + " |")
    return [*lines, ""]


if __name__ == "__main__":
    model = Path(sys.argv[1])
    write_card(model, read_training_data(load(model, device="cpu").frame.name), figures=True)
