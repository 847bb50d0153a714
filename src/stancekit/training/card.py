"""The model card, made from the checkpoint's own files."""

from __future__ import annotations

from collections.abc import Mapping

from stancekit.frames import Frame
from stancekit.model import Meta


def model_card(meta: Meta, frame: Frame, rows: Mapping[str, int]) -> str:
    """`README.md` of a checkpoint folder; every figure in it comes from ``meta``."""
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
    ways = {way: meta.dev[way] for way in ("alone", "in_context") if way in meta.dev}
    if ways:
        lines += [
            "On the dev split, by the graph in this folder:",
            "",
            "| sentences | task | macro-F1 | accuracy | ECE |",
        ]
        lines += ["| --- | --- | --- | --- | --- |"]
        for way, tasks in ways.items():
            for task, scores in tasks.items():
                figures = " | ".join(f"{scores[name]:.3f}" for name in ("macro_f1", "accuracy", "ece"))
                lines.append(f"| {way.replace('_', ' ')} | {task} | {figures} |")
        lines += ["", f"`stancekit evaluate {meta.name}` prints the test split with intervals.", ""]
    else:
        lines += [
            "It was trained without a dev split, so nothing is known about that, and it is not calibrated.",
            "",
        ]
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
