"""Export: what other programs compute from it is what this model computes."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stancekit
from conftest import TINY_OPTIONS, tiny_encoder, tiny_rows
from stancekit import OptionError
from stancekit.inference.backends import TorchBackend
from stancekit.model.network import StanceNetwork
from stancekit.training.stock import largest_difference, stock_classifier

TEXTS = ["we welcome bread", "we oppose the farm boat hall of the river", "the vote on morning", "it hurts"]
SHAPE: dict[str, Any] = {
    "vocab_size": 90,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "max_position_embeddings": 130,
    "pad_token_id": 1,
}


def network(kind: str, pooling: str, labels: int = 3, **shape: Any) -> StanceNetwork:
    """An untrained network with heads that are far from indifferent."""
    import torch
    from transformers import AutoConfig, AutoModel

    torch.manual_seed(0)
    encoder = AutoModel.from_config(AutoConfig.for_model(kind, **{**SHAPE, **shape}))
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None
    made = StanceNetwork(encoder, {"stance": labels}, pooling).eval()
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.ndim == 1:
                parameter += 0.3 * torch.randn_like(parameter)
        made.heads["stance"].weight *= 20
    return made


def own_probabilities(model: Path, texts: list[str], context: list[str] | None = None) -> dict[str, np.ndarray]:
    """By the trained network, which is what is exported; the CPU's graph may be int8."""
    classifier = stancekit.load(model, device="cpu")
    classifier._backend = TorchBackend(classifier.checkpoint, "cpu")
    return classifier.probabilities(texts, context)


def pipeline_probabilities(folder: Path, inputs: list[Any], labels: list[str], **options: Any) -> np.ndarray:
    from transformers import pipeline

    classify = pipeline("text-classification", str(folder), top_k=None, device="cpu")
    scores = [{score["label"]: score["score"] for score in row} for row in classify(inputs, **options)]
    return np.array([[row[label] for label in labels] for row in scores])


@pytest.mark.parametrize("pooling", ["first", "mean"])
@pytest.mark.parametrize(
    "kind", ["bert", "roberta", "xlm-roberta", "camembert", "electra", "deberta-v2", "distilbert", "modernbert"]
)
def test_a_stock_class_gives_the_same_probabilities(kind: str, pooling: str) -> None:
    shape: dict[str, Any] = {}
    if kind == "deberta-v2":
        shape = {"relative_attention": True, "pos_att_type": ["p2c", "c2p"], "type_vocab_size": 0}
    if kind == "modernbert":
        shape = {"cls_token_id": 0, "sep_token_id": 2, "bos_token_id": 0, "eos_token_id": 2}
    ours = network(kind, pooling, **shape)
    theirs = stock_classifier(ours, "stance", ["a", "b", "c"], 1.7)
    assert type(theirs).__module__.startswith("transformers.models.")
    assert largest_difference(ours, "stance", 1.7, theirs, 1) < 2e-6
    assert largest_difference(ours, "stance", 1.0, theirs, 1) > 1e-3  # the temperature is in the weights


def test_the_network_that_was_exported_is_not_changed() -> None:
    ours = network("bert", "mean")
    before = {name: value.clone() for name, value in ours.state_dict().items()}
    stock_classifier(ours, "stance", ["a", "b", "c"], 2.0)
    assert all(before[name].equal(value) for name, value in ours.state_dict().items())
    assert ours.encoder.config.num_hidden_layers == 2


@pytest.mark.parametrize(
    ("kind", "pooling", "labels", "message"),
    [
        ("mpnet", "mean", 3, "no classifier of transformers for mpnet does; train again with --pooling first"),
        ("albert", "first", 3, "cannot export an encoder of type albert .*--to onnx"),
        ("bert", "mean", 16, "16 labels do not fit"),
    ],
)
def test_what_no_stock_class_can_express_is_refused_with_a_way_out(
    kind: str, pooling: str, labels: int, message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        stock_classifier(network(kind, pooling, labels), "stance", [f"l{i}" for i in range(labels)], 1.0)


@pytest.mark.parametrize("head", ["stance", "sentiment"])
def test_a_pipeline_gives_the_probabilities_of_each_head(model: Path, tmp_path: Path, head: str) -> None:
    out = stancekit.export(model, tmp_path / "out", to="transformers", head=head)
    labels = stancekit.load(model).checkpoint.meta.heads[head].labels
    batched = pipeline_probabilities(out, TEXTS, labels, batch_size=4)
    np.testing.assert_allclose(batched, own_probabilities(model, TEXTS)[head], atol=1e-5)


def test_context_goes_in_as_the_second_segment(model: Path, tmp_path: Path) -> None:
    out = stancekit.export(model, tmp_path / "out", to="transformers")
    context = " ".join(row["text"] for row in tiny_rows()[:20])  # more than fits
    labels = stancekit.load(model).frame.label_names
    pairs = [{"text": text, "text_pair": context} for text in TEXTS]
    theirs = np.concatenate(
        [pipeline_probabilities(out, [pair], list(labels), truncation="only_second") for pair in pairs]
    )
    np.testing.assert_allclose(theirs, own_probabilities(model, TEXTS, [context] * 4)["stance"], atol=1e-5)


def test_a_text_that_is_too_long_is_cut_at_the_models_own_length(model: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    for to in ("transformers", "onnx"):
        out = stancekit.export(model, tmp_path / to, to=to)  # type: ignore[arg-type]
        tokenizer = AutoTokenizer.from_pretrained(out)
        long = tokenizer(" ".join(TEXTS * 20), truncation=True)["input_ids"]
        assert len(long) == stancekit.load(model).checkpoint.meta.max_length
        assert json.loads((out / "tokenizer.json").read_text())["truncation"] is None


@pytest.mark.parametrize(("kind", "pooling"), [("modernbert", "mean"), ("roberta", "first"), ("deberta-v3", "mean")])
def test_other_architectures_open_in_a_pipeline_too(frame: Path, tmp_path: Path, kind: str, pooling: str) -> None:
    base = tiny_encoder(tmp_path, kind)
    options = TINY_OPTIONS | {"epochs": 1, "pooling": pooling}
    model = stancekit.train(frame, tmp_path / "m", base=str(base), **options)
    out = stancekit.export(model, tmp_path / "out", to="transformers")
    theirs = pipeline_probabilities(out, TEXTS, ["for", "against", "neither"], batch_size=4)
    np.testing.assert_allclose(theirs, own_probabilities(model, TEXTS)["stance"], atol=1e-5)


@pytest.mark.parametrize("head", ["stance", "sentiment"])
def test_the_readmes_lines_run_and_give_what_the_cpu_graph_gives(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str
) -> None:
    out = stancekit.export(model, tmp_path / "out", to="onnx", head=head)
    code = (out / "README.md").read_text().split("```")[1].removeprefix("python\n").replace("…", TEXTS[1])
    *lines, last = code.strip().split("\n")
    monkeypatch.chdir(out)
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    scores = eval(last, names)
    classifier = stancekit.load(model, device="cpu")
    expected = classifier.probabilities([TEXTS[1]])[head][0]
    np.testing.assert_allclose(list(scores.values()), expected, atol=1e-6)
    assert list(scores) == classifier.checkpoint.meta.heads[head].labels


def test_the_readme_of_a_transformers_export_runs(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = stancekit.export(model, tmp_path / "out", to="transformers")
    monkeypatch.chdir(out)
    names: dict[str, Any] = {}
    exec((out / "README.md").read_text().split("```")[1].removeprefix("python\n"), names)
    assert callable(names["classify"])


def test_an_export_holds_no_file_that_could_run_code_and_leaves_no_scraps(model: Path, tmp_path: Path) -> None:
    for to in ("transformers", "onnx"):
        out = stancekit.export(model, tmp_path / to, to=to)  # type: ignore[arg-type]
        assert {path.suffix for path in out.iterdir()} <= {".json", ".safetensors", ".onnx", ".md"}
        assert "auto_map" not in json.loads((out / "config.json").read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["onnx", "transformers"]


def test_a_folder_with_something_in_it_is_left_alone(model: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(stancekit.DataError, match="there is something already; name a new folder"):
        stancekit.export(model, tmp_path, to="onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"to": "tflite"}, "cannot export to 'tflite'; there is: transformers, onnx"),
        ({"to": "onnx", "head": "tone"}, "no head 'tone'; it has: stance, sentiment"),
    ],
)
def test_unknown_targets_and_heads_are_named(
    model: Path, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        stancekit.export(model, tmp_path / "out", **options)


def test_an_export_that_would_differ_is_not_written(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stancekit.training.stock._LOUDER", 1.0)  # constants too small: the norms feel the text
    with pytest.raises(OptionError, match="off by up to .*so it was not written"):
        stancekit.export(model, tmp_path / "out", to="transformers")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_graph_is_a_clear_error(model: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(model, tmp_path / "copy"))
    (copy / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(stancekit.CheckpointError, match=r"model\.onnx: damaged"):
        stancekit.export(copy, tmp_path / "out", to="onnx")
