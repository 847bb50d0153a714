"""Packed batches: the numbers of padded ones, for every architecture; gradients; what cannot be packed is padded."""

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModel

from conftest import tiny_encoder
from stancekit.inference.backends import TorchBackend
from stancekit.inference.batching import batches, pad
from stancekit.model import Encoded, open_checkpoint
from stancekit.model.network import StanceNetwork
from stancekit.model.packing import PACKED, has_kernel, pack, packed_logits, use_packing

PACKABLE = ["bert", "roberta", "modernbert"]
HEADS = {"stance": 3, "sentiment": 3}
LENGTHS = [3, 40, 1, 17, 17, 64, 2]


def network_of(folder: Path, kind: str, pooling: str = "mean", **config: Any) -> StanceNetwork:
    torch.manual_seed(0)
    encoder = AutoModel.from_pretrained(tiny_encoder(folder, kind), **config)
    return StanceNetwork(encoder, HEADS, pooling).eval()


def windows_of(lengths: list[int]) -> list[Encoded]:
    """Ids beyond those of the special tokens; the second half of each text is a second segment."""
    numbers = torch.Generator().manual_seed(0)
    return [
        Encoded(torch.randint(4, 40, (n,), generator=numbers).tolist(), [0] * (n - n // 2) + [1] * (n // 2))
        for n in lengths
    ]


def padded_logits(network: StanceNetwork, windows: list[Encoded]) -> dict[str, torch.Tensor]:
    arrays = pad(windows, network.inputs, 1)
    with torch.no_grad():
        logits: dict[str, torch.Tensor] = network(**{name: torch.from_numpy(array) for name, array in arrays.items()})
    return logits


def assert_packed_equals_padded(network: StanceNetwork, windows: list[Encoded]) -> None:
    expected = padded_logits(network, windows)
    before = network.encoder.config._attn_implementation
    assert use_packing(network)
    with torch.no_grad():
        packed = packed_logits(network, pack(windows, network))
    network.encoder.set_attn_implementation(before)
    for task in HEADS:
        torch.testing.assert_close(packed[task], expected[task], atol=1e-5, rtol=0)


@pytest.mark.parametrize("pooling", ["mean", "first"])
@pytest.mark.parametrize("kind", PACKABLE)
def test_packed_equals_padded(tmp_path: Path, kind: str, pooling: str) -> None:
    assert_packed_equals_padded(network_of(tmp_path, kind, pooling), windows_of(LENGTHS))


def test_packed_equals_padded_where_attention_reaches_a_few_tokens_only(tmp_path: Path) -> None:
    network = network_of(tmp_path, "modernbert", local_attention=8)
    assert "sliding_attention" in network.encoder.config.layer_types
    windows = windows_of(LENGTHS)
    assert_packed_equals_padded(network, windows)
    wide = network_of(tmp_path, "modernbert")
    assert not torch.allclose(padded_logits(network, windows)["stance"], padded_logits(wide, windows)["stance"])


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> StanceNetwork:
    return network_of(tmp_path_factory.mktemp("bert"), "bert")


@settings(deadline=None, max_examples=25)
@given(lengths=st.lists(st.integers(1, 128), min_size=1, max_size=8))
def test_any_lengths_may_share_a_packed_batch(bert: StanceNetwork, lengths: list[int]) -> None:
    assert_packed_equals_padded(bert, windows_of(lengths))


def test_gradients_of_a_packed_batch_are_those_of_a_padded_one(tmp_path: Path) -> None:
    network, windows = network_of(tmp_path, "bert"), windows_of(LENGTHS)
    weight = network.encoder.encoder.layer[0].attention.self.query.weight
    arrays = pad(windows, network.inputs, 1)
    network(**{name: torch.from_numpy(array) for name, array in arrays.items()})["stance"].square().sum().backward()
    expected, weight.grad = weight.grad.clone(), None
    use_packing(network)
    packed_logits(network, pack(windows, network))["stance"].square().sum().backward()
    assert expected.abs().max() > 1e-6
    torch.testing.assert_close(weight.grad, expected, atol=1e-5, rtol=0)


def test_an_encoder_with_its_own_attention_is_padded_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    network = network_of(tmp_path, "deberta-v3")
    before = network.encoder.config._attn_implementation
    with caplog.at_level(logging.DEBUG, "stancekit"):
        assert not use_packing(network)
    assert "DebertaV2Model cannot be packed" in caplog.text
    assert network.encoder.config._attn_implementation == before
    assert padded_logits(network, windows_of(LENGTHS))["stance"].shape == (len(LENGTHS), 3)


def test_without_a_kernel_for_it_the_backend_pads(model: Path) -> None:
    assert not has_kernel("cpu", torch.bfloat16)
    backend = TorchBackend(open_checkpoint(model), "cpu")
    assert not backend.packed
    assert backend._network.encoder.config._attn_implementation != PACKED


def test_the_backend_gives_packed_batches_back_in_order(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = windows_of(LENGTHS)
    expected = TorchBackend(open_checkpoint(model), "cpu").run(windows)
    monkeypatch.setattr("stancekit.model.packing.has_kernel", lambda device, dtype: True)
    backend = TorchBackend(open_checkpoint(model), "cpu")
    monkeypatch.undo()  # the reference computes what the kernel would
    monkeypatch.setattr(backend, "budget", 60)
    assert backend.packed
    found = backend.run(windows)
    for task in expected:
        torch.testing.assert_close(found[task], expected[task], atol=1e-5, rtol=0)


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(1, 200))
def test_batches_without_padding_hold_every_text_once_and_keep_to_the_budget(lengths: list[int], budget: int) -> None:
    made = list(batches(lengths, budget, padded=False))
    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    assert all(len(b) == 1 or sum(lengths[i] for i in b) <= budget for b in made)


needs_kernel = pytest.mark.skipif(
    not torch.cuda.is_available() or not has_kernel("cuda", torch.bfloat16), reason="no GPU with the kernel"
)


@needs_kernel
@pytest.mark.parametrize("kind", PACKABLE)
def test_the_kernel_computes_what_the_reference_does(tmp_path: Path, kind: str) -> None:
    network = network_of(tmp_path, kind)
    windows = windows_of(LENGTHS)
    expected = padded_logits(network, windows)
    network.to("cuda", torch.bfloat16)
    assert use_packing(network)
    with torch.inference_mode():
        packed = packed_logits(network, pack(windows, network), "cuda")
    for task in HEADS:
        torch.testing.assert_close(packed[task].float().cpu(), expected[task], atol=0.03, rtol=0.05)
