"""The model card, made from the checkpoint's own files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stancekit.evaluation import BehaviourReport, Evaluation
from stancekit.frames import Frame
from stancekit.model import Meta


def model_card(
    meta: Meta,
    frame: Frame,
    rows: Mapping[str, int],
    evaluations: Sequence[Evaluation],
    behaviour: BehaviourReport | None,
) -> str:
    """`README.md` of a checkpoint folder; every figure in it comes from ``meta`` and `evaluation.json`."""
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
