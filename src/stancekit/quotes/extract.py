"""From a text to its quotes: marks, kinds, attributions, resolution, in that order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from stancekit.quotes.marks import Paragraphs, find_marked
from stancekit.quotes.phrases import Token, tokens
from stancekit.quotes.reported import QUOTED, reported_in
from stancekit.quotes.names import Names
from stancekit.quotes.resolve import Cast
from stancekit.quotes.sentences import sentence_ends, split_ranges, strip
from stancekit.quotes.speakers import Piece, attribute
from stancekit.records import Quote, QuoteKind, Sentence, Span, Speaker

_WORDY = re.compile("[a-z]{2}")
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
    cast = Cast(text, names)
    begin = 0
    said = [piece for piece in pieces if piece.kind != "mention"]
    i = 0
    while i < len(said):
        group = [said[i]]
        while i + 1 < len(said) and _interrupted(text, said[i], said[i + 1]):
            i += 1
            group.append(said[i])
        i += 1
        speaker = None
        if group[0].attribution is not None:
            first = group[0]
            speaker = cast.speaker(group[0].attribution, begin, first.marked.outer_start, not first.own)
        begin = group[-1].marked.outer_end
        if group[0].kind in wanted:
            quotes.append(_quote(text, group, speaker))
    if "mention" in wanted:
        quotes += [_quote(text, [piece], None) for piece in pieces if piece.kind == "mention"]
        quotes.sort(key=lambda quote: quote.start)
    if "reported" in wanted:
        quotes = _with_reported(text, quotes, pieces, paragraphs, names)
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


def _with_reported(
    text: str, quotes: list[Quote], pieces: list[Piece], paragraphs: Paragraphs, names: Names
) -> list[Quote]:
    """The quotes and the reported contents in order; woven quotes move into the content that holds them."""
    contents = []
    p = 0
    for start, end in zip(paragraphs.starts, paragraphs.ends, strict=True):
        if not _WORDY.search(text, start, end):
            continue
        while p < len(pieces) and pieces[p].marked.outer_end <= start:
            p += 1
        first = p
        while p < len(pieces) and pieces[p].marked.outer_start < end:
            p += 1
        inside = pieces[first:p]
        p = max(first, p - 1)  # the last may run on
        at = 0
        for a, b in _sentences(text, start, end, inside):
            while at < len(inside) and inside[at].marked.outer_end <= a:
                at += 1
            contents += reported_in(_outside(text, a, b, inside, at))
    merged: list[Quote] = []
    q = 0
    for item in contents:
        fragments = tuple(Span(a, b, text[a:b]) for a, b in item.fragments)
        start, end = fragments[0].start, fragments[-1].end
        while q < len(quotes) and quotes[q].start < start:
            merged.append(quotes[q])
            q += 1
        children = []
        while q < len(quotes) and quotes[q].end <= end:
            children.append(quotes[q])
            q += 1
        speaker = None
        if item.speaker is not None:
            phrase = item.speaker
            mention = text[phrase.start : phrase.end]
            speaker = Speaker(
                mention, phrase.start, phrase.end, names.fullest(mention), None, item.reason, item.confidence
            )
        a, b = item.cue
        sentence = Sentence(" ".join(f.text for f in fragments), start, end)
        merged.append(
            Quote(
                text[start:end], start, end, fragments, "reported", (sentence,), speaker, Span(a, b, text[a:b]),
                tuple(children),
            )
        )
    merged.extend(quotes[q:])
    return merged


def _sentences(text: str, start: int, end: int, inside: list[Piece]) -> list[tuple[int, int]]:
    """The sentences of a paragraph; the stops between marks do not end one."""
    ranges = []
    begin = start
    p = 0
    for stop in sentence_ends(text, start, end):
        while p < len(inside) and inside[p].marked.outer_end < stop:
            p += 1
        if p < len(inside) and inside[p].marked.outer_start < stop < inside[p].marked.outer_end:
            continue
        ranges.append((begin, stop))
        begin = stop
    return ranges


def _outside(text: str, start: int, end: int, inside: list[Piece], first: int) -> list[Token]:
    """The words of a sentence, each quote that stands on its own as one word."""
    words: list[Token] = []
    at = start
    for i in range(first, len(inside)):
        piece, marked = inside[i], inside[i].marked
        if marked.outer_start >= end:
            break
        if piece.kind != "speech" or marked.outer_end <= start:
            continue
        words += tokens(text, at, max(at, marked.outer_start))
        words.append(Token(marked.outer_start, marked.outer_end, QUOTED, QUOTED))
        at = min(end, max(at, marked.outer_end))
    return words + tokens(text, at, end)
