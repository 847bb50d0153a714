"""The shipped model on its corpus's test split, beside TF-IDF + logistic regression trained on the same rows.

    python benchmarks/baseline.py

Both see each sentence with the other sentences of its quote. Intervals are 95 %, from a bootstrap over groups. The last
line is JSON.
"""

from __future__ import annotations

import argparse
import json

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import stancekit
from stancekit.data import read_quotes
from stancekit.evaluation import evaluate_task
from stancekit.frames import SENTIMENTS, load_frame


def main() -> None:
    """Train the baseline, score both, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="us-china")
    parser.add_argument("--frame", default="us-china")
    arguments = parser.parse_args()
    frame = load_frame(arguments.frame)
    rows = read_quotes(frame.quotes_path or "", frame)
    train, test = ([row for row in rows if row.split == split] for split in ("train", "test"))
    ours = stancekit.evaluate(arguments.model, arguments.frame)
    result: dict[str, object] = {"benchmark": "baseline", "train": len(train), "test": len(test)}
    print("| task | TF-IDF + logistic regression | stancekit |\n| --- | --- | --- |")
    for task, labels in (("stance", frame.label_names), ("sentiment", SENTIMENTS)):
        model = make_pipeline(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
            LogisticRegression(C=10, max_iter=3000, class_weight="balanced"),
        )
        model.fit([f"{r.text} {r.context}" for r in train], [getattr(r, task) for r in train])
        order = [list(model.classes_).index(label) for label in labels]
        baseline = evaluate_task(
            [getattr(r, task) for r in test],
            model.predict_proba([f"{r.text} {r.context}" for r in test])[:, order],
            labels,
            [r.group for r in test],
        ).metrics["macro_f1"]
        mine = ours.tasks[task].metrics["macro_f1"]
        result[task] = {"tfidf": baseline.value, "stancekit": mine.value}
        print(f"| {task} macro-F1 | {baseline} | {mine} |")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
