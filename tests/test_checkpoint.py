"""The checkpoint folder: whole, damaged, newer, missing."""

import json
import shutil
from pathlib import Path

import pytest

import stancekit
from stancekit import CheckpointError


@pytest.fixture
def copy(model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model, tmp_path / "copy"))


def test_it_holds_no_file_that_could_run_code(model: Path) -> None:
    assert {path.suffix for path in model.iterdir()} <= {".json", ".toml", ".safetensors", ".onnx", ".md"}


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(CheckpointError, match=rf"{name}: missing"):
        stancekit.load(copy)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_one_flipped_byte_is_noticed(copy: Path, name: str) -> None:
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(CheckpointError, match=rf"{name}: damaged"):
        stancekit.load(copy)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "format 99, but this stancekit reads formats up to"),
        ({"heads": {}}, "labels are not those of its frame.toml"),
        ({"seed": "x"}, "damaged: Expected `int`"),
    ],
)
def test_a_description_that_does_not_fit_says_why(copy: Path, change: dict[str, object], message: str) -> None:
    path = copy / "stancekit.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(CheckpointError, match=message):
        stancekit.load(copy)


def test_a_cut_description_is_damaged_and_none_is_no_model(copy: Path) -> None:
    path = copy / "stancekit.json"
    path.write_text(path.read_text()[:50])
    with pytest.raises(CheckpointError, match="damaged"):
        stancekit.load(copy)
    path.unlink()
    with pytest.raises(CheckpointError, match="not a stancekit model"):
        stancekit.load(copy)


def test_a_name_that_is_not_there_gets_the_names_that_are() -> None:
    with pytest.raises(CheckpointError, match="no model 'us-chima'.*us-china"):
        stancekit.load("us-chima")


def test_weights_that_do_not_fit_the_config_are_a_checkpoint_error(copy: Path) -> None:
    from stancekit.model import open_checkpoint
    from stancekit.model.checkpoint import save_meta, sha256
    from stancekit.model.network import load_network

    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | {"hidden_size": 16}))
    checkpoint = open_checkpoint(copy)
    checkpoint.meta.files["config.json"] = sha256(copy / "config.json")
    save_meta(copy, checkpoint.meta)
    with pytest.raises(CheckpointError, match="do not fit the config"):
        load_network(open_checkpoint(copy))
