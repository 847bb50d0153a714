"""Slices, baselines, and sentences that were seen in training."""

import json
from pathlib import Path

import numpy as np
import pytest

import stancekit
from conftest import tiny_rows
from stancekit import DataError, LabelledQuote
from stancekit.evaluation import evaluate_baselines, evaluate_task, slice_task
from stancekit.evaluation.baselines import baseline_probabilities
from stancekit.evaluation.held_out import held_out, seen_in_training
from stancekit.evaluation.slices import slice_values, slices_text

LABELS = ("a", "b", "c")


def quotes(*texts: str, **values: object) -> list[LabelledQuote]:
    return [LabelledQuote(str(i), text, "a", **values) for i, text in enumerate(texts)]


def sample(seed: int, worse: float, clusters: int = 80, each: int = 5) -> tuple:
    """Rows of two kinds, "x" in even clusters, with accuracy 0.8 and 0.8 − worse."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), each)
    kinds = np.where(cluster % 2 == 0, "x", "y")
    base = rng.normal(0, 0.1, clusters)[cluster]
    right = rng.random(len(cluster)) < 0.8 - worse * (kinds == "y") + base
    true = rng.integers(0, 3, len(cluster))
    probabilities = np.full((len(cluster), 3), 0.1)
    probabilities[np.arange(len(cluster)), np.where(right, true, (true + 1) % 3)] = 0.8
    return [LABELS[i] for i in true], probabilities, cluster.astype(str).tolist(), kinds.tolist()


def test_a_slice_has_the_scores_of_its_rows_and_the_weaker_one_is_found() -> None:
    true, probabilities, clusters, kinds = sample(0, 0.3)
    x, y = slice_task(true, probabilities, LABELS, clusters, {"kind": kinds})["kind"]
    mask = np.array(kinds) == "y"
    alone = evaluate_task(
        [t for t, inside in zip(true, mask, strict=True) if inside],
        probabilities[mask],
        LABELS,
        [c for c, inside in zip(clusters, mask, strict=True) if inside],
    )
    assert (y.value, y.rows, y.clusters, y.small) == ("y", 200, 40, False)
    assert (y.accuracy, y.macro_f1) == (alone.metrics["accuracy"], alone.metrics["macro_f1"])
    assert y.difference == pytest.approx(y.accuracy.value - x.accuracy.value)
    assert y.p is not None
    assert y.p < 0.001
    assert y.p_holm == pytest.approx(2 * y.p)


def test_equal_slices_are_told_apart_as_often_as_the_test_says() -> None:
    told = 0
    for seed in range(400):
        true, probabilities, clusters, kinds = sample(seed, 0.0)
        found = slice_task(true, probabilities, LABELS, clusters, {"kind": kinds}, resamples=2)["kind"][0]
        told += found.p is not None and found.p < 0.05
    assert 8 <= told <= 32  # 20 expected


def test_small_slices_are_marked_and_not_tested() -> None:
    true, probabilities, clusters, _ = sample(0, 0.0)
    values = ["one"] * 5 + ["few"] * 30 + ["many"] * 365
    one, few, many = (
        next(s for s in slice_task(true, probabilities, LABELS, clusters, {"v": values})["v"] if s.value == name)
        for name in ("one", "few", "many")
    )
    assert (one.small, few.small, many.small) == (True, True, False)
    assert (one.p, few.p_holm) == (None, None)
    assert (one.accuracy.low, one.accuracy.high) == (0, 1)  # one cluster says nothing of others
    text = slices_text({"v": (one, few, many)})
    assert [line.split()[-1] for line in text.splitlines()[2:4]] == ["small", "small"]
    assert max(map(len, text.splitlines())) <= 80


def test_long_lists_of_values_are_cut_in_the_text_alone() -> None:
    true, probabilities, clusters, _ = sample(0, 0.0)
    made = slice_task(true, probabilities, LABELS, clusters, {"v": [str(i % 50) + "x" * 40 for i in range(400)]})
    text = slices_text(made)
    assert "… and 40 more, the largest with 8 rows; see --json" in text
    assert (len(made["v"]), max(map(len, text.splitlines()))) == (50, 80)


def test_lengths_and_numbers_are_in_their_order() -> None:
    rows = quotes("one two", " ".join("w" * 41), " ".join("w" * 6), "five words are in here")
    assert slice_values(rows, "length") == ["1–5 words", "41 words or more", "6–10 words", "1–5 words"]
    answers = ["a"] * 4, np.tile([0.8, 0.1, 0.1], (4, 1)), LABELS, list("wxyz")
    found = slice_task(*answers, {"length": slice_values(rows, "length"), "n": ["10", "9", "(none)", "10"]})
    assert [s.value for s in found["length"]] == ["1–5 words", "6–10 words", "41 words or more"]
    assert [s.value for s in found["n"]] == ["9", "10", "(none)"]


def test_any_column_of_the_data_can_be_sliced_by(model: Path, tmp_path: Path) -> None:
    lines = [{**row, "paper": "north" if i % 2 else None} for i, row in enumerate(tiny_rows())]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = stancekit.evaluate(model, tmp_path / "a.jsonl", slices=("paper", "length", "year"))
    assert {s.value: s.rows for s in result.slices["paper"]} == {"(none)": 6, "north": 6}
    assert [s.value for s in result.slices["year"]] == ["(none)"]
    assert json.loads(result.to_json())["slices"]["length"][0]["small"] is True
    assert "stance by slice" in str(result)
    with pytest.raises(DataError, match="no column 'outlet' to slice by; there is: .*length, paper"):
        stancekit.evaluate(model, tmp_path / "a.jsonl", slices=["outlet"])


def test_baselines_stand_beside_every_score(model: Path, frame: Path) -> None:
    result = stancekit.evaluate(model, frame)
    assert result.training_rows == 72
    assert list(result.baselines) == ["majority", "keywords", "tfidf"]
    assert result.baselines["majority"]["stance"]["accuracy"].value == pytest.approx(1 / 3)
    assert result.baselines["tfidf"]["stance"]["macro_f1"].value > 0.9  # told apart by their first words
    assert "stance, tfidf" in str(result)
    assert "none nearly the same as one of 72 training sentences" in str(result)


def test_without_training_rows_the_majority_is_that_of_the_rows(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "text,stance\nwe welcome bread,for\nwe oppose bread,against\nwe oppose it,against\n"
    )
    result = stancekit.evaluate(model, tmp_path / "a.csv")
    assert list(result.baselines) == ["majority"]
    assert result.baselines["majority"]["stance"]["accuracy"].value == pytest.approx(2 / 3)
    assert "no training sentences at hand" in str(result)


def test_keywords_are_the_words_typical_of_a_label_and_the_majority_decides_where_there_are_none() -> None:
    training = [
        LabelledQuote(str(i), text, label)
        for i, (text, label) in enumerate(
            [("we welcome the tax", "a"), ("they welcome the bill", "a"), ("we oppose the tax", "b"),
             ("they oppose the bill", "b"), ("they oppose it", "b")]
        )
    ]  # fmt: skip
    rows = [LabelledQuote("x", "welcome news", "a"), LabelledQuote("y", "oppose", "b"), LabelledQuote("z", "snow", "a")]
    made = baseline_probabilities(rows, training, "stance", ("a", "b"))["keywords"]
    assert made.argmax(1).tolist() == [0, 1, 1]
    np.testing.assert_allclose(made[2], [0.4, 0.6])
    np.testing.assert_allclose(made.sum(1), 1)


def test_training_sentences_without_a_word_leave_the_majority_alone() -> None:
    training = [LabelledQuote("1", "…", "a"), LabelledQuote("2", "!", "b"), LabelledQuote("3", "?", "b")]
    made = baseline_probabilities([LabelledQuote("4", "words", "a")], training, "stance", ("a", "b"))
    assert list(made) == ["majority"]


def test_a_label_that_training_rows_lack_gets_no_probability() -> None:
    training = [LabelledQuote("1", "yes yes", "a"), LabelledQuote("2", "no no", "b")]
    rows = [LabelledQuote("3", "yes", "c"), LabelledQuote("4", "no", "b")]
    found = evaluate_baselines(rows, training, {"stance": LABELS})
    assert found["tfidf"]["stance"]["accuracy"].value == 0.5


def test_sentences_seen_in_training_are_said_before_any_score(model: Path, frame: Path, tmp_path: Path) -> None:
    lines = tiny_rows()
    seen = next(row for row in lines if row["split"] == "train" and len(row["text"].split()) >= 6)
    place = next(i for i, row in enumerate(lines) if row["split"] == "test")
    lines[place]["text"] = seen["text"] + "!"
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = stancekit.evaluate(model, tmp_path / "a.jsonl")
    assert [(pair.id, pair.training_id) for pair in result.near_duplicates] == [(lines[place]["id"], seen["id"])]
    text = str(result)
    assert text.index("warning: 1 sentences are nearly the same") < text.index("macro_f1")
    assert max(map(len, text.splitlines()[1:])) <= 80


def test_the_closest_training_sentence_is_named() -> None:
    rows = quotes("they will keep the old channel open")
    training = quotes(
        "they will keep the old channels open", "they will keep the old channel open", "nothing of the kind is here"
    )
    (pair,) = seen_in_training(rows, training)
    assert (pair.training_id, pair.similarity) == ("1", pytest.approx(1, abs=1e-3))
    assert seen_in_training(rows, []) == ()


def test_training_rows_come_with_the_data_or_with_the_shipped_frame(frame: Path, tmp_path: Path) -> None:
    assert len(held_out(frame, "tiny").training) == 72
    (tmp_path / "a.csv").write_text("text,stance\nwe talk,easing\n")
    assert held_out(tmp_path / "a.csv", "tiny").training == []
    assert len(held_out(tmp_path / "a.csv", "us-china").training) > 10_000
