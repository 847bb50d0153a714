"""What each choice of the us-china recipe is worth: dev macro-F1 of variants that change one option.

    python benchmarks/ablation.py --share 0.3 --seeds 1 2 3 --only pooling=first,context=0.0

Every variant is trained with the same seeds on the same share of the training groups and scored on all of dev, alone
and in context. Results go to a file after each run, so that a killed run goes on where it was. Test is never read.
The last line is JSON.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import statistics
import tempfile
import time
from pathlib import Path

import stancekit
from stancekit.data import read_quotes, write_quotes, write_text
from stancekit.frames import load_frame
from stancekit.model import open_checkpoint

VARIANTS = [
    "",
    "learning_rate=0.0001",
    "learning_rate=0.0004",
    "layer_decay=1.0",
    "layer_decay=0.8",
    "pooling='first'",
    "context=0.0",
    "context=1.0",
    "label_smoothing=0.0",
    "label_smoothing=0.1",
    "class_weights=True",
    "second_label=0.0",
    "sentiment_weight=0.0",
    "r_drop=1.0",
]


def part_of(frame_name: str, share: float, folder: Path) -> Path:
    """The frame with a share of its training groups, drawn by a hash of their names."""
    frame = load_frame(frame_name)
    rows = read_quotes(frame.quotes_path or "", frame)

    def kept(group: str) -> bool:
        return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 16**8 < share

    folder.mkdir()
    write_text(folder / "frame.toml", frame.toml)
    options = (frame.folder or folder) / "train.toml"
    if options.is_file():
        write_text(folder / "train.toml", options.read_text("utf-8"))
    write_quotes(
        folder / "quotes.jsonl", [r for r in rows if r.split == "dev" or (r.split == "train" and kept(r.group))]
    )
    return folder


def main() -> None:
    """Run what is not in the results file yet, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frame", default="us-china")
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--epochs", type=float, default=4.0)
    parser.add_argument("--only", help="variants, separated by commas; an empty one is the defaults")
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/ablation.json"))
    arguments = parser.parse_args()
    variants = arguments.only.split(",") if arguments.only is not None else VARIANTS
    done: dict[str, dict[str, float]] = json.loads(arguments.results.read_text()) if arguments.results.is_file() else {}
    with tempfile.TemporaryDirectory() as scratch:
        data = part_of(arguments.frame, arguments.share, Path(scratch) / "frame")
        # seeds outside, so that a cut run has compared every variant on the first seed
        for seed in arguments.seeds:
            for variant in variants:
                key = f"{variant or 'defaults'} | share {arguments.share:g} | epochs {arguments.epochs:g} | seed {seed}"
                if key in done:
                    continue
                name, _, value = variant.partition("=")
                options = {name: ast.literal_eval(value)} if name else {}
                begun = time.perf_counter()
                out = stancekit.train(data, Path(scratch) / "m", seed=seed, epochs=arguments.epochs, **options)
                dev = open_checkpoint(out).meta.dev
                done[key] = {way: dev[way]["stance"]["macro_f1"] for way in ("alone", "in_context")} | {
                    "sentiment": dev["in_context"]["sentiment"]["macro_f1"],
                    "seconds": round(time.perf_counter() - begun),
                }
                print(f"{key}: {done[key]}", flush=True)
                arguments.results.parent.mkdir(exist_ok=True)
                write_text(arguments.results, json.dumps(done, indent=1) + "\n")
    table = {}
    print("| variant | alone | in context | sentiment | seeds |\n| --- | --- | --- | --- | --- |")
    for variant in variants:
        head = f"{variant or 'defaults'} | share {arguments.share:g} | epochs {arguments.epochs:g} |"
        runs = [values for key, values in done.items() if key.startswith(head)]
        if runs:
            means = {way: statistics.mean(run[way] for run in runs) for way in ("alone", "in_context", "sentiment")}
            table[variant or "defaults"] = means
            cells = [f"{100 * mean:.1f}" for mean in means.values()]
            print(f"| {variant or 'defaults'} | {' | '.join(cells)} | {len(runs)} |")
    print(json.dumps({"benchmark": "ablation", "share": arguments.share, "macro_f1": table}))


if __name__ == "__main__":
    main()
