"""Turns of an interview or a debate without marks: "Q: …", "LINDQVIST: …", "Lindqvist: …"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from stancekit.quotes.marks import Paragraphs
from stancekit.quotes.wordset import wordset

_LABEL = re.compile(r"(Q|A|[A-Z][\w.’'-]{1,20}(?: [A-Z][\w.’'-]{0,20}){0,3})(?: \([^()\n]{1,40}\))?[:.] ")
_OPENING = "“\"‘'«„「"
_NOT_LABELS = wordset(
    "photo image picture video related updated update correction editor watch listen note source sources tags"
)


class Turn(NamedTuple):
    """What one person says in a transcript."""

    label_start: int
    label_end: int
    start: int
    end: int


def turns(text: str, paragraphs: Paragraphs) -> Iterator[Turn]:
    """The turns of a transcript. A label counts when it comes back, or is Q or A."""
    found: list[tuple[str, Turn]] = []
    seen: dict[str, int] = {}
    for start, end in zip(paragraphs.starts, paragraphs.ends, strict=True):
        match = _LABEL.match(text, start, end)
        if match is None or match.end() >= end or text[match.end()] in _OPENING:
            continue
        label = match.group(1)
        if label.lower() in _NOT_LABELS or (match.group()[-2] == "." and label not in ("Q", "A")):
            continue
        seen[label] = seen.get(label, 0) + 1
        found.append((label, Turn(match.start(1), match.end(1), match.end(), end)))
    both = "Q" in seen and "A" in seen
    for label, turn in found:
        if both if label in ("Q", "A") else seen[label] > 1 or (label.isupper() and len(seen) > 1):
            yield turn
