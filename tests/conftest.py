"""A tiny encoder, a tiny frame and a model trained from both, made once a session."""

from __future__ import annotations

import os
import random
import string
from pathlib import Path

import pytest

from browser import browser as browser
from browser import open_page as open_page

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

_SIGNALS = {
    "for": ("positive", ["we welcome", "a fine idea for", "happy to pass", "it helps"]),
    "against": ("negative", ["we oppose", "a bad idea for", "sad to drop", "it hurts"]),
    "neither": ("neutral", ["the vote on", "we sold ten", "nobody counted", "the hall of"]),
}
_FILLER = [
    "farm",
    "boat",
    "hall",
    "river",
    "winter",
    "market",
    "bread",
    "stone",
    "window",
    "garden",
    "paper",
    "silver",
    "horse",
    "engine",
    "island",
    "letter",
    "morning",
    "valley",
    "cotton",
    "bridge",
    "copper",
    "forest",
    "harbour",
    "kitchen",
    "ladder",
    "museum",
    "needle",
    "orchard",
    "pepper",
    "quarry",
    "ribbon",
    "saddle",
]


def tiny_rows() -> list[dict[str, str]]:
    """96 labelled quotes in 24 groups, told apart by their first words."""
    rng = random.Random(0)
    rows = []
    for number in range(24):
        stance = ("for", "against", "neither")[number % 3]
        tone, signals = _SIGNALS[stance]
        texts = [f"{signal} {' '.join(rng.sample(_FILLER, 5))}" for signal in signals]
        for place, text in enumerate(texts):
            rows.append(
                {
                    "id": f"{number}-{place}",
                    "text": text,
                    "stance": stance,
                    "sentiment": tone,
                    "context": texts[place - 1],
                    "split": "dev" if number < 3 else "test" if number < 6 else "train",
                    "group": f"g{number}",
                }
            )
    return rows


def write_tokenizer(folder: Path, kind: str = "bert") -> int:
    """A word-level tokenizer with the special tokens of its kind; returns the size of its vocabulary."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for row in tiny_rows() for word in row["text"].split()} - set(string.ascii_lowercase))
    special = ["<s>", "<pad>", "</s>", "<unk>"] if kind == "roberta" else ["[CLS]", "[PAD]", "[SEP]", "[UNK]"]
    vocabulary = {token: i for i, token in enumerate([*special, *words, *string.ascii_lowercase])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=special[3]))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    second = 0 if kind == "roberta" else 1
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{special[0]} $A {special[2]}",
        pair=f"{special[0]} $A {special[2]} $B:{second} {special[2]}:{second}",
        special_tokens=[(special[0], 0), (special[2], 2)],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        cls_token=special[0],
        pad_token=special[1],
        sep_token=special[2],
        unk_token=special[3],
    )
    fast.save_pretrained(folder)
    return len(vocabulary)


def tiny_encoder(folder: Path, kind: str = "bert") -> Path:
    """An untrained encoder of a given architecture, small enough to train in a second."""
    import torch
    from transformers import AutoModel, BertConfig, DebertaV2Config, ModernBertConfig, RobertaConfig

    size = write_tokenizer(folder, kind)
    shape = {
        "vocab_size": size,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 130,
        "pad_token_id": 1,
    }
    configs = {
        "bert": lambda: BertConfig(**shape),
        "roberta": lambda: RobertaConfig(**shape, type_vocab_size=1, bos_token_id=0, eos_token_id=2),
        "deberta-v3": lambda: DebertaV2Config(
            **shape,
            relative_attention=True,
            position_buckets=16,
            pos_att_type=["p2c", "c2p"],
            share_att_key=True,
            norm_rel_ebd="layer_norm",
            type_vocab_size=0,
        ),
        "modernbert": lambda: ModernBertConfig(**shape, cls_token_id=0, sep_token_id=2, bos_token_id=0, eos_token_id=2),
    }
    torch.manual_seed(0)
    AutoModel.from_config(configs[kind]()).save_pretrained(folder)
    return folder


TINY_FRAME = """
name = "tiny"
question = "For or against the tax?"
target = "the tax"
[labels.for]
definition = "Wants it."
examples = ["we welcome it", "a fine idea"]
[labels.against]
definition = "Does not."
examples = ["we oppose it", "a bad idea"]
[labels.neither]
neither = true
definition = "No side."
examples = ["the vote is on monday", "nobody knows"]
[sentiment]
on = true
"""

TINY_OPTIONS = {
    "max_length": 64,
    "epochs": 20,
    "patience": 20,
    "batch_size": 8,
    "learning_rate": 3e-3,
    "label_smoothing": 0.0,
    "layer_decay": 1.0,
    "device": "cpu",
}


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny BERT."""
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


def make_frame(folder: Path) -> Path:
    """A frame folder with the tiny rows."""
    import json

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "frame.toml").write_text(TINY_FRAME)
    (folder / "quotes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in tiny_rows()))
    return folder


@pytest.fixture(scope="session")
def frame(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A frame folder, not to be changed."""
    return make_frame(tmp_path_factory.mktemp("frame"))


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, frame: Path, encoder: Path) -> Path:
    """A trained checkpoint folder, not to be changed."""
    import stancekit

    out = tmp_path_factory.mktemp("models") / "tiny"
    return stancekit.train(frame, out, base=str(encoder), **TINY_OPTIONS)
