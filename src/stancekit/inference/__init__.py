"""Labelling: ONNX Runtime and tokenizers on a CPU, torch on a GPU.

The functions here are a thin shell over `Classifier`: each opens one, once a process and model, and calls it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import overload

from stancekit.inference.classifier import DEFAULT_MODEL, Classifier, load
from stancekit.records import Article, Prediction

__all__ = ["DEFAULT_MODEL", "Classifier", "load", "predict", "predict_stream", "read"]

_loaded = lru_cache(maxsize=4)(load)


@overload
def predict(  # type: ignore[overload-overlap]
    texts: str,
    *,
    context: str | None = None,
    abstain_below: float = 0.0,
    model: str | Path = ...,
    device: str | None = None,
) -> Prediction: ...
@overload
def predict(
    texts: Iterable[str],
    *,
    context: Sequence[str] | None = None,
    abstain_below: float = 0.0,
    model: str | Path = ...,
    device: str | None = None,
) -> list[Prediction]: ...
def predict(
    texts: str | Iterable[str],
    *,
    context: str | Sequence[str] | None = None,
    abstain_below: float = 0.0,
    model: str | Path = DEFAULT_MODEL,
    device: str | None = None,
) -> Prediction | list[Prediction]:
    """Label one sentence or many with stance and sentiment; see `Classifier.predict`.

    Example:
        >>> predict("We expect both sides to keep the channels open.").stance
        'easing'
    """
    return _loaded(model, device=device).predict(texts, context=context, abstain_below=abstain_below)


def predict_stream(
    texts: Iterable[str],
    *,
    context: Iterable[str] | None = None,
    abstain_below: float = 0.0,
    model: str | Path = DEFAULT_MODEL,
    device: str | None = None,
) -> Iterator[Prediction]:
    """Label any number of sentences lazily; see `Classifier.predict_stream`."""
    return _loaded(model, device=device).predict_stream(texts, context=context, abstain_below=abstain_below)


def read(
    text: str, *, abstain_below: float = 0.0, model: str | Path = DEFAULT_MODEL, device: str | None = None
) -> Article:
    """Find the quotes of an article, name the speakers and label each quoted sentence; see `Classifier.read`."""
    return _loaded(model, device=device).read(text, abstain_below=abstain_below)
