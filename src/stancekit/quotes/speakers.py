"""Which speaker each marked stretch gets: its own attribution, or that of a neighbour.

News text attributes a quote once and lets the following ones hang on it. The order of trust is:
words beside the quote, the sentence that holds it, the quote before in the same paragraph, the
sentence before, the paragraph before.
"""

from __future__ import annotations

from stancekit.quotes.appositives import role_of
from stancekit.quotes.attribution import Attribution, after_quote, anywhere, before_quote
from stancekit.quotes.cues import CONJUNCTIONS, PREPOSITIONS
from stancekit.quotes.furniture import is_furniture
from stancekit.quotes.kinds import kind_of
from stancekit.quotes.marks import Marked, Paragraphs
from stancekit.quotes.phrases import Token, can_speak, phrase_at, tokens
from stancekit.quotes.sentences import sentence_ends, strip
from stancekit.quotes.subjects import lead_phrase
from stancekit.records import QuoteKind

_WINDOW = 400
"""Characters read on each side of a quote."""
_WORDS = 80
"""Words of a sentence kept before a quote."""
_SENTENCES = 3
"""Sentences read back from a quote that stands without attribution."""
_SIGNATURE = 100
"""Characters of a line that only names who was quoted."""
_DASHES = ("—", "–", "―", "-")
_WEAK = 0.5
"""Confidence of a guess from word order alone: an attribution behind the sentence outweighs it."""
_QUOTED = Token(0, 0, "\ufffc", "\ufffc")
"""Stands for a quote inside the words of its sentence."""


class Piece:
    """One marked stretch on its way to a quote."""

    __slots__ = (
        "after",
        "attribution",
        "before",
        "end",
        "fragments",
        "kind",
        "last_paragraph",
        "marked",
        "own",
        "paragraph",
        "start",
    )

    def __init__(self, text: str, marked: Marked, paragraph: int) -> None:
        self.marked = marked
        self.paragraph = paragraph
        self.last_paragraph = paragraph
        spans = [strip(text, a, b) for a, b in marked.fragments]
        self.fragments = [(a, b) for a, b in spans if a < b]
        self.start = self.fragments[0][0] if self.fragments else marked.start
        self.end = self.fragments[-1][1] if self.fragments else marked.start
        self.kind: QuoteKind = "mention"
        self.attribution: Attribution | None = None
        self.own = False
        """Whether the attribution stands beside this stretch, not beside a neighbour."""
        self.before: list[Token] = []
        self.after: list[Token] = []


def attribute(text: str, pieces: list[Piece], paragraphs: Paragraphs) -> None:
    """Set kind and attribution of all pieces."""
    for n, piece in enumerate(pieces):
        previous = pieces[n - 1] if n else None
        if previous is not None and n > 1:
            pieces[n - 2].before = pieces[n - 2].after = []  # long articles hold many words
        if is_furniture(text, paragraphs.starts[piece.paragraph], paragraphs.ends[piece.paragraph]):
            continue
        following = pieces[n + 1] if n + 1 < len(pieces) else None
        left = _read_around(text, piece, previous, following, paragraphs)
        same_sentence = previous is not None and left == previous.marked.outer_end
        goes_on = previous is not None and previous.last_paragraph == piece.paragraph
        found = _beside(text, piece, goes_on, paragraphs)
        piece.own = found is not None
        if found is None and not piece.marked.closed:
            continue  # a lone mark that nobody's words explain
        if found is None and same_sentence and previous is not None and previous.attribution is not None:
            found = _inherited(previous.attribution, "same sentence as the quote before", 0.85)
        if found is None and piece.before and len(piece.before) > 1:
            phrase = lead_phrase(piece.before, 0, len(piece.before))
            bare_it = phrase is not None and piece.before[phrase.first].low == "it"  # "It was then that"
            if (
                phrase is not None
                and not bare_it
                and phrase.last < len(piece.before) - 1
                and can_speak(piece.before, phrase)
            ):
                found = Attribution(phrase, None, None, "subject of the sentence that holds the quote", 0.5)
        piece.attribution = found
        own = found if piece.own else None
        piece.kind = kind_of(text, piece.start, piece.end, piece.before, piece.after, own, goes_on)
    _fill(text, pieces, paragraphs)


def _read_around(
    text: str, piece: Piece, previous: Piece | None, following: Piece | None, paragraphs: Paragraphs
) -> int:
    """Read the words of the sentence before and after a piece; where the words before begin."""
    marked = piece.marked
    start, end = paragraphs.around(marked.outer_start)
    if marked.outer_end > end:
        piece.last_paragraph = paragraphs.index(marked.outer_end - 1)
        end = paragraphs.ends[piece.last_paragraph]
    floor = previous.marked.outer_end if previous is not None else 0
    left = max(start, floor, marked.outer_start - _WINDOW)
    begin = left
    if (
        previous is not None
        and left == floor
        and text[previous.end - 1] in ".?!"
        and text[left : left + 2].strip()[:1].isupper()
    ):
        begin = left + 1  # the quote before ended its sentence
    for stop in sentence_ends(text, left, marked.outer_start):
        if stop < marked.outer_start:
            begin = stop
    ceiling = following.marked.outer_start if following is not None else len(text)
    right = min(end, ceiling, marked.outer_end + _WINDOW)
    right = next(sentence_ends(text, marked.outer_end, right), right)
    piece.before = tokens(text, begin, marked.outer_start)
    if previous is not None and begin == floor:
        earlier = previous.before[-_WORDS:]
        if not (earlier and earlier[-1] is _QUOTED):
            earlier.append(_QUOTED)
        piece.before = earlier + piece.before
    piece.after = tokens(text, marked.outer_end, right)
    return begin


def _beside(text: str, piece: Piece, goes_on: bool, paragraphs: Paragraphs) -> Attribution | None:
    """The attribution beside the quote: before it where the verb touches it, else after, else before."""
    signed = _signature(text, piece.marked.outer_end, paragraphs.ends[piece.last_paragraph])
    if signed is not None:
        return signed
    closing = text[piece.end - 1]
    after = piece.after
    open_ended = closing in ",?!—–-…" or (bool(after) and after[0].word in ",—–")
    led = before_quote(piece.before)
    if led is not None and (woven := _behind_woven(text, piece, led)) is not None:
        return woven
    if led is not None and led.confidence >= 0.95:
        # a whole attribution behind the quote ("…?” asked Li.") outweighs a verb before it
        introduced = piece.before[-1].word == ":"
        behind = after_quote(after) if open_ended and not introduced and after and after[-1].word in ".;" else None
        return behind if behind is not None and behind.confidence >= 0.95 else led
    if open_ended and not (led is not None and after and _turns_away(after)):
        found = after_quote(after)
        if found is not None:
            return found
    if led is not None:
        return led
    if not open_ended and closing != ".":
        return after_quote(after) or anywhere(after)
    if closing == "." and after and not piece.before and not goes_on:
        found = after_quote(after)
        if found is not None and found.confidence >= 0.95 and found.cue is not None:
            rest = sum(token.start > found.cue[1] for token in after)
            if rest <= 5:  # "“….” Li said." with the wrong stop; more words are a sentence of their own
                return found
    return None


def _behind_woven(text: str, piece: Piece, led: Attribution) -> Attribution | None:
    """Li in "The move signals “the end” for them, said Li": who reports outweighs a thing that "says"."""
    if led.speaker.kind != "nominal" or can_speak(piece.before, led.speaker) or not text[piece.start].islower():
        return None
    found = after_quote(piece.after)
    return found if found is not None and found.cue is not None and found.reason.startswith("follows") else None


def _turns_away(after: list[Token]) -> bool:
    """Whether the sentence goes on about something else: "…,” but she also noted"."""
    i = 0
    while i < len(after) and not after[i].word[0].isalnum():
        i += 1
    return i < len(after) and (
        after[i].low in CONJUNCTIONS
        or (after[i].low in PREPOSITIONS and after[i].low not in ("in", "as"))
        or after[i].low.endswith("ing")
    )


def close_before_attribution(text: str, marked: Marked) -> None:
    """End a quote without a closing mark where its attribution begins: “We will see, said Li."""
    start, end = marked.fragments[-1]
    words = tokens(text, max(start, end - _WINDOW), end)
    for i in range(len(words) - 1, -1, -1):
        if words[i].word in ",?!" and 2 < len(words) - i < 16:
            found = after_quote(words[i + 1 :])
            if found is not None and found.confidence >= 0.95:
                marked.finish(words[i].end, words[i].end, closed=False)
                return


def _inherited(found: Attribution, reason: str, confidence: float) -> Attribution:
    return found._replace(reason=f"{reason} ({found.reason})", confidence=min(found.confidence, confidence))


def _fill(text: str, pieces: list[Piece], paragraphs: Paragraphs) -> None:
    """Give the pieces without an attribution that of the nearest neighbour that can have said them."""
    for n, piece in enumerate(pieces):
        if piece.kind == "mention" or (piece.attribution is not None and piece.attribution.confidence > _WEAK):
            continue
        following = pieces[n + 1] if n + 1 < len(pieces) else None
        if following is not None and _shares_sentence(text, piece, following) and following.attribution:
            piece.attribution = _inherited(following.attribution, "goes with the quote after", 0.75)
            continue
        if piece.attribution is None:
            previous = next(
                (earlier for earlier in reversed(pieces[max(0, n - 4) : n]) if earlier.kind != "mention"), None
            )
            piece.attribution = _from_neighbours(text, piece, previous, following, paragraphs)


def _shares_sentence(text: str, piece: Piece, following: Piece) -> bool:
    """Whether the attribution of the next quote closes the sentence of this one: "… “a” and “b,” Li said."."""
    found = following.attribution
    if not following.own or found is None or found.cue is None or found.cue[0] < following.end:
        return False
    begin, end = piece.marked.outer_end, following.marked.outer_start
    if following.paragraph != piece.last_paragraph or text[piece.end - 1] in ".?!" or end - begin > _WINDOW:
        return False
    return not any(stop < end for stop in sentence_ends(text, begin, end))


def _from_neighbours(
    text: str, piece: Piece, previous: Piece | None, following: Piece | None, paragraphs: Paragraphs
) -> Attribution | None:
    """Who said a quote that stands without attribution, by the sentences and quotes around it."""
    start, end = paragraphs.starts[piece.paragraph], piece.marked.outer_start
    earlier = previous.attribution if previous is not None else None
    beside = previous is not None and earlier is not None and previous.last_paragraph == piece.paragraph
    if beside and previous is not None and earlier is not None:
        start = previous.marked.outer_end
    for sentence in _sentences_before(text, start, end):
        found = _from_sentence(text, *sentence, told=beside)
        if found is not None:
            return found
    if beside and earlier is not None:
        return _inherited(earlier, "goes on after the quote before", 0.8)
    if following is not None and following.paragraph == piece.paragraph and following.own and following.attribution:
        return _inherited(following.attribution, "goes with the quote after", 0.75)
    introduced = _introduced(text, piece, paragraphs)
    if introduced is not None:
        return introduced
    signed = _signed(text, piece, paragraphs)
    if signed is not None:
        return signed
    p = piece.paragraph - 1
    if p < 0:
        return None
    if previous is not None and earlier is not None and previous.last_paragraph == p:
        gap = text[previous.marked.outer_end : paragraphs.ends[p]]
        if len(gap) < 160:
            return _inherited(earlier, "goes on from the paragraph before", 0.7)
    start = max(paragraphs.starts[p], previous.marked.outer_end) if previous is not None else paragraphs.starts[p]
    for sentence in _sentences_before(text, start, paragraphs.ends[p])[:1]:
        return _from_sentence(text, *sentence)
    return None


def _introduced(text: str, piece: Piece, paragraphs: Paragraphs) -> Attribution | None:
    """Who speaks in the paragraph before, where it ends with a colon: "She went on to say:"."""
    p = piece.paragraph - 1
    if p < 0 or piece.before or text[paragraphs.ends[p] - 1 : paragraphs.ends[p]] != ":":
        return None
    for start, end in _sentences_before(text, paragraphs.starts[p], paragraphs.ends[p])[:1]:
        return before_quote(tokens(text, start, end))
    return None


def _signed(text: str, piece: Piece, paragraphs: Paragraphs) -> Attribution | None:
    """The name in a paragraph of its own behind a quote: "— Mara Lindqvist"."""
    p = piece.last_paragraph + 1
    return _signature(text, paragraphs.starts[p], paragraphs.ends[p]) if p < len(paragraphs.starts) else None


def _signature(text: str, start: int, end: int) -> Attribution | None:
    """The name behind a dash that fills the rest of a line: "— Mara Lindqvist, farmer"."""
    line_end = text.find("\n", start, end)
    end = line_end if line_end >= 0 else end
    if end - start > _SIGNATURE or not text[start:end].lstrip().startswith(_DASHES):
        return None
    words = tokens(text, start, end)
    phrase = phrase_at(words, 1) if len(words) > 1 else None
    if phrase is None or phrase.kind != "name":
        return None
    behind = words[phrase.last + 1] if phrase.last + 1 < len(words) else None
    if behind is not None and behind.word not in ",.(":
        return None  # "— Mara Lindqvist laughed"
    return Attribution(phrase, None, role_of(words, phrase), "named behind the quote, after a dash", 0.95)


def _sentences_before(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The last sentences of ``text[start:end]``, the nearest first."""
    start = max(start, end - _WINDOW)
    begin = start
    found = []
    for stop in sentence_ends(text, start, end):
        left, right = strip(text, begin, stop)
        if right > left:
            found.append((left, right))
        begin = stop
    return found[: -_SENTENCES - 1 : -1]


def _from_sentence(text: str, start: int, end: int, told: bool = False) -> Attribution | None:
    """Whoever says something in a sentence, or else its subject (not where a quote before tells who speaks)."""
    words = tokens(text, start, end)
    found = anywhere(words)
    if found is not None:
        return found._replace(reason=found.reason.replace("in the sentence", "in the sentence before"), confidence=0.6)
    phrase = lead_phrase(words, 0, len(words))
    if phrase is None or phrase.kind == "nominal" or phrase.first or (told and phrase.kind != "pronoun"):
        return None
    if phrase.kind == "name" and len(words) - phrase.last < 3:
        return None  # "Pause." tells of nobody
    return Attribution(phrase, None, None, "subject of the sentence before", 0.45)
