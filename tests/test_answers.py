"""Evaluating a table of answers instead of a model."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import stancekit
from stancekit import DataError
from stancekit.cli import main
from stancekit.data import read_quotes
from stancekit.evaluation import read_answers


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def answered(model: Path, frame: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the model says of the test rows, in context, as another program would have written it."""
    rows = [row for row in read_quotes(frame / "quotes.jsonl") if row.split == "test"]
    found = stancekit.load(model, device="cpu").predict([r.text for r in rows], context=[r.context for r in rows])
    return write(
        tmp_path_factory.mktemp("answers") / "answers.jsonl",
        [
            {"id": row.id, "stance_scores": p.stance_scores, "sentiment_scores": p.sentiment_scores}
            for row, p in zip(rows, found, strict=True)
        ],
    )


def test_a_table_of_a_models_answers_gets_the_models_scores(model: Path, frame: Path, answered: Path) -> None:
    table, own = stancekit.evaluate(answered, frame), stancekit.evaluate(model, frame)
    for task in ("stance", "sentiment"):
        for name, value in own.tasks[task].metrics.items():
            assert table.tasks[task].metrics[name].value == pytest.approx(value.value, abs=1e-6), name
    assert table.baselines["tfidf"].keys() == own.baselines["tfidf"].keys()


def test_a_table_can_be_compared_with_a_model(model: Path, frame: Path, answered: Path) -> None:
    compared = stancekit.evaluate(model, frame, against=answered).against
    assert compared is not None
    assert compared.tasks["stance"].differences["macro_f1"].difference.value == 0


def test_bare_labels_are_found_by_text_and_count_as_certain(frame: Path, tmp_path: Path) -> None:
    rows = read_quotes(frame / "quotes.jsonl")
    table = write(tmp_path / "a.jsonl", [{"text": row.text, "stance": row.stance} for row in rows])
    found = read_answers(table, rows)
    assert found.neither["stance"] == "neither"
    assert found.probabilities["stance"].max(1).min() == 1
    assert stancekit.evaluate(table, frame).primary.value == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "x", "stance": "for"}, "no answer for 12 of 12 rows, such as id '3-0'"),
        ({"stance_scores": {"for": 0.5}}, "add up to 0.5"),
        ({"stance_scores": {"for": 1.5, "against": -0.5}}, "they are probabilities"),
        ({"stance_scores": "[1, 2]"}, "wants a probability for each label"),
        ({"stance": ""}, "neither stance_scores nor stance"),
    ],
)
def test_answers_that_cannot_be_used_are_named(frame: Path, tmp_path: Path, row: dict[str, Any], message: str) -> None:
    rows = [r for r in read_quotes(frame / "quotes.jsonl") if r.split == "test"]
    table = write(tmp_path / "a.jsonl", [row] if "id" in row else [{"id": r.id, **row} for r in rows])
    with pytest.raises(DataError, match=message) as raised:
        read_answers(table, rows)
    assert "a.jsonl" in str(raised.value)


def test_the_command_takes_a_table(
    frame: Path, answered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["evaluate", str(answered), str(frame), "--html", str(tmp_path / "r.html")])
    assert f"{answered} on {frame}" in capsys.readouterr().out
    assert "<svg" in (tmp_path / "r.html").read_text()
