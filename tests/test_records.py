"""Records: a quote's stance, dicts there and back."""

import json

import pytest

from stancekit import DataError, Prediction, Quote, Sentence, Span, Speaker


def prediction(stance: str) -> Prediction:
    return Prediction("x", stance, 0.9, {stance: 0.9, "other": 0.1}, "neutral", {"neutral": 1.0}, {"0.9": 0.5})


def quote(*stances: str) -> Quote:
    sentences = tuple(Sentence("x", 0, 1, prediction(stance)) for stance in stances)
    return Quote("x", 0, 1, (Span(0, 1, "x"),), "speech", sentences, Speaker("he", 3, 5, "Wu"), neither="neither")


@pytest.mark.parametrize(
    ("stances", "expected"),
    [
        (["easing", "neither"], "easing"),
        (["rivalry", "rivalry"], "rivalry"),
        (["easing", "rivalry", "neither"], "mixed"),
        (["neither", "neither"], "neither"),
        (["easing", "unsure"], "easing"),
        (["easing", "unsure", "rivalry"], "mixed"),
        (["neither", "unsure"], "unsure"),
        ([], None),
    ],
)
def test_a_quotes_stance_comes_from_its_sentences(stances: list[str], expected: str | None) -> None:
    assert quote(*stances).stance == expected


def test_a_quote_survives_json_with_its_children_and_predictions() -> None:
    outer = Quote("x y", 0, 3, (Span(0, 1, "x"), Span(2, 3, "y")), "speech", children=(quote("easing"),))
    assert Quote.from_dict(json.loads(json.dumps(outer.to_dict()))) == outer
    assert outer.spoken == "x y"


@pytest.mark.parametrize("data", [{}, {"fragments": [{}]}, {"fragments": [], "colour": 1}])
def test_something_else_is_not_a_quote(data: dict[str, object]) -> None:
    with pytest.raises(DataError, match="not a quote"):
        Quote.from_dict(data)
