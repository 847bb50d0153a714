"""Classifier: one or many, order, windows, context, backends, long texts, threads, errors."""

import logging
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stancekit
from conftest import tiny_rows
from stancekit import Classifier, DataError, OptionError
from stancekit.inference.batching import batches, pad
from stancekit.model import Encoded

TEXTS = [row["text"] for row in tiny_rows()]
SAME = 5e-3  # an int8 graph scales its activations by the batch they are in


@pytest.fixture(scope="module")
def classifier(model: Path) -> Classifier:
    return stancekit.load(model, device="cpu")


def test_a_string_gives_a_prediction_and_a_list_a_list_in_order(classifier: Classifier) -> None:
    one = classifier.predict(TEXTS[5])
    many = classifier.predict(TEXTS)
    assert [p.text for p in many] == TEXTS
    assert many[5].stance_scores == pytest.approx(one.stance_scores, abs=SAME)
    assert many[5].confidence == max(many[5].stance_scores.values())
    assert list(one.stance_scores) == ["for", "against", "neither"]
    assert one.sentiment in ("negative", "neutral", "positive")


def test_the_model_learned_its_frame(classifier: Classifier) -> None:
    right = [p.stance == row["stance"] for p, row in zip(classifier.predict(TEXTS), tiny_rows(), strict=True)]
    assert np.mean(right) > 0.9


def test_scores_add_up_to_one(classifier: Classifier) -> None:
    proba = classifier.predict_proba(TEXTS)
    assert proba.shape == (len(TEXTS), 3)
    np.testing.assert_allclose(proba.sum(1), 1, atol=1e-5)


def test_the_functions_are_a_shell_over_the_object(model: Path, classifier: Classifier) -> None:
    assert stancekit.predict(TEXTS[:3], model=model) == classifier.predict(TEXTS[:3])
    assert list(stancekit.predict_stream(TEXTS[:3], model=model)) == classifier.predict(TEXTS[:3])


def test_torch_and_onnx_runtime_give_the_same_numbers(model: Path, classifier: Classifier) -> None:
    from stancekit.inference.backends import TorchBackend

    other = stancekit.load(model, device="cpu")
    other._backend = TorchBackend(other.checkpoint, "cpu")
    ours, theirs = classifier.probabilities(TEXTS), other.probabilities(TEXTS)
    for task in ours:
        # the tiny model's graph may be int8; its own gate bounds that difference, fp32 is exact to 1e-3
        tolerance = 1e-3 if classifier.checkpoint.meta.graph == "fp32" else 0.1
        np.testing.assert_allclose(ours[task], theirs[task], atol=tolerance)


def test_a_stream_is_lazy_and_endless(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stancekit.inference.classifier._STREAM", 4)
    endless = (f"we welcome farm number {i}" for i in count())
    assert [p.text for p in islice(classifier.predict_stream(endless), 6)] == [
        f"we welcome farm number {i}" for i in range(6)
    ]


def test_a_stream_takes_contexts_from_any_iterable(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stancekit.inference.classifier._STREAM", 4)
    contexts = [row["context"] for row in tiny_rows()]
    shown = list(classifier.predict_stream(iter(TEXTS), context=(c for c in contexts)))
    for streamed, listed in zip(shown, classifier.predict(TEXTS, context=contexts), strict=True):
        assert streamed.stance_scores == pytest.approx(listed.stance_scores, abs=SAME)


@pytest.mark.parametrize(
    ("texts", "contexts", "message"),
    [
        (["a", "b"], ["c"], "more sentences than contexts, of which there are 1"),
        (["a"], ["b", "c"], "more contexts than sentences, of which there are 1"),
        ("a", None, "takes any iterable of sentences"),
        (["a"], "b", "takes any iterable of sentences"),
        (["a", " "], None, "text 1 is empty"),
    ],
)
def test_a_bad_stream_is_a_clear_error(classifier: Classifier, texts: object, contexts: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(classifier.predict_stream(texts, context=contexts))  # type: ignore[arg-type]


def test_a_stream_takes_no_more_memory_for_more_sentences(classifier: Classifier) -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in classifier.predict_stream(f"we welcome farm {i}" for i in range(count)):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    block = peak(4096)
    assert peak(3 * 4096) < 1.2 * block


def test_long_texts_make_shorter_blocks(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stancekit.inference.classifier._CHARACTERS", 50)
    seen: list[int] = []
    predictions = classifier.predict_stream((seen.append(i) or "we welcome farm boat hall") for i in range(100))
    next(predictions)
    assert len(seen) == 3


def test_repeated_texts_are_computed_once(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    run = classifier._backend.run
    monkeypatch.setattr(classifier._backend, "run", lambda windows: sizes.append(len(windows)) or run(windows))
    assert len({p.confidence for p in classifier.predict([TEXTS[0]] * 50)}) == 1
    assert sizes == [1]


def test_eight_threads_get_the_numbers_of_one(classifier: Classifier) -> None:
    expected = classifier.predict_proba(TEXTS)
    with ThreadPoolExecutor(8) as pool:
        for proba in pool.map(lambda _: classifier.predict_proba(TEXTS), range(16)):
            np.testing.assert_array_equal(proba, expected)


def test_the_number_of_threads_does_not_change_the_numbers(model: Path) -> None:
    one, four = (stancekit.load(model, device="cpu", threads=n).predict_proba(TEXTS * 40) for n in (1, 4))
    np.testing.assert_array_equal(one, four)


def test_what_was_chosen_and_why_is_said_at_debug_level(model: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "stancekit"):
        stancekit.load(model, device="cpu", threads=3)
    assert "onnxruntime on the cpu: asked for" in caplog.text
    assert "3 threads" in caplog.text


@pytest.mark.slow
def test_a_sentence_of_20_megabytes_takes_four_times_as_long_as_one_of_5(classifier: Classifier) -> None:
    def seconds(megabytes: int) -> float:
        text = "we welcome farm boat " * (megabytes * 1_000_000 // 21)
        begun = time.process_time()
        assert classifier.predict(text).stance in ("for", "against", "neither")
        return time.process_time() - begun

    small = seconds(5)
    assert seconds(20) < 8 * small


def test_a_long_text_is_pooled_over_windows_not_cut(classifier: Classifier) -> None:
    start = "we welcome farm " * 4
    long = start + "farm boat hall " * 60 + "we oppose a bad idea it hurts " * 30
    assert not np.allclose(classifier.predict_proba([long]), classifier.predict_proba([start]), atol=1e-3)


def test_context_is_read(classifier: Classifier) -> None:
    alone = classifier.predict_proba(["farm boat"])
    shown = classifier.predict_proba(["farm boat"], context=["we oppose a bad idea, it hurts"])
    assert not np.allclose(alone, shown)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(min_size=1).filter(str.strip), max_size=5))
def test_any_text_with_something_in_it_is_labelled(model: Path, texts: list[str]) -> None:
    predictions = stancekit.predict(texts, model=model, device="cpu")
    assert [p.text for p in predictions] == texts


@pytest.mark.parametrize(
    ("texts", "context", "message"),
    [
        (["good", "  "], None, "text 1 is empty"),
        (["good", 3], None, "text 1 is int, not a string"),
        (["good"], ["a", "b"], "1 sentences take as many contexts"),
        (["good"], "a", "1 sentences take as many contexts"),
        ("good", ["a"], "one sentence takes one context"),
        ("", None, "text 0 is empty"),
    ],
)
def test_bad_input_is_a_clear_error(classifier: Classifier, texts: object, context: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        classifier.predict(texts, context=context)  # type: ignore[call-overload]


def test_no_texts_give_no_predictions(classifier: Classifier) -> None:
    assert classifier.predict([]) == []


def test_a_sentence_below_the_wanted_confidence_is_unsure_and_keeps_its_scores(classifier: Classifier) -> None:
    texts = [row["text"] for row in tiny_rows()]
    plain = classifier.predict(texts)
    threshold = float(np.median([p.confidence for p in plain]))
    asked = classifier.predict(texts, abstain_below=threshold)
    assert {p.stance == "unsure" for p in asked} == {True, False}
    for p, q in zip(plain, asked, strict=True):
        assert q.stance == ("unsure" if p.confidence < threshold else p.stance)
        assert (p.confidence, p.stance_scores, p.sentiment) == (q.confidence, q.stance_scores, q.sentiment)
        assert q.stance_set(0.8)[0] == p.stance
    assert list(classifier.predict_stream(texts, abstain_below=threshold)) == asked
    assert classifier.predict(texts[0], abstain_below=1.0).stance == "unsure"


def test_an_article_read_with_abstention_has_unsure_quotes(model: Path) -> None:
    article = stancekit.read("“We welcome farm and boat,” said Mara Lindqvist.", model=model, abstain_below=1.0)
    assert [quote.stance for quote in article.quotes] == ["unsure"]
    row = article.rows()[0]
    assert (row["stance"], row["quote_stance"]) == ("unsure", "unsure")
    assert row["confidence"] == max(row["stance_scores"].values())
    assert "unsure<sup>?</sup>" in article.to_html()


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_beyond_probabilities_is_a_clear_error(classifier: Classifier, value: float) -> None:
    with pytest.raises(OptionError, match="it is a probability, from 0 to 1"):
        classifier.predict("we welcome bread", abstain_below=value)


def test_a_device_that_is_not_there_is_a_clear_error(model: Path) -> None:
    with pytest.raises(OptionError, match="cannot use device"):
        stancekit.load(model, device="cuda")


def test_conformal_sets_hold_the_likeliest_label_and_grow_with_coverage(classifier: Classifier) -> None:
    p = classifier.predict(TEXTS[0])
    assert p.stance_set(0.8)[0] == p.stance
    assert len(p.stance_set(0.8)) <= len(p.stance_set(0.95))
    with pytest.raises(OptionError, match=r"no conformal threshold for coverage 0.5; this model has: 0.8, 0.9, 0.95"):
        p.stance_set(0.5)


ARTICLE = """Council meets

“We welcome farm and boat,” said Mara Lindqvist, a councillor. “It helps ladder and river.”

The hall was full, she said, calling it “the vote on ladder day” in the old way.
"""


def test_reading_an_article_labels_each_quoted_sentence_at_its_place(classifier: Classifier) -> None:
    article = classifier.read(ARTICLE)
    quote = article.quotes[0]
    assert [s.stance for s in quote.sentences] == ["for", "for"]
    assert quote.stance == "for"
    assert quote.speaker is not None
    assert quote.speaker.name == "Mara Lindqvist"
    for q in article.quotes:
        assert ARTICLE[q.start : q.end] == q.text
    assert [row["sentence"] for row in article.rows()][:2] == [s.text for s in quote.sentences]


def test_an_article_becomes_a_dataset_with_a_row_per_sentence(classifier: Classifier) -> None:
    dataset = classifier.read(ARTICLE).to_dataset()
    assert dataset.num_rows == len(classifier.read(ARTICLE).rows())
    assert dataset[0]["speaker"] == "Mara Lindqvist"


def test_an_article_without_quotes_is_no_error(classifier: Classifier) -> None:
    assert classifier.read("Nothing was said today.").quotes == ()


@pytest.mark.parametrize("text", ["", " \n", b"bytes"])
def test_an_empty_article_is_a_clear_error(classifier: Classifier, text: object) -> None:
    with pytest.raises(DataError, match="article"):
        classifier.read(text)  # type: ignore[arg-type]


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(1, 200))
def test_batches_hold_every_text_once_and_keep_to_the_budget(lengths: list[int], budget: int) -> None:
    made = list(batches(lengths, budget))
    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    assert all(len(b) == 1 or len(b) * max(lengths[i] for i in b) <= budget for b in made)


def test_padding_is_masked_and_takes_the_padding_id() -> None:
    arrays = pad(
        [Encoded([5, 6, 7], [0, 0, 1]), Encoded([8], [0])],
        ["input_ids", "attention_mask", "token_type_ids"],
        1,
    )
    assert arrays["input_ids"].tolist() == [[5, 6, 7], [8, 1, 1]]
    assert arrays["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert arrays["token_type_ids"].tolist() == [[0, 0, 1], [0, 0, 0]]
