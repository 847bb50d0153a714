"""Texts to token windows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancekit import CheckpointError
from stancekit.model import TextEncoder


@pytest.fixture(scope="module")
def short(encoder: Path) -> TextEncoder:
    return TextEncoder(encoder / "tokenizer.json", max_length=16)


def test_a_short_text_is_one_window_with_special_tokens(short: TextEncoder) -> None:
    [[window]] = short.encode(["we welcome bread"])
    assert (len(window), set(window.segments)) == (5, {0})


def test_context_becomes_a_second_segment_cut_to_the_room_left(short: TextEncoder) -> None:
    [[window]] = short.encode(["we welcome bread"], ["farm " * 40])
    assert len(window) == 16
    assert window.segments == [0] * 5 + [1] * 11


def test_a_long_text_is_read_in_overlapping_windows_that_lose_nothing(short: TextEncoder, encoder: Path) -> None:
    text = " ".join("abcdefghijklmnopqrstuvwxyz" * 2)
    [windows] = short.encode([text])
    [[whole]] = TextEncoder(encoder / "tokenizer.json", max_length=128).encode([text])
    inner = [window.ids[1:-1] for window in windows]
    assert len(inner) > 1
    assert inner[0] + [token for ids in inner[1:] for token in ids[4:]] == whole.ids[1:-1]


def test_a_text_that_fills_the_window_drops_its_context(short: TextEncoder) -> None:
    [[window]] = short.encode(["farm " * 14], ["boat"])
    assert len(window) == 16
    assert set(window.segments) == {0}


def test_a_million_characters_are_cut_into_windows_in_one_pass(short: TextEncoder) -> None:
    [windows] = short.encode(["farm boat " * 100_000])
    assert sum(len(w) for w in windows) >= 200_000


@given(st.lists(st.tuples(st.text(), st.text()), max_size=4))
def test_any_text_encodes_within_the_limit(encoder: Path, pairs: list[tuple[str, str]]) -> None:
    coder = TextEncoder(encoder / "tokenizer.json", max_length=16)
    groups = coder.encode([a for a, _ in pairs], [b for _, b in pairs])
    assert len(groups) == len(pairs)
    assert all(0 < len(window) <= 16 for windows in groups for window in windows)


def test_a_broken_tokenizer_file_is_a_checkpoint_error(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(CheckpointError, match="not a usable tokenizer"):
        TextEncoder(tmp_path / "tokenizer.json", 16)
