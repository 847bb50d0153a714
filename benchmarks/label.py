"""`stancekit.label` on articles of about 500 words, beside the model's own batch speed and a loop over `read`.

    python benchmarks/label.py --articles 600 --runs 3

The articles are made here from the us-china frame's quotes and the bundled example's reporting; every quoted sentence
is different, since repeated ones would be computed once. "The model alone" gets all their sentences in one list,
extracted beforehand. The three run in turn; each figure is a median, with its range. What a million and a billion such
articles take is worked out from the rate of `label` and the size of its shards. At the end a run is killed with -9
after its first shard, started again, and its files are compared with those of a whole run. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import stancekit
from stancekit.data import read_quotes
from stancekit.frames import load_frame

WORDS = 500
NAMES = ("Helena Marsh", "Daniel Osei", "Mara Lindqvist", "Tom Okafor", "Ann Duarte", "Wu Jianming", "Dana Roe")
ROLES = ("a trade lawyer", "an analyst at the port", "a former envoy", "a professor of economics", "a mill owner")


def make_articles(count: int) -> list[str]:
    """Reporting and quotes in turn, about 500 words an article."""
    frame = load_frame("us-china")
    quotes = [row.text.strip('“”" ').replace("\n", " ") for row in read_quotes(frame.quotes_path or "", frame)]
    example = (Path(stancekit.__file__).parent / "example.txt").read_text("utf-8")
    reporting = [p for p in example.split("\n\n") if "“" not in p and len(p.split()) > 10]
    rng = random.Random(0)
    articles = []
    for number in range(count):
        paragraphs, words = [], 0
        while words < WORDS - 60:  # half a turn less
            first, second = (
                f"In round {number}.{words}.{place}, {text[0].lower()}{text[1:].rstrip('.,')}"
                for place, text in enumerate(rng.sample(quotes, 2))
            )
            name = rng.choice(NAMES)
            paragraphs.append(f"“{first},” said {name}, {rng.choice(ROLES)}. “{second}.”")
            paragraphs += rng.sample(reporting, 2)
            words = sum(len(paragraph.split()) for paragraph in paragraphs)
        articles.append("\n\n".join(paragraphs))
    return articles


def timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def same_after_a_kill(path: Path, whole: Path, out: Path, model: str) -> bool:
    """Kill a run after its first shard, start it again, compare its shards with those of a whole run."""
    command = [sys.executable, "-m", "stancekit", "label", str(path), "-o", str(out), "--model", model]
    command += ["--shard-size", "200"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (out / "shard-000000.parquet").exists():
        time.sleep(0.01)
    process.kill()
    process.wait()
    subprocess.run(command, check=True, capture_output=True)
    shards = sorted(p.name for p in whole.glob("shard-*"))
    return shards == sorted(p.name for p in out.glob("shard-*")) and all(
        (whole / name).read_bytes() == (out / name).read_bytes() for name in shards
    )


def main() -> None:
    """Time the three and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="us-china")
    parser.add_argument("--articles", type=int, default=600)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    texts = make_articles(arguments.articles)
    classifier = stancekit.load(arguments.model, device="cpu")
    sentences, contexts = [], []
    quotes = 0
    for text in texts:
        for quote in stancekit.extract_quotes(text):
            quotes += 1
            for place, sentence in enumerate(quote.sentences):
                sentences.append(sentence.text)
                contexts.append(" ".join(s.text for i, s in enumerate(quote.sentences) if i != place))
    words = statistics.mean(len(text.split()) for text in texts)
    print(f"{len(texts)} articles of {words:.0f} words, {quotes} quotes, {len(sentences)} sentences")
    times: dict[str, list[float]] = {"model": [], "label": [], "read": []}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        path = folder / "articles.jsonl"
        path.write_text(
            "".join(json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(texts)), "utf-8"
        )
        classifier.predict(sentences[:500], context=contexts[:500])  # warm
        for run in range(arguments.runs):
            out = folder / f"out-{run}"
            times["model"].append(timed(lambda: classifier.predict(sentences, context=contexts)))
            times["label"].append(
                timed(lambda out=out: stancekit.label(path, out, model=arguments.model, device="cpu", shard_size=200))  # type: ignore[misc]
            )
            times["read"].append(timed(lambda: [classifier.read(text) for text in texts]))
        size = sum(shard.stat().st_size for shard in (folder / "out-0").glob("shard-*")) / len(texts)
        same = same_after_a_kill(path, folder / "out-0", folder / "killed", arguments.model)
    names = {
        "model": "the model alone, all sentences in one list",
        "label": "`stancekit.label`",
        "read": "a loop over `read`",
    }
    print("| | articles/s | quotes/s |\n| --- | --- | --- |")
    result: dict[str, object] = {
        "benchmark": "label",
        "articles": len(texts),
        "words": round(words),
        "quotes": quotes,
        "sentences": len(sentences),
        "runs": arguments.runs,
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
    }
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        low, high = (len(texts) / value for value in (max(seconds), min(seconds)))
        print(f"| {names[name]} | {len(texts) / middle:.1f} ({low:.1f}–{high:.1f}) | {quotes / middle:.0f} |")
        result[name] = {"articles_per_second": round(len(texts) / middle, 2), "seconds": [round(s, 2) for s in seconds]}
    middle, low, high = (f(times["label"]) / len(texts) / 3600 for f in (statistics.median, min, max))
    for count, name in ((10**6, "a million"), (10**9, "a billion")):
        hours, least, most = (round(count * each, 1) for each in (middle, low, high))
        print(f"{name} such articles: {hours:,} hours ({least:,}–{most:,}), {count * size / 1e9:,.1f} GB of parquet")
    result["bytes_per_article"] = round(size)
    shares = [own / ours for own, ours in zip(times["model"], times["label"], strict=True)]
    result["share_of_model_speed"] = round(statistics.median(shares), 3)
    result["same_after_kill"] = same
    print(f"share of the model's own speed, pair by pair: {statistics.median(shares):.0%}")
    print(f"killed with -9, started again: {'the same files' if same else 'OTHER FILES'}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
