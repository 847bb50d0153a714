"""The object behind `predict` and `read`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

import numpy as np

from stancekit.errors import DataError, OptionError
from stancekit.inference.backends import Backend, choose_backend
from stancekit.model import Checkpoint, TextEncoder, open_checkpoint, softmax
from stancekit.model.checkpoint import Floats
from stancekit.records import UNSURE, Article, Prediction, Quote

DEFAULT_MODEL = "us-china"
_STREAM = 4096  # texts that are sorted and batched together; bounds the memory of predict_stream
_CHARACTERS = 4_000_000  # of those texts; bounds it for long ones


class Classifier:
    """A trained model, ready to label sentences. One object may be used from many threads.

    Made by `load`; the functions `predict` and `read` of the package open one and call it.

    Args:
        checkpoint: The model's folder, opened.
        device: ``None`` for a GPU if there is one and the CPU if not, or ``"cpu"``, ``"cuda"``, ``"mps"``.
        threads: CPU threads; all cores by default.
    """

    def __init__(self, checkpoint: Checkpoint, *, device: str | None = None, threads: int | None = None) -> None:
        self.checkpoint = checkpoint
        self.frame = checkpoint.frame
        self._encoder = TextEncoder(checkpoint.file("tokenizer.json"), checkpoint.meta.max_length)
        self._backend: Backend = choose_backend(checkpoint, device, threads)

    @property
    def device(self) -> str:
        """Where it runs."""
        return self._backend.device

    @overload
    def predict(  # type: ignore[overload-overlap]
        self, texts: str, *, context: str | None = None, abstain_below: float = 0.0
    ) -> Prediction: ...
    @overload
    def predict(
        self, texts: Iterable[str], *, context: Sequence[str] | None = None, abstain_below: float = 0.0
    ) -> list[Prediction]: ...
    def predict(
        self,
        texts: str | Iterable[str],
        *,
        context: str | Sequence[str] | None = None,
        abstain_below: float = 0.0,
    ) -> Prediction | list[Prediction]:
        """Label one sentence or many, in order.

        Args:
            texts: A sentence, or any iterable of sentences.
            context: The other sentences of the same quote; a string for one sentence, a sequence of as many
                strings for many (empty ones where there is none). It helps with sentences like "That will not do."
            abstain_below: A sentence whose confidence is lower gets the stance "unsure"; what a threshold keeps, and
                how much of that is wrong, is in the risk–coverage table of `evaluate`.

        Returns:
            A `Prediction` for a string, a list for an iterable.

        Raises:
            DataError: A text is empty or not a string, or texts and contexts differ in number.
            OptionError: ``abstain_below`` is not between 0 and 1.
        """
        if isinstance(texts, str):
            if context is not None and not isinstance(context, str):
                raise DataError("one sentence takes one context, a string")
            return self._predictions([texts], [context or ""], abstain_below)[0]
        texts = list(texts)
        if context is None:
            context = [""] * len(texts)
        elif isinstance(context, str) or len(context) != len(texts):
            raise DataError(f"{len(texts)} sentences take as many contexts, in a list; empty strings for none")
        return self._predictions(texts, context, abstain_below)

    def predict_stream(
        self, texts: Iterable[str], *, context: Iterable[str] | None = None, abstain_below: float = 0.0
    ) -> Iterator[Prediction]:
        """Label any number of sentences lazily, in order, in constant memory.

        Args:
            texts: Sentences.
            context: The other sentences of each one's quote, as for `predict`: as many strings, from any iterable.
            abstain_below: As for `predict`.

        Raises:
            DataError: A text is empty or not a string, or texts and contexts differ in number.
            OptionError: ``abstain_below`` is not between 0 and 1.
        """
        if isinstance(texts, str) or isinstance(context, str):
            raise DataError("predict_stream takes any iterable of sentences and of contexts; predict takes one string")
        return self._stream(
            zip(texts, itertools.repeat("")) if context is None else _pairs(texts, context), abstain_below
        )

    def _stream(self, pairs: Iterable[tuple[str, str]], abstain_below: float) -> Iterator[Prediction]:
        seen = 0
        for block in _blocks(pairs):
            texts, context = zip(*block, strict=True)
            yield from self._predictions(texts, context, abstain_below, first=seen)
            seen += len(block)

    def predict_proba(self, texts: Iterable[str], *, context: Sequence[str] | None = None) -> Floats:
        """Calibrated stance probabilities: (texts, labels), columns in the frame's order.

        Raises:
            DataError: A text is empty or not a string, or texts and contexts differ in number.
        """
        texts = [texts] if isinstance(texts, str) else list(texts)
        return self.probabilities(texts, context)["stance"]

    def probabilities(self, texts: Sequence[str], context: Sequence[str] | None = None) -> dict[str, Floats]:
        """Calibrated probabilities of every task, each (texts, labels).

        Raises:
            DataError: A text is empty or not a string, or texts and contexts differ in number.
        """
        context = context or [""] * len(texts)
        if len(context) != len(texts):
            raise DataError(f"{len(texts)} sentences take as many contexts, not {len(context)}")
        heads = self.checkpoint.meta.heads
        return {
            task: softmax(values, heads[task].temperature) for task, values in self._logits(texts, context, 0).items()
        }

    def _predictions(
        self, texts: Sequence[str], context: Sequence[str], abstain_below: float, first: int = 0
    ) -> list[Prediction]:
        if not 0 <= abstain_below <= 1:
            raise OptionError(f"abstain_below is {abstain_below:g}; it is a probability, from 0 to 1")
        logits = self._logits(texts, context, first)
        heads = self.checkpoint.meta.heads
        scores = {task: softmax(logits[task], heads[task].temperature).tolist() for task in heads}
        out = []
        for row, text in enumerate(texts):
            stance = dict(zip(heads["stance"].labels, scores["stance"][row], strict=True))
            best = max(stance, key=stance.__getitem__)
            tone = (
                dict(zip(heads["sentiment"].labels, scores["sentiment"][row], strict=True))
                if "sentiment" in heads
                else {}
            )
            out.append(
                Prediction(
                    text=text,
                    stance=best if stance[best] >= abstain_below else UNSURE,
                    confidence=stance[best],
                    stance_scores=stance,
                    sentiment=max(tone, key=tone.__getitem__) if tone else None,
                    sentiment_scores=tone,
                    quantiles=heads["stance"].quantiles,
                )
            )
        return out

    def _logits(self, texts: Sequence[str], context: Sequence[str], first: int) -> dict[str, Floats]:
        """Logits by task, each (texts, labels); a text in several windows gets their mean, weighted by length."""
        for place, text in enumerate(texts, first):
            if not isinstance(text, str):
                raise DataError(f"text {place} is {type(text).__name__}, not a string")
            if not text.strip():
                raise DataError(f"text {place} is empty; leave empty texts out")
        meta = self.checkpoint.meta
        unique: dict[tuple[str, str], int] = {}
        places = [unique.setdefault(pair, len(unique)) for pair in zip(texts, context, strict=True)]
        windows = self._encoder.encode([text for text, _ in unique], [others for _, others in unique])
        flat = [window for group in windows for window in group]
        owner = np.repeat(np.arange(len(windows)), [len(group) for group in windows])
        share = np.array([len(window) for window in flat], dtype=np.float32)
        sums = {task: np.zeros((len(windows), len(head.labels)), np.float32) for task, head in meta.heads.items()}
        for task, logits in self._backend.run(flat).items() if flat else ():
            np.add.at(sums[task], owner, logits * share[:, None])
        weight = np.zeros(len(windows), np.float32)
        np.add.at(weight, owner, share)
        return {task: (total / weight[:, None])[places] for task, total in sums.items()}

    def read(self, text: str, *, abstain_below: float = 0.0) -> Article:
        """Find the quotes of an article and label each quoted sentence, with its quote as context.

        Args:
            text: The article.
            abstain_below: As for `predict`.

        Raises:
            DataError: The text is empty or not a string.
            OptionError: ``abstain_below`` is not between 0 and 1.
        """
        if not isinstance(text, str):
            raise DataError(f"an article is a string, not {type(text).__name__}; decode bytes first")
        if not text.strip():
            raise DataError("the article is empty")
        from stancekit.quotes import extract_quotes  # whose patterns `predict` need not wait for

        return self.label_quotes(text, extract_quotes(text), abstain_below=abstain_below)

    def label_quotes(self, text: str, quotes: Sequence[Quote], *, abstain_below: float = 0.0) -> Article:
        """Label the sentences of quotes that were extracted already."""
        return self.label_articles([(text, quotes)], abstain_below=abstain_below)[0]

    def label_articles(
        self, articles: Sequence[tuple[str, Sequence[Quote]]], *, abstain_below: float = 0.0
    ) -> list[Article]:
        """Label the sentences of many articles' quotes, batched together.

        Args:
            articles: Texts, each with the quotes that were extracted from it.
            abstain_below: As for `predict`.
        """
        sentences, contexts = [], []
        for _, quotes in articles:
            for quote in quotes:
                for place in range(len(quote.sentences)):
                    others = [s.text for i, s in enumerate(quote.sentences) if i != place]
                    sentences.append(quote.sentences[place].text)
                    contexts.append(" ".join(others))
        predictions = iter(self._predictions(sentences, contexts, abstain_below))
        out = []
        for text, quotes in articles:
            labelled = tuple(
                replace(
                    quote,
                    sentences=tuple(replace(s, prediction=next(predictions)) for s in quote.sentences),
                    neither=self.frame.neither,
                )
                for quote in quotes
            )
            out.append(Article(text, labelled, self.checkpoint.meta.name, self.frame.label_names))
        return out


def _pairs(texts: Iterable[str], context: Iterable[str]) -> Iterator[tuple[str, str]]:
    nothing: Any = object()
    for number, (text, others) in enumerate(itertools.zip_longest(texts, context, fillvalue=nothing)):
        if text is nothing or others is nothing:
            more, less = ("contexts", "sentences") if text is nothing else ("sentences", "contexts")
            raise DataError(f"there are more {more} than {less}, of which there are {number}; give as many, or none")
        yield text, others


def _blocks(pairs: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """Lists of as many pairs as are sorted and batched together; fewer where they are long."""
    block: list[tuple[str, str]] = []
    size = 0
    for pair in pairs:
        block.append(pair)
        size += len(pair[0]) if isinstance(pair[0], str) else 0
        if len(block) == _STREAM or size > _CHARACTERS:
            yield block
            block, size = [], 0
    if block:
        yield block


def load(model: str | Path = DEFAULT_MODEL, *, device: str | None = None, threads: int | None = None) -> Classifier:
    """Load a trained model.

    Args:
        model: A checkpoint folder, the name of a shipped model, or ``org/name`` of one on the Hugging Face Hub, which
            is fetched into the cache of huggingface_hub unless it is there.
        device: ``None`` for a GPU if there is one and the CPU if not, or ``"cpu"``, ``"cuda"``, ``"mps"``.
        threads: CPU threads; all cores by default.

    Raises:
        CheckpointError: There is no such model, or it is damaged, or newer than this stancekit.
        HubError: It cannot be fetched from the Hub.
        OptionError: The device cannot be used.

    Example:
        >>> load("us-china").frame.label_names
        ('easing', 'rivalry', 'neither')
    """
    if threads is not None and threads < 1:
        raise OptionError(f"threads is {threads}; give 1 or more, or leave it out for all cores")
    return Classifier(open_checkpoint(model), device=device, threads=threads)
