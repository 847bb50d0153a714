"""Full fine-tuning on public labelled data, beside TF-IDF + logistic regression and the stock recipe.

    python benchmarks/public_sets.py --data ../shared/benchmarks --sets gwsd --seeds 1

Trains on train, reports dev; the test splits are never read. The data is other people's: it is measured on, not
shipped, and the models made here are deleted. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline

import stancekit
from stancekit.data import write_text

STOCK = {"learning_rate": 2e-5, "epochs": 3, "layer_decay": 1.0, "label_smoothing": 0.0, "class_weights": False}


def rows_of(folder: Path, split: str) -> list[dict[str, object]]:
    """Rows in stancekit's columns; the target of newsmtsc becomes the context."""
    rows = []
    for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        rows.append(
            {
                "id": f"{split}-{row['id']}",
                "text": row["text"],
                "stance": row["label"],
                "context": row["target"] if "target_start" in row else "",
                "probs": row.get("probs"),
                "split": split,
                "group": row.get("sent_id", row["id"]),
            }
        )
    return rows


def tfidf(train: list[dict[str, object]], dev: list[dict[str, object]]) -> np.ndarray:
    """The baseline every stance paper has: word and bigram TF-IDF with balanced logistic regression."""
    texts = [[f"{row['text']} {row['context']}" for row in rows] for rows in (train, dev)]
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        LogisticRegression(C=10, max_iter=2000, class_weight="balanced"),
    )
    return model.fit(texts[0], [row["stance"] for row in train]).predict(texts[1])


def fine_tuned(rows: list[dict[str, object]], dev: list[dict[str, object]], seed: int, **options: object) -> np.ndarray:
    """Predictions on dev of a model trained by `stancekit.train`."""
    with tempfile.TemporaryDirectory() as scratch:
        table = Path(scratch) / "table.jsonl"
        write_text(table, "".join(json.dumps({k: v for k, v in row.items() if v}) + "\n" for row in rows))
        model = stancekit.load(stancekit.train(table, Path(scratch) / "model", seed=seed, **options))
        proba = model.predict_proba([str(r["text"]) for r in dev], context=[str(r["context"]) for r in dev])
        return np.array(model.frame.label_names)[proba.argmax(1)]


def main() -> None:
    """Train, score and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/benchmarks"))
    parser.add_argument("--sets", nargs="+", default=["gwsd", "fomc", "newsmtsc"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"{arguments.data}: not there; this benchmark needs the labelled data (see --data)")
    results: dict[str, dict[str, object]] = {}
    for name in arguments.sets:
        train, dev = (rows_of(arguments.data / name, split) for split in ("train", "dev"))
        true = [str(row["stance"]) for row in dev]

        def score(given: np.ndarray, true: list[str] = true) -> dict[str, float]:
            return {
                average: round(100 * f1_score(true, given, average=average), 1) for average in ("macro", "weighted")
            }

        results[name] = {"rows": len(train), "dev": len(dev), "tfidf": score(tfidf(train, dev))}
        for label, options in (("stock", STOCK), ("stancekit", {})):
            begun = time.perf_counter()
            results[name][label] = [score(fine_tuned(train + dev, dev, seed, **options)) for seed in arguments.seeds]
            results[name][f"{label}_seconds"] = round((time.perf_counter() - begun) / len(arguments.seeds))
        print(f"{name}: {results[name]}", flush=True)
    print(json.dumps({"benchmark": "public_sets", "split": "dev", "results": results}))


if __name__ == "__main__":
    main()
