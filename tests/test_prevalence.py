"""Shares with intervals from predictions and a hand-labelled sample."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit import DataError, LabelledQuote, OptionError, label, prevalence
from stancekit.cli import main
from stancekit.evaluation import plan
from stancekit.evaluation.powered import Sample, adjusted_counts, interval, on_simplex
from stancekit.evaluation.prevalence import Group

STANCES = ("for", "against", "neither")
BASE = np.array([0.2, 0.3, 0.5])
GOOD = np.array([[0.85, 0.05, 0.1], [0.05, 0.85, 0.1], [0.1, 0.2, 0.7]])
NOISE = np.array([[0.1, 0.1, 0.8]] * 3)
Rows = list[dict[str, Any]]


def pick(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (rng.random((len(chances), 1)) > chances.cumsum(1)).sum(1).clip(0, chances.shape[1] - 1)


def corpus(seed: int, errors: np.ndarray, rows: int = 2000, labelled: int = 200, size: int = 1) -> tuple[Rows, Rows]:
    """Predictions with the truth beside them, and a random sample; sentences of one article are alike if size > 1."""
    rng = np.random.default_rng(seed)
    articles = np.repeat(np.arange(rows // size), size)
    leaning = rng.dirichlet(BASE * 2, rows // size)[articles] if size > 1 else np.tile(BASE, (rows, 1))
    true = pick(leaning, rng)
    given_labels = pick(errors[true], rng)
    predictions = [
        {"article": f"a{articles[i]}", "start": i, "stance": STANCES[given_labels[i]], "true": STANCES[true[i]]}
        for i in range(rows)
    ]
    sample = [predictions[i] for i in rng.choice(rows, labelled, replace=False)]
    return predictions, [{"article": r["article"], "start": r["start"], "stance": r["true"]} for r in sample]


def only(predictions: Any, labelled: Any, **options: Any) -> Group:
    (group,) = prevalence(predictions, labelled, **options).groups
    return group


def width(group: Group, kind: str = "") -> float:
    ends = [(getattr(s, f"{kind}high"), getattr(s, f"{kind}low")) for s in group.shares.values()]
    return float(np.mean([high - low for high, low in ends]))


def test_a_biased_model_is_corrected_while_its_raw_counts_are_far_off() -> None:
    group = only(*corpus(20, np.array([[0.9, 0.02, 0.08], [0.3, 0.6, 0.1], [0.4, 0.05, 0.55]])))
    for stance, true in zip(STANCES, BASE, strict=True):
        share = group.shares[stance]
        assert share.low < true < share.high
    assert group.shares["for"].raw > 0.4


def test_shares_sum_to_one_and_lie_within_their_intervals() -> None:
    shares = only(*corpus(1, GOOD, labelled=40)).shares.values()
    assert sum(s.value for s in shares) == pytest.approx(1)
    assert sum(s.hand for s in shares) == pytest.approx(1)
    assert all(0 <= s.low <= s.value <= s.high <= 1 for s in shares)


def test_a_good_model_makes_intervals_narrower_than_hand_labels_do() -> None:
    group = only(*corpus(2, GOOD))
    assert width(group) < 0.85 * width(group, "hand_")


def test_a_useless_model_hardly_widens_them_where_it_is_trusted_fully_it_does() -> None:
    data = corpus(3, NOISE)
    assert width(only(*data)) < 1.02 * width(only(*data), "hand_")
    assert width(only(*data, method="ppi")) > 1.1 * width(only(*data), "hand_")


def test_plain_inference_is_the_mean_prediction_plus_the_mean_error() -> None:
    predictions, labelled = corpus(4, GOOD)
    share = only(predictions, labelled, method="ppi").shares["for"]
    given_labels = {row["start"]: row["stance"] == "for" for row in predictions}
    errors = [(row["stance"] == "for") - given_labels[row["start"]] for row in labelled]
    assert share.value == pytest.approx(np.mean(list(given_labels.values())) + np.mean(errors))
    # half-width of Angelopoulos et al. 2023 for two separate samples; here the labelled rows are part of the corpus
    apart = 1.96 * np.sqrt(np.var(list(given_labels.values())) / 2000 + np.var(errors) / 200)
    assert (share.high - share.low) / 2 == pytest.approx(apart, rel=0.05)


def test_among_independent_rows_predictions_are_trusted_by_the_slope_of_labels_on_them() -> None:
    predictions, labelled = corpus(22, GOOD, rows=4000, labelled=1000)
    said = {row["start"]: float(row["stance"] == "for") for row in predictions}
    f, y = np.array([(said[row["start"]], row["stance"] == "for") for row in labelled], dtype=float).T
    assert only(predictions, labelled).shares["for"].power == pytest.approx(np.polyfit(f, y, 1)[0], rel=0.02)


def test_by_hand_it_is_wilsons_interval() -> None:
    predictions = [{"id": i, "stance": "for" if i % 2 else "against"} for i in range(5000)]
    labelled = [{"id": i, "stance": "for" if i < 300 else "against"} for i in range(1000)]
    share = only(predictions, labelled).shares["for"]
    assert (share.hand_low, share.hand_high) == pytest.approx((0.2724, 0.3292), abs=2e-4)


def test_rows_of_an_article_that_are_alike_widen_the_interval() -> None:
    predictions, labelled = corpus(5, GOOD, labelled=600, size=20)
    for row in predictions:
        row["row"] = row["start"]
    alike, apart = only(predictions, labelled), only(predictions, labelled, cluster="row")
    assert alike.clusters == 100
    assert width(alike) > 1.3 * width(apart)
    assert alike.shares["for"].hand == apart.shares["for"].hand


def test_weights_undo_a_sample_that_was_not_uniform() -> None:
    predictions, _ = corpus(6, GOOD, rows=6000)
    rng = np.random.default_rng(0)
    labelled = []
    for row in predictions:
        chance = {"for": 0.2, "against": 0.05, "neither": 0.02}[row["stance"]]
        if rng.random() < chance:
            labelled.append({"article": row["article"], "start": row["start"], "stance": row["true"], "w": 1 / chance})
    weighted, ignored = only(predictions, labelled, weights="w"), only(predictions, labelled)
    assert weighted.shares["for"].low < 0.2 < weighted.shares["for"].high
    assert ignored.shares["for"].hand_low > 0.2
    assert weighted.shares["for"].hand_low < 0.2 < weighted.shares["for"].hand_high


def test_probabilities_are_used_where_there_are_any() -> None:
    predictions, labelled = corpus(7, GOOD)
    sure = [{**row, "stance_scores": {s: 1.0 * (s == row["stance"]) for s in STANCES}} for row in predictions]
    assert only(sure, labelled).shares["for"].low == pytest.approx(only(predictions, labelled).shares["for"].low)
    soft = [{**row, "stance_scores": {s: 0.8 if s == row["stance"] else 0.1 for s in STANCES}} for row in predictions]
    share = only(soft, labelled).shares["for"]
    assert share.raw == only(predictions, labelled).shares["for"].raw
    # a linear change of the predictions is undone by the power
    assert share.value == pytest.approx(only(predictions, labelled).shares["for"].value, abs=0.01)


def test_an_article_counts_once_however_many_sentences_it_has() -> None:
    predictions = [{"article": "long", "start": i, "stance": "for"} for i in range(90)]
    predictions += [{"article": f"a{i}", "start": 0, "stance": "against"} for i in range(10)]
    predictions += [{"article": f"b{i}", "start": 0, "stance": "for"} for i in range(9)]
    by_sentence, by_article = (only(predictions, predictions, unit=unit) for unit in ("sentence", "article"))
    assert by_sentence.shares["against"].hand == pytest.approx(10 / 109)
    assert by_article.shares["against"].hand == pytest.approx(0.5)
    assert by_article.shares["against"].raw == pytest.approx(0.5)


def test_speakers_count_once_and_are_the_clusters_then() -> None:
    rows = [{"id": i, "article": "a", "speaker": f"s{i % 30}", "stance": STANCES[i % 2]} for i in range(300)]
    result = prevalence(rows, rows, unit="speaker")
    assert result.cluster == "speaker"
    assert result.groups[0].clusters == 30


def test_groups_are_columns_and_periods_of_dates() -> None:
    predictions, labelled = corpus(8, GOOD)
    for i, row in enumerate(predictions):
        row |= {"outlet": "XY"[i % 2], "date": f"2024-0{1 + i % 4}-11T08:00:00"}
    names = [g.name for g in prevalence(predictions, labelled, by=("outlet", "date:quarter")).groups]
    assert names == ["X, 2024-Q1", "Y, 2024-Q1", "Y, 2024-Q2"]
    assert prevalence(predictions, labelled, by="date:week").groups[0].name == "2024-W02"
    groups = prevalence(predictions, labelled, by="date:month").groups
    assert groups[0].by == {"date:month": "2024-01"}
    assert sum(g.labelled for g in groups) == len(labelled)


def test_a_group_is_estimated_from_its_own_labels() -> None:
    predictions, labelled = corpus(9, GOOD)
    for row in predictions:
        row["half"] = "one" if row["start"] < 1000 else "two"
    first = prevalence(predictions, labelled, by="half").groups[0].shares["for"]
    alone = only(predictions[:1000], [row for row in labelled if row["start"] < 1000]).shares["for"]
    assert (first.value, first.low, first.high) == (alone.value, alone.low, alone.high)


def test_too_few_labels_give_no_interval_and_say_so() -> None:
    predictions, labelled = corpus(10, GOOD)
    for row in predictions:
        row["outlet"] = "X" if row["start"] == labelled[0]["start"] else "Y" if row["start"] % 50 else "Z"
    x, y, z = prevalence(predictions, labelled, by="outlet").groups
    assert (x.note, y.note) == ("no interval: it needs 10 labelled clusters and has 1", "")
    assert "no interval: " in z.note
    assert z.shares["for"].value is not None
    assert z.shares["for"].low is z.shares["for"].hand_low is None


def test_one_article_that_outweighs_the_others_is_not_ten() -> None:
    rows = [{"article": f"a{max(i - 187, 0)}", "start": i, "stance": STANCES[i % 2]} for i in range(200)]
    assert "it needs 10 labelled clusters and has 13, in effect 1.1" in only(rows, rows).note


def test_a_group_without_labels_has_counts_alone() -> None:
    predictions, labelled = corpus(11, GOOD)
    extra = [{"article": "z", "start": -i, "stance": "for", "outlet": "new"} for i in range(1, 9)]
    rows = [{**row, "outlet": "old"} for row in predictions] + extra
    new = prevalence(rows, labelled, by="outlet").groups[0]
    assert new.note == "no labelled rows: no estimate"
    assert new.shares["for"].value is None
    assert (new.shares["for"].raw, new.shares["neither"].raw) == (1, 0)


def test_a_stance_never_seen_among_the_labels_may_still_exist() -> None:
    predictions = [{"id": i, "stance": STANCES[i % 2]} for i in range(1000)] + [{"id": -1, "stance": "neither"}]
    share = only(predictions, predictions[:60]).shares["neither"]
    assert share.low == pytest.approx(0, abs=1e-3)
    assert 3 / 60 <= share.high < 0.1


def test_a_model_without_a_known_error_is_not_taken_to_be_perfect() -> None:
    predictions = [{"id": i, "stance": STANCES[i % 3 % 2]} for i in range(100_000)]
    share = only(predictions, predictions[:50]).shares["for"]
    assert (share.high - share.low) / 2 == pytest.approx(3 / 50, rel=0.02)


@given(st.lists(st.floats(-1, 2), min_size=2, max_size=6))
def test_the_nearest_shares_are_shares(values: list[float]) -> None:
    shares = on_simplex(np.array(values))
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(1)


@given(st.floats(0, 1), st.floats(0, 0.25), st.floats(10, 1e5))
def test_intervals_stay_within_zero_and_one_around_the_share(value: float, variance: float, labels: float) -> None:
    low, high = interval(np.array([value]), np.array([variance]), labels, labels - 2)
    assert 0 <= low[0] <= value + 1e-9
    assert value - 1e-9 <= high[0] <= 1


def test_adjusted_counts_undo_known_errors() -> None:
    np.testing.assert_allclose(adjusted_counts(BASE @ GOOD, GOOD * [[20], [30], [50]]), BASE, atol=1e-6)


def test_adjusted_counts_take_a_class_without_labels_as_rightly_predicted() -> None:
    np.testing.assert_allclose(adjusted_counts(np.array([0.25, 0.75]), np.array([[0.0, 0], [0, 9]])), [0.25, 0.75])


def test_files_records_and_a_folder_of_shards_give_the_same(tmp_path: Path) -> None:
    predictions, labelled = corpus(12, GOOD, rows=300, labelled=60)
    expected = prevalence(predictions, labelled)
    folder = tmp_path / "labels"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    for number in range(2):
        part = predictions[number * 150 : (number + 1) * 150]
        (folder / f"shard-{number:06d}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
    with (tmp_path / "sample.csv").open("w", newline="") as handle:
        writer = csv.DictWriter(handle, ["article", "start", "stance"])
        writer.writeheader()
        writer.writerows(labelled)
    assert prevalence(folder, tmp_path / "sample.csv") == expected


def test_records_match_by_id() -> None:
    rows = [LabelledQuote(str(i), "text", STANCES[i % 2]) for i in range(100)]
    group = only([{"id": i, "stance": STANCES[i % 2]} for i in range(200)], rows)
    assert (group.labelled, group.shares["for"].hand) == (100, 0.5)


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_what_label_wrote_can_be_counted(model: Path, tmp_path: Path, kind: str) -> None:
    table = tmp_path / "articles.jsonl"
    rows = [{"id": i, "text": f"“We welcome farm and boat {i},” said Mara Lindqvist.", "date": 2020} for i in range(20)]
    table.write_text("".join(json.dumps(row) + "\n" for row in rows))
    label(table, tmp_path / "out", model=model, format=kind, keep=["date"], workers=1)
    sample = [{"article": str(i), "quote": 0, "sentence": f"We welcome farm and boat {i},"} for i in range(20)]
    group = only(tmp_path / "out", [{**row, "stance": "for"} for row in sample], by="date")
    assert (group.by, group.rows, group.labelled, group.clusters) == ({"date": "2020"}, 20, 20, 20)
    assert list(group.shares) == list(STANCES)


ROWS = [{"article": f"a{i}", "start": i, "stance": STANCES[i % 2]} for i in range(30)]
SCORED = [{"id": i, "stance_scores": {"for": 0.5, "against": 0.5}} for i in range(30)]


@pytest.mark.parametrize(
    ("predictions", "labelled", "options", "message"),
    [
        ([], ROWS, {}, "predictions: no rows"),
        (ROWS, [], {}, "labelled rows: no rows"),
        ([1], ROWS, {}, "predictions, row 1: want a mapping or a dataclass, this is int"),
        (ROWS, [{"text": "x", "stance": "for"}], {}, "both tables need id, or article \\+ start, or"),
        (ROWS, [{"article": "b", "start": 1, "stance": "for"}], {}, "row 1: no prediction for article 'b'"),
        (ROWS, ROWS[:3] + ROWS[:1], {}, "row 4: article 'a0', start '0' is labelled twice"),
        (ROWS + ROWS[:1], ROWS, {}, "predictions, row 31: a second prediction for article 'a0'"),
        (ROWS, [{**ROWS[0], "stance": "mixed"}], {}, "unknown stance 'mixed'; the predictions have against, for"),
        (ROWS, [{"article": "a0", "start": 0}], {}, "unknown stance None"),
        ([{"id": 1}], ROWS, {}, "want a column 'stance' or 'stance_scores'"),
        ([{**ROWS[0], "stance": None}, *ROWS[1:]], ROWS, {}, "filled in every row"),
        ([*SCORED, {"id": 99, "stance_scores": {"for": 1}}], SCORED, {}, "row 31: stance_scores without a number"),
        ([*SCORED, {"id": 99, "stance_scores": {"for": 3, "against": -2}}], SCORED, {}, "row 31: .* no probabilities"),
        (ROWS, [{**ROWS[0], "w": 0}], {"weights": "w"}, "row 1: weight 0; want one over the probability"),
        (ROWS, [{**ROWS[0], "w": float("nan")}], {"weights": "w"}, "weight nan"),
        (ROWS, ROWS, {"weights": "w"}, "no number in column 'w'"),
        (ROWS, ROWS, {"by": "outlet"}, "no column 'outlet'; there is: article, start, stance"),
        ([{**ROWS[0], "outlet": ""}, *ROWS[1:]], ROWS, {"by": "outlet"}, "row 1: 'outlet' is empty; fill it in"),
        ([{**ROWS[0], "d": "May"}], ROWS[:1], {"by": "d:year"}, "'d' holds 'May'; want a date like 2024-03-31"),
        (ROWS, ROWS, {"cluster": "outlet"}, "no column 'outlet'"),
        (ROWS, ROWS, {"unit": "speaker"}, "no column 'speaker'"),
    ],
)  # fmt: skip
def test_unusable_tables_are_clear_errors(
    predictions: Sequence[Any], labelled: Sequence[Mapping[str, Any]], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        prevalence(predictions, labelled, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unit": "page"}, "unknown unit 'page'; there is: sentence, quote, speaker, article"),
        ({"method": "count"}, "unknown method 'count'; there is: ppi\\+\\+, ppi"),
        ({"by": "date:hour"}, "unknown period 'hour' in 'date:hour'; there is: year, quarter, month, week"),
    ],
)
def test_unknown_options_are_clear_errors(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        prevalence(ROWS, ROWS, **options)


def test_the_table_fits_80_columns_and_json_takes_all_of_it() -> None:
    predictions, labelled = corpus(13, GOOD)
    for row in predictions:
        row["outlet"] = "The Very Long Name of a Provincial Daily and Evening Post" if row["start"] % 90 else "Z"
    result = prevalence(predictions, labelled, by="outlet")
    assert max(len(line) for line in str(result).splitlines()) <= 80
    assert "! no interval" in str(result)
    back = json.loads(result.to_json())
    assert back["groups"][0]["shares"]["for"]["value"] == result.groups[0].shares["for"].value


def test_the_command_prints_the_table_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("labels", "sample"):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    command = ["prevalence", str(tmp_path / "labels.jsonl"), str(tmp_path / "sample.jsonl")]
    main(command)
    assert capsys.readouterr().out == f"{prevalence(ROWS, ROWS)}\n"
    main([*command, "--by", "stance", "--cluster", "start", "--json"])
    assert [g["by"]["stance"] for g in json.loads(capsys.readouterr().out)["groups"]] == ["against", "for"]
    with pytest.raises(SystemExit, match="1"):
        main([*command[:2], str(tmp_path / "none.jsonl")])
    assert capsys.readouterr().err == f"error: {tmp_path / 'none.jsonl'}: no such file\n"


def test_a_plan_is_kept() -> None:
    rows = plan(0.05, share=0.5, correlation=0.63, total=4000)
    group = only(*corpus(21, GOOD, rows=4000, labelled=rows))
    share = group.shares["neither"]
    assert share.correlation == pytest.approx(0.63, abs=0.06)
    assert (share.high - share.low) / 2 == pytest.approx(0.05, abs=0.003)


def test_a_plan_asks_for_fewer_labels_the_better_the_model_and_for_more_where_rows_are_alike() -> None:
    assert plan(0.03, correlation=0.9) < plan(0.03, correlation=0.5) < plan(0.03) < plan(0.03, design_effect=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"half_width": 0}, "half_width is 0; want between 0 and 0.5"),
        ({"share": 1}, "share is 1"),
        ({"correlation": -0.1}, "correlation is -0.1; want from 0 to 1"),
        ({"total": 0}, "total is 0"),
        ({"design_effect": 0.5}, "design_effect is 0.5"),
        ({"total": 100}, "± 0.03 cannot be had from 100 rows, even if all are labelled"),
    ],
)
def test_plans_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        plan(**{"half_width": 0.03, **options})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("errors", "size", "labelled"), [(GOOD, 1, 150), (NOISE, 1, 150), (GOOD, 10, 150), (GOOD, 10, 40)]
)
def test_intervals_hold_the_true_share_as_often_as_they_say(errors: np.ndarray, size: int, labelled: int) -> None:
    rng = np.random.default_rng(0)
    held, rows, runs = np.zeros(3), 2000, 1500
    cluster = np.repeat(np.arange(rows // size), size)
    for _ in range(runs):
        leaning = rng.dirichlet(BASE * 2, rows // size)[cluster] if size > 1 else np.tile(BASE, (rows, 1))
        true = pick(leaning, rng)
        place = rng.choice(rows, labelled, replace=False)
        predicted = np.eye(3)[pick(errors[true], rng)]
        sample = Sample(predicted, np.ones(rows), cluster, place, np.eye(3)[true[place]], np.ones(labelled))
        found = sample.estimate(None)
        held += (found.low <= BASE) & (found.high >= BASE)
    assert 0.93 < held.mean() / runs < 0.975
