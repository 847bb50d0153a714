"""Two models on the same rows."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test

import stancekit
from conftest import TINY_FRAME, TINY_OPTIONS, tiny_rows
from stancekit import DataError
from stancekit.evaluation import compare_task
from stancekit.evaluation.resampling import holm

LABELS = ("a", "b", "c")


def answers(right: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Probabilities that put 0.8 on the true label where it is right, and on the next one elsewhere."""
    out = np.full((len(true), 3), 0.1)
    out[np.arange(len(true)), np.where(right, true, (true + 1) % 3)] = 0.8
    return out


def sample(seed: int, first: float, second: float, clusters: int = 60, each: int = 5) -> tuple:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, 3, clusters * each)
    pair = answers(rng.random(len(true)) < first, true), answers(rng.random(len(true)) < second, true)
    names = [str(i // each) for i in range(len(true))]
    return [LABELS[i] for i in true], *pair, names


def test_a_better_model_is_called_better_and_from_the_other_side_worse() -> None:
    true, good, bad, clusters = sample(0, 0.9, 0.6)
    forth = compare_task(true, good, bad, LABELS, clusters, names=("A", "B"))
    back = compare_task(true, bad, good, LABELS, clusters, names=("B", "A"))
    assert forth.verdict.startswith("On sentences like these A is better than B: its macro-F1 is higher by 0.")
    assert back.verdict == forth.verdict
    assert max(map(len, str(forth).splitlines())) <= 80
    for name, found in forth.differences.items():
        other = back.differences[name].difference
        assert (found.difference.low, found.difference.high) == pytest.approx((-other.high, -other.low))
    assert forth.differences["log_loss"].difference.high < 0


def test_a_model_does_not_differ_from_itself() -> None:
    true, model, _, clusters = sample(0, 0.8, 0.8)
    found = compare_task(true, model, model, LABELS, clusters, names=("A", "A2"))
    assert {(d.p, d.p_holm, d.difference.low, d.difference.high) for d in found.differences.values()} == {(1, 1, 0, 0)}
    assert (found.only_first, found.only_second, found.mcnemar) == (0, 0, 1)
    assert "may not be concluded that A and A2 differ" in found.verdict
    assert "Nor that they are equal" in found.verdict


def test_nothing_is_concluded_from_few_groups() -> None:
    true, good, bad, clusters = sample(0, 0.95, 0.2, clusters=9)
    assert "Nothing may be concluded from 9 groups" in compare_task(true, good, bad, LABELS, clusters).verdict


def test_the_permutation_test_equals_scipys_and_mcnemar_the_binomial() -> None:
    true, one, two, _ = sample(3, 0.8, 0.7, clusters=60, each=1)
    found = compare_task(true, one, two, LABELS, list(map(str, range(60))), permutations=20_000)
    place = np.array([LABELS.index(label) for label in true])
    right = (one.argmax(1) == place).astype(float), (two.argmax(1) == place).astype(float)
    reference = permutation_test(
        right, lambda a, b, axis: (a - b).mean(axis), permutation_type="samples", n_resamples=20_000, vectorized=True
    )
    assert found.differences["accuracy"].p == pytest.approx(reference.pvalue, abs=0.02)
    assert found.mcnemar == pytest.approx(binomtest(found.only_first, found.only_first + found.only_second).pvalue)
    assert found.only_first == int((right[0] > right[1]).sum())


def test_equal_models_on_alike_rows_are_seldom_told_apart_by_the_permutation_test_but_often_by_mcnemar() -> None:
    ours = theirs = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        cluster = np.repeat(np.arange(30), 10)
        true = rng.integers(0, 3, 300)
        pair = [answers(rng.random(30)[cluster] < 0.7, true) for _ in range(2)]  # right or wrong a cluster at a time
        found = compare_task(
            [LABELS[i] for i in true], *pair, LABELS, cluster.astype(str).tolist(), resamples=50, permutations=500
        )
        ours += found.differences["accuracy"].p < 0.05
        theirs += found.mcnemar < 0.05
    assert ours <= 7  # 3 expected
    assert theirs > 20


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_corrects_in_order_and_never_below_the_raw_value(p: list[float]) -> None:
    corrected = holm(p)
    assert all(raw <= better <= 1 for raw, better in zip(p, corrected, strict=True))
    assert min(corrected) == pytest.approx(min(1, len(p) * min(p)))
    assert [corrected[i] for i in np.argsort(p, kind="stable")] == sorted(corrected)


def test_ten_thousand_rows_are_compared_in_seconds() -> None:
    import time

    true, one, two, _ = sample(0, 0.8, 0.79, clusters=2000)
    begun = time.perf_counter()
    compare_task(true, one, two, LABELS, [str(i // 5) for i in range(10_000)])
    assert time.perf_counter() - begun < 10


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, encoder: Path) -> Path:
    """A model of the same labels in another order that was hardly trained."""
    folder = tmp_path_factory.mktemp("other")
    head, *tables = TINY_FRAME.split("[labels.")
    tables[2], sentiment = tables[2].split("[sentiment]")
    toml = head + "".join(f"[labels.{table}" for table in reversed(tables)) + "[sentiment]" + sentiment
    (folder / "frame.toml").write_text(toml)
    (folder / "quotes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in tiny_rows()))
    return stancekit.train(folder, folder / "model", base=str(encoder), **{**TINY_OPTIONS, "epochs": 0.5})


def test_two_models_are_compared_whatever_the_order_of_their_labels(model: Path, other: Path, frame: Path) -> None:
    whole = stancekit.evaluate(model, frame, against=other)
    assert whole.against is not None
    alone = stancekit.evaluate(other, frame)
    for task in ("stance", "sentiment"):
        for name, found in whole.against.tasks[task].differences.items():
            assert found.first == pytest.approx(whole.tasks[task].metrics[name].value)
            assert found.second == pytest.approx(alone.tasks[task].metrics[name].value, abs=1e-6)
    assert f"against {other}, stance" in str(whole)
    assert json.loads(whole.to_json())["against"]["tasks"]["stance"]["verdict"].startswith("Nothing may be concluded")


def test_models_with_other_labels_are_not_compared(model: Path, frame: Path) -> None:
    with pytest.raises(DataError, match="only models with the same labels can be compared"):
        stancekit.evaluate(model, frame, against="us-china")
