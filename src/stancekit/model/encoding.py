"""Texts to token ids, the same way in training and in inference, with the tokenizers library alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tokenizers import Encoding, Tokenizer

from stancekit.errors import CheckpointError

_STRIDE = 4  # windows overlap by a quarter of their length
_CHUNK = 20_000  # characters; a text beyond is cut at spaces first, so that no call grows with the whole text


@dataclass(frozen=True, slots=True)
class Encoded:
    """Token ids of one window, with its segment ids."""

    ids: list[int]
    segments: list[int]

    def __len__(self) -> int:
        return len(self.ids)


class TextEncoder:
    """Encodes sentences, each with an optional second segment of context.

    A sentence that fits is one window; context is cut to the room that is left. A longer one is read in
    overlapping windows, without its context.

    Args:
        tokenizer: A `tokenizer.json`.
        max_length: Tokens a window, special ones included.
    """

    def __init__(self, tokenizer: Path, max_length: int) -> None:
        self.max_length = max_length
        try:
            self._plain = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # tokenizers raises bare exceptions
            raise CheckpointError(f"{tokenizer}: not a usable tokenizer: {error}") from error
        self._plain.no_truncation()
        self._plain.no_padding()

    @cached_property
    def _pair(self) -> Tokenizer:
        tokenizer = Tokenizer.from_str(self._plain.to_str())
        tokenizer.enable_truncation(self.max_length, strategy="only_second")
        return tokenizer

    @cached_property
    def _windows(self) -> Tokenizer:
        tokenizer = Tokenizer.from_str(self._plain.to_str())
        tokenizer.enable_truncation(self.max_length, stride=self.max_length // _STRIDE)
        return tokenizer

    def encode(self, texts: Sequence[str], contexts: Sequence[str] | None = None) -> list[list[Encoded]]:
        """The windows of each text, in order.

        Args:
            texts: Sentences.
            contexts: One for each sentence; an empty string for none.
        """
        pairs = [(_clean(t), _clean(c)) for t, c in zip(texts, contexts or [""] * len(texts), strict=True)]
        # context far beyond the window would only be cut
        inputs = [(t, c[: 12 * self.max_length]) if c and len(t) <= _CHUNK else t[:_CHUNK] for t, c in pairs]
        out = []
        for (text, context), encoding in zip(pairs, self._plain.encode_batch(inputs), strict=True):
            if len(text) <= _CHUNK and len(encoding) <= self.max_length:
                out.append([_encoded(encoding)])
            else:
                out.append(self._long(text, context))
        return out

    def _long(self, text: str, context: str) -> list[Encoded]:
        windows = []
        for chunk in _chunks(text):
            first = self._windows.encode(chunk)
            windows += [_encoded(first), *map(_encoded, first.overflowing)]
        # one window: the text fits and only its context was too long, unless the context has no room at all
        if len(windows) == 1 and context and len(windows[0]) < self.max_length - 2:
            return [_encoded(self._pair.encode(text, context[: 12 * self.max_length]))]
        return windows


def _clean(text: str) -> str:
    """Lone surrogates cannot be encoded; everything else is left to the tokenizer."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _encoded(encoding: Encoding) -> Encoded:
    return Encoded(encoding.ids, encoding.type_ids)


def _chunks(text: str) -> list[str]:
    chunks, begin = [], 0
    while len(text) - begin > _CHUNK:
        space = text.rfind(" ", begin + _CHUNK // 2, begin + _CHUNK)
        end = space if space > 0 else begin + _CHUNK
        chunks.append(text[begin:end])
        begin = end
    return [*chunks, text[begin:]]
