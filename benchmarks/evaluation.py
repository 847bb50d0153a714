"""Do the intervals of `evaluate` hold what they promise? A simulation with clustered data, and the time they take.

    python benchmarks/evaluation.py

Data sets are drawn from a known population: clusters of 2 to 12 sentences, each cluster with its own difficulty and its
own mix of labels, so that sentences of a cluster are alike. The true value of a metric is that of one million
sentences. Counted is how often the 95 % interval of `evaluate_task` holds it, with the clusters given and, for
comparison, with every row as a cluster of its own. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np

from stancekit.evaluation import evaluate_task
from stancekit.evaluation.metrics import Ranking, contributions, scores
from stancekit.evaluation.resampling import Array

LABELS = ("a", "b", "neither")
METRICS = (
    "accuracy",
    "macro_f1",
    "f_average",
    "matthews",
    "kappa",
    "log_loss",
    "brier",
    "aurc",
    "ece",
    "ece_classwise",
)


def draw(rng: np.random.Generator, clusters: int) -> tuple[Array, Array, Array]:
    """Labels, probabilities and clusters of sentences from the population."""
    place = np.repeat(np.arange(clusters), rng.integers(2, 13, clusters))
    mix = rng.dirichlet((1.5, 1.5, 3), clusters)[place]
    true = (rng.random((len(place), 1)) > mix.cumsum(1)).sum(1).clip(0, 2)
    ease = rng.normal(1.2, 1.2, clusters)[place]
    logits = rng.normal(0, 1, (len(place), 3))
    logits[np.arange(len(place)), true] += ease
    exponent = np.exp(logits - logits.max(1, keepdims=True))
    return true, exponent / exponent.sum(1, keepdims=True), place


def held(
    interval: dict[str, list[bool]], widths: dict[str, list[float]], data: tuple[Array, ...], truth: dict[str, float]
) -> None:
    """Note for each metric whether its interval holds the true value, and how wide it is."""
    true, probabilities, clusters = data
    found = evaluate_task(
        [LABELS[i] for i in true], probabilities, LABELS, clusters.tolist(), neither="neither", resamples=1000
    ).metrics
    for name in METRICS:
        interval[name].append(found[name].low <= truth[name] <= found[name].high)
        widths[name].append(found[name].high - found[name].low)


def main() -> None:
    """Simulate, time, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=1000, help="data sets drawn")
    parser.add_argument("--clusters", type=int, default=150, help="in each")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    rng = np.random.default_rng(arguments.seed)
    sums, areas = [], []
    for _ in range(10):
        true, probabilities, _ = draw(rng, 15_000)
        sums.append(contributions(true, probabilities).sum(0))
        areas.append(Ranking(true, probabilities).aurc(np.ones(len(true))))
    population = scores(np.sum(sums, axis=0), 3, [0, 1])
    truth = {name: float(getattr(population, name)) for name in METRICS if name != "aurc"}
    truth["aurc"] = float(np.mean(areas))
    by: dict[str, dict[str, list[bool]]] = {way: {name: [] for name in METRICS} for way in ("cluster", "row")}
    width: dict[str, dict[str, list[float]]] = {way: {name: [] for name in METRICS} for way in ("cluster", "row")}
    for _ in range(arguments.samples):
        true, probabilities, place = draw(rng, arguments.clusters)
        held(by["cluster"], width["cluster"], (true, probabilities, place), truth)
        held(by["row"], width["row"], (true, probabilities, np.arange(len(place))), truth)
    true, probabilities, place = (part[:10_000] for part in draw(rng, 1600))
    names = [LABELS[i] for i in true]
    quantiles = {"0.8": 0.5, "0.9": 0.7, "0.95": 0.9}
    times = []
    for _ in range(5):
        start = time.perf_counter()
        evaluate_task(names, probabilities, LABELS, place.tolist(), neither="neither", quantiles=quantiles)
        times.append(time.perf_counter() - start)
    print(f"{arguments.samples} data sets of {arguments.clusters} clusters, about {7 * arguments.clusters} sentences\n")
    print("| metric | true value | cluster bootstrap holds it | row bootstrap holds it | row width / cluster width |")
    print("| --- | --- | --- | --- | --- |")
    result = {}
    for name in METRICS:
        shares = {way: float(np.mean(by[way][name])) for way in by}
        narrower = float(np.mean(width["row"][name]) / np.mean(width["cluster"][name]))
        result[name] = {**shares, "width_ratio": round(narrower, 3)}
        print(f"| {name} | {truth[name]:.3f} | {shares['cluster']:.1%} | {shares['row']:.1%} | {narrower:.2f} |")
    seconds = float(np.median(times))
    print(f"\n2,000 resamples of {len(true)} rows: {seconds:.2f} s (median of 5, {min(times):.2f}–{max(times):.2f})")
    print(
        json.dumps(
            {
                "benchmark": "evaluation",
                "samples": arguments.samples,
                "clusters": arguments.clusters,
                "coverage": result,
                "rows": len(true),
                "resamples_2000_s": round(seconds, 3),
                "seconds": round(time.perf_counter() - begun, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
