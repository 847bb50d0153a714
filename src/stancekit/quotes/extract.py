"""From a text to its quotes: marks, kinds, attributions, resolution, in that order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from stancekit.quotes.attribution import after_quote, before_quote
from stancekit.quotes.furniture import is_furniture
from stancekit.quotes.kinds import kind_of
from stancekit.quotes.marks import Marked, Paragraphs, find_marked
from stancekit.quotes.names import Names
from stancekit.quotes.phrases import Phrase, Token, tokens
from stancekit.quotes.reported import QUOTED, Reported, reported_in
from stancekit.quotes.resolve import Cast
from stancekit.quotes.sentences import sentence_ends, split_ranges, strip
from stancekit.quotes.speakers import Piece, attribute, close_before_attribution
from stancekit.quotes.titles import bare_name
from stancekit.quotes.transcripts import turns
from stancekit.records import Quote, QuoteKind, Sentence, Span, Speaker

_CHILD_WINDOW = 200
_WORDY = re.compile("[a-z]{2}")
Kinds = Iterable[QuoteKind] | Literal["all"]


def extract_quotes(text: str, *, kinds: Kinds = ("speech", "partial")) -> list[Quote]:
    """The quotes of an article, with who said them.

    Args:
        text: Any text; the offsets of what is returned index it.
        kinds: The kinds to return: ``speech``, ``partial``, ``mention``, ``reported``, or ``"all"``.
            With ``reported``, words in marks inside a reported clause are its children.

    Returns:
        The outermost quotes in the order of the text, disjoint. Quotes inside quotes are children.

    Example:
        >>> text = "“We waited,” said Ann Duarte. “Then it rained,” she added."
        >>> [(quote.text, quote.speaker.name) for quote in extract_quotes(text)]
        [('We waited,', 'Ann Duarte'), ('Then it rained,', 'Ann Duarte')]

        As spans of a spaCy ``Doc`` made from the same text::

            spans = [doc.char_span(q.start, q.end, label=q.kind, alignment_mode="expand") for q in quotes]
            doc.spans["quotes"] = [span for span in spans if span is not None]

        As annotations for Label Studio or doccano::

            [{"start": q.start, "end": q.end, "labels": [q.kind]} for q in quotes]
            {"text": text, "label": [[q.start, q.end, q.kind] for q in quotes]}
    """
    wanted = frozenset(("speech", "partial", "mention", "reported") if kinds == "all" else kinds)
    paragraphs = Paragraphs(text)
    pieces = []
    for marked in find_marked(text, paragraphs):
        if not marked.closed:
            close_before_attribution(text, marked)
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
        mentions = [_quote(text, [piece], None) for piece in pieces if piece.kind == "mention"]
        quotes = _between(quotes, mentions)
    if "reported" in wanted:
        quotes = _with_reported(text, quotes, pieces, paragraphs, cast)
    return quotes


def _interrupted(text: str, first: Piece, second: Piece) -> bool:
    """Whether only an attribution stands between two stretches of one quote: “A,” she said. “B.”"""
    if first.last_paragraph != second.paragraph or first.kind != "speech" or second.kind == "mention":
        return False
    cue = first.attribution.cue if first.attribution else None
    if not first.own or (second.own and second.attribution and second.attribution.cue != cue):
        return False
    begin, end = first.marked.outer_end, second.marked.outer_start
    if any(text[stop:end].strip() for stop in sentence_ends(text, begin, end)):
        return False  # words of another sentence lead up to the second
    return cue is not None and begin <= cue[0] < end and end - begin < 250 and text[first.end - 1] in ",?!—-…"


def _quote(text: str, group: list[Piece], speaker: Speaker | None) -> Quote:
    fragments = tuple(Span(a, b, text[a:b]) for piece in group for a, b in piece.fragments)
    start, end = fragments[0].start, fragments[-1].end
    cue = None
    if group[0].attribution and group[0].attribution.cue:
        a, b = group[0].attribution.cue
        cue = Span(a, b, text[a:b])
    sentences = _spoken_sentences(text, fragments)
    inner = [_child(text, child, piece.marked) for piece in group for child in piece.marked.children]
    children = tuple(child for child in inner if child is not None)
    if group[0].kind == "mention":
        sentences = ()
    return Quote(text[start:end], start, end, fragments, group[0].kind, sentences, speaker, cue, children)


def _spoken_sentences(text: str, fragments: tuple[Span, ...]) -> tuple[Sentence, ...]:
    """The sentences of the fragments; one that an attribution interrupts is put together again."""
    sentences: list[Sentence] = []
    for n, fragment in enumerate(fragments):
        parts = [Sentence(text[a:b], a, b) for a, b in split_ranges(text, fragment.start, fragment.end)]
        if n and sentences and parts and _goes_on(text, fragments[n - 1], fragment):
            head, tail = sentences.pop(), parts[0]
            parts[0] = Sentence(f"{head.text} {tail.text}", head.start, tail.end)
        sentences += parts
    return tuple(sentences)


def _goes_on(text: str, first: Span, second: Span) -> bool:
    """Whether a sentence runs from one fragment into the next: the first stops at a comma, not at an end."""
    if text[first.end - 1] in ".?!…":
        return False
    between = text[first.end : second.start].rstrip(" \u00a0“‘\"'«„「")
    return text[second.start].islower() or between.endswith(",")


def _child(text: str, marked: Marked, parent: Marked) -> Quote | None:
    """A quote inside a quote: its speaker is read from the words of the quote around it."""
    piece = Piece(text, marked, 0)
    if piece.start >= piece.end:
        return None
    left = max(parent.start, marked.outer_start - _CHILD_WINDOW)
    right = min(parent.end, marked.outer_end + _CHILD_WINDOW)
    for stop in sentence_ends(text, left, marked.outer_start):
        if stop < marked.outer_start:
            left = stop
    before, after = tokens(text, left, marked.outer_start), tokens(text, marked.outer_end, right)
    found = before_quote(before) or (after_quote(after) if text[piece.end - 1] in ",?!" else None)
    kind = kind_of(text, piece.start, piece.end, before, after, found)
    if found is None and kind != "speech":
        kind = "mention"
    piece.kind, piece.attribution = kind, found
    speaker = None
    if found is not None and kind != "mention":
        phrase = found.speaker
        mention = text[phrase.start : phrase.end]
        speaker = Speaker(
            mention,
            phrase.start,
            phrase.end,
            bare_name(mention),
            None,
            f"{found.reason}, inside the quote",
            0.7,
        )
    return _quote(text, [piece], speaker)


def _between(quotes: list[Quote], mentions: list[Quote]) -> list[Quote]:
    """Both in order, without the mentions that stand in the attribution inside a quote."""
    kept: list[Quote] = []
    for quote in sorted([*quotes, *mentions], key=lambda quote: (quote.start, -quote.end)):
        if not kept or quote.start >= kept[-1].end:
            kept.append(quote)
    return kept


def _with_reported(
    text: str, quotes: list[Quote], pieces: list[Piece], paragraphs: Paragraphs, cast: Cast
) -> list[Quote]:
    """The quotes and the reported contents in order; woven quotes move into the content that holds them."""
    contents: list[Reported] = []
    spoken = {turn.end: turn for turn in turns(text, paragraphs)}
    p = 0
    for start, end in zip(paragraphs.starts, paragraphs.ends, strict=True):
        if not _WORDY.search(text, start, end) or is_furniture(text, start, end):
            continue
        if end in spoken:
            turn = spoken[end]
            label = Phrase(turn.label_start, turn.label_end, "name", 0, 0)
            cue = (turn.label_end, turn.label_end + 1)
            reason = "named at the head of the turn"
            contents.append(Reported([strip(text, turn.start, turn.end)], label, cue, reason, 0.9))
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
    q = at = 0
    for item in contents:
        if not item.fragments:
            continue
        start, end = item.fragments[0][0], item.fragments[-1][1]
        while q < len(quotes) and quotes[q].start < start:
            merged.append(quotes[q])
            at = quotes[q].end
            q += 1
        held = q
        while held < len(quotes) and quotes[held].end <= end:
            held += 1
        crossed = held < len(quotes) and quotes[held].start < end
        if start < at or crossed:
            continue  # inside a quote, or across the edge of one
        children, q, at = quotes[q:held], held, end
        fragments = tuple(Span(a, b, text[a:b]) for a, b in item.fragments)
        speaker = None
        if item.speaker is not None:
            phrase = item.speaker
            mention = text[phrase.start : phrase.end]
            speaker = Speaker(mention, phrase.start, phrase.end, cast.named(phrase), None, item.reason, item.confidence)
        a, b = item.cue
        sentence = Sentence(" ".join(f.text for f in fragments), start, end)
        merged.append(
            Quote(
                text[start:end],
                start,
                end,
                fragments,
                "reported",
                (sentence,),
                speaker,
                Span(a, b, text[a:b]),
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
