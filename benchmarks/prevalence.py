"""Do the intervals of `stancekit.prevalence` hold? Simulated corpora whose true shares are known.

    python benchmarks/prevalence.py

In each scene many corpora are drawn: articles that lean one way or another (or independent sentences), a classifier
with given errors, a random sample that is labelled rightly. Coverage is how often a 95 % interval holds the true
share, as the mean over stances and the lowest and highest among them; widths are mean half-widths in points.
`raw` is the interval of a share that takes the model's labels for the truth. The bias of adjusted counts is in
points, for the stance where it is largest. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass

import numpy as np

from stancekit.evaluation.powered import Array, Sample, adjusted_counts, plan

THREE = (0.2, 0.3, 0.5)
GOOD = ((0.85, 0.05, 0.1), (0.05, 0.85, 0.1), (0.1, 0.2, 0.7))
GREAT = ((0.98, 0.01, 0.01), (0.01, 0.98, 0.01), (0.01, 0.01, 0.98))
LEANING = ((0.9, 0.02, 0.08), (0.3, 0.6, 0.1), (0.4, 0.05, 0.55))
POOR = ((0.4, 0.3, 0.3), (0.35, 0.35, 0.3), (0.3, 0.3, 0.4))
NOISE = ((0.1, 0.1, 0.8),) * 3
BLIND = ((0.95, 0.05, 0.0), (0.05, 0.95, 0.0), (0.5, 0.5, 0.0))
FIVE = tuple(tuple(0.72 if i == j else 0.15 if abs(i - j) == 1 else 0.02 for j in range(5)) for i in range(5))


@dataclass(frozen=True)
class Scene:
    """One kind of corpus.

    Attributes:
        name: For the table.
        errors: ``errors[i][j]``: how often stance i is predicted as j.
        labelled: Sentences (about so many, where whole articles are).
        base: True shares.
        articles: In a corpus.
        size: Mean sentences an article; 1 for independent ones.
        alike: Intra-article correlation of stances.
        drawn: ``evenly``, ``articles`` (whole ones) or ``weighted`` (rare predictions more often).
        soft: The classifier gives probabilities, of a model that does not know its own errors by row.
        once: Every other article is four times as long and leans to the first stance; each article counts once.
        apart: Rows of an article are taken to be independent, which they are not.
        elsewhere: The errors in the labelled rows of other groups, from which adjusted counts learn too.
    """

    name: str
    errors: tuple[tuple[float, ...], ...]
    labelled: int = 200
    base: tuple[float, ...] = THREE
    articles: int = 3000
    size: float = 1
    alike: float = 0.0
    drawn: str = "evenly"
    soft: bool = False
    once: bool = False
    apart: bool = False
    elsewhere: tuple[tuple[float, ...], ...] | None = None


SCENES = (
    Scene("good model", GOOD),
    Scene("good model, probabilities", GOOD, soft=True),
    Scene("near-perfect model", GREAT),
    Scene("leans to one side", LEANING),
    Scene("poor model", POOR),
    Scene("pure noise", NOISE),
    Scene("blind to one stance", BLIND),
    Scene("five stances", FIVE, base=(0.1, 0.15, 0.2, 0.25, 0.3)),
    Scene("a stance of 2 %", GOOD, base=(0.02, 0.28, 0.7)),
    Scene("articles of 12, alike", GOOD, articles=300, size=12, alike=0.3),
    Scene("articles of 12, leaning model", LEANING, articles=300, size=12, alike=0.3),
    Scene("40 whole articles labelled", GOOD, 480, articles=300, size=12, alike=0.3, drawn="articles"),
    Scene("each article counting once", LEANING, 300, articles=300, size=8, alike=0.3, once=True),
    Scene("rare predictions drawn more", LEANING, drawn="weighted"),
    Scene("errors differ by group", LEANING, elsewhere=GOOD),
    Scene("30 labels, good model", GOOD, 30),
    Scene("30 labels, alike", GOOD, 30, articles=300, size=12, alike=0.3),
    Scene("30 labels, near-perfect model", GREAT, 30),
    Scene("1,000 labels, good model", GOOD, 1000, articles=10_000),
    Scene("whole articles taken for rows", GOOD, 480, articles=300, size=12, alike=0.3, drawn="articles", apart=True),
)


def pick(chances: Array, rng: np.random.Generator) -> Array:
    """One class a row: (rows, classes) → (rows,)."""
    return (rng.random((len(chances), 1)) > np.cumsum(chances, 1)).sum(1).clip(0, chances.shape[1] - 1)


def corpus(scene: Scene, rng: np.random.Generator) -> tuple[Sample, Array]:
    """A sample, and a confusion matrix as all labelled rows give it."""
    base, errors, classes = np.array(scene.base), np.array(scene.errors), len(scene.base)
    if scene.alike:
        sides = base + np.array([[0.1], [-0.1]]) * np.array([1, *[0] * (classes - 2), -1]) * scene.once
        leaning = rng.standard_gamma(sides[np.arange(scene.articles) % 2] * (1 / scene.alike - 1))
        leaning /= leaning.sum(1, keepdims=True)  # Dirichlet
        sizes = (rng.poisson(scene.size - 1, scene.articles) + 1) * np.where(
            scene.once & (np.arange(scene.articles) % 2 == 0), 4, 1
        )
    else:
        leaning, sizes = np.tile(base, (scene.articles, 1)), np.ones(scene.articles, dtype=int)
    cluster = np.repeat(np.arange(scene.articles), sizes)
    true = pick(leaning[cluster], rng)
    given = pick(errors[true], rng)
    rows, hot = len(true), np.eye(classes)
    chance = np.ones(rows)
    if scene.drawn == "weighted":  # Poisson sampling
        chance = 1 / np.bincount(given, minlength=classes)[given]
        chance *= scene.labelled / chance.sum()
        place = np.flatnonzero(rng.random(rows) < chance)
    elif scene.drawn == "articles":
        chosen = rng.choice(scene.articles, round(scene.labelled / scene.size), replace=False)
        place = np.flatnonzero(np.isin(cluster, chosen))
    else:
        place = rng.choice(rows, scene.labelled, replace=False)
    predicted = 0.7 * hot[given] + 0.3 * errors[given] if scene.soft else hot[given]
    count = 1 / sizes[cluster] if scene.once else np.ones(rows)
    known = np.arange(rows) if scene.apart else cluster
    sample = Sample(predicted, count, known, place, hot[true[place]], 1 / chance[place])
    confusion = (sample.truth * (sample.weight * count[place])[:, None]).T @ hot[given[place]]
    if scene.elsewhere:
        others = pick(np.tile(base, (4 * scene.labelled, 1)), rng)
        confusion = confusion + hot[others].T @ hot[pick(np.array(scene.elsewhere)[others], rng)]
    return sample, confusion


def measure(scene: Scene, repeats: int, seed: int) -> dict[str, float]:
    """Coverage, widths and biases over many corpora."""
    rng = np.random.default_rng(seed)
    base = np.array(scene.base)
    totals: dict[str, Array] = {}
    for _ in range(repeats):
        sample, confusion = corpus(scene, rng)
        raw = np.bincount(sample.predicted.argmax(1), sample.count, len(base)) / sample.count.sum()
        spread = 1.96 * np.sqrt(raw * (1 - raw) / len(sample.predicted))
        here: dict[str, Array] = {"raw": np.abs(raw - base) <= spread}
        for name, power in (("ppi++", None), ("ppi", 1.0), ("hand", 0.0)):
            found = sample.estimate(power)
            here[name] = (found.low <= base) & (base <= found.high)
            here[f"{name} width"] = (found.high - found.low) / 2
            here[f"{name} value"] = found.value
        here["adjusted value"] = adjusted_counts(raw, confusion)
        for name, values in here.items():
            totals[name] = totals.get(name, 0) + values / repeats
    return {
        "coverage": float(totals["ppi++"].mean()),
        "coverage_low": float(totals["ppi++"].min()),
        "coverage_high": float(totals["ppi++"].max()),
        "hand_coverage": float(totals["hand"].mean()),
        "raw_coverage": float(totals["raw"].mean()),
        "width": float(totals["ppi++ width"].mean()),
        "plain_width": float(totals["ppi width"].mean()),
        "hand_width": float(totals["hand width"].mean()),
        "widest_ratio": float((totals["ppi++ width"] / totals["hand width"]).max()),
        "bias": float(np.abs(totals["ppi++ value"] - base).max()),
        "adjusted_bias": float(np.abs(totals["adjusted value"] - base).max()),
    }


def planned(repeats: int, seed: int) -> dict[str, float]:
    """What `plan` asks for to get ± 4 points for the third stance of a good model, and what then comes out."""
    rng = np.random.default_rng(seed)
    pilot = [corpus(Scene("pilot", GOOD, 100), rng)[0].correlations()[2] for _ in range(50)]
    rows = plan(0.04, share=THREE[2], correlation=float(np.mean(pilot)), total=3000)
    widths = []
    for _ in range(repeats):
        found = corpus(Scene("planned", GOOD, rows), rng)[0].estimate(None)
        widths.append((found.high[2] - found.low[2]) / 2)
    return {"wanted": 0.04, "rows": rows, "by_hand_alone": plan(0.04, share=THREE[2]), "width": float(np.mean(widths))}


def main() -> None:
    """Run the scenes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    begun = time.perf_counter()
    print("| scene | coverage, % | by hand | raw | ± | plain PPI | by hand | widest ÷ hand | adjusted: bias |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    results = {}
    for number, scene in enumerate(SCENES):
        m = results[scene.name] = measure(scene, arguments.repeats, arguments.seed + number)
        p = {name: f"{100 * value:.1f}" for name, value in m.items()}
        print(
            f"| {scene.name} | {p['coverage']} ({p['coverage_low']}–{p['coverage_high']}) | {p['hand_coverage']} | "
            f"{p['raw_coverage']} | {p['width']} | {p['plain_width']} | {p['hand_width']} | {m['widest_ratio']:.2f} | "
            f"{p['adjusted_bias']} |",
            flush=True,
        )
    asked = planned(200, arguments.seed)
    print(
        f"\nplan: ± {100 * asked['wanted']:g} points want {asked['rows']} labels with the model, "
        f"{asked['by_hand_alone']} without; with those the model gave ± {100 * asked['width']:.2f}"
    )
    seconds = round(time.perf_counter() - begun)
    rounded = {name: {key: round(value, 4) for key, value in m.items()} for name, m in results.items()}
    print(json.dumps({"benchmark": "prevalence", "repeats": arguments.repeats, "seconds": seconds, "plan": asked,
                      "scenes": rounded}))  # fmt: skip


if __name__ == "__main__":
    main()
