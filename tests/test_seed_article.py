"""The real article that the project started from; skipped where it is not at hand."""

from pathlib import Path

import pytest

import stancekit

SEED = Path(__file__).parents[2] / "shared" / "seed" / "china-us-post-trump.txt"
pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="the article is not part of the repository")

STAFF = "an senior staff member at one of the blacklisted Chinese companies"
EXPECTED = [
    ("When Biden takes office, tech companies", "Fang Xingdong", "easing"),
    ("At least, the United States is supposed to", "Fang Xingdong", "easing"),
    ("However, in the high-tech field", "Fang Xingdong", "rivalry"),
    ("It is possible that China and the United States", STAFF, "easing"),
    ("But it is difficult to change", STAFF, "rivalry"),
    ("The Trump administration has awakened", STAFF, "rivalry"),
]


def test_exactly_six_sentences_with_their_speakers() -> None:
    quotes = stancekit.extract_quotes(SEED.read_text("utf-8"))
    found = [(s.text, q.speaker.name if q.speaker else None) for q in quotes for s in q.sentences]
    assert len(found) == len(EXPECTED)
    for (text, speaker), (beginning, name, _) in zip(found, EXPECTED, strict=True):
        assert text.startswith(beginning)
        assert speaker == name


@pytest.mark.parametrize(
    "place",
    range(6),
)
def test_the_shipped_model_labels_each_as_a_careful_reader_does(place: int) -> None:
    article = stancekit.read(SEED.read_text("utf-8"), device="cpu")
    assert [s.stance for q in article.quotes for s in q.sentences][place] == EXPECTED[place][2]


def test_none_of_them_is_in_the_training_data_in_these_or_nearly_these_words() -> None:
    from stancekit.data import near_duplicates, read_quotes
    from stancekit.frames import load_frame
    from stancekit.records import LabelledQuote

    rows = read_quotes(load_frame("us-china").quotes_path or "")
    seeds = [
        LabelledQuote(id=f"seed-{i}", text=s.text, stance="easing")
        for i, q in enumerate(stancekit.extract_quotes(SEED.read_text("utf-8")))
        for s in q.sentences
    ]
    # far under the usual threshold: a paraphrase that keeps its nouns and verbs would show
    pairs = near_duplicates([*rows, *seeds], threshold=0.5)
    assert [(a.text, b.text) for a, b, _ in pairs if b.id.startswith("seed-")] == []
