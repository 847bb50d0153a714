"""stancekit: quotes, speakers, stance and sentiment in news articles.

Names are resolved when they are first used, so that importing the package costs next to nothing and the light
calls never import torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stancekit.corpus import label
    from stancekit.corpus.report import report
    from stancekit.data import check_frame
    from stancekit.errors import (
        CheckpointError,
        DataError,
        EncoderError,
        FrameError,
        HubError,
        MissingExtraError,
        OptionError,
        StancekitError,
    )
    from stancekit.evaluation import evaluate
    from stancekit.evaluation.agreement import agreement
    from stancekit.evaluation.prevalence import prevalence
    from stancekit.frames import load_frame, new_frame
    from stancekit.inference import Classifier, load, predict, predict_stream, read
    from stancekit.model.hub import push_to_hub
    from stancekit.quotes import extract_quotes
    from stancekit.records import Article, LabelledQuote, Prediction, Quote, Sentence, Span, Speaker
    from stancekit.training import train
    from stancekit.training.estimator import StanceClassifier
    from stancekit.training.portable import export

_HOMES = {
    "stancekit.corpus": ("label",),
    "stancekit.corpus.report": ("report",),
    "stancekit.data": ("check_frame",),
    "stancekit.errors": (
        "CheckpointError",
        "DataError",
        "EncoderError",
        "FrameError",
        "HubError",
        "MissingExtraError",
        "OptionError",
        "StancekitError",
    ),
    "stancekit.evaluation": ("evaluate",),
    "stancekit.evaluation.agreement": ("agreement",),
    "stancekit.evaluation.prevalence": ("prevalence",),
    "stancekit.frames": ("load_frame", "new_frame"),
    "stancekit.inference": ("Classifier", "load", "predict", "predict_stream", "read"),
    "stancekit.model.hub": ("push_to_hub",),
    "stancekit.quotes": ("extract_quotes",),
    "stancekit.records": ("Article", "LabelledQuote", "Prediction", "Quote", "Sentence", "Span", "Speaker"),
    "stancekit.training": ("train",),
    "stancekit.training.estimator": ("StanceClassifier",),
    "stancekit.training.portable": ("export",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Article",
    "CheckpointError",
    "Classifier",
    "DataError",
    "EncoderError",
    "FrameError",
    "HubError",
    "LabelledQuote",
    "MissingExtraError",
    "OptionError",
    "Prediction",
    "Quote",
    "Sentence",
    "Span",
    "Speaker",
    "StanceClassifier",
    "StancekitError",
    "agreement",
    "check_frame",
    "evaluate",
    "export",
    "extract_quotes",
    "label",
    "load",
    "load_frame",
    "new_frame",
    "predict",
    "predict_stream",
    "prevalence",
    "push_to_hub",
    "read",
    "report",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import PackageNotFoundError, version  # costs more than the package itself

        try:
            return version("stancekit")
        except PackageNotFoundError:  # run from a bare checkout with PYTHONPATH=src
            return "0+checkout"
    if name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
