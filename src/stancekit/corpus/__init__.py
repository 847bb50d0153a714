"""Labelling of many articles: lazily read, extracted in worker processes, written in shards, resumable."""

from stancekit.corpus.run import Summary, label

__all__ = ["Summary", "label"]
