"""Sentences a second of `predict` beside its peers, on the same weights, in turn on one machine.

    python benchmarks/inference.py --runs 5
    python benchmarks/inference.py --device cuda --runs 5

On a CPU the peers are `transformers.pipeline` as it comes and with batch_size=32, torch in fp32 over batches sorted by
length, and ONNX Runtime in fp32 over the same batches; on a GPU the pipeline with batch_size=256 in bf16, and torch in
bf16 over sorted padded batches. The pipeline gets the stance head as a plain transformers folder, made here. All take
text and give labels. The sentences are drawn from the frame's test split, those of 24 tokens or more: 32 on average.

Each figure is a median over rounds A B C A B C …, with its range; ratios are taken within a round. On a GPU the network
alone is also timed, on texts that are tokenised already: tokens a second, how much of a batch is padding, and the share
of the peak of its own matrix products, measured here; for the model and for a ModernBERT of 150 M parameters made from
its config. The last line is JSON.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from coldstart import plain_folder

import stancekit
from stancekit.data import read_quotes
from stancekit.evaluation.metrics import macro_f1
from stancekit.frames import load_frame
from stancekit.inference.batching import batches, pad
from stancekit.model import Encoded
from stancekit.model.network import StanceNetwork, load_network
from stancekit.model.packing import has_kernel, pack, packed_logits, use_packing

SHORTEST = 24  # tokens
PADDED = 2048  # tokens a batch of the torch and fp32 peers; larger and smaller ones were slower
PACKAGES = ("stancekit", "torch", "transformers", "tokenizers", "onnxruntime")
FP32 = "torch fp32, sorted"
Labels = Callable[[], "list[str]"]


def sentences(model: str, count: int) -> tuple[list[str], list[str], list[Encoded]]:
    """Texts of the test split, their stances and their tokens, drawn with a fixed seed."""
    classifier = stancekit.load(model, device="cpu")
    frame = load_frame(classifier.frame.name)
    rows = [row for row in read_quotes(frame.quotes_path or "", frame) if row.split == "test"]
    random.Random(0).shuffle(rows)
    windows = [windows[0] for windows in classifier._encoder.encode([row.text for row in rows])]
    chosen = [(row, window) for row, window in zip(rows, windows, strict=True) if len(window) >= SHORTEST][:count]
    return [row.text for row, _ in chosen], [row.stance or "" for row, _ in chosen], [window for _, window in chosen]


def machine(device: str) -> str:
    """What it ran on."""
    if device == "cuda":
        return torch.cuda.get_device_name()
    name = platform.processor() or platform.machine()
    flags: set[str] = set()
    if Path("/proc/cpuinfo").exists():
        lines = dict(
            line.split(":", 1) for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if ":" in line
        )
        lines = {key.strip(): value.strip() for key, value in lines.items()}
        name, flags = lines.get("model name", name), set(lines.get("flags", "").split())
    known = [flag for flag in ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8") if flag in flags]
    return f"{name}, {os.cpu_count()} cores, {' '.join(known)}"


def sorted_loop(
    classifier: stancekit.Classifier, run: Callable[[dict[str, Any]], Any], texts: Sequence[str], budget: int
) -> list[str]:
    """Labels by a loop one would write: tokenise, sort by length, pad, run, put back in order."""
    meta = classifier.checkpoint.meta
    windows = [windows[0] for windows in classifier._encoder.encode(texts)]
    labels = [""] * len(windows)
    for batch in batches([len(window) for window in windows], budget):
        logits = run(pad([windows[i] for i in batch], meta.inputs, meta.pad_id))
        for place, best in zip(batch, logits.argmax(-1), strict=True):
            labels[place] = meta.heads["stance"].labels[int(best)]
    return labels


def contenders(model: str, device: str, folder: Path, texts: list[str]) -> dict[str, Labels]:
    """What is timed, by name."""
    from transformers import pipeline

    checkpoint = stancekit.load(model, device="cpu").checkpoint
    names = checkpoint.meta.heads["stance"].labels
    half = torch.bfloat16 if device == "cuda" else torch.float32
    pipe = pipeline("text-classification", model=str(folder), device=device, dtype=half)

    def by_pipeline(**options: int) -> list[str]:
        return [names[int(result["label"].rsplit("_")[-1])] for result in pipe(texts, **options)]

    ours = stancekit.load(model, device=device)
    budget = 65536 if device == "cuda" else PADDED

    def by_torch(dtype: torch.dtype) -> Labels:
        network = load_network(checkpoint, device, dtype)

        @torch.inference_mode()
        def run(arrays: dict[str, Any]) -> Any:
            logits = network(**{key: torch.from_numpy(value).to(device) for key, value in arrays.items()})["stance"]
            return logits.float().cpu().numpy()

        return lambda: sorted_loop(ours, run, texts, budget)

    def predict() -> list[str]:
        return [prediction.stance for prediction in ours.predict(texts)]

    if device == "cuda":
        return {
            "pipeline, batch_size=256, bf16": lambda: by_pipeline(batch_size=256),
            FP32: by_torch(torch.float32),
            "torch bf16, sorted": by_torch(half),
            "stancekit": predict,
        }
    import onnxruntime

    from stancekit.training.export import export_fp32

    export_fp32(load_network(checkpoint), folder / "fp32.onnx")
    session = onnxruntime.InferenceSession(str(folder / "fp32.onnx"), providers=["CPUExecutionProvider"])
    return {
        "pipeline": by_pipeline,
        "pipeline, batch_size=32": lambda: by_pipeline(batch_size=32),
        FP32: by_torch(half),
        "ONNX Runtime fp32, sorted": lambda: sorted_loop(ours, lambda a: session.run(["stance"], a)[0], texts, PADDED),
        "stancekit": predict,
    }


def rounds(calls: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Seconds of each call, in turn."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(runs):
        for name, call in calls.items():
            begun = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - begun)
    return times


def latencies(model: str, device: str, folder: Path, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Milliseconds of one sentence, warm, ours and the pipeline's in turn."""
    from transformers import pipeline

    half = torch.bfloat16 if device == "cuda" else torch.float32
    pipe = pipeline("text-classification", model=str(folder), device=device, dtype=half)
    ours = stancekit.load(model, device=device)
    times: dict[str, list[float]] = {"pipeline": [], "stancekit": []}
    for text in texts:
        for name, call in (("pipeline", pipe), ("stancekit", ours.predict)):
            begun = time.perf_counter()
            call(text)
            times[name].append(1000 * (time.perf_counter() - begun))
    warm = {name: values[len(values) // 10 :] for name, values in times.items()}
    return {
        name: {f"p{p}": round(float(np.percentile(values, p)), 2) for p in (50, 95)} for name, values in warm.items()
    }


def modernbert(labels: dict[str, int]) -> StanceNetwork:
    """A ModernBERT of 150 M parameters, untrained: speed does not depend on the weights."""
    from transformers import AutoModel, ModernBertConfig

    return StanceNetwork(AutoModel.from_config(ModernBertConfig()), labels).eval()


def matrix_peak() -> float:
    """Multiply-adds a second, times two, of a large bf16 matrix product on this GPU."""
    a = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    for _ in range(3):
        a @ a
    torch.cuda.synchronize()
    begun = time.perf_counter()
    for _ in range(20):
        a @ a
    torch.cuda.synchronize()
    return 20 * 2 * 8192**3 / (time.perf_counter() - begun)


def on_the_gpu(network: StanceNetwork, windows: Sequence[Encoded], runs: int) -> dict[str, dict[str, float]]:
    """The network alone over tokenised texts, packed and padded in turn."""
    network = network.to("cuda", torch.bfloat16).eval()
    lengths = [len(window) for window in windows]
    peak = matrix_peak()
    inside = sum(p.numel() for n, p in network.named_parameters() if p.ndim == 2 and "embed" not in n)
    padded = [
        {k: torch.from_numpy(v).cuda() for k, v in pad([windows[i] for i in batch], network.inputs, 0).items()}
        for batch in batches(lengths, 65536)
    ]
    packed = [
        {k: v.cuda() if k != "lengths" else v for k, v in pack([windows[i] for i in batch], network).items()}
        for batch in batches(lengths, 65536, padded=False)
    ]
    kernel = network.encoder.config._attn_implementation
    can_pack = has_kernel("cuda", torch.bfloat16) and use_packing(network)

    @torch.inference_mode()
    def padded_run() -> None:
        network.encoder.set_attn_implementation(kernel)
        for batch in padded:
            network(**batch)
        torch.cuda.synchronize()

    @torch.inference_mode()
    def packed_run() -> None:
        use_packing(network)
        for batch in packed:
            packed_logits(network, batch, "cuda")
        torch.cuda.synchronize()

    calls: dict[str, Callable[[], object]] = {"padded": padded_run} | ({"packed": packed_run} if can_pack else {})
    rounds(calls, 2)
    times = rounds(calls, runs)
    cells = {"padded": sum(batch["input_ids"].numel() for batch in padded), "packed": sum(lengths)}
    return {
        name: {
            "tokens_per_second": round(sum(lengths) / statistics.median(seconds)),
            "padding_share": round(1 - sum(lengths) / cells[name], 3),
            "share_of_matrix_peak": round(2 * inside * sum(lengths) / statistics.median(seconds) / peak, 3),
        }
        for name, seconds in times.items()
    }


def main() -> None:
    """Time all and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="us-china")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    texts, truth, windows = sentences(arguments.model, arguments.sentences)
    tokens = statistics.mean(len(window) for window in windows)
    where = machine(arguments.device)
    versions = {package: importlib.metadata.version(package) for package in PACKAGES}
    print(f"{len(texts)} sentences of {tokens:.1f} tokens; {where}")
    print(", ".join(f"{package} {version}" for package, version in versions.items()))
    result: dict[str, Any] = {
        "benchmark": "inference", "device": arguments.device, "machine": where, "versions": versions,
        "sentences": len(texts), "tokens": round(tokens, 1), "runs": arguments.runs,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        plain_folder(arguments.model, Path(scratch))
        calls = contenders(arguments.model, arguments.device, Path(scratch), texts)
        labels = {name: call() for name, call in calls.items()}  # which also warms them
        times = rounds(dict(calls), arguments.runs)
        latency = latencies(arguments.model, arguments.device, Path(scratch), texts[:200])
    print("| | sentences/s | times the first |\n| --- | --- | --- |")
    first = times[next(iter(times))]
    for name, seconds in times.items():
        ratio = statistics.median(a / b for a, b in zip(first, seconds, strict=True))
        middle, low, high = (len(texts) / f(seconds) for f in (statistics.median, max, min))
        print(f"| {name} | {middle:.0f} ({low:.0f}–{high:.0f}) | {ratio:.2f} |")
        result[name] = {
            "per_second": round(middle, 1),
            "range": [round(low, 1), round(high, 1)],
            "ratio": round(ratio, 2),
        }
    loop = "torch bf16, sorted" if arguments.device == "cuda" else FP32
    over = statistics.median(a / b for a, b in zip(times[loop], times["stancekit"], strict=True))
    same = statistics.mean(a == b for a, b in zip(labels["stancekit"], labels[FP32], strict=True))
    names = sorted(set(truth))
    right, own, exact = (
        np.array(list(map(names.index, found))) for found in (truth, labels["stancekit"], labels[FP32])
    )
    change = macro_f1(right, own, len(names)) - macro_f1(right, exact, len(names))
    result |= {"times_the_sorted_loop": round(over, 2), "agreement": round(same, 4), "macro_f1": round(change, 4)}
    result["one_sentence_ms"] = latency
    print(f"{over:.2f} × {loop}, round by round; {same:.2%} of labels as in fp32, macro-F1 {change:+.4f}")
    for name, values in latency.items():
        print(f"one sentence, warm, {name}: p50 {values['p50']} ms, p95 {values['p95']} ms")
    if arguments.device == "cuda":
        checkpoint = stancekit.load(arguments.model, device="cpu").checkpoint
        heads = {task: len(head.labels) for task, head in checkpoint.meta.heads.items()}
        for name, network in (("this encoder", load_network(checkpoint)), ("ModernBERT, 150 M", modernbert(heads))):
            result[name] = on_the_gpu(network, windows * 20, arguments.runs)
            for way, values in result[name].items():
                print(f"{name}, network alone, {way}: " + ", ".join(f"{key} {value}" for key, value in values.items()))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
