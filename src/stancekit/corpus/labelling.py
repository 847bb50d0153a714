"""One block through the model: the same on this machine and on a cluster's nodes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from stancekit.corpus.parts import Block, Extracted, Labelled
from stancekit.errors import CheckpointError
from stancekit.inference import Classifier, load
from stancekit.model import Checkpoint


def load_model(model: str | Path, device: str | None, sha256: str, threads: int | None = None) -> Classifier:
    """The model that a run began with.

    Raises:
        CheckpointError: It cannot be loaded, or is another one by now, or on this node.
    """
    classifier = load(model, device=device, threads=threads)
    if not is_still(classifier.checkpoint, sha256):
        raise CheckpointError(f"{classifier.checkpoint.folder}: not the model that this run began with; put it back")
    return classifier


def is_still(checkpoint: Checkpoint, sha256: str) -> bool:
    """Whether a model's folder still holds the model of this hash."""
    try:
        return checkpoint.sha256 == sha256
    except OSError:
        return False


def label_block(
    block: Block, articles: Sequence[Extracted], classifier: Classifier, sha256: str, keep: Sequence[str]
) -> Labelled:
    """The rows and errors of a block, whose sentences are batched together.

    Args:
        block: As it was read.
        articles: Its articles with their quotes.
        classifier: The model.
        sha256: Its hash.
        keep: Names of the columns carried along.
    """
    good = [article for article in articles if article.error is None]
    begun = time.perf_counter()
    read = classifier.label_articles([(article.text, article.quotes) for article in good])
    seconds = time.perf_counter() - begun
    mark = {"model": classifier.checkpoint.meta.name, "model_sha256": sha256}
    return Labelled(
        articles=len(articles),
        quotes=sum(len(article.quotes) for article in good),
        rows=[
            {"article": article.id, **row, **mark, **dict(zip(keep, article.kept, strict=True))}
            for article, result in zip(good, read, strict=True)
            for row in result.rows()
        ],
        errors=[
            {"article": article.id, "source": article.source, "error": article.error}
            for article in articles
            if article.error is not None
        ],
        position=block.position,
        digest=block.digest,
        model_seconds=seconds,
    )
