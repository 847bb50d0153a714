"""What a score has to beat: the most frequent label, counted keywords, and a linear model over words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stancekit.evaluation.resampling import Array, Estimate
from stancekit.evaluation.task import evaluate_task, labelled
from stancekit.records import LabelledQuote

_COMMON = 1000  # training rows from which words that occur once are left out
_WORD = r"\w+"
KEYWORDS = 50  # of each label, at most
Baselines = dict[str, dict[str, dict[str, Estimate]]]


def evaluate_baselines(
    rows: Sequence[LabelledQuote],
    training: Sequence[LabelledQuote],
    labels: Mapping[str, Sequence[str]],
    *,
    context: bool = True,
    neither: Mapping[str, str | None] | None = None,
) -> Baselines:
    """Score the baselines of `baseline_probabilities` on the rows that a model is scored on.

    Args:
        rows: Labelled quotes.
        training: The frame's training rows, if at hand.
        labels: By task, in the order of the confusion matrix.
        context: Whether the linear model sees the rest of the quote too.
        neither: By task, the label that takes no side.

    Returns:
        By baseline and task, the metrics of a `TaskEvaluation`.
    """
    made = {task: baseline_probabilities(rows, training, task, names, context) for task, names in labels.items()}
    return score_baselines(rows, made, labels, neither)


def baseline_probabilities(
    rows: Sequence[LabelledQuote],
    training: Sequence[LabelledQuote],
    task: str,
    names: Sequence[str],
    context: bool = True,
) -> dict[str, Array]:
    """What the baselines say of the rows that have a label for the task, by baseline (rows, labels).

    ``majority`` gives every row the labels' shares among the training rows (without any, among the rows themselves), so
    the most frequent label. ``keywords`` counts the words of a sentence that are typical of each label in the training
    rows. ``tfidf`` is logistic regression over TF-IDF of words and word pairs with balanced classes (C = 10), fitted on
    the training rows. The last two are left out where these lack two labels, or any word.
    """
    known, true, _ = labelled(rows, task)
    seen, given, _ = labelled(training, task)
    if not known:
        return {}
    shares = Counter(given or true)
    prior = np.array([shares[name] / shares.total() for name in names])
    made = {"majority": np.tile(prior, (len(known), 1))}
    if len(shares) > 1 and any(re.search(_WORD, training[i].text) for i in seen):
        train, asked = [training[i] for i in seen], [rows[i] for i in known]
        made["keywords"] = _keywords([row.text for row in train], given, [row.text for row in asked], names, prior)
        fitted, shown = ([_text(row, context) for row in part] for part in (train, asked))
        made["tfidf"] = _linear(fitted, given, shown, names)
    return made


def score_baselines(
    rows: Sequence[LabelledQuote],
    made: Mapping[str, Mapping[str, Array]],
    labels: Mapping[str, Sequence[str]],
    neither: Mapping[str, str | None] | None = None,
) -> Baselines:
    """The metrics of probabilities by task and baseline, by baseline and task."""
    out: Baselines = {}
    for task, by_name in made.items():
        _, true, clusters = labelled(rows, task)
        for name, probabilities in by_name.items():
            found = evaluate_task(true, probabilities, labels[task], clusters, neither=(neither or {}).get(task))
            out.setdefault(name, {})[task] = found.metrics
    return out


def _text(row: LabelledQuote, context: bool) -> str:
    return f"{row.text} {row.context}" if context else row.text


def _keywords(
    train: Sequence[str], given: Sequence[str], texts: Sequence[str], names: Sequence[str], prior: Array
) -> Array:
    """Shares of the keywords in a sentence, the labels' own shares counting as one keyword more.

    Keywords are the words whose log-odds in a label against the others are highest for their standard error, with all
    training rows as the prior (Monroe, Colaresi & Quinn 2008, "Fightin' Words", equations 16 and 22).
    """
    from sklearn.feature_extraction.text import CountVectorizer

    words = CountVectorizer(binary=True, min_df=_rarest(train), token_pattern=_WORD)
    counts = words.fit_transform(train)
    found = words.transform(texts)
    label, every = np.asarray(given), np.asarray(counts.sum(0), dtype=float).ravel()
    hits = np.zeros((len(texts), len(names)))
    for i, name in enumerate(names):
        inside = np.asarray(counts[label == name].sum(0), dtype=float).ravel()
        here, there = inside + every, 2 * every - inside
        odds = [np.log(side / np.maximum(side.sum() - side, 1)) for side in (here, there)]
        z = (odds[0] - odds[1]) / np.sqrt(1 / here + 1 / there)
        typical = np.argsort(-z, kind="stable")[:KEYWORDS]
        hits[:, i] = np.asarray(found[:, typical[z[typical] > 0]].sum(1)).ravel()
    shares: Array = (hits + prior) / (hits.sum(1, keepdims=True) + 1)
    return shares


def _linear(train: Sequence[str], given: Sequence[str], texts: Sequence[str], names: Sequence[str]) -> Array:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=_rarest(train), token_pattern=_WORD)
    model: Any = LogisticRegression(C=10, class_weight="balanced", tol=1e-3, max_iter=1000)
    model.fit(words.fit_transform(train), given)
    found = dict(zip(model.classes_, model.predict_proba(words.transform(texts)).T, strict=True))
    return np.stack([found.get(name, np.zeros(len(texts))) for name in names], 1)


def _rarest(train: Sequence[str]) -> int:
    """In how many rows a word has to occur."""
    return 2 if len(train) >= _COMMON else 1
