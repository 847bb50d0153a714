"""What a score has to beat: the most frequent label, and a linear model over words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stancekit.evaluation.resampling import Array, Estimate
from stancekit.evaluation.task import evaluate_task, labelled
from stancekit.records import LabelledQuote

_COMMON = 1000  # training rows from which words that occur once are left out
Baselines = dict[str, dict[str, dict[str, Estimate]]]


def evaluate_baselines(
    rows: Sequence[LabelledQuote],
    training: Sequence[LabelledQuote],
    labels: Mapping[str, Sequence[str]],
    *,
    context: bool = True,
    neither: Mapping[str, str | None] | None = None,
) -> Baselines:
    """Score the baselines on the rows that a model is scored on.

    ``majority`` gives every row the labels' shares among the training rows (without any, among the rows themselves), so
    the most frequent label. ``tfidf`` is logistic regression over TF-IDF of words and word pairs with balanced classes
    (C = 10), fitted on the training rows; it is left out where these lack two labels.

    Args:
        rows: Labelled quotes.
        training: The frame's training rows, if at hand.
        labels: By task, in the order of the confusion matrix.
        context: Whether the linear model sees the rest of the quote too.
        neither: By task, the label that takes no side.

    Returns:
        By baseline and task, the metrics of a `TaskEvaluation`.
    """
    out: Baselines = {"majority": {}, "tfidf": {}}
    for task, names in labels.items():
        known, true, clusters = labelled(rows, task)
        seen, given, _ = labelled(training, task)
        if not known:
            continue
        shares = Counter(given or true)
        made = {"majority": np.tile([shares[name] / shares.total() for name in names], (len(known), 1))}
        if len(shares) > 1 and given:
            fitted, asked = ([_text(part[i], context) for i in at] for part, at in ((training, seen), (rows, known)))
            made["tfidf"] = _linear(fitted, given, asked, names)
        for name, probabilities in made.items():
            out[name][task] = evaluate_task(
                true, probabilities, names, clusters, neither=(neither or {}).get(task)
            ).metrics
    return {name: tasks for name, tasks in out.items() if tasks}


def _text(row: LabelledQuote, context: bool) -> str:
    return f"{row.text} {row.context}" if context else row.text


def _linear(train: Sequence[str], given: Sequence[str], texts: Sequence[str], names: Sequence[str]) -> Array:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=2 if len(train) >= _COMMON else 1, token_pattern=r"\w+"
    )
    model: Any = LogisticRegression(C=10, class_weight="balanced", tol=1e-3, max_iter=1000)
    model.fit(words.fit_transform(train), given)
    found = dict(zip(model.classes_, model.predict_proba(words.transform(texts)).T, strict=True))
    return np.stack([found.get(name, np.zeros(len(texts))) for name in names], 1)
