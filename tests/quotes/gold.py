"""Reads `gold.txt`: articles with inline markup, turned into plain text and offsets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

_KINDS = {"s": "speech", "p": "partial", "m": "mention", "r": "reported"}


@dataclass
class GoldQuote:
    """One annotated quote."""

    kind: str
    mention: str | None
    name: str | None
    fragments: list[tuple[int, int]]


@dataclass
class GoldArticle:
    """One article: what it shows, its text without markup, its quotes."""

    title: str
    text: str = ""
    quotes: list[GoldQuote] = field(default_factory=list)


def load() -> list[GoldArticle]:
    """All articles of the file."""
    source = (Path(__file__).parent / "gold.txt").read_text(encoding="utf-8")
    return [_article(part) for part in source.split("\n=== ")[1:]]


def _article(part: str) -> GoldArticle:
    title, _, body = part.partition("\n")
    article = GoldArticle(title)
    if "CRLF" in title:
        body = body.replace("\n", "\r\n")
    plain = ""
    for n, chunk in enumerate(body.strip().split("⟦")):
        if n == 0:
            plain += chunk
            continue
        marked, _, rest = chunk.partition("⟧")
        kind, _, tail = marked.partition("|")
        speaker, _, words = tail.partition("|")
        span = (len(plain), len(plain) + len(words))
        if kind.endswith("+"):
            if not words:  # "s+|words" names no speaker
                words = speaker
                span = (len(plain), len(plain) + len(words))
            article.quotes[-1].fragments.append(span)
        else:
            mention, _, name = speaker.partition("=")
            named = None if speaker == "-" else name or mention
            article.quotes.append(GoldQuote(_KINDS[kind], None if speaker == "-" else mention, named, [span]))
        plain += words + rest
    article.text = plain
    return article
