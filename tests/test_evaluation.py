"""Metrics, bootstrap, evaluation of a model."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy
from sklearn.metrics import (
    accuracy_score,
    cohen_kappa_score,
    f1_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_fscore_support,
)

import stancekit
from conftest import make_frame
from stancekit import DataError, LabelledQuote
from stancekit.evaluation import Evaluation, TaskEvaluation, evaluate_task, find_mistakes
from stancekit.evaluation.metrics import Ranking, contributions, macro_f1, scores
from stancekit.evaluation.resampling import cluster_resamples
from stancekit.evaluation.soft import soft_scores

LABELS = ("a", "b", "c")


@given(st.integers(0, 1000), st.integers(2, 200))
def test_scores_equal_scikit_learns(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 3, rows)
    probabilities = rng.dirichlet(np.ones(3), rows)
    ours = scores(contributions(true, probabilities).sum(0), 3, [0, 1])
    given_labels = probabilities.argmax(1)
    precision, recall, f1, _ = precision_recall_fscore_support(true, given_labels, labels=[0, 1, 2], zero_division=0)
    np.testing.assert_allclose([ours.precision, ours.recall, ours.f1], [precision, recall, f1])
    assert ours.macro_f1 == pytest.approx(
        f1_score(true, given_labels, labels=[0, 1, 2], average="macro", zero_division=0)
    )
    assert ours.macro_f1 == pytest.approx(macro_f1(true, given_labels, 3))
    assert ours.accuracy == pytest.approx(accuracy_score(true, given_labels))
    assert ours.log_loss == pytest.approx(log_loss(true, probabilities, labels=[0, 1, 2]))
    assert ours.f_average == pytest.approx(
        f1_score(true, given_labels, labels=[0, 1], average="macro", zero_division=0)
    )
    if len({*true, *given_labels}) > 1:  # scikit-learn warns of one label alone
        assert ours.matthews == pytest.approx(matthews_corrcoef(true, given_labels))
        assert ours.kappa == pytest.approx(cohen_kappa_score(true, given_labels))
    assert ours.brier == pytest.approx(((probabilities - np.eye(3)[true]) ** 2).sum(1).mean())


def test_one_label_alone_is_no_agreement_beyond_chance() -> None:
    ours = scores(contributions(np.zeros(5, dtype=int), np.tile([0.8, 0.1, 0.1], (5, 1))).sum(0), 3, [0, 1])
    assert (ours.matthews, ours.kappa) == (0, 0)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    probabilities = np.tile([0.8, 0.1, 0.1], (100, 1))
    true = np.array([0] * 50 + [1] * 50)
    ours = scores(contributions(true, probabilities).sum(0), 3, [0, 1])
    assert ours.ece == pytest.approx(0.3)
    assert ours.ece_classwise == pytest.approx((0.3 + 0.4 + 0.1) / 3)


@given(st.integers(0, 1000), st.integers(1, 60), st.sampled_from([1, 2, 6]))
def test_the_area_under_risk_and_coverage_is_the_mean_risk_at_each_rows_confidence(
    seed: int, rows: int, digits: int
) -> None:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 3, rows)
    probabilities = rng.dirichlet(np.ones(3), rows).round(digits)  # rounded: many equal confidences
    weights = rng.integers(0, 3, rows)
    weights[0] = 1
    repeated = np.repeat(np.arange(rows), weights)  # what the weights stand for
    sure, wrong = probabilities[repeated].max(1), probabilities[repeated].argmax(1) != true[repeated]
    expected = np.mean([wrong[sure >= threshold].mean() for threshold in sure])
    assert Ranking(true, probabilities).aurc(weights) == pytest.approx(expected)


def test_the_curve_says_what_a_threshold_keeps_and_how_much_of_it_is_wrong() -> None:
    sure = np.linspace(0.5, 0.99, 40)
    probabilities = np.stack([sure, 1 - sure], 1)
    true = np.where(np.arange(40) < 10, 1, 0)  # the ten least sure are wrong
    curve = Ranking(true, probabilities).curve()
    assert [point.coverage for point in curve] == pytest.approx(np.arange(1, 21) / 20)
    for point in curve:
        kept = sure >= point.threshold
        assert point.coverage == pytest.approx(kept.mean())
        assert point.risk == pytest.approx((true[kept] == 1).mean())


def test_conformal_sets_are_counted_as_predictions_give_them() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), 300)
    true = rng.integers(0, 3, 300)
    quantiles = {"0.8": 0.35, "0.9": 0.6}
    names = [LABELS[i] for i in true]
    found = evaluate_task(names, probabilities, LABELS, list(map(str, range(300))), quantiles=quantiles).conformal
    for promised in quantiles:
        sets = [
            stancekit.Prediction("x", "a", 1.0, dict(zip(LABELS, row, strict=True)), quantiles=quantiles).stance_set(
                float(promised)
            )
            for row in probabilities.tolist()
        ]
        hit = np.mean([name in chosen for name, chosen in zip(names, sets, strict=True)])
        assert found[promised]["coverage"].value == pytest.approx(hit)
        assert found[promised]["size"].value == pytest.approx(np.mean([len(chosen) for chosen in sets]))


def test_reliability_bins_hold_every_row_and_their_gaps_make_the_calibration_error() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), 400)
    names = [LABELS[i] for i in rng.integers(0, 3, 400)]
    result = evaluate_task(names, probabilities, LABELS, [str(i // 4) for i in range(400)])
    bins = result.reliability
    assert sum(b.rows for b in bins) == 400
    assert [b.confidence for b in bins] == sorted(b.confidence for b in bins)
    assert all(b.accuracy.low <= b.accuracy.value <= b.accuracy.high for b in bins)
    gap = sum(b.rows * abs(b.confidence - b.accuracy.value) for b in bins) / 400
    assert gap == pytest.approx(result.metrics["ece"].value)


def test_a_bin_with_one_group_has_no_narrow_interval() -> None:
    probabilities = np.array([[0.95, 0.05, 0.0]] * 30 + [[0.45, 0.3, 0.25]] * 3)
    result = evaluate_task(["a"] * 33, probabilities, LABELS, [str(min(i, 30)) for i in range(33)])
    low, _ = result.reliability
    assert (low.rows, low.accuracy.low, low.accuracy.value, low.accuracy.high) == (3, 0, 1, 1)


def test_soft_scores_equal_scipys() -> None:
    rng = np.random.default_rng(0)
    shares, made = rng.dirichlet(np.ones(3), 50), rng.dirichlet(np.ones(3), 50)
    rows = [
        LabelledQuote(str(i), "x", "a", probs=dict(zip(LABELS, (9 * p).tolist(), strict=True)))
        for i, p in enumerate(shares)
    ]
    found = soft_scores(
        [*rows, LabelledQuote("one", "x", "a")], np.vstack([made, made[:1]]), LABELS, list("xy") * 25 + ["z"]
    )
    assert found is not None
    assert found.rows == 50
    assert found.entropy.value == pytest.approx(entropy(shares, axis=1).mean())
    assert found.cross_entropy.value == pytest.approx((entropy(shares, axis=1) + entropy(shares, made, axis=1)).mean())
    assert found.jensen_shannon.value == pytest.approx((jensenshannon(shares, made, axis=1, base=2) ** 2).mean())
    assert soft_scores([LabelledQuote("one", "x", "a")], made[:1], LABELS, ["x"]) is None


def test_a_wrong_label_is_a_candidate_and_an_error_of_the_model_is_not() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, 300)
    probabilities = np.full((300, 3), 0.05)
    probabilities[np.arange(300), true] = 0.9
    probabilities[7] = [0.34, 0.33, 0.33] if true[7] else [0.33, 0.34, 0.33]  # hardly sure, and wrong
    names = [LABELS[i] for i in true]
    names[3] = LABELS[(true[3] + 1) % 3]
    rows = [LabelledQuote(str(i), f"sentence {i}", name) for i, name in enumerate(names)]
    found = find_mistakes(rows, names, probabilities, LABELS)
    assert (found.wrong, found.candidates) == (2, 1)
    assert [(m.id, m.label, m.given, m.confidence) for m in found.doubtful] == [("3", names[3], LABELS[true[3]], 0.9)]
    assert [m.id for m in found.surest] == ["7"]


def test_without_cleanlab_the_most_confident_errors_are_still_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    rows = [LabelledQuote("1", "x" * 200, "a"), LabelledQuote("2", "y", "b")]
    found = find_mistakes(rows, ["a", "b"], np.array([[0.1, 0.9, 0.0], [0.6, 0.4, 0.0]]), LABELS)
    assert (found.candidates, [m.id for m in found.surest]) == (None, ["1", "2"])
    assert "not searched; pip install 'stancekit[report]'" in str(found)
    assert max(map(len, str(found).splitlines())) <= 80


def conclusion(model: float, baseline: float, groups: int = 60) -> str:
    """Of a model and a baseline that are right as often as said."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, groups * 5)
    names = [LABELS[i] for i in true]
    clusters = [str(i // 5) for i in range(len(true))]

    def scored(share: float) -> TaskEvaluation:
        probabilities = np.full((len(true), 3), 0.1)
        probabilities[np.arange(len(true)), np.where(rng.random(len(true)) < share, true, (true + 1) % 3)] = 0.8
        return evaluate_task(names, probabilities, LABELS, clusters)

    return Evaluation(
        "m", "d", {"stance": scored(model)}, baselines={"tfidf": {"stance": scored(baseline).metrics}}
    ).conclusion


def test_what_may_be_concluded_depends_on_the_intervals() -> None:
    assert "That is better than the best baseline (tfidf: 0.5" in conclusion(0.9, 0.5)
    assert "That is worse than the best baseline" in conclusion(0.4, 0.8)
    assert "it may not be concluded that it is better than the best baseline" in conclusion(0.8, 0.79)
    assert conclusion(0.9, 0.5, groups=9).startswith("Nothing may be concluded from 9 groups")


def test_the_average_of_the_poles_leaves_the_label_without_a_side_out() -> None:
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), 90)
    names = [LABELS[i] for i in rng.integers(0, 3, 90)]
    clusters = [str(i // 3) for i in range(90)]
    result = evaluate_task(names, probabilities, LABELS, clusters, neither="b")
    f1 = [result.per_label[label]["f1"].value for label in ("a", "c")]
    assert result.metrics["f_average"].value == pytest.approx(np.mean(f1))
    assert "f_average" not in evaluate_task(names, probabilities, LABELS, clusters).metrics


def test_few_groups_are_said() -> None:
    result = evaluate_task(["a"] * 8, np.tile([0.8, 0.1, 0.1], (8, 1)), LABELS, list("xxxxyyyy"))
    assert "under 10 groups: do not rely on the intervals" in str(result)


def test_resamples_take_clusters_whole() -> None:
    values = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    sums = cluster_resamples(values, np.array(["x", "x", "y", "y"]), 200, seed=0)
    assert {tuple(row) for row in sums.tolist()} == {(4.0, 0.0), (2.0, 2.0), (0.0, 4.0)}


def test_intervals_over_clusters_are_wider_than_over_rows_where_rows_of_a_cluster_are_alike() -> None:
    rng = np.random.default_rng(0)
    cluster = np.repeat(np.arange(40), 10)
    right = rng.random(40)[cluster] < 0.7
    true = np.zeros(400, dtype=int)
    probabilities = np.where(right[:, None], [0.9, 0.05, 0.05], [0.05, 0.9, 0.05])

    def width(clusters: np.ndarray) -> float:
        accuracy = evaluate_task([LABELS[t] for t in true], probabilities, LABELS, clusters.tolist()).metrics[
            "accuracy"
        ]
        return accuracy.high - accuracy.low

    assert width(cluster) > 2 * width(np.arange(400))


def test_two_thousand_resamples_of_ten_thousand_rows_take_under_two_seconds() -> None:
    import time

    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), 10_000)
    true = [LABELS[i] for i in rng.integers(0, 3, 10_000)]
    clusters = rng.integers(0, 1500, 10_000).astype(str).tolist()
    begun = time.perf_counter()
    evaluate_task(true, probabilities, LABELS, clusters, quantiles={"0.8": 0.3, "0.9": 0.5, "0.95": 0.7})
    assert time.perf_counter() - begun < 2


def test_a_model_is_evaluated_on_the_test_split_of_a_frame(model: Path, frame: Path) -> None:
    result = stancekit.evaluate(model, frame)
    assert result.data.endswith("test split")
    stance = result.tasks["stance"]
    assert (stance.rows, stance.clusters, stance.labels) == (12, 3, ("for", "against", "neither"))
    assert sum(map(sum, stance.confusion)) == 12
    for estimate in stance.metrics.values():
        assert estimate.low <= estimate.value <= estimate.high
    assert set(stance.conformal) == {"0.8", "0.9", "0.95"}
    assert max(map(len, str(result).splitlines()[1:])) <= 80
    assert "true ↓ given →" in str(result)
    assert result.to_dict()["tasks"]["sentiment"]["rows"] == 12


def test_a_table_without_splits_is_evaluated_whole(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,stance\nwe welcome bread,for\nwe oppose bread,against\n")
    result = stancekit.evaluate(model, tmp_path / "a.csv")
    assert list(result.tasks) == ["stance"]
    assert result.tasks["stance"].rows == 2


def test_the_behaviour_suite_of_the_frame_is_run(model: Path, tmp_path: Path) -> None:
    folder = make_frame(tmp_path / "frame")
    (folder / "behaviour.toml").write_text(
        '[[tests]]\nname = "praise"\ncapability = "plain"\nkind = "MFT"\ncases.for = """\nwe welcome bread\n"""\n'
    )
    result = stancekit.evaluate(model, folder)
    assert result.behaviour is not None
    assert result.behaviour.cases == 1
    assert "behaviour suite: 100.0% of 1 cases pass in 1 tests" in str(result)
    (folder / "frame.toml").write_text((folder / "frame.toml").read_text().replace("neither]", "none]"))
    (folder / "quotes.jsonl").write_text('{"text": "we welcome bread", "stance": "for"}\n')
    assert stancekit.evaluate(model, folder).behaviour is None  # other labels than the model's


def test_rows_with_several_annotators_get_soft_scores(model: Path, tmp_path: Path) -> None:
    row = {"text": "we welcome bread", "stance": "for", "probs": {"for": 0.75, "neither": 0.25}}
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    result = stancekit.evaluate(model, tmp_path / "a.jsonl")
    assert result.tasks["stance"].soft is not None
    assert "against the shares of several annotators, 1 sentences" in str(result)


def test_a_frame_that_is_not_shipped_needs_data(model: Path) -> None:
    with pytest.raises(DataError, match="'tiny' is not a shipped frame; say what to evaluate on"):
        stancekit.evaluate(model)


def test_labels_the_model_does_not_know_are_named(model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,stance\nwe welcome bread,pro\n")
    with pytest.raises(DataError, match=r"a.csv:2: unknown stance 'pro'; known: for, against, neither"):
        stancekit.evaluate(model, tmp_path / "a.csv")


def test_no_rows_are_a_clear_error() -> None:
    with pytest.raises(DataError, match="0 labels"):
        evaluate_task([], np.zeros((0, 3)), LABELS, [])
