"""From a text to its quotes: marks, kinds, attributions, resolution, in that order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from stancekit.quotes.attribution import Attribution
from stancekit.quotes.marks import Paragraphs, find_marked
from stancekit.quotes.resolve import Names
from stancekit.quotes.sentences import split_ranges, strip
from stancekit.quotes.speakers import Piece, attribute
from stancekit.records import Quote, QuoteKind, Sentence, Span, Speaker

Kinds = Iterable[QuoteKind] | Literal["all"]


def extract_quotes(text: str, *, kinds: Kinds = ("speech", "partial")) -> list[Quote]:
    """The quotes of an article, with who said them."""
    wanted = frozenset(("speech", "partial", "mention", "reported") if kinds == "all" else kinds)
    paragraphs = Paragraphs(text)
    pieces = []
    for marked in find_marked(text, paragraphs):
        piece = Piece(text, marked, paragraphs.index(marked.outer_start))
        if piece.start < piece.end:
            pieces.append(piece)
    attribute(text, pieces, paragraphs)
    names = Names(text)
    quotes = []
    last: Speaker | None = None
    i = 0
    while i < len(pieces):
        piece = pieces[i]
        group = [piece]
        while i + 1 < len(pieces) and _interrupted(text, pieces[i], pieces[i + 1]):
            i += 1
            group.append(pieces[i])
        i += 1
        speaker = None
        if piece.attribution is not None:
            speaker = _speaker(text, piece.attribution, names, last)
            last = speaker
        if piece.kind in wanted:
            quotes.append(_quote(text, group, speaker))
    return quotes


def _interrupted(text: str, first: Piece, second: Piece) -> bool:
    """Whether only an attribution stands between two stretches of one quote: “A,” she said. “B.”"""
    if first.last_paragraph != second.paragraph or first.kind != "speech" or second.kind == "mention":
        return False
    if not first.own or second.own and second.attribution != first.attribution:
        return False
    begin, end = first.marked.outer_end, second.marked.outer_start
    cue = first.attribution.cue if first.attribution else None
    return cue is not None and begin <= cue[0] < end and end - begin < 250 and text[first.end - 1] in ",?!—-…"


def _speaker(text: str, found: Attribution, names: Names, last: Speaker | None) -> Speaker:
    phrase = found.speaker
    mention = text[phrase.start : phrase.end]
    role = text[found.role[0] : found.role[1]] if found.role else None
    name = mention
    if phrase.kind == "pronoun" and last is not None:
        name, role = last.name, last.role
    elif phrase.kind == "name":
        name = names.fullest(mention, phrase.start)
        if last is not None and name == last.name and role is None:
            role = last.role
    return Speaker(mention, phrase.start, phrase.end, name, role, found.reason, found.confidence)


def _quote(text: str, group: list[Piece], speaker: Speaker | None) -> Quote:
    spans = [strip(text, a, b) for piece in group for a, b in piece.marked.fragments]
    fragments = tuple(Span(a, b, text[a:b]) for a, b in spans if a < b)
    start, end = fragments[0].start, fragments[-1].end
    cue = None
    if group[0].attribution and group[0].attribution.cue:
        a, b = group[0].attribution.cue
        cue = Span(a, b, text[a:b])
    sentences = tuple(
        Sentence(text[a:b], a, b) for f in fragments for a, b in split_ranges(text, f.start, f.end)
    )
    return Quote(text[start:end], start, end, fragments, group[0].kind, sentences, speaker, cue)
