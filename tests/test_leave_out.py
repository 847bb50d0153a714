"""Trainings without one value of a column."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import TINY_OPTIONS, make_frame, tiny_rows
from stancekit import DataError, OptionError
from stancekit.evaluation import leave_one_out


@pytest.fixture
def topics(tmp_path: Path) -> Path:
    """The tiny frame with two topics, and one row of a third in a group of the second."""
    folder = make_frame(tmp_path / "frame")
    rows = [{**row, "topic": "tax" if int(row["group"][1:]) // 3 % 2 else "rail"} for row in tiny_rows()]
    rows[-1]["topic"] = "fish"
    (folder / "quotes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def rows_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "quotes.jsonl").read_text().splitlines()]


def trainer(model: Path, seen: list[tuple[list[dict[str, Any]], bool]]) -> Any:
    """Notes what it would train on and gives a model that is there already."""

    def train(frame: Path, out: Path, *, config: Any, resume: bool, **options: Any) -> Path:
        seen.append((rows_in(frame), resume))
        return model

    return train


def test_each_model_is_trained_without_a_value_and_evaluated_on_it_alone(topics: Path, encoder: Path) -> None:
    out = topics.parent / "out"
    options = {**TINY_OPTIONS, "epochs": 1, "base": str(encoder)}
    result = leave_one_out(topics, "topic", out, **options)
    assert [(s.value, s.rows) for s in result.slices["topic"]] == [("rail", 48), ("tax", 47)]
    assert result.tasks["stance"].rows == 95
    assert set(result.baselines) == {"majority", "keywords", "tfidf"}
    for number, value in (("01", "rail"), ("02", "tax")):
        shown = rows_in(out / number / "frame")
        assert {row["topic"] for row in shown} == {"rail", "tax", "fish"} - {value} - (
            {"fish"} if value == "tax" else set()
        )
        assert {row["split"] for row in shown} <= {"train", "dev"}
    again = leave_one_out(topics, "topic", out, train=None, **options)  # nothing is trained twice
    assert again.to_dict() == result.to_dict()


def test_rows_of_a_held_out_group_are_not_trained_on_either(topics: Path, model: Path, tmp_path: Path) -> None:
    seen: list[tuple[list[dict[str, Any]], bool]] = []
    leave_one_out(topics, "topic", tmp_path / "out", values=["fish"], train=trainer(model, seen))
    ((shown, resumed),) = seen
    assert "g23" not in {row["group"] for row in shown}
    assert not resumed


def test_a_training_that_was_cut_short_goes_on(topics: Path, model: Path, tmp_path: Path) -> None:
    run = tmp_path / "out" / "01" / ".model.run"
    run.mkdir(parents=True)
    (run / "run.json").write_text("{}")
    seen: list[tuple[list[dict[str, Any]], bool]] = []
    leave_one_out(topics, "topic", tmp_path / "out", train=trainer(model, seen))
    assert [resumed for _, resumed in seen] == [True, False]


def test_a_folder_is_not_used_for_something_else(topics: Path, model: Path, tmp_path: Path) -> None:
    train = trainer(model, [])
    leave_one_out(topics, "topic", tmp_path / "out", train=train)
    with pytest.raises(OptionError, match=r"begun with other arguments \(values, options\)"):
        leave_one_out(topics, "topic", tmp_path / "out", values=["tax"], train=train, seed=2)


def test_values_and_columns_that_cannot_be_left_out_are_named(topics: Path, model: Path, tmp_path: Path) -> None:
    for column, values, message in (
        ("outlet", (), "no column 'outlet'"),
        ("topic", ("moon",), "no row has topic 'moon'; there is: rail, tax, fish"),
        ("speaker", (), "no value of speaker has 30 rows"),
        ("text_id", (), "no column 'text_id'"),
    ):
        with pytest.raises(DataError, match=message):
            leave_one_out(topics, column, tmp_path / "out", values=values, train=trainer(model, []))
    with pytest.raises(OptionError, match=r"\d\d values of topic have 30 rows or more"):
        leave_one_out("us-china", "topic", tmp_path / "out", train=trainer(model, []))
    assert not (tmp_path / "out").exists()
