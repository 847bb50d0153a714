"""How far annotators agree."""

import json
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

import stancekit
from stancekit import DataError
from stancekit.cli import cli
from stancekit.evaluation.agreement import _alpha, _task


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@given(st.integers(0, 1000), st.integers(2, 30), st.integers(2, 6), st.integers(2, 4))
def test_alpha_equals_the_packages_with_gaps_and_any_number_of_annotators(
    seed: int, rows: int, annotators: int, labels: int
) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, labels, (rows, annotators))
    codes[0], codes[1, :2] = 0, (0, 1)  # some row with two labels, and two labels in all
    counts = np.stack([(codes == i).sum(1) for i in range(labels)], 1).astype(float)
    kept = counts[counts.sum(1) > 1]
    data = np.where(codes < 0, np.nan, codes.astype(float)).T
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    assert _alpha(kept, [str(i) for i in range(len(kept))]).value == pytest.approx(expected)


def test_kappa_and_the_share_agreed_are_of_the_rows_that_both_labelled() -> None:
    rng = np.random.default_rng(0)
    first = rng.choice(list("abc"), 200).tolist()
    second = [x if rng.random() < 0.7 else str(rng.choice(list("abc"))) for x in first]
    answers = [[x, None if i % 10 == 0 else y, None] for i, (x, y) in enumerate(zip(first, second, strict=True))]
    found = _task(["ann", "zoe", "kim"], answers, [str(i // 2) for i in range(200)], [str(i) for i in range(200)])
    assert found is not None
    (pair,) = found.pairs  # kim labelled nothing
    both = [i for i in range(200) if i % 10]
    assert (pair.first, pair.second, pair.rows, found.rows) == ("ann", "zoe", 180, 180)
    kappa = cohen_kappa_score([first[i] for i in both], [second[i] for i in both])
    assert pair.kappa.value == pytest.approx(kappa)
    assert pair.kappa.low < kappa < pair.kappa.high
    assert pair.agreed.value == pytest.approx(np.mean([first[i] == second[i] for i in both]))


def test_rows_alike_in_a_group_widen_the_interval() -> None:
    rng = np.random.default_rng(0)
    agree = np.repeat(rng.random(30) < 0.7, 10)
    first = rng.integers(0, 3, 300)
    answers = [[str(x), str(x if same else (x + 1) % 3)] for x, same in zip(first, agree, strict=True)]
    ids = [str(i) for i in range(300)]
    over_groups, over_rows = (
        found.alpha.high - found.alpha.low
        for clusters in ([str(i // 10) for i in range(300)], ids)
        if (found := _task(["a", "b"], answers, clusters, ids)) is not None
    )
    assert over_groups > 2 * over_rows


def test_stance_sentiment_and_lists_of_labels_are_found_by_themselves(tmp_path: Path) -> None:
    rows = [
        {"id": f"r{i}", "stance": "for", "second_stance": "against" if i == 2 else "for",
         "sentiment": "neutral", "second_sentiment": "neutral", "workers": ["x", "y", "x"][: 2 + i % 2]}
        for i in range(12)
    ]  # fmt: skip
    found = stancekit.agreement(write(tmp_path / "a.jsonl", rows))
    assert list(found.tasks) == ["stance", "sentiment", "workers"]
    assert found.tasks["stance"].disputed == ("r2",)
    assert found.tasks["sentiment"].alpha.value == 1  # one label alone
    assert found.tasks["workers"].annotators == ("workers[0]", "workers[1]", "workers[2]")
    assert found.tasks["workers"].together == [[pytest.approx(1 / 3), pytest.approx(2 / 3)], [1, 0]]
    assert max(map(len, str(found).splitlines()[1:])) <= 80


def test_columns_are_named_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ann,zoe,kim\n" + "a,a,\n" * 6 + "b,a,b\n" * 6)
    done = CliRunner().invoke(cli, ["agreement", str(tmp_path / "a.csv"), "ann", "zoe", "kim", "--json"])
    labels = json.loads(done.output)["tasks"]["labels"]
    assert {(p["first"], p["second"]): p["agreed"]["value"] for p in labels["pairs"]} == {
        ("ann", "zoe"): 0.5,
        ("ann", "kim"): 1,
        ("zoe", "kim"): 0,
    }


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("text\nx\n", (), "no columns stance and second_stance.*out of: text"),
        ("a,b\nx,y\n", ("a", "c"), "no column 'c'; there is: a, b"),
        ("a,b\nx,y\n", ("a",), "two annotators or more"),
        ("a,b\nx,\n", ("a", "b"), "no row has the labels of two annotators"),
        ("workers\nx\n", (), "workers wants a list of labels, not 'x'"),
        ("", (), "no columns"),
    ],
)
def test_files_that_say_nothing_of_agreement_are_refused(
    tmp_path: Path, text: str, columns: tuple[str, ...], message: str
) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match=message):
        stancekit.agreement(tmp_path / "a.csv", columns)


@given(st.lists(st.lists(st.none() | st.text(max_size=30), min_size=3, max_size=3), min_size=1, max_size=12))
def test_any_labels_give_a_table_of_eighty_columns(answers: list[list[str | None]]) -> None:
    given_labels = [[one or None for one in row] for row in answers]
    ids = [f"row\n{i}" * 30 for i in range(len(answers))]
    found = _task(["a" * 60, "b\nb", "c"], given_labels, ids, ids)
    if any(sum(one is not None for one in row) > 1 for row in given_labels):
        assert found is not None
        assert max(map(len, str(found).split("\n"))) <= 80
        assert -1 <= found.alpha.value <= 1
    else:
        assert found is None
