"""Cold start: `stancekit predict "…"` as a whole process beside `transformers.pipeline` on the same model.

    python benchmarks/coldstart.py --runs 5

The pipeline gets the same encoder and stance head as a plain transformers folder, made here from the checkpoint.
Processes run in turn, A B A B …; each figure is a median, with its range. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SENTENCE = "Both sides should sit down again before the tariffs rise any further."
PIPELINE = """
import sys
from transformers import pipeline
print(pipeline("text-classification", model=sys.argv[1], device="cpu")(sys.argv[2]))
"""


def plain_folder(model: str, folder: Path) -> None:
    """The stance head of a stancekit model as a folder that `transformers.pipeline` loads."""
    import torch
    from transformers import AutoModelForSequenceClassification, PreTrainedTokenizerFast

    from stancekit.model import open_checkpoint
    from stancekit.model.network import load_network

    checkpoint = open_checkpoint(model)
    network = load_network(checkpoint)
    config = network.encoder.config
    config.num_labels = len(checkpoint.meta.heads["stance"].labels)
    plain = AutoModelForSequenceClassification.from_config(config)
    # the same amount of work: encoder, pooler and one linear layer
    getattr(plain, plain.base_model_prefix).load_state_dict(network.encoder.state_dict(), strict=False)
    with torch.no_grad():
        plain.classifier.weight.copy_(network.heads["stance"].weight)
        plain.classifier.bias.copy_(network.heads["stance"].bias)
    plain.save_pretrained(folder)
    tokens = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    PreTrainedTokenizerFast(tokenizer_file=str(checkpoint.file("tokenizer.json")), **tokens).save_pretrained(folder)


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of one whole process."""
    begun = time.perf_counter()
    pid = os.posix_spawn(
        command[0],
        command,
        os.environ | {"HF_HUB_OFFLINE": "1"},
        file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)],
    )
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def main() -> None:
    """Time both and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="us-china")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    ours = [str(Path(sys.executable).with_name("stancekit")), "predict", SENTENCE, "--model", arguments.model]
    with tempfile.TemporaryDirectory() as scratch:
        # in a process of its own, so that its memory is not counted
        code = "import sys; sys.path.insert(0, sys.argv[3]); import coldstart; from pathlib import Path\n"
        code += "coldstart.plain_folder(sys.argv[1], Path(sys.argv[2]))"
        subprocess.run(
            [sys.executable, "-c", code, arguments.model, scratch, str(Path(__file__).parent)],
            check=True,
            capture_output=True,
        )
        theirs = [sys.executable, "-c", PIPELINE, scratch, SENTENCE]
        times: dict[str, list[tuple[float, float]]] = {"stancekit": [], "pipeline": []}
        run(ours), run(theirs)  # the file cache
        for _ in range(arguments.runs):
            times["stancekit"].append(run(ours))
            times["pipeline"].append(run(theirs))
    result: dict[str, object] = {"benchmark": "coldstart", "runs": arguments.runs, "machine": platform.processor()}
    print("| whole process | seconds | peak memory, MB |\n| --- | --- | --- |")
    for name, runs in times.items():
        seconds, memory = ([value[i] for value in runs] for i in (0, 1))
        result[name] = {"seconds": statistics.median(seconds), "megabytes": statistics.median(memory)}
        label = {"stancekit": '`stancekit predict "…"`', "pipeline": "`transformers.pipeline`, same model"}[name]
        print(
            f"| {label} | {statistics.median(seconds):.2f} ({min(seconds):.2f}–{max(seconds):.2f}) "
            f"| {statistics.median(memory):.0f} |"
        )
    pairs = list(zip(times["stancekit"], times["pipeline"], strict=True))
    for place, name in enumerate(("seconds_ratio", "memory_ratio")):
        result[name] = round(statistics.median(a[place] / b[place] for a, b in pairs), 3)
    print(f"ratio, pair by pair: seconds {result['seconds_ratio']}, memory {result['memory_ratio']}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
